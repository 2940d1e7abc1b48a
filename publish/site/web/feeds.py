"""Atom feeds of a view (RFC 4287), the sitemap and robots.txt."""

from __future__ import annotations

import re
import sqlite3
from typing import Any
from xml.sax.saxutils import escape

from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request, Response

from publish.money import decimal_text
from publish.schema import DATABASE, SAMPLE_PREFIX
from publish.site.core.filters import View, read_view
from publish.site.core.naming import PARTIES, naming
from publish.site.core.release import rows
from publish.site.core.ties import own_pages
from publish.site.pages.books import BOOKS
from publish.site.reader.language import LANGUAGES
from publish.site.web.reading import keep, read
from publish.site.web.respond import full_address, shown

ENTRIES = 50
MOST_ADDRESSES = 40_000
"""Addresses of one sitemap; sitemaps.org allows 50,000 and 50 MB."""
_NO_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_SITEMAP = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
_LASTING = ("/", "/contracts", "/api", *(f"/{name}" for name in (*PARTIES.values(), *BOOKS)))
"""Pages that every release has; `sources` is one of both kinds."""

_NO_ROBOTS = ("/search", "/contracts?", "/contracts.", "/other-records", "/table/")
"""Views that can be filtered without end, and files, which are the same rows again."""
ROBOTS = "".join(
    [
        "User-agent: *\n",
        *(
            f"Disallow: {language}{path}\n"
            for language in ("", *(f"/{name}" for name in LANGUAGES))
            for path in _NO_ROBOTS
        ),
        *(f"Disallow: {path}\n" for path in ("/*?", "/downloads/", f"/{DATABASE}", f"/{SAMPLE_PREFIX}{DATABASE}")),
        *(f"Disallow: /*.{ending}$\n" for ending in ("atom", "csv", "db", "json", "jsonl", "parquet", "xlsx")),
        "Allow: /\n",
        "Sitemap: {sitemap}\n",
    ]
)


async def feed(
    datasette: Datasette, request: Request, args: list[tuple[str, str]], title: str = "", table: str = "contracts"
) -> Response:
    """The records of a view that changed last; without a title it is called by its filters."""

    def ask(connection: sqlite3.Connection) -> tuple[View, list[dict[str, Any]]]:
        view = read_view(connection, args, table=table)
        # chosen first and named afterwards, so that a large table is never joined whole
        last = f"SELECT c.id FROM {table} AS c WHERE {view.where} ORDER BY c.changed_at DESC, c.id LIMIT {ENTRIES}"
        return view, rows(
            connection,
            "SELECT c.uid, c.subject, c.amount_minor, c.currency, c.measure, c.changed_at, c.first_seen_at,"
            f" p.name AS payer, o.name AS outlet, y.name AS year, s.invented FROM {table} AS c"
            " JOIN payers AS p ON p.id = c.payer JOIN outlets AS o ON o.id = c.outlet"
            " JOIN years AS y ON y.id = c.year JOIN sources AS s ON s.id = c.source"
            f" WHERE c.id IN ({last}) ORDER BY c.changed_at DESC, c.id",
            view.values,
        )

    view, found = await read(datasette, ask)
    path, query = f"/{table.replace('_', '-')}", f"?{view.query}" if view.query else ""
    own = full_address(datasette, request, f"{path}.atom{query}")
    page = full_address(datasette, request, f"{path}{query}")
    updated = max((row["changed_at"] for row in found), default=shown().data_as_of)
    entries = "".join(_entry(datasette, request, row) for row in found)
    body = (
        '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">'
        f"<id>{escape(own)}</id><title>{_text(f'{shown().mark}Media contracts: {title or view.wording}')}</title>"
        f"<updated>{escape(updated)}</updated><author><name>Media contracts</name></author>"
        f'<link rel="self" href="{_quoted(own)}"/><link href="{_quoted(page)}"/>{entries}</feed>\n'
    )
    return Response(body, content_type="application/atom+xml; charset=utf-8")


def _entry(datasette: Datasette, request: Request, row: dict[str, Any]) -> str:
    address = full_address(datasette, request, f"/record/{row['uid']}")
    figure = "no sum stated"
    if row["amount_minor"] is not None:
        figure = f"{decimal_text(row['amount_minor'], shown().digits[row['currency']])} {row['currency']}"
    made_up = "Invented: " if row["invented"] else ""
    title = f"{made_up}{row['payer']} → {row['outlet']}, {row['year']}: {figure} ({row['measure']})"
    return (
        f'<entry><id>{escape(address)}</id><title>{_text(title)}</title><link href="{_quoted(address)}"/>'
        f"<published>{row['first_seen_at']}</published><updated>{row['changed_at']}</updated>"
        f"<summary>{_text(row['subject'])}</summary></entry>"
    )


def _text(text: str) -> str:
    """Escaped; signs that XML cannot hold (1.0, 2.2), such as PDF leaves in texts, are gone."""
    return escape(_NO_XML.sub("", text))


def _quoted(text: str) -> str:
    return escape(text, {'"': "&quot;"})


async def sitemap(datasette: Datasette, request: Request) -> Response:
    """Addresses of the pages that stay, or, where one sitemap cannot hold them, of the sitemaps that do."""
    paths = await keep(datasette, "sitemap", lasting_paths)
    parts = -(-len(paths) // MOST_ADDRESSES)
    number = request.url_vars.get("part")
    if number is None and parts > 1:
        found = (full_address(datasette, request, f"/sitemap-{at}.xml") for at in range(1, parts + 1))
        body = "".join(f"<sitemap><loc>{escape(address)}</loc></sitemap>\n" for address in found)
        return _xml(f"<sitemapindex {_SITEMAP}>\n{body}</sitemapindex>\n")
    at = int(number or 1)
    if not 1 <= at <= parts:
        raise NotFound("no such sitemap")
    some = paths[(at - 1) * MOST_ADDRESSES : at * MOST_ADDRESSES]
    host = full_address(datasette, request, "/").removesuffix("/")
    body = "".join(f"<url><loc>{escape(host + path)}</loc></url>\n" for path in some)
    return _xml(f"<urlset {_SITEMAP}>\n{body}</urlset>\n")


def lasting_paths(connection: sqlite3.Connection) -> list[str]:
    """Pages that stay: those about the work and of parties with records in every language, then every record.

    A record's page is in the sitemap once: it chooses its language by what the reader asks for.
    """
    paths = list(dict.fromkeys(_LASTING))
    for kind in PARTIES:
        known = naming(kind)
        where = f"records > 0 AND {known.state} = 'named'"
        found = connection.execute(f"SELECT {known.uid} FROM {known.table} WHERE {where} ORDER BY records DESC, id")
        paths += [f"/{kind}/{uid}" for (uid,) in found]
    paths += [node.page for node in own_pages(connection)]
    spoken = [f"/{language}{path}" for path in paths for language in LANGUAGES]
    return spoken + [f"/record/{uid}" for (uid,) in connection.execute("SELECT uid FROM contracts ORDER BY id")]


def _xml(text: str) -> Response:
    return Response(f'<?xml version="1.0" encoding="utf-8"?>\n{text}', content_type="application/xml; charset=utf-8")


async def robots(datasette: Datasette, request: Request) -> Response:
    """What crawlers may read: pages that stay, no filtered views."""
    return Response.text(ROBOTS.format(sitemap=full_address(datasette, request, "/sitemap.xml")))
