"""Whether a name that a person gives is one that sources print, and what she may have meant where it is not."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import msgspec
from rapidfuzz import fuzz, process
from sqlalchemy import Connection

from db.fold import clean, fold
from db.privacy import is_person_id, mask_person_ids
from ingest.decision_lines import DecisionError
from ingest.names.decisions import Decisions
from ingest.names.identifiers import valid_id
from ingest.names.identity_lines import Kind, Spelling, person_key
from ingest.names.normalise import normalise
from ingest.printed_parties import paid_for_outlets, printed_parties

NEAREST: Final = 5
"""How many near names are offered."""

LIKE: Final = 75
"""Likeness of two folded names, in per cent, from which one may be meant by the other."""


class UnfitNameError(DecisionError):
    """A name that a decision cannot take as it is given; the message says what to give instead."""


class Asked(msgspec.Struct, frozen=True):
    """A name as a person gives it.

    Attributes:
        kind: what it is.
        country: ISO 3166-1 alpha-2.
        name: the name; of a natural person the name or the number.
        id: the registry id printed beside it, "" where none is given.
        person: whether it is said to be a natural person.
        side: left or right, for messages.
    """

    kind: Kind
    country: str
    name: str
    id: str = ""
    person: bool = False
    side: str = "left"


class Given(NamedTuple):
    """The spelling that a decision names, and what a person is told about it, "" for nothing."""

    spelling: Spelling
    told: str


class _Printed(NamedTuple):
    name: str
    id: str
    is_person: bool


def spelling_given(
    connection: Connection, decisions: Decisions, salt: bytes, asked: Asked, *, allow_unknown: bool
) -> Given:
    """The spelling that is meant by a name.

    Args:
        connection: the registry.
        decisions: the decisions in force; they alone name owner groups.
        salt: the installation's secret, needed for a natural person.
        asked: the name.
        allow_unknown: whether it may be one that no source prints, since the decision comes before the data.

    Raises:
        UnfitNameError: nobody prints the name, it is printed with several ids, or it is a natural person's.
    """
    country, name = asked.country.lower(), clean(asked.name)
    if asked.kind == "group":
        return _group(decisions, asked, country, name, allow_unknown=allow_unknown)
    printed = [
        _Printed(clean(one.name), one.id.strip(), one.is_person)
        for one in printed_parties(connection, asked.kind)
        if one.country.lower() == country
    ]
    if asked.person:
        return _person(printed, salt, asked, country, name, allow_unknown=allow_unknown)
    found = [one for one in printed if one.name == name]
    if asked.kind == "outlet" and found:
        return _outlet(connection, asked, country, found, allow_unknown=allow_unknown)
    if any(_is_person(asked.kind, one) for one in found) or is_person_id(asked.id) or is_person_id(name):
        raise UnfitNameError(f"the {asked.side} one is a natural person: give --{asked.side}-person as well")
    if any(one.id == asked.id for one in found):
        return Given(Spelling(asked.kind, country, name, asked.id), "")
    ids = sorted({one.id for one in found})
    if found and not asked.id:
        if len(ids) == 1:
            told = f"{name!r} is printed with the id {ids[0]}, which is kept with it"
            return Given(Spelling(asked.kind, country, name, ids[0]), told)
        raise UnfitNameError(f"{name!r} is printed with the ids {', '.join(ids)}: give one as --{asked.side}-id")
    if allow_unknown:
        return Given(Spelling(asked.kind, country, name, asked.id), f"no source prints {_shown(asked, name)} (yet)")
    if found:
        raise UnfitNameError(
            f"{name!r} is not printed with the id {asked.id}, but with {', '.join(one or 'none' for one in ids)}"
        )
    raise UnfitNameError(_unknown(asked, name, (one.name for one in printed if not _is_person(asked.kind, one))))


def _outlet(
    connection: Connection, asked: Asked, country: str, found: Sequence[_Printed], *, allow_unknown: bool
) -> Given:
    """An outlet's name, or one of several outlets of that name: the one for which a firm is paid."""
    name, told_apart = found[0].name, sorted(one.id for one in found if one.id)
    if not asked.id:
        if len(told_apart) == len(found) > 1:
            raise UnfitNameError(
                f"{name!r} is several outlets, paid to {', '.join(told_apart)}: give one as --{asked.side}-id"
            )
        only = told_apart[0] if len(told_apart) == len(found) else ""
        told = f"{name!r} is the outlet paid to {only}, which is kept with it" if only else ""
        return Given(Spelling("outlet", country, name, only), told)
    payees = {
        paid.id.strip(): paid.is_person or normalise(paid.payee).person
        for paid in paid_for_outlets(connection, country)
        if clean(paid.outlet) == name and paid.id
    }
    number = valid_id(country, asked.id) or asked.id
    spelling = Spelling("outlet", country, name, number)
    if payees.get(number) or is_person_id(number):
        raise UnfitNameError(
            f"who was paid for the {asked.side} one is a natural person, whose number no line may hold; a register of "
            "media tells such outlets apart (`mediacontracts entries`)"
        )
    if number in payees or number in told_apart:
        return Given(spelling, "")
    if allow_unknown:
        return Given(spelling, f"no source says that {number} was paid for {name!r} (yet)")
    firms = sorted(one for one, is_person in payees.items() if not is_person)
    raise UnfitNameError(f"no source says that {number} was paid for {name!r}, but {', '.join(firms) or 'nobody'}")


def _is_person(kind: Kind, one: _Printed) -> bool:
    return kind == "organisation" and (one.is_person or normalise(one.name).person)


def _person(
    printed: Sequence[_Printed], salt: bytes, asked: Asked, country: str, name: str, *, allow_unknown: bool
) -> Given:
    """A natural person under a salted key: of the number where one is printed, else of the name."""
    if asked.kind != "organisation":
        raise UnfitNameError(f"a natural person is an organisation here, not a {asked.kind}: give its kind")
    wanted = name.casefold()
    found = {
        one.id or one.name.casefold()
        for one in printed
        if _is_person(asked.kind, one) and wanted in (one.id, one.name.casefold())
    }
    if len(found) > 1:
        raise UnfitNameError(f"{len(found)} natural persons carry the {asked.side} name: give the number instead")
    if not found and not allow_unknown:
        raise UnfitNameError(
            f"no source prints the {asked.side} one as a natural person; give --allow-unknown if the data is to come"
        )
    told = "" if found else f"no source prints the {asked.side} one as a natural person (yet)"
    return Given(Spelling("organisation", country, person_key(salt, found.pop() if found else name)), told)


def _group(decisions: Decisions, asked: Asked, country: str, name: str, *, allow_unknown: bool) -> Given:
    """A group is known where a line in force names it; a new one is taken unless its name is near another's."""
    spelling = Spelling("group", country, name, asked.id)
    named = {
        end for decision in decisions.active for end in (decision.left, decision.right) if end.kind == "group"
    }  # fmt: skip
    if spelling in named:
        return Given(spelling, "")
    near = _nearest(name, (one.name for one in named if one.country == country))
    if near and not allow_unknown:
        raise UnfitNameError(_unknown(asked, name, near))
    return Given(spelling, f"a new group: {name!r}")


def _unknown(asked: Asked, name: str, names: Iterable[str]) -> str:
    whose = "decision names" if asked.kind == "group" else "source prints"
    told = f"no {whose} {_shown(asked, name)}"
    near = _nearest(name, names)
    meant = f"; near are {', '.join(repr(one) for one in near)}" if near else ""
    return f"{told}{meant}; give --allow-unknown if the name is right all the same"


def _shown(asked: Asked, name: str) -> str:
    return mask_person_ids(f"the {asked.kind} {name!r} in {asked.country.upper()}")


def _nearest(name: str, names: Iterable[str]) -> list[str]:
    """Names most like one, without case, script and special letters; numbers of persons masked."""
    folded = {one: fold(one) for one in dict.fromkeys(names)}
    found = process.extract(fold(name), folded, scorer=fuzz.token_sort_ratio, score_cutoff=LIKE, limit=NEAREST)
    return [mask_person_ids(one) for _, _, one in found]
