"""Published figures as claims: read from the shipped file, kept in the registry, set beside our rows.

`ingest/data/published_figures.csv` holds what was printed, in our own words, with address and precision. A claim never
counts in any sum. Each says in `check` and `terms` how a machine checks it (see `ingest.claim_terms`).
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from db.bulk import insert_rows, table_of
from db.currencies import MINOR_DIGITS
from db.model import Claim, ClaimCheck
from db.sentences import in_english, read, written
from db.words import Measure, Precision
from ingest import claim_checks as c
from ingest import claim_terms as t
from ingest.claim_rows import held_of
from ingest.reference import DATA, ReferenceFileError, bring_in_step, read_rows

FIGURES = DATA / "published_figures.csv"
"""The file of published figures that ships."""

COLUMNS = (
    "ref", "country", "subject", "period", "years", "signed_on", "payer", "payee", "outlet", "measure", "instrument",
    "figure", "currency", "unit", "precision", "rounded_to", "source_url", "note", "check", "terms",
)  # fmt: skip
"""Headings of a file of published figures."""

_CLAIM = (
    "ref", "country", "subject", "period", "figure", "unit", "precision", "rounded_to", "wording", "source_url",
    "scope_said",
)  # fmt: skip


def read_figures(path: Path = FIGURES) -> dict[str, t.Figure]:
    """Read a file of published figures, by ref.

    Raises:
        ReferenceFileError: a line is not as described; the message names the file and the ref.
    """
    figures: dict[str, t.Figure] = {}
    for row in read_rows(path, COLUMNS):
        ref = row["ref"]
        if ref in figures:
            raise ReferenceFileError(f"{path.name}: {ref} stands there twice")
        try:
            figures[ref] = _figure(row)
        except (ValueError, InvalidOperation, msgspec.ValidationError) as error:
            raise ReferenceFileError(f"{path.name}: {ref}: {error}") from None
    for ref, figure in figures.items():
        missing = [other for other in _named(figure.check) if other not in figures]
        if missing:
            raise ReferenceFileError(f"{path.name}: {ref} is checked by {missing}, which do not stand there")
    return figures


def _figure(row: dict[str, str]) -> t.Figure:
    if row["check"] not in t.KINDS:
        raise ValueError(f"check is {row['check']!r}, none of: {', '.join(t.KINDS)}")
    precision = Precision(row["precision"])
    rounded_to = Decimal(row["rounded_to"]) if row["rounded_to"] else None
    if (precision is Precision.ROUNDED) and not rounded_to:
        raise ValueError("is rounded, but rounded_to does not say to what")
    if precision is Precision.EXACT and rounded_to:
        raise ValueError("is exact, but rounded_to is given")
    if row["currency"] and row["currency"] not in MINOR_DIGITS:
        raise ValueError(f"currency {row['currency']!r} is not in the table of minor units")
    if row["currency"] and row["unit"] != row["currency"]:
        raise ValueError("a figure of money has its currency as its unit")
    check = msgspec.yaml.decode(row["terms"] or "{}", type=t.KINDS[row["check"]])
    if isinstance(check, t.RowsOf) and (check.add == "records") == bool(row["currency"]):
        raise ValueError("money is checked by amount or equivalent, a number of records by records")
    return t.Figure(
        ref=row["ref"],
        country=row["country"],
        subject=row["subject"],
        period=row["period"],
        measure=Measure(row["measure"]) if row["measure"] else None,
        figure=Decimal(row["figure"]),
        currency=row["currency"],
        unit=row["unit"],
        precision=precision,
        rounded_to=rounded_to,
        source_url=row["source_url"],
        note=row["note"],
        check=check,
    )


def _named(check: t.Check) -> tuple[str, ...]:
    """The refs of other figures that a check needs."""
    if isinstance(check, t.SumOf):
        return check.addends
    if isinstance(check, t.SharesOf):
        return tuple(share.part for share in check.shares)
    if isinstance(check, t.QuotientOf):
        return (check.part, check.whole)
    return ()


def load_claims(connection: Connection, path: Path = FIGURES) -> int:
    """Bring the table of claims in step with a file of published figures; gives the number of claims.

    A claim that left the file is taken out together with its check.

    Raises:
        ReferenceFileError: the file is not as described.
    """
    figures = read_figures(path)
    claims, checks = table_of(Claim), table_of(ClaimCheck)
    gone = [row[0] for row in connection.execute(select(claims.c.id, claims.c.ref)).all() if row[1] not in figures]
    for claim_id in gone:
        connection.execute(checks.delete().where(checks.c.claim_id == claim_id))
        connection.execute(claims.delete().where(claims.c.id == claim_id))
    rows = (
        (
            f.ref, f.country, f.subject, f.period, c.grouped(f.figure), f.unit, str(f.precision),
            c.grouped(f.rounded_to) if f.rounded_to else "", f.note, f.source_url, written(c.scope_of(f)),
        )
        for f in figures.values()
    )  # fmt: skip
    bring_in_step(connection, claims, ("ref",), _CLAIM, rows)
    return len(figures)


def check_claims(connection: Connection, path: Path = FIGURES) -> dict[str, t.Outcome]:
    """Set every loaded claim beside what it should be, write the verdicts, and give them by ref.

    Raises:
        ReferenceFileError: the file is not as described, or holds a figure that `load_claims` has not loaded.
    """
    figures = read_figures(path)
    ids = {row[1]: row[0] for row in connection.execute(select(Claim.id, Claim.ref))}
    missing = sorted(set(figures) - set(ids))
    if missing:
        raise ReferenceFileError(f"{path.name}: {missing[0]} is not loaded; load the claims before checking them")
    held = held_of(connection, figures.values())
    outcomes = {ref: _check(figure, figures, held) for ref, figure in figures.items()}
    connection.execute(table_of(ClaimCheck).delete())
    insert_rows(
        connection,
        table_of(ClaimCheck),
        ("claim_id", "verdict", "ours", "difference", "arithmetic_said"),
        [
            (ids[ref], str(o.verdict), _stored(o.ours), _stored(o.difference), written(o.said))
            for ref, o in outcomes.items()
        ],
    )
    return outcomes


def _stored(number: str) -> str:
    """A number as the table keeps it: grouped, since twelve digits in one piece may be taken for a person's number."""
    return c.grouped(Decimal(number)) if number else ""


def _check(figure: t.Figure, figures: dict[str, t.Figure], held: dict[str, t.Held]) -> t.Outcome:
    check = figure.check
    if isinstance(check, t.NoRecords):
        return c.without_records(check)
    if isinstance(check, t.SumOf):
        return c.against_addends(figure, check, figures)
    if isinstance(check, t.SharesOf):
        return c.against_shares(figure, check, figures)
    if isinstance(check, t.QuotientOf):
        return c.against_quotient(figure, check, figures)
    return c.against_rows(figure, check, held[figure.ref])


def claims_report(connection: Connection) -> list[dict[str, str]]:
    """Every claim with its verdict, in the order of refs; `verdict` is "not checked" before `check_claims`.

    `figure`, `rounded_to`, `ours` and `difference` are plain decimal numbers in `unit`; `scope` and `arithmetic` are
    English.
    """
    query = (
        select(*(table_of(Claim).c[name] for name in _CLAIM), *_CHECKED)
        .join(ClaimCheck, ClaimCheck.claim_id == Claim.id, isouter=True)
        .order_by(Claim.ref)
    )
    names = (*_CLAIM, *(column.name for column in _CHECKED))
    report = [dict(zip(names, row, strict=True)) for row in connection.execute(query)]
    return [dict(_reported(name, value or "") for name, value in row.items()) | _unchecked(row) for row in report]


_CHECKED = (
    ClaimCheck.__table__.c.verdict,
    ClaimCheck.__table__.c.ours,
    ClaimCheck.__table__.c.difference,
    ClaimCheck.__table__.c.arithmetic_said,
)


_NUMBERS = frozenset({"figure", "rounded_to", "ours", "difference"})


def _reported(name: str, value: str) -> tuple[str, str]:
    if name.endswith("_said"):
        return name.removesuffix("_said"), in_english(read(value))
    return name, value.replace(",", "") if name in _NUMBERS else value


def _unchecked(row: dict[str, Any]) -> dict[str, str]:
    return {} if row["verdict"] else {"verdict": "not checked"}
