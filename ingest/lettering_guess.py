"""Proposes how the letters of a file are written, from evidence in its bytes, and says how sure that is.

A proposal only: a person confirms it in the yml, and the reader decodes strictly by what stands there.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

import msgspec

_CENTRAL = frozenset({"al", "ba", "cz", "hr", "hu", "me", "mk", "pl", "ro", "rs", "si", "sk", "xk"})
_BY_PLACE = {True: ("cp1251", "cp1250", "iso8859-2", "cp1252"), False: ("cp1251", "cp1252", "cp1250", "iso8859-2")}
_SHOWN = 3
_ACCENTS = re.compile(r"[\u00c0-\u024f]{3}")
_SIGNS = frozenset("©®±¶¤¦¬¨°¹²³¼½¾")


class Guess(msgspec.Struct, frozen=True):
    """An encoding, and in a person's words what speaks for it."""

    encoding: str
    why: str


def likely_encoding(body: bytes, country: str) -> Guess:
    """The encoding that reads the bytes with the fewest words that no language has.

    Args:
        body: the whole file.
        country: two letters in lower case; where several encodings read the bytes well, the one of the place is taken.
    """
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Guess("utf-16", "sure: the file says so in its first bytes")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _guess(body, country)
    marked = body.startswith(b"\xef\xbb\xbf")
    only = "sure: plain letters only, which every encoding writes alike" if text.isascii() and not marked else ""
    return Guess("utf-8-sig", only or "sure: other encodings give no bytes like these")


def _guess(body: bytes, country: str) -> Guess:
    read: dict[str, str] = {}
    for encoding in _BY_PLACE[country in _CENTRAL]:
        try:
            read[encoding] = body.decode(encoding)
        except UnicodeDecodeError:
            continue
    if not read:
        return Guess("utf-8", "NOT KNOWN: no encoding tried here reads the file; ask the publisher")
    odd = {encoding: sum(map(_is_odd, set(_words(text)))) for encoding, text in read.items()}
    chosen = min(odd, key=lambda encoding: odd[encoding])
    return Guess(chosen, _why(body, read, odd, chosen))


def _why(body: bytes, read: dict[str, str], odd: dict[str, int], chosen: str) -> str:
    windows = any(0x80 <= byte <= 0x9F for byte in body)
    proof = (
        "bytes 0x80 to 0x9f are letters or signs in Windows encodings only; " if windows and chosen[:2] == "cp" else ""
    )
    rivals = [encoding for encoding in read if encoding != chosen and odd[encoding] <= odd[chosen]]
    differing = [encoding for encoding in rivals if read[encoding] != read[chosen]]
    if not differing:
        alike = f"; {' and '.join(rivals)} would read it the same" if rivals else ""
        return f"{proof}likely: every other reading gives words of mixed letters{alike}"
    pairs = zip(_words(read[chosen]), _words(read[differing[0]]), strict=False)
    words = [f"{ours} not {theirs}" for ours, theirs in pairs if ours != theirs][:_SHOWN]
    return f"{proof}NOT SURE, {' or '.join(differing)} is possible too: is it {', '.join(words)}?"


def _words(text: str) -> list[str]:
    return re.split(r"[\s;,|]+", text)


def _is_odd(word: str) -> bool:
    """Whether no language has it: two scripts, control characters, a sign before a letter, accents in a row."""
    letters = {unicodedata.name(sign, "").partition(" ")[0] for sign in word if sign.isalpha()}
    if {"LATIN", "CYRILLIC"} <= letters or any(unicodedata.category(sign) == "Cc" for sign in word):
        return True
    if "LATIN" in letters and _ACCENTS.search(word):
        return True
    return any(sign in _SIGNS and after.isalpha() for sign, after in pairwise(word))
