"""Sentences with their figures apart, so that a page can say them in its reader's language.

What is reckoned is written down in English, for files and the terminal, and as sentences: a message and what is filled
into it. Figures stand in groups of three digits, since twelve digits in one piece may be taken for a person's number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec


class Number(msgspec.Struct, frozen=True, tag="number", tag_field="is", omit_defaults=True):
    """A figure: its digits in groups ("1,234.5"), how many of it ("mn", "bn") and of what ("KZT", "projects")."""

    digits: str
    scale: str = ""
    unit: str = ""


class Added(msgspec.Struct, frozen=True, tag="added", tag_field="is"):
    """Figures that are added up."""

    digits: tuple[str, ...]


class Names(msgspec.Struct, frozen=True, tag="names", tag_field="is"):
    """Names as a source prints them; a blank one stands for what is not stated."""

    names: tuple[str, ...]


class Told(msgspec.Struct, frozen=True, tag="told", tag_field="is"):
    """Words of ours that have a translation of their own."""

    text: str


Given = Number | Added | Names | Told | str


class Sentence(msgspec.Struct, frozen=True, array_like=True):
    """A message in English and what is filled into it, by name."""

    say: str
    given: Mapping[str, Given] = {}


NOT_STATED = "not stated"
_encode = msgspec.json.Encoder(order="deterministic").encode
_decode = msgspec.json.Decoder(tuple[Sentence, ...]).decode


def written(sentences: Iterable[Sentence]) -> str:
    """The sentences as a table keeps them (JSON)."""
    return _encode(tuple(sentences)).decode()


def read(text: str) -> tuple[Sentence, ...]:
    """The sentences that `written` wrote; none for a blank."""
    return _decode(text) if text else ()


def joined(said: Iterable[str]) -> str:
    """Sentences in one line; one that begins with a comma goes on the one before it."""
    return "".join(text if text.startswith(",") else f"; {text}" for text in said).removeprefix("; ")


def in_english(sentences: Iterable[Sentence]) -> str:
    """The sentences as they stand in files."""
    return joined(one.say.format(**{name: _filled(value) for name, value in one.given.items()}) for one in sentences)


def _filled(value: Given) -> str:
    if isinstance(value, Number):
        return " ".join(part for part in (value.digits, value.scale, value.unit) if part)
    if isinstance(value, Added):
        return " + ".join(value.digits)
    if isinstance(value, Names):
        return ", ".join(f"«{name}»" if name else NOT_STATED for name in value.names)
    return value.text if isinstance(value, Told) else value
