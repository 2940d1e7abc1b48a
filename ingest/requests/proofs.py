"""Keeps the proofs of answers in an installation's folder `proofs`, made once a document, from the archive."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

import msgspec

from db.archive import Archive, Captured
from db.model.requests import TableState
from db.whole_file import write_whole
from ingest.files import silent
from ingest.requests.answer_plan import AnswerPlan
from ingest.requests.events import DocumentTaken
from ingest.requests.picture_order import ProofOrder
from ingest.requests.register import Register, Request, state_of
from ingest.source import Source
from ingest.tables import DocumentRefused
from ingest.tables.safety import run_isolated

SECONDS = 600
"""Wall-clock limit for one document."""
_Files = dict[str, bytes]


class _Made(msgspec.Struct):
    """What a document's proofs were made from, and their files."""

    key: str
    files: list[str]


def keep_proofs(
    folder: Path,
    archive: Archive,
    register: Register,
    sources: Mapping[str, Source],
    *,
    withdrawn: Iterable[str] = (),
    progress: Callable[[str], None] = silent,
) -> list[Path]:
    """Bring the folder to what the register says: proofs of every document that may be shown, and no others.

    Documents are shown only where the licence of their source lets files be published. One that cannot be drawn has
    no proof, and `progress` is told why; its figures stand all the same.

    Args:
        folder: the installation's folder of proofs.
        archive: where the documents lie.
        register: which documents were taken, and how their tables stand.
        sources: the declared sources.
        withdrawn: words that nothing published may hold.
        progress: told of each document that cannot be drawn.

    Returns:
        The files of all proofs.

    Raises:
        db.archive.ArchiveError: a document is missing from the archive, or damaged.
    """
    listed = folder / "made.json"
    before = _made(listed)
    words = tuple(sorted(withdrawn))
    wanted = {document.capture for request in register.requests.values() for document in request.documents.values()}
    captures: dict[str, Captured] = {}
    if wanted:
        captures = {e.ref: e for e in archive.events() if isinstance(e, Captured) and e.ref in wanted}
    made: dict[str, _Made] = {}
    drawn_by = version("mediacontracts").encode()
    for request in register.requests.values():
        for document in request.documents.values():
            captured = captures.get(document.capture)
            source = sources.get(captured.source) if captured else None
            if captured is None or source is None or source.licence.publish != "files":
                continue
            order = _order(request, document, captured, words)
            key = sha256(drawn_by + msgspec.json.encode(order)).hexdigest()
            known = before.get(document.sha256)
            if known is None or known.key != key or not all((folder / name).is_file() for name in known.files):
                try:
                    files = _drawn(archive.get(document.sha256), order)
                except DocumentRefused as error:
                    progress(f"no picture for {request.ref}: {error}")
                    continue
                for name, content in files.items():
                    write_whole(folder / name, content)
                known = _Made(key, sorted(files))
            made[document.sha256] = known
    if folder.is_dir():
        _clear(folder, {name for one in made.values() for name in one.files} | {listed.name})
        write_whole(listed, msgspec.json.format(msgspec.json.encode(made), indent=1))
    return sorted({folder / name for one in made.values() for name in one.files})


def _made(listed: Path) -> dict[str, _Made]:
    """What the folder holds; nothing where that cannot be read, since all of it can be drawn anew."""
    try:
        return msgspec.json.decode(listed.read_bytes(), type=dict[str, _Made])
    except (FileNotFoundError, msgspec.DecodeError):
        return {}


def _order(request: Request, document: DocumentTaken, captured: Captured, withdrawn: tuple[str, ...]) -> ProofOrder:
    plan = msgspec.convert(captured.request, AnswerPlan)
    shown = [
        table.number
        for table in document.tables
        if table.records and state_of(table, request, document.sha256) is not TableState.LEFT_OUT
    ]
    return ProofOrder(document.file_name, document.sha256, tuple(shown), plan.scan, withdrawn)


def _clear(folder: Path, wanted: set[str]) -> None:
    """What is in the folder and not wanted must not stay: it may have been withdrawn."""
    for path in folder.iterdir():
        if path.name not in wanted:
            path.unlink()


def _drawn(data: bytes, order: ProofOrder) -> _Files:
    told = run_isolated(
        "ingest.requests.answer_image", msgspec.json.encode(order), data, name=order.name, seconds=SECONDS
    )
    return msgspec.msgpack.decode(told, type=_Files)
