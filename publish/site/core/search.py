"""Search that forgives: names found by spelling, folding, number or likeness, and why each was found.

Case, ё/е, Kazakh letters, Latin look-alikes and transliteration meet in `db.fold`; old names stand in `spellings`;
small typing errors are forgiven by likeness (RapidFuzz).
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from db.fold import clean, fold
from db.privacy import is_person_id
from publish.site.core.naming import PARTIES
from publish.site.core.release import rows
from publish.site.core.spoken import topic_words
from publish.site.core.ties import own_pages
from publish.site.reader.language import mark

_KINDS = {kind: table for kind, table in PARTIES.items() if kind not in ("source", "year")}
_REGISTERED = frozenset({"ministry", "payer", "recipient", "intermediary"})
MOST = 40
LEAST_LIKE = 80
"""Likeness in per cent below which a name is not offered."""

WHY = {
    "number": mark("this number in the register"),
    "name": mark("the name"),
    "spelling": mark("also written so"),
    "part": mark("part of the name"),
    "spelling part": mark("part of another spelling"),
    "like": mark("a similar name"),
    "spelling like": mark("a similar spelling"),
}
_ORDER = {why: at for at, why in enumerate(WHY)}


@dataclass(frozen=True)
class Name:
    """One way to write a party: its name, another spelling or its number."""

    kind: str
    uid: str
    name: str
    written: str
    folded: str
    is_name: bool
    records: int


@dataclass(frozen=True)
class Found:
    """One party that a search found.

    Attributes:
        kind: outlet, payer, …
        uid: its lasting name.
        name: as shown.
        why: a key of `WHY`.
        written: the spelling that matched, where it is not the name.
        records: rows of `contracts` that point at it.
        likeness: per cent, of a name that is only similar; below zero, a hundred less, where only a part of it is.
    """

    kind: str
    uid: str
    name: str
    why: str
    written: str
    records: int
    likeness: int = 0

    @property
    def place(self) -> tuple[int, int, int, int, str]:
        """Its place in the list: how it was found, then how like it is, and only then how many records it has."""
        order = _ORDER[self.why]
        return (min(order, _ORDER["like"]), -self.likeness, order, -self.records, self.name)


@dataclass(frozen=True)
class Names:
    """Every spelling of every party of a release, read once for each release."""

    names: tuple[Name, ...]
    folded: tuple[str, ...]
    numbers: dict[str, tuple[Name, ...]]

    def find(self, text: str) -> list[Found]:
        """Parties that a text may mean, the surest first."""
        digits = clean(text).replace(" ", "")
        if digits.isdecimal() and digits in self.numbers:
            return [_found(name, "number") for name in self.numbers[digits]]
        asked = fold(text)
        if len(asked) < 2 or is_person_id(digits):
            return []
        best: dict[tuple[str, str], Found] = {}
        for name in self.names:
            if name.folded == asked:
                _keep(best, name, "name" if name.is_name else "spelling")
            elif f" {asked}" in f" {name.folded}":
                _keep(best, name, "part" if name.is_name else "spelling part")
        if len(asked) > 3:
            for _, score, at in process.extract(
                asked, self.folded, scorer=fuzz.ratio, score_cutoff=LEAST_LIKE, limit=MOST, processor=None
            ):
                name = self.names[at]
                _keep(best, name, "like" if name.is_name else "spelling like", _step(score))
            if all(one.why.endswith("like") for one in best.values()):
                # a similar name may be another one than the similar part of a longer name that is meant
                self._like_a_part(best, asked)
        return sorted(best.values(), key=lambda one: one.place)[:MOST]

    def _like_a_part(self, best: dict[tuple[str, str], Found], asked: str) -> None:
        likes = set(best)
        for _, score, at in process.extract(
            asked, self.folded, scorer=fuzz.partial_ratio, score_cutoff=LEAST_LIKE, limit=MOST, processor=None
        ):
            name = self.names[at]
            # a short name lies whole in many a long search, which says nothing
            if len(name.folded) * 2 > len(asked) and (name.kind, name.uid) not in likes:
                _keep(best, name, "like" if name.is_name else "spelling like", _step(score) - 100)


def _step(score: float) -> int:
    """Likeness in steps of five per cent: of two that are nearly as like, the one with more records is meant."""
    return 5 * round(score / 5)


def _found(name: Name, why: str, likeness: int = 0) -> Found:
    written = "" if name.is_name else name.written
    return Found(name.kind, name.uid, name.name, why, written, name.records, likeness)


def _keep(best: dict[tuple[str, str], Found], name: Name, why: str, likeness: int = 0) -> None:
    found, kept = _found(name, why, likeness), best.get((name.kind, name.uid))
    if kept is None or found.place < kept.place:
        best[name.kind, name.uid] = found


def read_names(connection: sqlite3.Connection) -> Names:
    """Read every name, spelling and number of the parties of a release."""
    names: list[Name] = []
    numbers: dict[str, list[Name]] = {}
    written: dict[str, list[str]] = {}
    for row in rows(connection, "SELECT entity_uid, role, name FROM spellings ORDER BY id"):
        for kind in ("payer", "ministry") if row["role"] == "payer" else (row["role"],):
            written.setdefault(f"{kind} {row['entity_uid']}", []).append(row["name"])
    for kind, table in _KINDS.items():
        more = ", registry_id" if kind in _REGISTERED else ", '' AS registry_id"
        local = ", name_local, name_en" if kind == "region" else ", '' AS name_local, '' AS name_en"
        sql = f"SELECT uid, name, records{more}{local} FROM {table} WHERE state = 'named' ORDER BY id"
        for row in rows(connection, sql):
            also = [*written.get(f"{kind} {row['uid']}", ()), row["name_local"], row["name_en"]]
            if kind == "topic":
                also += topic_words(row["name"])
            for text in dict.fromkeys((row["name"], *filter(None, also))):
                folded = fold(text)
                if folded:
                    is_name = text == row["name"]
                    names.append(Name(kind, row["uid"], row["name"], text, folded, is_name, row["records"]))
            if row["registry_id"]:
                own = Name(
                    kind, row["uid"], row["name"], row["registry_id"], "", is_name=False, records=row["records"]
                )
                numbers.setdefault(row["registry_id"], []).append(own)
    # those that no record names have a page because others are tied to them
    names += [
        Name(node.kind, node.uid, node.name, node.name, fold(node.name), is_name=True, records=0)
        for node in own_pages(connection)
        if fold(node.name)
    ]
    return Names(
        tuple(names), tuple(name.folded for name in names), {key: tuple(found) for key, found in numbers.items()}
    )
