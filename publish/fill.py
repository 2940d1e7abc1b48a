"""Fills the file of a release from the registry: each table in one pass, in the order of lasting names."""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, func, select

from db.bulk import table_of
from db.model import Claim, ClaimCheck, Record, RecordAmount, RecordLine, Run
from db.privacy import mask_person_ids
from db.sentences import in_english, read
from publish.corrections import Correction
from publish.described import Table
from publish.keys import Keys
from publish.link_rows import Links
from publish.money import minor_digits
from publish.record_rows import record_rows
from publish.registry import bytewise, data_as_of, in_contracts, instant, stream, used_sources
from publish.request_rows import asked_years, coverage_rows, openness_rows, request_rows
from publish.revised import changes
from publish.schema import BY_NAME
from publish.schema_contracts import CONTRACTS, OTHER_RECORDS, YEAR_NONE, YEAR_SEVERAL
from publish.set_right import SetRight, set_right
from publish.unread import unread_rows


class DoubledUidError(Exception):
    """Two records of the registry have one uid, so a citation of it would be ambiguous."""


@dataclass
class Filled:
    """What later steps need to know about a file that has been filled."""

    data_as_of: str
    sources: list[Row[Any]]
    set_right: SetRight


class Places:
    """Where each record of the registry stands in the release: its table and id there, in eight bytes a record."""

    def __init__(self, highest: int) -> None:
        self._at = array("q", bytes(8 * (highest + 1)))

    def put(self, record: int, place: int, *, media: bool) -> None:
        """Remember the place of one record."""
        self._at[record] = place if media else -place

    def of(self, record: int) -> tuple[int | None, int | None]:
        """Ids in `contracts` and in `other_records`; one of them is None."""
        place = self._at[record]
        return (place, None) if place > 0 else (None, -place)


def fill(
    connection: Connection,
    out: sqlite3.Connection,
    keys: Keys,
    *,
    links: Links,
    corrections: list[Correction],
    salt: bytes,
) -> Filled:
    """Fill all tables but `about` and `releases`, which are written once the content has a name."""
    sources = used_sources(connection)
    source_ids = {row.id: at for at, row in enumerate(sources, start=1)}
    run_ids = _runs(connection, out, source_ids)
    for name, party in (
        ("outlets", keys.outlets),
        ("ministries", keys.ministries),
        ("payers", keys.payers),
        ("recipients", keys.recipients),
        ("intermediaries", keys.intermediaries),
        ("regions", keys.regions),
        ("topics", keys.topics),
    ):
        write(out, BY_NAME[name], party.rows)
    write(out, BY_NAME["linked_parties"], links.parties)
    write(out, BY_NAME["links"], links.links)
    write(out, BY_NAME["spellings"], keys.spellings())
    _sources(out, sources, source_ids)
    _years(connection, out)
    _currencies(connection, out)
    places = _records(connection, out, keys, source_ids)
    _amounts(connection, out, places)
    _lines(connection, out, places)
    _changes(connection, out, places, run_ids)
    unread = enumerate(unread_rows(connection), start=1)
    write(out, BY_NAME["rejected_rows"], ((at, source_ids[r[0]], run_ids[r[1]], *r[2:]) for at, r in unread))
    _claims(connection, out)
    requests, request_ids = request_rows(connection, keys)
    write(out, BY_NAME["requests"], requests)
    write(out, BY_NAME["coverage"], coverage_rows(connection, keys, request_ids))
    write(out, BY_NAME["openness"], openness_rows(connection, keys))
    done = set_right(out, corrections, salt)
    _count_rows(out)
    return Filled(data_as_of(connection), sources, done)


def write(out: sqlite3.Connection, table: Table, rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows; in every column of a source's own words the numbers of natural persons are masked."""
    out.executemany(table.insert(), _masked(rows, table.free))


def _masked(rows: Iterable[tuple[Any, ...]], free: tuple[int, ...]) -> Iterator[list[Any]]:
    for row in rows:
        values = list(row)
        for at in free:
            text = values[at]
            if text:
                values[at] = mask_person_ids(text)
        yield values


def _runs(connection: Connection, out: sqlite3.Connection, source_ids: dict[int, int]) -> dict[int, int]:
    found = sorted(
        connection.execute(select(table_of(Run), instant(Run.started_at), instant(Run.finished_at))),
        key=lambda row: (row[-2], row.ref),
    )
    write(
        out,
        BY_NAME["runs"],
        (
            (at, r.ref, source_ids[r.source_id], r.kind, r[-2], r[-1], r.state, r.reason, r.window_from, r.window_to,
             r.rows, r.inserted, r.updated, r.unchanged, r.vanished, r.rejected, r.responses, r.responses_bad,
             r.retracted_why)
            for at, r in enumerate(found, start=1)
        ),
    )  # fmt: skip
    return {row.id: at for at, row in enumerate(found, start=1)}


def _sources(out: sqlite3.Connection, sources: list[Row[Any]], source_ids: dict[int, int]) -> None:
    write(
        out,
        BY_NAME["sources"],
        (
            (source_ids[s.id], s.name, s.title, s.country, s.publisher, s.obtained, s.url, s.licence, s.licence_url,
             s.publish, s.frequency, s.caveats, int(s.invented), 0, 0, 0)
            for s in sources
        ),
    )  # fmt: skip


def _years(connection: Connection, out: sqlite3.Connection) -> None:
    query = select(Record.year).where(Record.year.is_not(None), Record.year_state == "stated").distinct()
    years = sorted(year for (year,) in connection.execute(query) if year is not None)
    years = sorted({*years, *asked_years(connection)})
    rows = [(YEAR_NONE, "no date", 0), (YEAR_SEVERAL, "several years", 0), *((year, str(year), 0) for year in years)]
    write(out, BY_NAME["years"], rows)


def _currencies(connection: Connection, out: sqlite3.Connection) -> None:
    codes: set[str] = set()
    for column in (Record.currency, Record.equivalent_currency, RecordAmount.currency):
        codes |= {row[0] for row in connection.execute(select(column).where(column != "").distinct())}
    write(
        out,
        BY_NAME["currencies"],
        ((at, code, minor_digits(code), 10 ** minor_digits(code)) for at, code in enumerate(sorted(codes), start=1)),
    )


def _records(connection: Connection, out: sqlite3.Connection, keys: Keys, source_ids: dict[int, int]) -> Places:
    places = Places(int(connection.execute(select(func.coalesce(func.max(Record.id), 0))).scalar_one()))
    for table, media in ((CONTRACTS, True), (OTHER_RECORDS, False)):

        def placed(*, media: bool = media) -> Iterator[tuple[Any, ...]]:
            last = ""
            found = record_rows(connection, keys, source_ids, in_contracts(media=media))
            for at, (record, row) in enumerate(found, start=1):
                if row[0] <= last:
                    raise DoubledUidError(f"record uid {row[0]} occurs twice in the registry; look for a doubled key")
                last = row[0]
                places.put(record, at, media=media)
                yield (at, *row)

        write(out, table, placed())
    doubled = out.execute(
        "SELECT c.uid FROM contracts c JOIN other_records o ON o.uid = c.uid ORDER BY c.uid LIMIT 1"
    ).fetchone()
    if doubled:
        raise DoubledUidError(f"record uid {doubled[0]} occurs twice in the registry; look for a doubled key")
    return places


def _amounts(connection: Connection, out: sqlite3.Connection, places: Places) -> None:
    a = RecordAmount
    query = (
        select(Record.uid, a.record_id, a.role, a.currency, a.minor, a.state, a.raw, a.rule)
        .join(Record, Record.id == a.record_id)
        .order_by(bytewise(connection, Record.uid), bytewise(connection, a.role), bytewise(connection, a.currency))
    )
    rows = stream(connection, query)
    write(out, BY_NAME["amounts"], ((at, r[0], *places.of(r[1]), *r[2:]) for at, r in enumerate(rows, start=1)))


def _lines(connection: Connection, out: sqlite3.Connection, places: Places) -> None:
    n = RecordLine
    query = (
        select(
            Record.uid, n.record_id, n.position, n.line_key, n.plan_point, n.code, n.name, n.description, n.quantity,
            n.unit, n.place, n.minor, n.minor_without_vat,
        )
        .join(Record, Record.id == n.record_id)
        .order_by(bytewise(connection, Record.uid), n.position)
    )  # fmt: skip
    rows = stream(connection, query)
    write(out, BY_NAME["lines"], ((at, r[0], *places.of(r[1]), *r[2:]) for at, r in enumerate(rows, start=1)))


def _changes(connection: Connection, out: sqlite3.Connection, places: Places, run_ids: dict[int, int]) -> None:
    write(
        out,
        BY_NAME["changes"],
        (
            (at, uid, *places.of(record), run_ids[run], *told)
            for at, (record, (uid, run, *told)) in enumerate(changes(connection), start=1)
        ),
    )


def _claims(connection: Connection, out: sqlite3.Connection) -> None:
    query = (
        select(Claim, ClaimCheck.verdict, ClaimCheck.ours, ClaimCheck.difference, ClaimCheck.arithmetic_said)
        .with_only_columns(
            Claim.ref, Claim.country, Claim.subject, Claim.period, Claim.figure, Claim.unit, Claim.precision,
            Claim.rounded_to, Claim.wording, Claim.source_url, Claim.scope_said,
            func.coalesce(ClaimCheck.verdict, "not checked"),
            func.coalesce(ClaimCheck.ours, ""), func.coalesce(ClaimCheck.difference, ""),
            func.coalesce(ClaimCheck.arithmetic_said, ""),
        )
        .join(ClaimCheck, ClaimCheck.claim_id == Claim.id, isouter=True)
        .order_by(bytewise(connection, Claim.ref))
    )  # fmt: skip
    found = (([*row[:10]], row[10], [*row[11:14]], row[14]) for row in stream(connection, query))
    write(
        out,
        BY_NAME["claims"],
        (
            (at, *printed, in_english(read(scope)), *checked, in_english(read(said)), scope, said)
            for at, (printed, scope, checked, said) in enumerate(found, start=1)
        ),
    )


def _count_rows(out: sqlite3.Connection) -> None:
    """Fill the `records` columns of the key tables, one pass over `contracts` for each."""
    counted = [("contracts", column.name, column.ref, "records") for column in CONTRACTS.columns if column.ref]
    counted += [("other_records", "source", "sources", "other_records")]
    counted += [("rejected_rows WHERE latest", "source", "sources", "rejected_rows")]
    for rows, column, key_table, target in counted:
        found = out.execute(f'SELECT count(*), "{column}" FROM {rows} GROUP BY "{column}" ORDER BY "{column}"')
        out.executemany(f'UPDATE "{key_table}" SET "{target}" = ? WHERE id = ?', found.fetchall())
