"""Lasting names of outlets, bodies and organisations: a slug is fixed at first publication and kept in a file.

The file has one JSON object a line (kind, key, uid). A natural person's registry number is not written into it: such
a key is replaced by an HMAC under the installation's salt, since a plain hash of twelve digits is undone in minutes.
"""

from __future__ import annotations

import hmac
import json
from collections import defaultdict
from hashlib import sha256
from pathlib import Path

from db.entity_key import PAID
from db.privacy import mask_person_ids
from db.slug import slug
from db.whole_file import write_whole
from db.words import PartyState

STATE_UIDS: dict[PartyState, str] = {
    state: state.replace(" ", "-") for state in PartyState if state is not PartyState.NAMED
}
"""uids of the rows that say why there is no name; no entity may take them."""

PERSON_SCHEMES = frozenset({"KZ-IIN"})
"""Registers whose numbers identify natural persons; never published."""


class SlugError(Exception):
    """The file of slugs cannot be read, or a person's slug cannot be kept without a salt."""


class Slugs:
    """The slugs of one installation; `save` writes them once a release is verified and before it is shown."""

    def __init__(self, path: Path, salt: bytes = b"") -> None:
        self.path = path
        self._salt = salt
        self._uids: dict[tuple[str, str], str] = {}
        self._taken: defaultdict[str, set[str]] = defaultdict(lambda: set(STATE_UIDS.values()))
        self._told_apart: defaultdict[str, list[str]] = defaultdict(list)
        self._new = False
        if path.exists():
            self._read()

    def _read(self) -> None:
        for number, line in enumerate(self.path.read_text(encoding="utf-8").splitlines(), start=1):
            place = f"{self.path} line {number}"
            try:
                entry = json.loads(line)
                kind, key, uid = entry["kind"], entry["key"], entry["uid"]
            except (ValueError, KeyError, TypeError):
                raise SlugError(f"{place}: not an object with kind, key and uid; restore it from a backup") from None
            if (kind, key) in self._uids or uid in self._taken[kind]:
                raise SlugError(f"{place}: {kind} {uid!r} is given twice; keep the line that was published first")
            self._uids[kind, key] = uid
            self._taken[kind].add(uid)
            plain, paid, _ = key.rpartition(PAID)
            if kind == "outlet" and paid:
                self._told_apart[plain].append(uid)

    def of(self, kind: str, key: str, name: str, *, is_person: bool = False) -> str:
        """The slug of one entity: the one it was first published under, else a new one.

        Args:
            kind: body, organisation or outlet; slugs are unique within a kind.
            key: the entity's key in the registry.
            name: its name as published (masked).
            is_person: whether a registry number in the key is a natural person's.

        Raises:
            SlugError: a natural person's key would have to be kept and there is no salt.
        """
        kept = self._kept_key(key, is_person=is_person)
        uid = self._uids.get((kind, kept))
        if uid is None:
            uid = slug(name, self._taken[kind], key=kept)
            if mask_person_ids(uid) != uid:  # pieces of a number that the hyphens of the slug would join
                uid = slug("", self._taken[kind], key=kept)
            self._uids[kind, kept] = uid
            self._taken[kind].add(uid)
            self._new = True
        return uid

    def known(self, kind: str, key: str, *, is_person: bool = False) -> str | None:
        """The slug that an entity was once published under; None where it never was.

        Args:
            kind: body, organisation or outlet.
            key: the entity's key in the registry.
            is_person: whether a registry number in the key is a natural person's.
        """
        try:
            return self._uids.get((kind, self._kept_key(key, is_person=is_person)))
        except SlugError:
            return None  # without a salt no person's slug was ever kept

    def told_apart(self, key: str) -> list[str]:
        """The slugs of outlets that were once told apart among those printed alike.

        Args:
            key: what an outlet of their name is known by that is not told apart (`db.entity_key.entity_key`).
        """
        return self._told_apart.get(key, [])

    def _kept_key(self, key: str, *, is_person: bool) -> str:
        scheme, separator, _ = key.partition(":")
        has_number = bool(separator) and "|" not in scheme
        if mask_person_ids(key) == key and scheme not in PERSON_SCHEMES and not (is_person and has_number):
            return key
        if not self._salt:
            raise SlugError(
                "a natural person's number needs the installation's salt before a slug can be kept; "
                "start the installation's set-up once, or pass its salt"
            )
        return "person:" + hmac.new(self._salt, key.encode(), sha256).hexdigest()[:32]

    def save(self) -> None:
        """Write the file whole, in a stable order, if a slug is new; it is on disk when this returns."""
        if not self._new:
            return
        lines = (
            json.dumps({"kind": kind, "key": key, "uid": uid}, ensure_ascii=False)
            for (kind, key), uid in sorted(self._uids.items())
        )
        write_whole(self.path, "".join(f"{line}\n" for line in lines).encode())
        self._new = False
