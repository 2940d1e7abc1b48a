"""Atom feeds of a view (RFC 4287), the sitemap and robots.txt."""

from __future__ import annotations

import sqlite3
from typing import Any
from xml.sax.saxutils import escape

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from publish.money import decimal_text
from publish.site.core.filters import View, read_view
from publish.site.core.release import rows
from publish.site.reader.language import LANGUAGES
from publish.site.web.reading import read
from publish.site.web.respond import full_address, shown

ENTRIES = 50
_MOST_ADDRESSES = 50_000
"""As many as one sitemap may hold (sitemaps.org protocol)."""

ROBOTS = """User-agent: *
Disallow: /search
Disallow: /contracts?
Disallow: /contracts.
Disallow: /other-records
Disallow: /table/
Disallow: /*?
Disallow: /*.atom$
Disallow: /media_contracts
Disallow: /sample_media_contracts
Allow: /
Sitemap: {sitemap}
"""


async def feed(datasette: Datasette, request: Request, args: list[tuple[str, str]], title: str) -> Response:
    """The records of a view that changed last."""

    def ask(connection: sqlite3.Connection) -> tuple[View, list[dict[str, Any]]]:
        view = read_view(connection, args)
        return view, rows(
            connection,
            "SELECT c.uid, c.subject, c.amount_minor, c.currency, c.measure, c.changed_at, c.first_seen_at,"
            " p.name AS payer, o.name AS outlet, y.name AS year FROM contracts AS c JOIN payers AS p ON p.id = c.payer"
            " JOIN outlets AS o ON o.id = c.outlet JOIN years AS y ON y.id = c.year"
            f" WHERE {view.where} ORDER BY c.changed_at DESC, c.id LIMIT {ENTRIES}",
            view.values,
        )

    view, found = await read(datasette, ask)
    own = full_address(datasette, request, "/contracts.atom" + (f"?{view.query}" if view.query else ""))
    page = full_address(datasette, request, "/contracts" + (f"?{view.query}" if view.query else ""))
    updated = max((row["changed_at"] for row in found), default=shown().data_as_of)
    sample = "Sample, invented figures: " if shown().sample else ""
    entries = "".join(_entry(datasette, request, row) for row in found)
    body = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{escape(own)}</id><title>{escape(f'{sample}Media contracts: {title}')}</title>"
        f"<updated>{escape(updated)}</updated><author><name>Media contracts</name></author>"
        f'<link rel="self" href="{_quoted(own)}"/><link href="{_quoted(page)}"/>{entries}</feed>\n'
    )
    return Response(body, content_type="application/atom+xml; charset=utf-8")


def _entry(datasette: Datasette, request: Request, row: dict[str, Any]) -> str:
    address = full_address(datasette, request, f"/record/{row['uid']}")
    figure = "no sum stated"
    if row["amount_minor"] is not None:
        figure = f"{decimal_text(row['amount_minor'], shown().digits[row['currency']])} {row['currency']}"
    title = f"{row['payer']} → {row['outlet']}, {row['year']}: {figure} ({row['measure']})"
    return (
        f'<entry><id>{escape(address)}</id><title>{escape(title)}</title><link href="{_quoted(address)}"/>'
        f"<published>{row['first_seen_at']}</published><updated>{row['changed_at']}</updated>"
        f"<summary>{escape(row['subject'])}</summary></entry>"
    )


def _quoted(text: str) -> str:
    return escape(text, {'"': "&quot;"})


async def table_feed(datasette: Datasette, request: Request, args: list[tuple[str, str]]) -> Response:
    """The feed of a filtered view."""
    said = (await read(datasette, lambda connection: read_view(connection, args))).wording
    return await feed(datasette, request, args, said)


async def sitemap(datasette: Datasette, request: Request) -> Response:
    """Addresses of the pages that stay, in every language: parties with records, and the pages about the work."""

    def ask(connection: sqlite3.Connection) -> list[str]:
        paths = [
            "/",
            "/contracts",
            "/outlets",
            "/ministries",
            "/payers",
            "/coverage",
            "/claims",
            "/sources",
            "/method",
        ]
        for kind, table in (("outlet", "outlets"), ("ministry", "ministries"), ("payer", "payers")):
            sql = f"SELECT uid FROM {table} WHERE state = 'named' AND records > 0 ORDER BY records DESC, id"
            paths += [f"/{kind}/{row['uid']}" for row in rows(connection, sql)]
        return paths

    found = [
        full_address(datasette, request, f"/{language}{path}")
        for path in await read(datasette, ask)
        for language in LANGUAGES
    ][:_MOST_ADDRESSES]
    body = "".join(f"<url><loc>{escape(address)}</loc></url>\n" for address in found)
    head = '<?xml version="1.0" encoding="utf-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return Response(f"{head}{body}</urlset>\n", content_type="application/xml; charset=utf-8")


async def robots(datasette: Datasette, request: Request) -> Response:
    """What crawlers may read: pages that stay, no filtered views."""
    return Response.text(ROBOTS.format(sitemap=full_address(datasette, request, "/sitemap.xml")))
