"""Whatever number of a natural person a source writes, wherever and however, no byte of a release has it."""

from __future__ import annotations

import re
import sqlite3
import tempfile
import unicodedata
from collections.abc import Callable
from contextlib import closing
from copy import deepcopy
from pathlib import Path
from typing import Any
from unittest import mock

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from db import model as m
from db.engine import open_engine, registry_url
from db.migrate import migrate
from db.privacy import check_digit
from publish import verify as verify_module
from publish.release import build_release
from tests.publish.reading import content_of

Rows = dict[type[Any], list[dict[str, Any]]]
Fill = Callable[[Engine, Rows], None]

PLACES: list[tuple[type[Any], str]] = [
    (m.Record, "subject"), (m.Record, "number"), (m.Record, "method"), (m.Record, "status"), (m.Record, "details"),
    (m.Record, "raw_amount"), (m.Record, "unit_rule"), (m.Record, "locator"), (m.Record, "region_text"),
    (m.Record, "source_topic"), (m.Record, "url"), (m.Record, "key"), (m.RecordAmount, "raw"),
    (m.RecordLine, "name"), (m.RecordLine, "description"), (m.RecordLine, "place"), (m.OutletName, "name"),
    (m.BodyName, "name"), (m.OrganisationName, "name"), (m.Revision, "old"), (m.Revision, "new"),
    (m.RejectedRow, "raw"), (m.RejectedRow, "reason"), (m.Claim, "wording"), (m.InformationRequest, "subject"),
    (m.InformationRequest, "wording"), (m.InformationRequest, "forwarded_to"), (m.RequestYear, "ground"),
    (m.Document, "file_name"), (m.Capture, "url"),
]  # fmt: skip
BETWEEN = (
    "",
    " ",
    "-",
    "\N{NO-BREAK SPACE}",
    "\N{NON-BREAKING HYPHEN}",
    "\N{SOFT HYPHEN}",
    "\N{ZERO WIDTH SPACE}",
    " - ",
)
DIGITS = ("0123456789", "０１２３４５６７８９", "٠١٢٣٤٥٦٧٨٩")
WORDS = st.text(alphabet="абвқңі ABC«»=.,;:()/", max_size=8)


@st.composite
def numbers(draw: st.DrawFn) -> str:
    """A number of a natural person: a day of birth, a fifth digit below 4, a check digit that holds."""
    day = draw(st.dates()).strftime("%y%m%d")[:4] + draw(st.sampled_from("0123")) + draw(st.sampled_from("0123456789"))
    first = (day + draw(st.text(alphabet="0123456789", min_size=5, max_size=5)))[:11]
    last = check_digit(first)
    return f"{first}{last}" if last is not None else "990101300013"


@st.composite
def poisons(draw: st.DrawFn) -> tuple[str, str]:
    """A number, and a text that holds it as people write numbers."""
    number = draw(numbers())
    alphabet, between = draw(st.sampled_from(DIGITS)), draw(st.sampled_from(BETWEEN))
    every = draw(st.sampled_from((1, 2, 3, 4, 6, 12)))
    pieces = [number[at : at + every] for at in range(0, 12, every)]
    written = between.join(pieces).translate(str.maketrans(DIGITS[0], alphabet))
    return number, f"{draw(WORDS)} {written} {draw(WORDS)}"


def told(directory: Path) -> str:
    """Everything that files, tables and search indexes of a release say, in plain digits with nothing between."""
    texts = [content_of(path).decode("utf-8", errors="ignore") for path in directory.iterdir()]
    with closing(sqlite3.connect(f"file:{directory / 'media_contracts.db'}?mode=ro", uri=True)) as out:
        for (table,) in out.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            texts += [str(value) for row in out.execute(f'SELECT * FROM "{table}"') for value in row if value]
        for (index,) in out.execute("SELECT name FROM sqlite_schema WHERE sql LIKE '%USING fts5%'").fetchall():
            out.execute(f"CREATE VIRTUAL TABLE temp.v_{index} USING fts5vocab('main', '{index}', 'row')")
            texts += [term for (term,) in out.execute(f"SELECT term FROM temp.v_{index}")]
    plain = unicodedata.normalize("NFKC", "\n\n\n\n".join(texts))
    plain = "".join(str(unicodedata.digit(sign)) if sign.isdigit() else sign for sign in plain)
    return re.sub(r"(?<=\d)[\s\u00ad\u200b-\u200f\u2060\ufeff\u2010-\u2015\u2212-]{1,3}(?=\d)", "", plain)


def released(rows: Rows, fill_registry: Fill) -> str:
    """What a release of these rows says."""
    with tempfile.TemporaryDirectory() as folder, mock.patch.object(verify_module, "broken_pages", return_value=[]):
        home = Path(folder)
        engine = open_engine(registry_url(home))
        migrate(engine)
        fill_registry(engine, rows)
        result = build_release(engine, home / "out", slugs=home / "slugs.jsonl", salt=b"of this installation")
        engine.dispose()
        return told(result.directory) + (home / "slugs.jsonl").read_text(encoding="utf-8")


@settings(
    max_examples=8,
    deadline=None,
    # the rows are copied and the rest makes nothing that lasts, so every example starts from the same
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(poisoned=st.lists(poisons(), min_size=len(PLACES), max_size=len(PLACES)), own=numbers())
def test_no_number_of_a_person_leaves_the_registry(
    rows: Rows, fill_registry: Fill, poisoned: list[tuple[str, str]], own: str
) -> None:
    rows = deepcopy(rows)
    for (table, field), (_, text) in zip(PLACES, poisoned, strict=True):
        row = rows[table][0]
        row[field] = f'{{"note": "{text}"}}' if field == "details" else f"{row[field]}{text}"
    rows[m.Organisation][0] |= {
        "key": f"KZ-IIN:{own}", "id_scheme": "KZ-IIN", "registry_id": own, "is_person": True,
    }  # fmt: skip
    said = released(rows, fill_registry)
    leaked = [
        f"{table.__name__}.{field}: {number}"
        for (table, field), (number, _) in zip(
            [*PLACES, (m.Organisation, "registry_id")], [*poisoned, (own, "")], strict=True
        )
        if number in said
    ]
    assert leaked == []


def test_numbers_of_organisations_are_seen_in_every_writing(rows: Rows, fill_registry: Fill) -> None:
    """The sieve above would find a number of a person: it finds these, which are published."""
    written = [
        ("150540012348", place, alphabet, between)
        for place, (alphabet, between) in enumerate((a, b) for a in DIGITS for b in BETWEEN)
    ]
    numbers_of = {}
    for number, place, alphabet, between in written:
        bin_ = f"{number[:6]}{place:05}"
        bin_ += str(check_digit(bin_) or 0)
        pieces = [bin_[at : at + 4].translate(str.maketrans(DIGITS[0], alphabet)) for at in (0, 4, 8)]
        rows[m.Record][place % 10]["subject"] += f" {between.join(pieces)} и"
        numbers_of[bin_] = (alphabet, between)
    said = released(rows, fill_registry)
    assert {number: how for number, how in numbers_of.items() if number not in said} == {}
