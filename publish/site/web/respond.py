"""Turns what a page reads into an answer: HTML in the reader's language, JSON, or a redirection."""

from __future__ import annotations

import hashlib
import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request, Response
from jinja2 import ChoiceLoader, Environment, FileSystemLoader

from publish.site.core.release import Release
from publish.site.pages.chart import Chart
from publish.site.reader import formats
from publish.site.reader.claimed import claimed, said
from publish.site.reader.classes import label
from publish.site.reader.language import ASKED, LANGUAGES, declared, explained, gettext, ngettext
from publish.site.web.reading import RELEASE, SPOKEN

TEMPLATES = Path(__file__).resolve().parents[1] / "templates"
STATIC = Path(__file__).resolve().parents[2] / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8"}

NO_SITE = "[address of the site]"
"""What stands in a citation for the address of a server that is not public."""

_SUM = re.compile(r"(-?\d+(?:\.\d+)?) ([A-Z]{3})", re.ASCII)


def shown() -> Release:
    """The release of the present request.

    Raises:
        NotFound: the server has no release.
    """
    found = RELEASE.get()
    if found is None:
        raise NotFound(gettext("This server shows no release."))
    return found


def money(minor: int | None, currency: str) -> str:
    """An exact sum as the reader writes it."""
    if minor is None:  # such a row may name no currency either
        return gettext("not stated")
    return formats.money(minor, currency, shown().digits[currency])


def figures(minor: int | None, currency: str) -> str:
    """The same without the currency, for columns that name it above."""
    return gettext("not stated") if minor is None else formats.plain_money(minor, shown().digits[currency])


def short(minor: int, currency: str) -> str:
    """A sum rounded to what a bar has room for."""
    return formats.short_money(minor, shown().digits[currency])


def named(kind: str, uid: str, name: str) -> str:
    """A party, topic, region, source or year in the reader's language, where it is known in it; else its name."""
    if kind in ("topic", "year"):
        return gettext(name)
    if kind == "source":
        return declared(name)
    return SPOKEN.get().get((kind, uid), {}).get(ASKED.get().language, name)


def was(field: str, text: str | None) -> str:
    """A value before or after a change: a sum as the reader writes it, anything else as it stands."""
    stated = _SUM.fullmatch(text or "") if field in {"amount", "equivalent"} else None
    if stated and stated[2] in shown().digits:
        return money(int(stated[1].replace(".", "")), stated[2])
    return "–" if text is None else text


def bars_json(chart: Chart) -> str:
    """The bars of a chart with their figures as the reader writes them, for the script that redraws it."""
    told = []
    for bar in chart.bars:
        why = gettext("no records known") if bar.kind == "gap" else gettext("not stated")
        said = why if bar.minor is None else short(bar.minor, chart.currency)
        exact = why if bar.minor is None else money(bar.minor, chart.currency)
        minor = None if bar.minor is None else str(bar.minor)
        told.append({"year": bar.year, "minor": minor, "short": said, "exact": exact})
    return json.dumps(told, ensure_ascii=False)


@lru_cache(maxsize=64)
def static_hash(name: str) -> str:
    """First digits of the hash of a static file, so that its address changes with it."""
    return hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]


def static_href(name: str) -> str:
    """Address of a static file."""
    return f"{ASKED.get().base}/-/site/{static_hash(name)}/{name}"


def static_file(name: str) -> Response:
    """A static file; it may be kept for good, since its address has its hash.

    Raises:
        NotFound: there is no such file.
    """
    names = {str(path.relative_to(STATIC)) for path in STATIC.rglob("*") if path.suffix in _TYPES}
    if name not in names:
        raise NotFound("no such file")
    path = STATIC / name
    kept = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(path.read_text(encoding="utf-8"), content_type=_TYPES[path.suffix], headers=kept)


def prepare(environment: Environment) -> None:
    """Give every template, Datasette's too, our look and the reader's language."""
    environment.loader = ChoiceLoader([FileSystemLoader(str(TEMPLATES)), *filter(None, [environment.loader])])
    environment.globals.update(
        _=gettext,
        ngettext=ngettext,
        asked=ASKED.get,
        release=RELEASE.get,
        href=lambda path: ASKED.get().href(path),
        static_href=static_href,
        named=named,
        declared=declared,
        explained=explained,
        claimed=claimed,
        said=said,
        grouped=formats.grouped,
        label=label,
        languages=LANGUAGES,
        money=money,
        figures=figures,
        short=short,
        was=was,
        bars_json=bars_json,
        number=formats.number,
        sign_of=formats.sign_of,
        share=formats.share,
        reason=formats.reason,
        place=formats.place,
        spot=formats.spot,
        rule=formats.rule,
        field=formats.field,
        day=formats.day,
        span=formats.span,
        host=formats.host,
        instant=formats.instant,
    )


async def html(
    datasette: Datasette, request: Request, template: str, context: dict[str, Any], status: int = 200
) -> Response:
    """A page of the site."""
    text = await datasette.render_template(f"site/{template}", context, request=request)
    return Response.html(text, status=status)


def full_address(datasette: Datasette, request: Request, path: str) -> str:
    """An address with its host, for citations and feeds, in no particular language."""
    found: str = datasette.absolute_url(request, ASKED.get().base + path)
    return found


def cited_address(datasette: Datasette, request: Request, path: str) -> str:
    """The same for citations: where only this machine could open it, a placeholder stands for the site."""
    found = full_address(datasette, request, path)
    host = urlsplit(found).hostname or ""
    here_only = host in {"localhost", "::1"} or host.startswith("127.")
    return f"{NO_SITE}{ASKED.get().base}{path}" if here_only else found


def moved(path: str) -> Response:
    """A lasting redirection."""
    return Response.redirect(ASKED.get().href(path), status=301)
