"""Which reader a document goes to: its content decides, its name only where content cannot.

A file called .xls is often an HTML page or a CSV; a PDF may have any name.
"""

import re
import zipfile
from collections.abc import Callable
from io import BytesIO
from typing import Literal

from ingest.tables.containers import archive_tables, letter_tables
from ingest.tables.delimited import delimited_tables
from ingest.tables.model import DocumentRefused, Table
from ingest.tables.pdf import image_tables, pdf_tables
from ingest.tables.safety import check_archive, check_office, check_size
from ingest.tables.spreadsheets import workbook_tables
from ingest.tables.web import html_tables
from ingest.tables.word import word_tables

Format = Literal["pdf", "workbook", "docx", "html", "delimited", "zip", "letter", "image"]

_HEADERS = re.compile(rb"^(?:[A-Za-z][A-Za-z0-9-]{1,40}:[^\r\n]*(?:\r?\n[ \t][^\r\n]*)*\r?\n){2,}")
_LETTER = re.compile(rb"^(?:MIME-Version|Content-Type|Received|From):", re.IGNORECASE | re.MULTILINE)
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|tr|div|meta)\b", re.IGNORECASE)
_IMAGES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\x00", b"MM\x00*")
_OTHER = (
    (b"{\\rtf", "RTF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (b"\x1f\x8b", "gzip"),
    (b"GIF8", "GIF"),
    (b"BM", "BMP"),
)


def detect(data: bytes, name: str) -> Format:
    """Format of a document by its first bytes and, for archives, its members.

    Raises:
        DocumentRefused: empty, encrypted, or of a kind that is not read.
    """
    check_size(data, name)
    head = data[:4096]
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if head.startswith(b"PK"):
        return _archive_format(data, name)
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole_format(data, name)
    if head.startswith(_IMAGES):
        return "image"
    return _text_format(head, name)


def _text_format(head: bytes, name: str) -> Format:
    for magic, kind in _OTHER:
        if head.startswith(magic) and not (magic == b"BM" and b"\x00" not in head):
            raise DocumentRefused(name, "unsupported", f"{kind} files are not read; save it as PDF, DOCX or XLSX")
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    bare = head.replace(b"\x00", b"").lstrip(b"\xff\xfe\xef\xbb\xbf \t\r\n")
    if bare.startswith(b"<") and _HTML.search(bare):
        return "html"
    if bare.startswith(b"<?xml"):
        raise DocumentRefused(name, "unsupported", "XML files are not read as documents; save it as XLSX or PDF")
    if _HEADERS.match(text) and _LETTER.search(text):
        return "letter"
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DocumentRefused(name, "unsupported", "it is of no known kind; save it as PDF, DOCX or XLSX")
    return "delimited"


def _archive_format(data: bytes, name: str) -> Format:
    check_archive(data, name)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = set(archive.namelist())
    if any(n.startswith("xl/") for n in names):
        return "workbook"
    if "word/document.xml" in names:
        return "docx"
    if "content.xml" in names and "mimetype" in names:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            kind = archive.read("mimetype")[:100]
        if b"opendocument.spreadsheet" in kind:
            return "workbook"
        raise DocumentRefused(name, "unsupported", "OpenDocument texts are not read; save it as DOCX or PDF")
    return "zip"


def _ole_format(data: bytes, name: str) -> Format:
    def stream(title: str) -> bool:
        return title.encode("utf-16-le") in data

    if stream("EncryptedPackage") or stream("EncryptionInfo"):
        raise DocumentRefused(name, "encrypted", "it opens with a password only; ask the body for an open copy")
    if stream("Workbook") or stream("Book"):
        return "workbook"
    if stream("WordDocument"):
        raise DocumentRefused(name, "unsupported", "old Word files (.doc) are not read; save it as DOCX or PDF")
    raise DocumentRefused(name, "unsupported", "it is of no known kind; save it as PDF, DOCX or XLSX")


def document_tables(data: bytes, name: str, *, scan: bool = False) -> list[Table]:
    """Tables of a document, read in this process: for trusted bytes, tests and the child process.

    Args:
        data: the bytes.
        name: its name.
        scan: read pictures of pages with character recognition.

    Raises:
        DocumentRefused: see the readers.
    """
    readers: dict[Format, Callable[[bytes, str, int], list[Table]]] = {
        "pdf": lambda content, path, _: pdf_tables(content, path, scan=scan),
        "workbook": lambda content, path, _: _workbook(content, path),
        "docx": lambda content, path, _: _word(content, path),
        "html": lambda content, path, _: html_tables(content, path),
        "image": lambda content, path, _: _image(content, path, scan=scan),
        "zip": lambda content, path, depth: archive_tables(content, path, depth, read),
        "letter": lambda content, path, depth: letter_tables(content, path, depth, read),
        "delimited": lambda content, path, _: delimited_tables(content, path),
    }

    def read(content: bytes, path: str, depth: int) -> list[Table]:
        return readers[detect(content, path)](content, path, depth)

    return read(data, name, 0)


def document_members(data: bytes, name: str) -> dict[str, bytes]:
    """The files inside an archive or letter, however deep, by the path that their tables carry as `source`.

    Two members of one path are both left out, since their tables do not tell which of the two they are from.

    Args:
        data: the bytes of the archive or letter.
        name: its name.

    Raises:
        DocumentRefused: see the readers.
    """
    found: dict[str, bytes] = {}
    twice: set[str] = set()

    def keep(content: bytes, path: str, depth: int) -> list[Table]:
        kind = detect(content, path)
        if kind == "zip":
            return archive_tables(content, path, depth, keep)
        if kind == "letter":
            return letter_tables(content, path, depth, keep)
        if path in found:
            twice.add(path)
        found[path] = content
        return []

    keep(data, name, 0)
    return {path: content for path, content in found.items() if path not in twice}


def _workbook(data: bytes, name: str) -> list[Table]:
    if data.startswith(b"PK"):
        check_office(data, name)
    return workbook_tables(data, name)


def _word(data: bytes, name: str) -> list[Table]:
    check_office(data, name)
    return word_tables(data, name)


def _image(data: bytes, name: str, *, scan: bool) -> list[Table]:
    if not scan:
        raise DocumentRefused(name, "no-text", "it is a picture; read it as a scan")
    return image_tables(data, name)
