"""The reader's language, Russian, Kazakh or English, by address, cookie or Accept-Language; gettext catalogues.

The catalogues are `publish/locale/<language>/LC_MESSAGES/site.po`, `sources.po` for what the declarations that ship
with the program say in words, `claims.po` for the published figures that ship with it, and `release.po` for what a
release says of itself and of its columns; they are read as they are, so that no compiled file can fall behind them.
English is the language of the messages themselves.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = {"ru": "Русский", "kk": "Қазақша", "en": "English"}
"""Languages of the pages, each under its own name."""

FIRST_LANGUAGE = "en"
COOKIE = "lang"
_TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")
LOCALE = Path(__file__).resolve().parents[2] / "locale"


@dataclass(frozen=True)
class Asked:
    """What one request asks for.

    Attributes:
        language: a key of `LANGUAGES`.
        prefix: "/ru" where the address names the language, else "".
        path: the address without that prefix.
        query: its query.
        base: what stands before every address of the site ("" or "/some/place").
    """

    language: str = FIRST_LANGUAGE
    prefix: str = ""
    path: str = "/"
    query: str = ""
    base: str = ""

    def href(self, path: str) -> str:
        """An address of the site, in the language the reader named in theirs."""
        return f"{self.base}{self.prefix}{path}"

    def with_args(self, **changed: str | int | list[str] | None) -> str:
        """The present address with other parameters; a list gives one several times, None takes it out."""
        kept = [(name, text) for name, text in parse_qsl(self.query) if name not in changed]
        for name, given in changed.items():
            kept += [(name, str(text)) for text in (given if isinstance(given, list) else [given]) if text is not None]
        return self.href(self.path) + (f"?{urlencode(kept)}" if kept else "")

    def in_language(self, language: str) -> str:
        """The present page in another language, by its address."""
        kept = [(name, text) for name, text in parse_qsl(self.query) if name != "lang"]
        return f"{self.base}/{language}{self.path}" + (f"?{urlencode(kept)}" if kept else "")


ASKED: ContextVar[Asked] = ContextVar("asked", default=Asked())  # noqa: B039 - frozen
"""The request that is being answered: templates that Datasette renders by itself read it too."""


@lru_cache(maxsize=3 * len(LANGUAGES))
def catalogue(language: str, domain: str = "site") -> NullTranslations:
    """The messages of one catalogue in a language; those of English are the messages themselves."""
    if language == FIRST_LANGUAGE:
        return NullTranslations()
    with (LOCALE / language / "LC_MESSAGES" / f"{domain}.po").open("rb") as file:
        found = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, found)
    compiled.seek(0)
    return GNUTranslations(compiled)


def worded(text: str, domain: str = "site") -> str:
    """A message of one catalogue in the reader's language, with its {names} as they are; a blank stays blank."""
    return catalogue(ASKED.get().language, domain).gettext(text) if text else ""


def gettext(text: str, /, **named: Any) -> str:  # noqa: ANN401 - whatever str.format takes
    """A message in the reader's language, its {names} filled in."""
    found = worded(text)
    # what is filled in may end in a full stop of its own, as dates do in Russian and Kazakh
    return _TWO_STOPS.sub(".", found.format(**named)) if named else found


def declared(text: str) -> str:
    """What a declaration says of its source, in the reader's language where the program ships its translation."""
    return worded(" ".join(text.split()), "sources")


def explained(text: str) -> str:
    """What a release says of itself and of its columns, in the reader's language."""
    return worded(text, "release")


def ngettext(one: str, many: str, count: int, /, **named: Any) -> str:  # noqa: ANN401 - whatever str.format takes
    """A message in the form that a count needs in the reader's language, its {names} filled in."""
    return catalogue(ASKED.get().language).ngettext(one, many, count).format(**named)


def mark(text: str) -> str:
    """The text itself: marks a message that is translated where it is shown."""
    return text


def choose(path: str, query: str, cookies: dict[str, str], accepts: str) -> tuple[str, str, str]:
    """The language of a request, its prefix and the address without it.

    An address that names a language wins ("/kk/outlets", then "?lang="), then the cookie, then Accept-Language.
    """
    first, _, rest = path.lstrip("/").partition("/")
    if first in LANGUAGES:
        return first, f"/{first}", f"/{rest}"
    named = dict(parse_qsl(query)).get("lang", "")
    if named in LANGUAGES:
        return named, "", path
    if cookies.get(COOKIE) in LANGUAGES:
        return cookies[COOKIE], "", path
    return negotiate_locale(_accepted(accepts), list(LANGUAGES)) or FIRST_LANGUAGE, "", path


def _accepted(header: str) -> list[str]:
    """Languages of Accept-Language (RFC 9110, 12.5.4), best first; a weight that is no number counts as none."""
    found: list[tuple[float, int, str]] = []
    for at, part in enumerate(header.split(",")[:20]):
        tag, _, weight = part.strip().partition(";q=")
        try:
            quality = float(weight) if weight else 1.0
        except ValueError:
            quality = 0.0
        if tag and quality > 0:
            found.append((-quality, at, tag.split("-")[0].lower()))
    return [tag for _, _, tag in sorted(found)]
