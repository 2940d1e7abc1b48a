"""Customers and suppliers: a spelling with the number that identifies it, a person marked as one."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from db.words import PartyState
from ingest.goszakup.wire import Digits, Subject
from ingest.record import UNKNOWN_PARTY, Party
from ingest.values.bin import BinError, read_bin
from ingest.values.text import clean


class Read(NamedTuple):
    """A party, and a number given for it that identifies nobody (its check digit fails)."""

    party: Party
    odd_id: str = ""


def party_of(number: Digits, subject: Subject | None) -> Read:
    """The party behind a BIN or IIN and the names given beside it."""
    names = ("", "") if subject is None else (subject.name_ru or "", subject.name_kz or "")
    if not number and subject is not None:
        number = subject.bin or subject.iin
    if isinstance(number, int):
        number = _with_zeros(number)
    return named(number or "", *names)


def _with_zeros(number: int) -> str:
    """A BIN that was sent as a number, with the zeros it lost; a number that is none stays as it is."""
    try:
        return read_bin(number).value
    except BinError:
        return str(number or "")


@lru_cache(maxsize=65536)
def named(number: str, name_ru: str, name_kk: str) -> Read:
    """A party from its number and its names; the Russian name is the portal's main one, the Kazakh one stands in.

    An organisation that is not named is written by its BIN, which is what the portal knows it by; a person is
    never written by a number.
    """
    name, lang = clean(name_ru), "ru"
    if not name:
        name, lang = clean(name_kk), "kk"
    try:
        found = read_bin(number) if number.strip() else None
    except BinError:
        # a number that fails may be a person's with a slip in it: only one shaped like an organisation's is shown
        shaped = len(number) == 12 and number[4] in "456"
        return Read(_plain(name, lang), number if shaped else "a number whose check digit fails")
    if found is None:
        return Read(_plain(name, lang))
    if found.kind == "person":
        state = PartyState.NAMED if name else PartyState.UNKNOWN
        return Read(Party(name, state, lang if name else "", "KZ-IIN", found.value, is_person=True))
    if not name:
        return Read(Party(f"БИН {found.value}", id_scheme="KZ-BIN", registry_id=found.value))
    return Read(Party(name, lang=lang, id_scheme="KZ-BIN", registry_id=found.value))


def _plain(name: str, lang: str) -> Party:
    return Party(name, lang=lang) if name else UNKNOWN_PARTY
