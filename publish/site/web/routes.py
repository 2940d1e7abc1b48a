"""Every address of the site and what answers it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response

from publish.site.core.naming import PARTIES
from publish.site.core.ties import OWN_PAGES
from publish.site.pages.books import BOOKS
from publish.site.web.feeds import robots, sitemap
from publish.site.web.files import FORMATS, export, table_export
from publish.site.web.respond import static_file
from publish.site.web.views import (
    LISTS,
    api_page,
    book_page,
    list_page,
    owner_page,
    party_page,
    record_page,
    record_table,
    release_json,
    search_page,
    start_page,
    table_page,
)

_FILES = "|".join(map(re.escape, (*FORMATS, "atom")))


async def _static(datasette: Datasette, request: Request) -> Response:  # noqa: ARG001 - one shape for all
    return static_file(request.url_vars["name"])


def routes() -> list[tuple[str, Callable[..., Any]]]:
    """Patterns and views, as Datasette takes them."""
    return [
        (r"/$", start_page),
        (rf"/(?P<kind>{'|'.join(PARTIES)})/(?P<uid>[\w-]+)(?:\.(?P<format>json|atom))?$", party_page),
        (rf"/(?P<kind>{'|'.join(OWN_PAGES)})/(?P<uid>[\w-]+)(?:\.(?P<format>json))?$", owner_page),
        (r"/record/(?P<uid>[0-9a-f]{16})(?:\.(?P<format>json))?$", record_page),
        (r"/record/(?P<uid>[0-9a-f]{16})/table$", record_table),
        (rf"/(?P<list>{'|'.join(LISTS)})$", list_page),
        (r"/(?P<table>contracts|other-records)$", table_page),
        (rf"/(?P<table>contracts|other-records)\.(?P<format>{_FILES})$", export),
        (r"/table/(?P<table>\w+)\.csv$", table_export),
        (rf"/(?P<book>{'|'.join(BOOKS)})$", book_page),
        (r"/search(?:\.(?P<format>json))?$", search_page),
        (r"/api$", api_page),
        (r"/release\.json$", release_json),
        (r"/sitemap(?:-(?P<part>\d{1,4}))?\.xml$", sitemap),
        (r"/robots\.txt$", robots),
        (r"/-/site/[0-9a-f]{12}/(?P<name>[\w./-]+)$", _static),
    ]
