"""Takes the documents of an answer: archived, shown, confirmed, proved, loaded, and entered in the register.

Everything is read and asked before anything is loaded, so that a person who stops half-way leaves the registry as it
was. What was confirmed stays: a form is stored at once and is not asked for again.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import msgspec

from db.archive import Captured, RunEnded, RunStarted, name_of, new_run
from ingest.files import load_capture
from ingest.load import Counts, Loader
from ingest.requests.answer_plan import AnswerPlan, TablePlan, place_ids
from ingest.requests.answer_reader import batches_of
from ingest.requests.desk import Asker, Desk, Seen
from ingest.requests.events import DocumentTaken, RegisterError
from ingest.requests.forms import fingerprint_of
from ingest.requests.register import Request
from ingest.requests.settling import Settling, Taking
from ingest.tables import DocumentRefused, Table
from ingest.tables.many import read_many
from ingest.values.text import clean


class Taken(msgspec.Struct, frozen=True):
    """What came of one document."""

    document: DocumentTaken
    counts: Counts


def take_answer(desk: Desk, request: Request, files: Sequence[Path], asker: Asker) -> list[Taken]:
    """Take the documents of an answer.

    Args:
        desk: where to.
        request: the request they answer; it must have been sent.
        files: the documents.
        asker: who confirms.

    Raises:
        RegisterError: the request was not sent, or a document is the answer to another request.
        NeedsPersonError: a question came up and nobody is there.
        ingest.tables.DocumentRefused: a document is not read at all; nothing was asked yet.
        ingest.tables.many.ClusterError: the desk's cluster cannot be used.
    """
    if request.sent is None:
        raise RegisterError(f"{request.ref}: it was never sent; enter that first: mediacontracts requests sent")
    prepared: list[Taking] = []
    for path, tables in [*read_many(files, scan=desk.scan, scheduler=desk.scheduler)]:
        if isinstance(tables, DocumentRefused):
            raise tables
        body = path.read_bytes()
        prepared.append(prepare(desk, request, (name_of(path), body), tables, asker, before=prepared))
    return [load(desk, request, taking) for taking in prepared]


def prepare(
    desk: Desk,
    request: Request,
    file: tuple[str, bytes],
    tables: list[Table],
    asker: Asker,
    *,
    before: Sequence[Taking] = (),
) -> Taking:
    """Archive a document, and settle with a person how each of its tables is read; nothing is loaded yet."""
    name, body = file
    digest = desk.archive.put(body)
    refuse_double(desk, request, digest, name)
    answer = new_plan(request, scan=desk.scan)
    taking = Taking(name, digest, len(body), tables, answer)
    plans: list[TablePlan] = []
    for number, (table, place) in enumerate(zip(tables, place_ids(tables), strict=True), start=1):
        settling = Settling(desk, request, taking, Seen(name, number, table, fingerprint_of(table)), asker)
        plan = settling.settle(place, before)
        plans.append(plan)
    taking.plan = msgspec.structs.replace(answer, tables=tuple(plans))
    return taking


def refuse_double(desk: Desk, request: Request, sha256: str, name: str) -> None:
    """One document answers one request and belongs to one source, or its sums would count twice.

    Raises:
        RegisterError: it was taken for another request, or with another source.
    """
    holder = desk.register.holder_of(sha256)
    if holder is not None and holder.ref != request.ref:
        raise RegisterError(
            f"{name} was taken already, as the answer to {holder.ref} ({holder.drawn.body}); one document answers "
            "one request, or its sums would count twice"
        )
    if sha256 in request.documents:
        source = capture_of(desk, request.documents[sha256]).source
        if source != desk.source.name:
            raise RegisterError(f"{name} was taken with --source {source}; say so, or its sums would count twice")


def capture_of(desk: Desk, document: DocumentTaken) -> Captured:
    """The capture by which a document was last taken."""
    return next(one for one in desk.archive.events() if isinstance(one, Captured) and one.ref == document.capture)


def new_plan(request: Request, *, scan: bool) -> AnswerPlan:
    """How a document of this answer is read, before anything is known of its tables."""
    drawn = request.drawn
    return AnswerPlan(
        request=request.ref, payer=clean(drawn.body), payer_lang=drawn.body_lang, level=drawn.level, scan=scan
    )


def load(desk: Desk, request: Request, taking: Taking) -> Taken:
    """Load a prepared document as one complete run, and enter it in the register."""
    source = desk.source
    run = new_run(source.name, desk.at)
    started = RunStarted(run=run, source=source.name, kind="ingest", at=desk.at)
    desk.archive.write(started)
    captured = Captured(
        ref=f"{run}/1",
        run=run,
        source=source.name,
        sha256=taking.sha256,
        url="",
        at=desk.at,
        byte_count=taking.byte_count,
        file_name=taking.name,
        request=msgspec.to_builtins(taking.plan),
        reader="answer",
    )
    desk.archive.write(captured)
    loader = Loader(desk.engine, source, started)
    # what was shown and confirmed is what is loaded; a rebuild reads the document itself
    counts = load_capture(loader, desk.archive, captured, read=partial(batches_of, tables=taking.read))
    ended = RunEnded(run=run, at=desk.at, state="finished", complete=True)
    counts.vanished = loader.finish(ended).vanished
    desk.archive.write(ended)
    document = DocumentTaken(
        request=request.ref,
        at=desk.at,
        sha256=taking.sha256,
        file_name=taking.name,
        byte_count=taking.byte_count,
        capture=captured.ref,
        tables=tuple(taking.tables),
    )
    desk.enter(*taking.asked, *taking.accepted, document)
    return Taken(document, counts)
