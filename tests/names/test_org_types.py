"""The list of legal forms fit for rigour: its form holds, no spelling stands twice, and our own rules know it."""

from __future__ import annotations

from collections import Counter

import msgspec
import pytest

from db.fold import clean
from ingest.names.legal_forms import form_index
from ingest.names.letters import plain
from ingest.names.rule_data import legal_form_rows, read_yaml

GENERIC = {"LLC", "JSC", "SOE", "SP", "NGO", "GP"}
"""Kinds of form that occur here, in the words of that list."""


class OrgType(msgspec.Struct, forbid_unknown_fields=True):
    """One form as that list has it."""

    display: str
    country: str
    aliases: list[str]
    compare: str = ""
    generic: str = ""


class Listed(msgspec.Struct, forbid_unknown_fields=True):
    types: list[OrgType]


LISTED = msgspec.convert(read_yaml("org_types.yml"), Listed).types


def spellings(one: OrgType) -> list[str]:
    return [one.display, *one.aliases]


def test_every_form_is_whole() -> None:
    assert len(LISTED) > 30
    for one in LISTED:
        assert one.aliases, one.display
        assert one.country in {"kz", "rs", "br"}
        assert one.generic in {"", *GENERIC}
        assert one.compare != one.display
        assert all(text == clean(text) for text in spellings(one))


def test_no_spelling_stands_twice() -> None:
    found = Counter(" ".join(plain(text)) for one in LISTED for text in spellings(one))
    assert [text for text, times in found.items() if times > 1] == []


@pytest.mark.parametrize("one", LISTED, ids=lambda one: one.display)
def test_our_own_rules_take_every_spelling_for_one_form(one: OrgType) -> None:
    index = form_index()
    known = {words: form for table in (index.start, index.end) for rows in table.values() for words, form in rows}
    assert [text for text in spellings(one) if plain(text) not in known] == []
    assert len({known[plain(text)] for text in spellings(one)}) == 1


def test_every_long_kazakh_name_of_a_form_is_listed() -> None:
    listed = {plain(text) for one in LISTED for text in spellings(one)}
    ours = [text for form in legal_form_rows() for text in (*form.start, *form.end, *form.any)]
    long = [text for text in ours if set("әғқңөұүһі") & set(text) and len(text.split()) > 1]
    assert len(long) > 20
    assert [text for text in long if plain(text) not in listed] == []
