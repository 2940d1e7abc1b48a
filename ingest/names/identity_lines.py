"""One decision about identity as a line of text: how it is written, read and checked by itself.

A line decides about two spellings, or takes an earlier line back:

    {"left": {"kind": "outlet", "country": "kz", "name": "…"}, "right": {…}, "verdict": "same", "relation": "spelling",
     "who": "…", "when": "2026-11-25", "why": "…", "evidence": ["https://…"]}
    {"undo": "<id of the line>", "who": "…", "when": "…", "why": "…"}

`verdict` is same, different or unsure. `relation` says what kind of sameness or difference it is: *spelling* and
*rename* make one entity; *wrong id* makes one entity and takes the id of the left spelling out of the rules, since it
was printed in error. *publisher*, *owner*, *successor* and *merger* tie two entities that stay two, whose kinds may
differ, with the dates `since` and `until` (`ingest.names.link_rules`); there `same` says that the link holds. The id
of a line is its own field ``id``, or the first 12 hex digits of the SHA-256 of its content.

Spellings are named by what sources print, never by row numbers, so a registry rebuilt from nothing replays them. Where
several outlets are printed alike, the id of the firm that was paid says which is meant: "Radio X, paid to 12345678".
A natural person is named by a salted key (`person_key`), never by name or number. An owner group is named by decisions
alone.
"""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import date
from typing import Any, Final, Literal, get_args

import msgspec

from db.fold import clean
from db.privacy import is_person_id
from db.words import LinkRelation
from ingest.decision_lines import DecisionError, Line, line_id, new_line
from ingest.names.identifiers import valid_id
from ingest.names.link_rules import LinkError, check_link, known_date
from ingest.names.normalise import normalise

Verdict = Literal["same", "different", "unsure"]
Identity = Literal["spelling", "rename", "wrong id"]
Relation = Literal["spelling", "rename", "wrong id", "publisher", "owner", "successor", "merger"]
Kind = Literal["outlet", "organisation", "body", "group"]

IDENTITIES: Final[tuple[Identity, ...]] = get_args(Identity)
"""Relations that make one entity of two spellings."""

PERSON: Final = "person:"
"""How the name of a natural person begins in a line; the salted key follows."""


class Spelling(msgspec.Struct, frozen=True, order=True, forbid_unknown_fields=True):
    """A name as sources print it.

    Attributes:
        kind: outlet, organisation, body, or a group of owners that no source names.
        country: ISO 3166-1 alpha-2, lower case.
        name: the printed name with plain spaces, or ``person:`` and a salted key.
        id: the registry id printed beside it, "" where there is none. Of an outlet, which has no such id, that of the
            organisation that was paid for it, or the key of a natural person: one of several outlets of one printed
            name. "" is all that no line tells apart.
    """

    kind: Kind
    country: str
    name: str
    id: str = ""


class Decision(msgspec.Struct, frozen=True):
    """One decision in force, with the place it was read from."""

    id: str
    left: Spelling
    right: Spelling
    verdict: Verdict
    relation: Relation
    who: str
    when: str
    why: str
    evidence: tuple[str, ...]
    place: str
    since: str = ""
    until: str = ""

    @property
    def joins(self) -> bool:
        """Whether the line makes one entity of its two spellings."""
        return self.verdict == "same" and self.relation in IDENTITIES

    @property
    def links(self) -> bool:
        """Whether the line ties two entities that stay two."""
        return self.verdict == "same" and self.relation not in IDENTITIES

    @property
    def parts(self) -> bool:
        """Whether the line keeps two entities of one kind apart: it says so, or ties them as two."""
        if self.relation in IDENTITIES:
            return self.verdict != "same"
        return self.links and self.left.kind == self.right.kind

    @property
    def says(self) -> str:
        """What it says, in words for messages."""
        return self.verdict if self.relation in IDENTITIES else f"{self.verdict} as {self.relation}"


class IdentityLine(Line, kw_only=True):
    """What a line of this kind of decision holds; see the top of this file."""

    left: Spelling | None = None
    right: Spelling | None = None
    verdict: Verdict | None = None
    relation: Relation = "spelling"
    since: str = ""
    until: str = ""

    @property
    def decides(self) -> bool:
        """Whether the line says anything of its own."""
        return bool(self.left or self.right or self.verdict)


def person_key(salt: bytes, text: str) -> str:
    """Return the name under which decisions speak of a natural person.

    Args:
        salt: the secret of the installation, at least 16 bytes; without it the key cannot be guessed from a list of
            names.
        text: the printed name or number; case and spaces do not matter.

    Raises:
        ValueError: the salt is too short.
    """
    if len(salt) < 16:
        raise ValueError("the salt of person keys needs at least 16 bytes")
    digest = hmac.new(salt, clean(text).casefold().encode(), hashlib.sha256).hexdigest()
    return f"{PERSON}{digest[:24]}"


def decision_line(
    left: Spelling,
    right: Spelling,
    verdict: Verdict,
    *,
    who: str,
    when: date,
    why: str,
    relation: Relation = "spelling",
    evidence: Sequence[str] = (),
    since: str = "",
    until: str = "",
) -> str:
    """Return a decision as the line to append to a file, checked as `Decisions.load` will check it.

    Args:
        left: one party.
        right: the other; of a link, what the left one's publisher, owner, successor or merger is.
        verdict: what is decided.
        who: who decides.
        when: the day.
        why: the reason.
        relation: of what kind it is.
        evidence: where it can be seen.
        since: of a link, when it began; see `ingest.names.link_rules.known_date`.
        until: of a link, when it ended.

    Raises:
        DecisionError: the decision cannot stand: who or why is blank, a spelling names a natural person by id, ….
    """
    content = {
        "left": msgspec.to_builtins(left), "right": msgspec.to_builtins(right), "verdict": verdict,
        "relation": relation, "who": who, "when": when.isoformat(), "why": why, "evidence": list(evidence),
    }  # fmt: skip
    content |= {name: date for name, date in (("since", since), ("until", until)) if date}
    return new_line(content, IdentityLine, read_decision)


def _tidy(spelling: Spelling, place: str) -> Spelling:
    if is_person_id(spelling.id) or any(is_person_id(word) for word in spelling.name.split()):
        raise DecisionError(f"{place}: the id is that of a natural person; name the person by person_key instead")
    name = clean(spelling.name)
    if not name:
        raise DecisionError(f"{place}: a spelling without a name")
    if spelling.kind in {"organisation", "group"} and not name.startswith(PERSON) and normalise(name).person:
        raise DecisionError(f"{place}: its legal form says that it is a natural person; name it by person_key instead")
    country, number = spelling.country.lower(), spelling.id.strip()
    if spelling.kind == "outlet" and number and not number.startswith(PERSON):
        number = _payee(country, number, place)
    return Spelling(spelling.kind, country, name, number)


def _payee(country: str, number: str, place: str) -> str:
    """The id of who is paid, in plain digits: what is no valid one tells no outlets apart."""
    valid = valid_id(country, number)
    if valid is None:
        raise DecisionError(
            f"{place}: the id of an outlet is that of the organisation paid for it, and {number} is no valid one of "
            f"{country.upper()}"
        )
    return valid


def read_decision(line: IdentityLine, content: dict[str, Any], place: str) -> Decision:
    """Make a decision of a line, its content as it stands and its place.

    Raises:
        DecisionError: it cannot stand.
    """
    if line.left is None or line.right is None or line.verdict is None:
        raise DecisionError(f"{place}: needs left, right and verdict, or undo")
    left, right = _tidy(line.left, place), _tidy(line.right, place)
    if left == right:
        raise DecisionError(f"{place}: decides about a spelling and itself")
    if line.relation in IDENTITIES and left.kind != right.kind and line.verdict == "same":
        raise DecisionError(
            f"{place}: a {left.kind} and a {right.kind} are never one; use the relation owner or publisher"
        )
    since, until = _dates(line, (left.kind, right.kind), place)
    if line.relation == "wrong id" and left.kind == "outlet":
        raise DecisionError(f"{place}: an outlet has no id of its own; say of the organisation that its id is wrong")
    if line.relation == "wrong id" and not left.id:
        raise DecisionError(f"{place}: relation 'wrong id' needs the id on the left spelling")
    return Decision(
        id=line_id(content), left=left, right=right, verdict=line.verdict, relation=line.relation, who=line.who,
        when=line.when.isoformat(), why=line.why, evidence=tuple(line.evidence), place=place, since=since, until=until,
    )  # fmt: skip


def _dates(line: IdentityLine, kinds: tuple[Kind, Kind], place: str) -> tuple[str, str]:
    """The dates of a link that may stand; a spelling has none."""
    if line.relation in IDENTITIES:
        if line.since or line.until:
            raise DecisionError(f"{place}: only a publisher, owner, successor or merger has dates")
        return "", ""
    try:
        dates = known_date(line.since), known_date(line.until)
        check_link(LinkRelation(line.relation), kinds, dates, line.evidence, holds=line.verdict == "same")
    except LinkError as error:
        raise DecisionError(f"{place}: {error}") from None
    return dates
