"""Invented information requests and their replies, taken by the same machinery as real ones.

They give the demo what a portal does not tell: outlets by name, who answered and who did not, and tables whose rows
prove the figures.
"""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from datetime import date
from decimal import Decimal
from importlib.resources import as_file, files
from pathlib import Path
from typing import NamedTuple

import msgspec
import openpyxl
from sqlalchemy import Engine, text

from cli.requests.asking import NobodyAsker
from cli.sample.contracts import invented_number, names
from db.model.requests import RequestState
from db.whole_file import write_whole
from ingest.declaration import read_source
from ingest.installation import Installation, now
from ingest.names.identity_lines import Spelling, decision_line
from ingest.requests.answering import take_answer
from ingest.requests.desk import Desk
from ingest.requests.entering import fold
from ingest.requests.events import Answered, Drawn, Event, Looked, Sent, journal_at
from ingest.requests.fill import fill_requests
from ingest.requests.forms import Forms, read_form
from ingest.source import Source

_SUBJECT = "Выплаты средствам массовой информации по государственному информационному заказу"
_DECISIONS = "identity-sample.jsonl"
_INSTANT = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_HELD = "SELECT count(*) FROM record r JOIN source s ON s.id = r.source_id WHERE s.name = :source"
Row = tuple[str, str, str, str, list[str]]
"""Outlet, its kind, supplier, subject, and the sums of each year."""


class SampleTaken(NamedTuple):
    """Records of the sample answers: how many there are now, and how many of them are new."""

    held: int
    new: int


class SampleRequest(msgspec.Struct, forbid_unknown_fields=True):
    """One request; `body` counts those of names.yml, `name` is its name in the language of the request."""

    body: int
    level: str
    lang: str = "ru"
    name: str = ""
    answered: date | None = None
    state: RequestState = RequestState.IN_FULL
    partly: dict[int, RequestState] = {}
    ground: str = ""
    wording: str = ""
    file: str = ""
    sheet: str = ""
    title: str = ""
    years: list[int] = []
    rows: list[Row] = []


class SampleAnswers(msgspec.Struct, forbid_unknown_fields=True):
    """What answers.yml holds."""

    sent: date
    looked_through: date
    years: list[int]
    notice: str
    headings: dict[str, list[str]]
    totals: dict[str, str]
    requests: list[SampleRequest]


def sample_answers() -> SampleAnswers:
    """The requests and replies of answers.yml."""
    return msgspec.yaml.decode((files("cli.sample") / "answers.yml").read_bytes(), type=SampleAnswers)


def answer_source() -> Source:
    """The declaration of the sample answers; it says `invented: true`."""
    with as_file(files("cli.sample") / "sample_answers.yml") as path:
        return read_source(path)


def workbook(told: SampleAnswers, request: SampleRequest) -> bytes:
    """A reply as the body would send it: a title, headings, rows, and the printed total of each year."""
    *words, amount = told.headings[request.lang]
    years = request.years or told.years
    sums = [
        [Decimal(text.replace(" ", "").replace(",", ".").replace("-", "0")) for text in row[4]] for row in request.rows
    ]
    totals = [f"{sum(column):,}".replace(",", " ").replace(".", ",") for column in zip(*sums, strict=True)]
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = request.sheet
    sheet.append([request.title])
    sheet.append([told.notice])
    sheet.append([*words, *(amount.format(year=year) for year in years)])
    for number, (outlet, kind, supplier, subject, printed) in enumerate(request.rows, start=1):
        sheet.append([str(number), outlet, kind, supplier, subject, *printed])
    sheet.append(["", told.totals[request.lang], "", "", "", *totals])
    out = io.BytesIO()
    book.save(out)
    return _of_no_hour(out.getvalue())


def _of_no_hour(workbook: bytes) -> bytes:
    """A workbook without the hour it was made: one that comes again is the same document and counts once."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as made, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as same:
        for name in made.namelist():
            content = made.read(name)
            if name == "docProps/core.xml":
                content = _INSTANT.sub(b"2025-01-01T00:00:00Z", content)
            same.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def take_sample_answers(installation: Installation, engine: Engine) -> SampleTaken:
    """Enter the requests and take the replies that are not there yet.

    Raises:
        ingest.requests.desk.NeedsPersonError: a reply is not as its bundled form says, which is a defect.
    """
    told, at = sample_answers(), now()
    journal = journal_at(installation.home)
    desk = Desk(
        engine, installation.archive, fold(journal.events()), journal, Forms(installation.home / "forms"),
        answer_source(), at,
    )  # fmt: skip
    _decide(installation.home, told)
    for form in (files("cli.sample") / "forms").iterdir():
        with as_file(form) as path:
            desk.forms.store(read_form(path))
    refs = {f"{told.sent.year}-{place:04d}": request for place, request in enumerate(told.requests, start=1)}
    for ref, request in refs.items():
        if ref not in desk.register.requests:
            desk.enter(*_events(told, request, ref, at))
    if desk.register.as_of is None:
        desk.enter(Looked(request="", at=at, on=told.looked_through))
    new = 0
    with tempfile.TemporaryDirectory() as folder:
        for ref, request in refs.items():
            asked = desk.register.requests[ref]
            if request.file and not asked.documents:
                path = Path(folder) / request.file
                path.write_bytes(workbook(told, request))
                taken = take_answer(desk, asked, [path], NobodyAsker())
                new += sum(one.counts.inserted for one in taken)
    fill_requests(engine, desk.register)
    with engine.connect() as connection:
        held = connection.execute(text(_HELD), {"source": desk.source.name}).scalar_one()
    return SampleTaken(held, new)


def body_name(request: SampleRequest) -> str:
    """The body as the request names it."""
    return request.name or names().bodies[request.body]


def _events(told: SampleAnswers, request: SampleRequest, ref: str, at: str) -> list[Event]:
    events: list[Event] = [
        Drawn(
            request=ref, at=at, body=body_name(request), body_lang=request.lang, level=request.level,
            subject=_SUBJECT, years=tuple(told.years), basis="kz-access", lang=request.lang,
        ),
        Sent(request=ref, at=at, on=told.sent, channel="portal"),
    ]  # fmt: skip
    if request.answered is not None:
        events.append(
            Answered(
                request=ref, at=at, on=request.answered, state=request.state, years=request.partly,
                ground=request.ground, wording=request.wording,
            )
        )  # fmt: skip
    return events


def _decide(home: Path, told: SampleAnswers) -> None:
    """Say that each body asked is the payer of that name on the sample portal, which prints its number."""
    lines = []
    for request in told.requests:
        printed = names().bodies[request.body]
        number = invented_number("4", request.body + 1)
        lines.append(
            decision_line(
                Spelling("body", "kz", body_name(request)), Spelling("body", "kz", printed, number), "same",
                who="the sample", when=told.sent, why="the portal prints its number beside its name",
            )
        )  # fmt: skip
    path = home / "decisions" / _DECISIONS
    write_whole(path, "".join(f"{line}\n" for line in lines).encode())
