"""Archives and letters: every member is read as a document of its own.

A member that cannot be read is not left out silently: it appears as an empty table that names the member and
the reason.
"""

import email
import email.policy
import io
import zipfile
from collections.abc import Callable
from email.message import EmailMessage

from ingest.tables.model import DocumentRefused, Table
from ingest.tables.safety import MAX_DEPTH, MAX_MEMBERS, check_archive

ReadMember = Callable[[bytes, str, int], list[Table]]


def refused_member(error: DocumentRefused) -> Table:
    """An empty table that says which member was not read, and why."""
    return Table(source=error.name, needs_review=[f"not read: {error.reason}: {error.advice}"])


def _member(data: bytes, name: str, depth: int, read: ReadMember) -> list[Table]:
    try:
        return read(data, name, depth)
    except DocumentRefused as error:
        return [refused_member(error)]


def _stored_name(info: zipfile.ZipInfo) -> str:
    """Name of a member; archives without the UTF-8 flag from this region are in code page 866."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("cp866")
    except UnicodeError:
        return info.filename


def archive_tables(data: bytes, name: str, depth: int, read: ReadMember) -> list[Table]:
    """Tables of all members of a ZIP archive.

    Raises:
        DocumentRefused: broken, encrypted, a bomb, or nested too deep.
    """
    if depth >= MAX_DEPTH:
        raise DocumentRefused(name, "too-deep", f"archives are read {MAX_DEPTH} levels deep; unpack it")
    check_archive(data, name)
    tables: list[Table] = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for info in archive.infolist():
            if info.is_dir():
                continue
            path = f"{name}/{_stored_name(info)}"
            try:
                content = archive.read(info)
            except (RuntimeError, zipfile.BadZipFile, OSError, NotImplementedError, EOFError, ValueError) as error:
                reason = "encrypted" if "password" in str(error) or "encrypted" in str(error) else "broken"
                tables.append(refused_member(DocumentRefused(path, reason, f"the archive does not give it ({error})")))
                continue
            tables.extend(_member(content, path, depth + 1, read))
    return tables


def letter_tables(data: bytes, name: str, depth: int, read: ReadMember) -> list[Table]:
    """Tables of a stored letter (RFC 822): its HTML text and its attachments.

    Raises:
        DocumentRefused: nested too deep, or too many parts.
    """
    if depth >= MAX_DEPTH:
        raise DocumentRefused(name, "too-deep", f"letters are read {MAX_DEPTH} levels deep; take out the attachment")
    message = email.message_from_bytes(data, policy=email.policy.default)
    tables: list[Table] = []
    for number, part in enumerate(message.walk(), 1):
        if number > MAX_MEMBERS:
            raise DocumentRefused(name, "too-large", f"it has more than {MAX_MEMBERS} parts")
        if part.is_multipart() or not isinstance(part, EmailMessage):
            continue
        kind = part.get_content_type()
        filename = part.get_filename()
        if filename is None and kind != "text/html":
            continue  # the plain words of the letter
        path = f"{name}/{filename or 'text.html'}"
        try:
            content = part.get_content()
        except (LookupError, ValueError) as error:
            tables.append(refused_member(DocumentRefused(path, "broken", f"the letter does not give it ({error})")))
            continue
        raw = content.encode("utf-8") if isinstance(content, str) else bytes(content)
        found = _member(raw, path, depth + 1, read)
        tables.extend(t for t in found if filename is not None or t.rows)
    return tables
