"""Takes withdrawn words out of every text of a release, in any case and in the folded spelling of the search too."""

from __future__ import annotations

import hmac
import re
import sqlite3
from collections.abc import Iterable
from hashlib import sha256

from db.fold import fold, words
from db.slug import slug
from publish.described import Column
from publish.schema import TABLES

MARK = "[withdrawn]"
"""What stands in place of withdrawn words."""

_PARTY_TABLES = {
    "outlets": ("outlet", "outlet"), "ministries": ("ministry", "payer"), "payers": ("payer", "payer"),
    "recipients": ("recipient", "recipient"), "intermediaries": ("intermediary", "intermediary"),
    "linked_parties": ("", ""),
}  # fmt: skip
"""Key tables whose uid is made of a name: the first part of their addresses, and the role of their spellings."""


class Withdrawal:
    """The words of one or more takedowns."""

    def __init__(self, withdrawn: Iterable[str]) -> None:
        forms: dict[str, None] = {}
        slugs: dict[str, None] = {}
        for text in withdrawn:
            for parts in (words(text), fold(text).split()):
                if parts:
                    forms[r"[\W_]+".join(re.escape(part) for part in parts)] = None
            slugs[slug(text, set(), key=text)] = None
        # the longest first, so that of two names that share a beginning the whole goes
        listed = "|".join(sorted(forms, key=len, reverse=True))
        self._pattern = re.compile(rf"(?<!\w)(?:{listed})(?!\w)", re.IGNORECASE) if forms else None
        self._slugs = tuple(slugs)

    def hidden(self, text: str) -> str:
        """The text without the words."""
        return text if self._pattern is None else self._pattern.sub(MARK, text)

    def in_slug(self, uid: str) -> bool:
        """Whether an address is made of the words."""
        return any(f"-{name}-" in f"-{uid}-" for name in self._slugs)


def withdraw(out: sqlite3.Connection, withdrawal: Withdrawal, salt: bytes) -> int:
    """Take the words out of a release that is being filled; gives the number of cells that held them.

    A party whose name held them gets an address that does not; the old one is gone, not redirected.

    Args:
        out: the release.
        withdrawal: the words.
        salt: the installation's secret; without it the new address could be guessed back.
    """
    out.create_function("hidden", 1, lambda text: text and withdrawal.hidden(text), deterministic=True)
    changed = _new_addresses(out, withdrawal, salt)
    for table in TABLES:
        for column in table.columns:
            if _may_hold(column):
                sql = f'UPDATE "{table.name}" SET "{column.name}" = hidden("{column.name}") '
                changed += out.execute(f'{sql} WHERE hidden("{column.name}") <> "{column.name}"').rowcount
    out.create_function("hidden", 1, None)
    return changed


def _may_hold(column: Column) -> bool:
    return column.kind == "TEXT" and not column.words and not column.unit.startswith(("slug", "ISO", "SHA", "16 hex"))


def _new_addresses(out: sqlite3.Connection, withdrawal: Withdrawal, salt: bytes) -> int:
    changed = 0
    for table, (kind, role) in _PARTY_TABLES.items():
        for at, uid, name in out.execute(f"SELECT id, uid, name FROM {table} WHERE state = 'named'").fetchall():
            if withdrawal.hidden(name) == name and not withdrawal.in_slug(uid):
                continue
            made = f"withdrawn-{hmac.new(salt, uid.encode(), sha256).hexdigest()[:12]}"
            out.execute(f"UPDATE {table} SET uid = ? WHERE id = ?", (made, at))
            # a linked party that is in no other table has neither spellings nor an address that moved
            out.execute("UPDATE spellings SET entity_uid = ? WHERE role = ? AND entity_uid = ?", (made, role, uid))
            out.execute("DELETE FROM addresses WHERE kind = ? AND entity_uid = ?", (kind, uid))
            changed += 1
    earlier = {row[0] for row in out.execute("SELECT DISTINCT uid FROM addresses") if withdrawal.in_slug(row[0])}
    out.executemany("DELETE FROM addresses WHERE uid = ?", [(uid,) for uid in sorted(earlier)])
    return changed + len(earlier)
