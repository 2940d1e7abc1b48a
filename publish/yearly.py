"""`yearly.csv`: what each body paid each provider in a year, as public authorities owe it in the European Union.

Article 25 (2) of Regulation (EU) 2024/1083, the European Media Freedom Act, asks of every authority, once a year: whom
it paid (legal name of the provider), of which business group the provider is a part, how much in all, and how much to
each. A line here is that of one provider; with it stand the total of the authority, what of it is not known, and
whether the authority ever answered for that year. Measures and currencies are never added together.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from db.words import LinkedKind
from publish.money import decimal_text
from publish.read_only import read_only
from publish.site.core.release import read_release, rows
from publish.site.core.ties import Node, Ties, read_ties
from publish.site.exports.columns import coverage
from publish.spreadsheet import BOM, csv_lines

FILE_NAME = "yearly.csv"
COLUMNS = (
    "year", "country", "payer", "payer_uid", "ministry", "provider", "provider_uid", "id_scheme", "registry_id",
    "business_groups", "other_owners", "outlets", "through", "measure", "currency", "amount", "amount_minor",
    "counted_rows", "without_sum", "not_exact", "total_of_payer", "total_of_payer_minor", "answered", "sources",
    "invented", "release", "coverage",
)  # fmt: skip
"""`year` is in words where a record has none, or several. `provider` is the recipient, or why none is named;
`business_groups` and `other_owners` are those above it in that year, as decisions with evidence say. `through` names
the agencies between. `amount` is exact and empty where no row states a sum; `without_sum` counts rows that state none
(withheld, below a threshold, unknown), `not_exact` those that are rounded or a bound. `total_of_payer` is that of all
providers in the same year, measure and currency. `answered` is what came of asking the payer about that year."""

NOT_ASKED = "not asked"
_NUMBERS = frozenset({
    "amount", "amount_minor", "counted_rows", "without_sum", "not_exact", "total_of_payer", "total_of_payer_minor",
    "invented",
})  # fmt: skip
_TEXTS = [at for at, name in enumerate(COLUMNS) if name not in _NUMBERS]
_ALIKE = "c.year, c.payer, c.recipient, c.measure, c.currency"
"""What the records of a line share."""
_SUMS = f"""
SELECT {_ALIKE}, y.name AS year_name, p.country, p.name AS payer_name, p.uid AS payer_uid, r.name AS provider,
  r.uid AS provider_uid, r.id_scheme, CASE WHEN r.is_person THEN '' ELSE r.registry_id END AS registry_id,
  sum(c.amount_minor) AS minor, count(*) AS counted, count(*) - count(c.amount_minor) AS without_sum,
  sum(c.amount_minor IS NOT NULL AND c.amount_precision <> 'exact') AS not_exact, max(s.invented) AS invented
FROM contracts AS c JOIN years AS y ON y.id = c.year JOIN payers AS p ON p.id = c.payer
JOIN recipients AS r ON r.id = c.recipient JOIN sources AS s ON s.id = c.source
WHERE c.counted = 1 GROUP BY {_ALIKE}
ORDER BY c.year, p.uid, c.measure, c.currency, minor DESC, r.uid
"""
_BESIDE = {
    "ministry": ("ministry", "ministries", "k.state = 'named'"),
    "outlets": ("outlet", "outlets", "k.state = 'named'"),
    "through": ("intermediary", "intermediaries", "k.state = 'named'"),
    "sources": ("source", "sources", "1"),
}
"""Headings whose names are listed: the column of `contracts`, its table, and which of its rows are names."""

_Key = tuple[Any, ...]


@dataclass(frozen=True)
class _Beside:
    """What stands beside the sums of a line.

    Attributes:
        names: by heading, the names of a line.
        totals: minor units of a year, payer, measure and currency; None where no row states a sum.
        answered: what came of asking a payer about a year.
        party_of: the party that a recipient is among those that links tie.
        ties: the links.
    """

    names: dict[str, dict[_Key, list[str]]]
    totals: dict[_Key, int | None]
    answered: dict[_Key, str]
    party_of: dict[int, int]
    ties: Ties


def write_yearly(database: Path, directory: Path, prefix: str = "") -> dict[str, int]:
    """Write the yearly statement of a release; gives the number of lines by file name.

    Args:
        database: the file of the release.
        directory: where it lies.
        prefix: of the names of files, where the release is a sample.
    """
    name = f"{prefix}{FILE_NAME}"
    with read_only(database) as out:
        lines = [*_lines(out)]
    (directory / name).write_bytes((BOM + csv_lines([COLUMNS]) + csv_lines(lines, _TEXTS)).encode())
    return {name: len(lines)}


def _lines(out: sqlite3.Connection) -> Iterator[tuple[Any, ...]]:
    found = rows(out, _SUMS)
    beside = _beside(out, found)
    release = read_release(out)
    told = (f"{release.mark}{release.name}", coverage(release))
    for row in found:
        key = (row["year"], row["payer"], row["recipient"], row["measure"], row["currency"])
        total = beside.totals[_whole(row)]
        digits = release.digits.get(row["currency"], 0)
        names = {heading: "; ".join(listed.get(key, ())) for heading, listed in beside.names.items()}
        groups, owners = _owners(beside, row["recipient"], row["year"])
        yield (
            row["year_name"], row["country"], row["payer_name"], row["payer_uid"], names["ministry"], row["provider"],
            row["provider_uid"], row["id_scheme"], row["registry_id"], groups, owners, names["outlets"],
            names["through"], row["measure"], row["currency"], _decimal(row["minor"], digits), row["minor"],
            row["counted"], row["without_sum"], row["not_exact"], _decimal(total, digits), total,
            beside.answered.get((row["payer"], row["year"]), NOT_ASKED), names["sources"], row["invented"], *told,
        )  # fmt: skip


def _whole(row: dict[str, Any]) -> _Key:
    """What the lines of one total share."""
    return (row["year"], row["payer"], row["measure"], row["currency"])


def _decimal(minor: int | None, digits: int) -> str:
    return "" if minor is None else decimal_text(minor, digits)


def _beside(out: sqlite3.Connection, found: list[dict[str, Any]]) -> _Beside:
    names: dict[str, dict[_Key, list[str]]] = {}
    for heading, (column, table, named) in _BESIDE.items():
        listed: dict[_Key, list[str]] = defaultdict(list)
        for *key, name in out.execute(
            f"SELECT DISTINCT {_ALIKE}, k.name FROM contracts AS c JOIN {table} AS k ON k.id = c.{column}"
            f" WHERE c.counted = 1 AND {named} ORDER BY k.name"
        ):
            listed[tuple(key)].append(name)
        names[heading] = listed
    totals: dict[_Key, int | None] = dict.fromkeys(map(_whole, found))
    for row in found:
        if row["minor"] is not None:
            totals[_whole(row)] = (totals[_whole(row)] or 0) + row["minor"]
    return _Beside(
        names=names,
        totals=totals,
        answered={(row["payer"], row["year"]): row["state"] for row in rows(out, "SELECT * FROM coverage")},
        party_of=dict(out.execute("SELECT recipient, id FROM linked_parties WHERE recipient IS NOT NULL")),
        ties=read_ties(out),
    )


def _owners(beside: _Beside, recipient: int, year: int) -> tuple[str, str]:
    """Groups above a provider in a year, and other owners above it."""
    party = beside.party_of.get(recipient)
    above = [] if party is None else beside.ties.owners(party, year)
    groups = [node for node in above if node.kind == LinkedKind.GROUP]
    return _listed(groups), _listed([node for node in above if node.kind != LinkedKind.GROUP])


def _listed(nodes: list[Node]) -> str:
    return "; ".join(sorted({node.name for node in nodes}))
