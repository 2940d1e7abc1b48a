"""Names in several languages: what each party of a release is called in Russian, Kazakh and English, where known.

A name is never translated here. A party is called in a language as a source of that language writes it; of several
such spellings the one that most records print, so that an abbreviation seen once is not a title. What tells an outlet
apart from others of its name stays behind it in every language.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from publish.site.core.naming import PARTIES
from publish.site.core.release import has_column, rows
from publish.site.reader.language import LANGUAGES, catalogue

Spoken = Mapping[tuple[str, str], Mapping[str, str]]
"""By kind and lasting name of a party: by language its name in it, where that is not the one all stand under."""

_ROLES = {
    "payer": "payer",
    "ministry": "payer",
    "recipient": "recipient",
    "intermediary": "intermediary",
    "outlet": "outlet",
}
"""Kinds of parties, and the role under which their spellings are listed."""
_AT_ONCE = 500
_HOME = "KZ"
"""The country whose regions bear Russian, Kazakh and English names in their table."""


def read_spoken(connection: sqlite3.Connection) -> Spoken:
    """Read the names in other languages of every party and region of a release."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for kind, role in _ROLES.items():
        _of_parties(connection, role, kind, found)
    regions = rows(
        connection,
        "SELECT uid, name, name_local, name_en FROM regions WHERE state = 'named' AND country = ?",
        (_HOME,),
    )
    for row in regions:
        told = {"kk": row["name_local"], "en": row["name_en"]}
        found["region", row["uid"]] = {language: name for language, name in told.items() if name}
    return {key: names for key, names in found.items() if names}


def _of_parties(
    connection: sqlite3.Connection, role: str, kind: str, found: dict[tuple[str, str], dict[str, str]]
) -> None:
    marks = ", ".join("?" * len(LANGUAGES))
    sql = (
        f"SELECT k.id, k.uid, k.name AS main, s.lang, s.name, {_told_apart(connection, kind)} AS told_apart"
        f" FROM spellings AS s JOIN {PARTIES[kind]} AS k"
        f" ON k.uid = s.entity_uid AND k.state = 'named' WHERE s.role = ? AND s.lang IN ({marks})"
        " ORDER BY k.id, s.lang, s.name"
    )
    spelled: dict[tuple[int, str, str], list[str]] = {}
    own: set[tuple[int, str, str]] = set()
    behind: dict[str, str] = {}
    for row in rows(connection, sql, (role, *LANGUAGES)):
        key = (row["id"], row["uid"], row["lang"])
        spelled.setdefault(key, []).append(row["name"])
        behind[row["uid"]] = f" ({row['told_apart']})" if row["told_apart"] else ""
        if row["name"] + behind[row["uid"]] == row["main"]:  # the name all stand under is of this language itself
            own.add(key)
    several = {key[0] for key, names in spelled.items() if key not in own and len(names) > 1}
    printed = _printed(connection, role, kind, sorted(several))
    for (at, uid, language), names in spelled.items():
        if (at, uid, language) not in own:
            # the first of those that most records print, so that the order of rows decides nothing
            name = max(names, key=lambda name: printed.get((at, name), 0))
            found.setdefault((kind, uid), {})[language] = name + behind[uid]


def _told_apart(connection: sqlite3.Connection, kind: str) -> str:
    """The column that tells outlets of one name apart; a release of an older program has none."""
    return "k.paid_to" if kind == "outlet" and has_column(connection, "outlets", "paid_to") else "''"


def _printed(connection: sqlite3.Connection, role: str, kind: str, parties: list[int]) -> dict[tuple[int, str], int]:
    """How many records print each spelling of these parties; asked only of those where it decides."""
    found: dict[tuple[int, str], int] = {}
    for first in range(0, len(parties), _AT_ONCE):
        part = parties[first : first + _AT_ONCE]
        marks = ", ".join("?" * len(part))
        sql = (
            f"SELECT {kind} AS at, {role}_written AS written, count(*) AS records FROM contracts"
            f" WHERE {kind} IN ({marks}) GROUP BY 1, 2"
        )
        found.update({(row["at"], row["written"]): row["records"] for row in rows(connection, sql, part)})
    return found


def topic_words(name: str) -> tuple[str, ...]:
    """The words for a topic in every language."""
    return tuple(dict.fromkeys(catalogue(language).gettext(name) for language in LANGUAGES))
