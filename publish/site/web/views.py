"""One function for each kind of address: reads what stands on the page and answers."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request, Response

from db.privacy import mask_person_ids
from db.words import PartyState
from publish.money import decimal_text
from publish.site.core.filters import FilterError, View, match_words, moved_to, read_view
from publish.site.core.naming import PARTIES
from publish.site.core.paging import paged
from publish.site.core.search import WHY
from publish.site.core.sums import totals
from publish.site.core.ties import KINDS, UP, read_ties
from publish.site.exports.release_files import holds
from publish.site.pages import as_read, books, owner, party, proof, record, start, table
from publish.site.reader.language import gettext, mark
from publish.site.web import feeds
from publish.site.web.as_json import owned_json, party_json, ties_json
from publish.site.web.reading import keep, names, read
from publish.site.web.respond import cited_address, full_address, html, moved, named, shown

LISTS = {listed: kind for kind, listed in PARTIES.items() if kind != "source"}
"""Addresses of lists, and what each lists; sources have a page of their own."""
LIST_ROWS = 200
"""Rows on a page of such a list."""
KIND_NAMES = {
    "outlet": mark("Outlet"),
    "ministry": mark("Ministry or akimat"),
    "payer": mark("Payer"),
    "recipient": mark("Recipient"),
    "intermediary": mark("Intermediary"),
    "topic": mark("Topic"),
    "region": mark("Region"),
    "year": mark("Year"),
    "source": mark("Source"),
}
LIST_NAMES = {
    "outlet": mark("Outlets"),
    "ministry": mark("Ministries and akimats"),
    "payer": mark("Payers"),
    "recipient": mark("Recipients"),
    "intermediary": mark("Intermediaries"),
    "topic": mark("Topics"),
    "region": mark("Regions"),
    "year": mark("Years"),
    "source": mark("Sources"),
}
_NAMING = {"kind_names": KIND_NAMES, "list_names": LIST_NAMES, "lists": PARTIES, "tie_kinds": KINDS, "up": UP}


def args_of(request: Request) -> list[tuple[str, str]]:
    """Parameters of an address, in order."""
    return parse_qsl(request.query_string)


def page_of(request: Request) -> int:
    """The page that is asked for; the first where that is no number."""
    text = request.args.get("page") or "1"
    return int(text) if text.isdecimal() and len(text) < 7 and int(text) > 0 else 1


async def start_page(datasette: Datasette, request: Request) -> Response:
    """The start page."""
    context = await keep(datasette, "start", start.page)
    return await html(datasette, request, "start.html", context | _NAMING | {"downloads": _downloads(datasette)})


def _directory(datasette: Datasette) -> Path | None:
    """Directory of the release, where the server hands out its files below /downloads/."""
    return next((Path(directory) for mount, directory in datasette.static_mounts if mount == "downloads"), None)


def _downloads(datasette: Datasette) -> dict[str, str]:
    """Files of the release, and what each holds."""
    directory = _directory(datasette)
    names = [] if directory is None else sorted(path.name for path in directory.iterdir() if path.is_file())
    return {name: holds(name) for name in names}


async def party_page(datasette: Datasette, request: Request) -> Response:
    """The page of one party, or its figures as JSON, or its feed."""
    kind, uid = request.url_vars["kind"], request.url_vars["uid"]
    format_ = request.url_vars.get("format") or ""
    entity = await read(datasette, lambda connection: party.find(connection, kind, uid))
    if entity is None:
        there = await read(datasette, lambda connection: moved_to(connection, kind, uid))
        if not there:
            raise NotFound(gettext("There is no such page in this release."))
        ending = f".{format_}" if format_ else ""
        if len(there) > 1:  # what once were the records of one are those of several
            return moved(f"/contracts{ending}?{urlencode([(kind, one) for one in there])}")
        return moved(f"/{kind}/{there[0]}{ending}")
    if format_ == "atom":
        return await feeds.feed(
            datasette, request, [(kind, uid)], named(kind, uid, entity.get("title") or entity["name"])
        )

    links = await keep(datasette, "ties", read_ties)

    def ask(connection: sqlite3.Connection) -> dict[str, Any]:
        found = party.page(connection, kind, entity, links)
        if kind == "source":
            found["runs"] = books.source_runs(connection, entity["id"])
        return found

    context = await keep(datasette, f"{kind} {uid}", ask)
    if format_ == "json":
        return Response.json(party_json(shown(), context))
    more = {"cited": cited_address(datasette, request, f"/{kind}/{uid}")}
    return await html(datasette, request, "party.html", context | _NAMING | more)


async def owner_page(datasette: Datasette, request: Request) -> Response:
    """The page of an owner group, or of an organisation or body that decisions alone name; or the same as JSON."""
    kind, uid = request.url_vars["kind"], request.url_vars["uid"]
    format_ = request.url_vars.get("format") or ""
    links = await keep(datasette, "ties", read_ties)
    context = await keep(datasette, f"owner {kind} {uid}", lambda connection: owner.page(connection, kind, uid, links))
    if context is None:
        raise NotFound(gettext("There is no such page in this release."))
    node = context["node"]
    if node.page != f"/{kind}/{uid}":  # records name it by now, so it has a page among the recipients or payers
        return moved(node.page + (f".{format_}" if format_ else ""))
    if format_ == "json":
        told = {"release": shown().name, "sample": shown().sample, "kind": node.kind, "uid": node.uid}
        return Response.json(told | {"name": node.name, **owned_json(context["owned"]), **ties_json(context["ties"])})
    return await html(datasette, request, "owner.html", context | _NAMING)


async def record_page(datasette: Datasette, request: Request) -> Response:
    """The page of one record, or the same as JSON."""
    uid = request.url_vars["uid"]
    release = shown()

    def ask(connection: sqlite3.Connection) -> dict[str, Any] | None:
        found = record.find(connection, uid)
        return None if found is None else record.page(connection, found) | {"around": proof.around(connection, found)}

    context = await read(datasette, ask)
    if context is None:
        raise NotFound(gettext("There is no such page in this release."))
    row = context["record"]
    figure, exact = "not stated", None  # a citation is in one language
    if row["amount_minor"] is not None:
        exact = decimal_text(row["amount_minor"], release.digits[row["currency"]])
        figure = f"{exact} {row['currency']}"
    address = full_address(datasette, request, f"/record/{uid}")
    cited = cited_address(datasette, request, f"/record/{uid}")
    context["cite"] = record.citation(row, release, cited, figure)
    context |= {"address": address, "page": proof.page_number(row["locator"])}
    context["picture"] = proof.picture(_directory(datasette), row)
    context["as_read"] = as_read.as_read(_directory(datasette), row)
    context["contact"] = (datasette.plugin_config("media-contracts-site") or {}).get("contact", "")
    if request.url_vars.get("format") == "json":
        told = {name: row[name] for name in row if not name.startswith("_") and name not in ("id", "search_text")}
        # the column is a number for filtering; whoever reads the interface gets the exact sum
        told |= {"amount": exact, "invented": context["invented"]}
        told |= {kind: {"uid": row[f"_{kind}"]["uid"], "name": row[f"_{kind}"]["name"]} for kind in KIND_NAMES}
        kept = ("amounts", "versions", "changes", "corrections")
        return Response.json({"release": release.name, "record": told} | {name: context[name] for name in kept})
    return await html(datasette, request, "record.html", context | _NAMING)


async def record_table(datasette: Datasette, request: Request) -> Response:
    """The table of an office or web file that a record was read from, with its row marked."""
    found = await read(datasette, lambda connection: record.find(connection, request.url_vars["uid"]))
    told = None if found is None else as_read.as_read(_directory(datasette), found)
    if told is None:
        raise NotFound(gettext("There is no such page in this release."))
    return await html(datasette, request, "as_read.html", {"record": found, "table": told, "kinds": as_read.KINDS})


async def list_page(datasette: Datasette, request: Request) -> Response:
    """All outlets, payers, topics … with rows and sums."""
    kind = LISTS[request.url_vars["list"]]
    context = await keep(datasette, f"list {kind}", lambda connection: table.listing(connection, kind))
    groups, wanted = context["groups"], request.args.get("sort") or ""
    if kind != "year":  # by the names this reader sees
        groups = sorted(
            groups, key=lambda one: (one.state != "named", named(kind, one.uid, one.name).casefold(), one.uid)
        )
    shown_page = paged(len(groups), LIST_ROWS, page_of(request))
    part = table.sorted_by(groups, context["keys"], wanted)[shown_page.start : shown_page.start + LIST_ROWS]
    more = {"part": part, "page": shown_page.page, "pages": shown_page.pages, "wanted": wanted}
    return await html(datasette, request, "list.html", context | _NAMING | more)


async def table_page(datasette: Datasette, request: Request) -> Response:
    """The table of contracts (or of other records) with filters, sums and facets."""
    name = "other_records" if request.url_vars["table"] == "other-records" else "contracts"
    asked = tuple(dict.fromkeys(text for key, text in args_of(request) if key == "facet" and text in table.FACETS))
    first = table.FIRST_FACETS if name == "contracts" else ("year",)
    facets = (asked or first)[:4]

    def ask(connection: sqlite3.Connection) -> dict[str, Any]:
        view = read_view(connection, args_of(request), table=name)
        return table.page(connection, view, page_of(request), facets)

    try:
        if request.query_string:
            context = await read(datasette, ask)
        else:
            context = await keep(datasette, f"table {name}", ask)
    except FilterError as error:
        return await html(
            datasette, request, "refused.html", {"reason": gettext(error.message, **error.named)}, status=400
        )
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        reason = gettext("This took too long; filter by an outlet, a payer or a year first.")
        return await html(datasette, request, "refused.html", {"reason": reason}, status=503)
    address, query = request.url_vars["table"], context["view"].query
    more = {
        "states": tuple(PartyState),
        "table": name,
        "all_facets": table.FACETS,
        "address": address,
        "cited": cited_address(datasette, request, f"/{address}" + (f"?{query}" if query else "")),
    }
    return await html(datasette, request, "table.html", context | _NAMING | more)


async def book_page(datasette: Datasette, request: Request) -> Response:
    """Coverage, claims, sources, unread rows, changes, corrections, method."""
    book, number = request.url_vars["book"], page_of(request)

    def ask(connection: sqlite3.Connection) -> dict[str, Any]:
        return books.BOOKS[book](connection, number)

    # the first page is the one most ask for, and some of them read the whole table of contracts
    context = await (keep(datasette, f"book {book}", ask) if number == 1 else read(datasette, ask))
    return await html(datasette, request, f"{book}.html", context | _NAMING)


async def search_page(datasette: Datasette, request: Request) -> Response:
    """Names and records that a text may mean, and why."""
    text = mask_person_ids((request.args.get("q") or "").strip()[:200])
    # in a thread: likeness to every spelling takes time, and other readers must not wait for it
    found = await asyncio.to_thread((await names(datasette)).find, text) if text else []
    hits: dict[str, Any] = {"count": 0, "rows": [], "sums": []}
    if text:
        hits = await read(datasette, lambda connection: _records(connection, text))
    if request.url_vars.get("format") == "json":
        parties = [
            {"kind": one.kind, "uid": one.uid, "name": one.name, "why": WHY[one.why], "written": one.written}
            for one in found
        ]
        told = {"release": shown().name, "q": text, "parties": parties, "records": hits["count"]}
        return Response.json(told)
    return await html(datasette, request, "search.html", {"q": text, "found": found, "why": WHY} | hits | _NAMING)


def _records(connection: sqlite3.Connection, text: str) -> dict[str, Any]:
    try:
        match_words(text)
    except FilterError:
        return {"count": 0, "rows": [], "sums": []}
    view = read_view(connection, [("q", text)])
    # every row is in the search index, which counts without reading them
    counting = "SELECT count(*) FROM contracts_fts WHERE contracts_fts MATCH ?"
    count = connection.execute(counting, view.values).fetchone()[0]
    if not count:
        return {"count": 0, "rows": [], "sums": []}
    return {
        "count": count,
        "rows": party.listed(connection, view, "c.year DESC, c.amount DESC, c.id", 20),
        "sums": totals(connection, view),
    }


async def api_page(datasette: Datasette, request: Request) -> Response:
    """What the interface offers, with addresses that work on this very release."""

    def ask(connection: sqlite3.Connection) -> dict[str, Any]:
        outlet = connection.execute(
            "SELECT uid, name FROM outlets WHERE state = 'named' ORDER BY records DESC, id LIMIT 1"
        ).fetchone()
        one = connection.execute("SELECT uid FROM contracts ORDER BY id LIMIT 1").fetchone()
        return {"outlet": outlet and (outlet[0], outlet[1]), "record_uid": one and one[0]}

    context = await keep(datasette, "api", ask)
    return await html(datasette, request, "api.html", context)


async def release_json(datasette: Datasette, request: Request) -> Response:  # noqa: ARG001 - one shape for all
    """The release as JSON."""
    release = shown()
    told = {"release": release.name, "data_as_of": release.data_as_of, "sample": release.sample}
    return Response.json(told | {"asked": release.asked, "answered": release.answered, "about": dict(release.about)})


def view_of(connection: sqlite3.Connection, request: Request, name: str) -> View:
    """The view of an export."""
    return read_view(connection, args_of(request), table=name)
