"""The tables the name rules read: `ingest/data/names/*.yml`, parsed once a process, checked for shape."""

from functools import cache
from importlib.resources import files

import msgspec


def read_yaml(file_name: str) -> object:
    """Return the parsed content of ``ingest/data/names/<file_name>``."""
    return msgspec.yaml.decode((files("ingest") / "data" / "names" / file_name).read_bytes())


class LegalFormRow(msgspec.Struct, forbid_unknown_fields=True):
    """One legal form: spellings by the place where they may stand in a name."""

    id: str
    start: list[str] = []
    end: list[str] = []
    any: list[str] = []
    person: bool = False


class MediumRow(msgspec.Struct, forbid_unknown_fields=True):
    """One kind of medium: phrases of several words, single words."""

    phrases: list[str]
    words: list[str]


class GovernmentTable(msgspec.Struct, forbid_unknown_fields=True):
    """Bodies of the state: see the head of `government.yml`."""

    types: dict[str, list[str]]
    subjects: dict[str, list[str]]
    abbreviations: dict[str, list[str]]
    regions: dict[str, list[str]]
    noise: list[str]


class WordTable(msgspec.Struct, forbid_unknown_fields=True):
    """Words of one meaning, joins, placeholders, ends of web addresses: see `words.yml`."""

    loanwords: dict[str, list[str]]
    ordinals: dict[str, list[str]]
    joins: list[str]
    placeholders: list[str]
    tlds: list[str]


class AliasRow(msgspec.Struct, forbid_unknown_fields=True):
    """One known outlet: spellings that no rule of letters brings together; media that are one outlet here."""

    spellings: list[str]
    media: list[str] = []
    why: str = ""


@cache
def legal_form_rows() -> list[LegalFormRow]:
    """Return the rows of `legal_forms.yml`."""
    return msgspec.convert(read_yaml("legal_forms.yml"), list[LegalFormRow])


@cache
def media_rows() -> dict[str, MediumRow]:
    """Return `media_words.yml` by medium; the row ``qualifiers`` is no medium."""
    return msgspec.convert(read_yaml("media_words.yml"), dict[str, MediumRow])


@cache
def government_table() -> GovernmentTable:
    """Return `government.yml`."""
    return msgspec.convert(read_yaml("government.yml"), GovernmentTable)


@cache
def word_table() -> WordTable:
    """Return `words.yml`."""
    return msgspec.convert(read_yaml("words.yml"), WordTable)


@cache
def alias_rows() -> dict[str, AliasRow]:
    """Return `aliases.yml` by the slug of the outlet."""
    return msgspec.convert(read_yaml("aliases.yml"), dict[str, AliasRow])
