"""Names in several languages: what each party of a release is called in Russian, Kazakh and English, where known.

A name is never translated here. A party is called in a language as a source of that language writes it; of several
such spellings the one that most records print, so that an abbreviation seen once is not a title.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping

from publish.site.core.release import rows
from publish.site.reader.language import LANGUAGES, catalogue

Spoken = Mapping[tuple[str, str], Mapping[str, str]]
"""By kind and lasting name of a party: by language its name in it, where that is not the one all stand under."""

_WRITTEN = ("payer", "recipient", "intermediary", "outlet")
_HOME = "KZ"
"""The country whose regions bear Russian, Kazakh and English names in their table."""


def read_spoken(connection: sqlite3.Connection) -> Spoken:
    """Read the names in other languages of every party and region of a release."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for role in _WRITTEN:
        for kind, table in _tables_of(role):
            _of_parties(connection, role, kind, table, found)
    regions = rows(
        connection,
        "SELECT uid, name, name_local, name_en FROM regions WHERE state = 'named' AND country = ?",
        (_HOME,),
    )
    for row in regions:
        told = {"kk": row["name_local"], "en": row["name_en"]}
        found["region", row["uid"]] = {language: name for language, name in told.items() if name}
    return {key: names for key, names in found.items() if names}


def _tables_of(role: str) -> tuple[tuple[str, str], ...]:
    if role == "payer":
        return (("payer", "payers"), ("ministry", "ministries"))
    return ((role, {"recipient": "recipients", "intermediary": "intermediaries", "outlet": "outlets"}[role]),)


def _of_parties(
    connection: sqlite3.Connection, role: str, kind: str, table: str, found: dict[tuple[str, str], dict[str, str]]
) -> None:
    marks = ", ".join("?" * len(LANGUAGES))
    sql = (
        "SELECT s.entity_uid AS uid, s.lang, s.name, k.name AS main, coalesce(n.records, 0) AS records"
        f" FROM spellings AS s JOIN {table} AS k ON k.uid = s.entity_uid AND k.state = 'named'"
        f" LEFT JOIN (SELECT {kind} AS at, {role}_written AS written, count(*) AS records FROM contracts"
        " GROUP BY 1, 2) AS n ON n.at = k.id AND n.written = s.name"
        f" WHERE s.role = ? AND s.lang IN ({marks}) ORDER BY s.entity_uid, s.lang, 5 DESC, s.name"
    )
    own: set[tuple[str, str]] = set()
    for row in rows(connection, sql, (role, *LANGUAGES)):
        if row["name"] == row["main"]:  # the name all stand under is of this language itself
            own.add((row["uid"], row["lang"]))
        found.setdefault((kind, row["uid"]), {}).setdefault(row["lang"], row["name"])
    for uid, language in own:
        found[kind, uid].pop(language, None)


def topic_words(name: str) -> tuple[str, ...]:
    """The words for a topic in every language."""
    return tuple(dict.fromkeys(catalogue(language).gettext(name) for language in LANGUAGES))
