"""Published figures and their arithmetic in the reader's language (`claims.po`)."""

from __future__ import annotations

from db.sentences import NOT_STATED, Added, Given, Names, Number, Told, joined, read
from publish.site.reader.formats import grouped
from publish.site.reader.language import worded


def claimed(text: str) -> str:
    """What we say of a published figure, where the program ships a translation."""
    return worded(text, "claims")


def said(sentences: str) -> str:
    """Sentences as a release keeps them (`db.sentences`), with figures as the reader writes them."""
    return joined(
        claimed(one.say).format(**{name: _filled(value) for name, value in one.given.items()})
        for one in read(sentences)
    )


def _filled(value: Given) -> str:
    if isinstance(value, Number):
        return " ".join(part for part in (grouped(value.digits), claimed(value.scale), claimed(value.unit)) if part)
    if isinstance(value, Added):
        return " + ".join(grouped(digits) for digits in value.digits)
    if isinstance(value, Names):
        return ", ".join(f"«{name}»" if name else claimed(NOT_STATED) for name in value.names)
    return claimed(value.text) if isinstance(value, Told) else value
