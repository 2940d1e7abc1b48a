"""What our rows say about the scopes of claims: one statement per source, whatever the number of claims.

The rows are added up by year, measure, currency and by those names alone that some claim asks for; everything else
falls together. A claim then takes the groups of its scope.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Label, String, and_, case, exists, func, literal, null, select

from db.currencies import MINOR_DIGITS
from db.model import BodyName, OrganisationName, Record, Revision, Run, Source
from db.words import AmountState
from ingest.claim_terms import NOTHING, Figure, Held, RowsOf


class _Group(msgspec.Struct, frozen=True, array_like=True):
    """Records of one source that no claim tells apart. A name is None where no claim asks for it."""

    year: int | None
    year_to: int | None
    measure: str
    currency: str
    equivalent_currency: str
    payer: str | None
    recipient: str | None
    topic: str | None
    counted: int
    amount: int
    equivalent: int
    with_sum: int
    without_sum: int
    vanished: int
    added: int
    changed: int


def held_of(connection: Connection, figures: Iterable[Figure]) -> dict[str, Held]:
    """What is held of the scope of every figure that is checked against rows, by ref."""
    by_source: dict[str, list[tuple[Figure, RowsOf]]] = defaultdict(list)
    for figure in figures:
        if isinstance(figure.check, RowsOf):
            by_source[figure.check.source].append((figure, figure.check))
    held: dict[str, Held] = {}
    for source, asked in by_source.items():
        groups = _groups(connection, source, [terms for _, terms in asked])
        for figure, terms in asked:
            held[figure.ref] = _held(figure, terms, [group for group in groups if _in_scope(group, figure, terms)])
    return held


def _groups(connection: Connection, source: str, asked: Sequence[RowsOf]) -> list[_Group]:
    loaded = connection.execute(
        select(Source.id, func.min(Run.id))
        .join(Run, Run.source_id == Source.id)
        .where(Source.name == source)
        .group_by(Source.id)
    ).one_or_none()
    if loaded is None:
        return []
    source_id, first_run = loaded
    dimensions = (
        Record.year,
        func.coalesce(Record.year_to, Record.year),
        Record.measure,
        Record.currency,
        Record.equivalent_currency,
        _asked_for(
            BodyName.__table__.c.name, (name for terms in asked for name in (*terms.payers, *terms.payers_not))
        ),
        _asked_for(OrganisationName.__table__.c.name, (name for terms in asked for name in terms.recipients)),
        _asked_for(
            Record.__table__.c.source_topic, (name for terms in asked for name in (*terms.topics, *terms.topics_not))
        ),
    )
    labelled: list[Label[Any]] = [dimension.label(f"d{at}") for at, dimension in enumerate(dimensions)]
    here = Record.vanished_run_id.is_(None)
    revised = exists().where(Revision.record_id == Record.id)
    flags: tuple[ColumnElement[Any], ...] = (
        case((Record.counted, 1), else_=0),
        case((Record.counted, Record.amount_minor), else_=0),
        case((Record.counted, Record.equivalent_minor), else_=0),
        case((and_(Record.counted, Record.amount_state != AmountState.ZERO), 1), else_=0),
        case((and_(Record.counted, Record.amount_minor.is_(None)), 1), else_=0),
        case((here, 0), else_=1),
        case((and_(here, Record.first_run_id > first_run), 1), else_=0),
        case((and_(here, revised), 1), else_=0),
    )
    # the flags are made in a subquery, so that grouping is by plain columns on both databases
    rows = (
        select(*labelled, *(flag.label(f"f{at}") for at, flag in enumerate(flags)))
        .select_from(Record)
        .join(BodyName, BodyName.id == Record.payer_name_id)
        .join(OrganisationName, OrganisationName.id == Record.recipient_name_id, isouter=True)
        .where(Record.source_id == source_id)
        .subquery()
    )
    by = [rows.c[f"d{at}"] for at in range(len(dimensions))]
    query = select(*by, *(func.sum(rows.c[f"f{at}"]) for at in range(len(flags)))).group_by(*by)
    at = len(dimensions)
    return [_Group(*row[:at], *(int(value or 0) for value in row[at:])) for row in connection.execute(query)]


def _asked_for(column: ColumnElement[Any], names: Iterable[str]) -> ColumnElement[Any]:
    wanted = sorted(set(names))
    return case((column.in_(wanted), column), else_=null()) if wanted else literal(None, String)


def _in_scope(group: _Group, figure: Figure, terms: RowsOf) -> bool:
    if group.year is None or group.year_to is None:
        return False
    currency = {"amount": group.currency, "equivalent": group.equivalent_currency}.get(terms.add, figure.currency)
    return (
        terms.years[0] <= group.year
        and group.year_to <= terms.years[1]
        and currency == figure.currency
        and (figure.measure is None or group.measure == figure.measure)
        and (not terms.payers or group.payer in terms.payers)
        and group.payer not in terms.payers_not
        and (not terms.recipients or group.recipient in terms.recipients)
        and (not terms.topics or group.topic in terms.topics)
        and group.topic not in terms.topics_not
    )


def _held(figure: Figure, terms: RowsOf, groups: Sequence[_Group]) -> Held:
    if not groups:
        return NOTHING
    field = "with_sum" if terms.add == "records" else terms.add
    digits = 0 if terms.add == "records" else MINOR_DIGITS[figure.currency]
    return Held(
        records=sum(group.counted for group in groups),
        total=Decimal(sum(getattr(group, field) for group in groups)).scaleb(-digits),
        without_sum=sum(group.without_sum for group in groups),
        vanished=sum(group.vanished for group in groups),
        added=sum(group.added for group in groups),
        changed=sum(group.changed for group in groups),
    )
