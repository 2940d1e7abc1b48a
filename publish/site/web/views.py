"""One function for each kind of address: reads what stands on the page and answers."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from datasette.app import Datasette
from datasette.utils.asgi import NotFound, Request, Response

from db.privacy import mask_person_ids
from db.words import PartyState
from publish.money import decimal_text
from publish.site.core.filters import FilterError, View, match_words, moved_to, read_view
from publish.site.core.search import WHY
from publish.site.core.sums import Group, Sum, totals
from publish.site.pages import as_read, books, party, proof, record, start, table
from publish.site.reader.language import gettext, mark
from publish.site.web import feeds
from publish.site.web.reading import keep, names, read
from publish.site.web.respond import full_address, html, moved, named, shown

LISTS = {
    "outlets": "outlet",
    "ministries": "ministry",
    "payers": "payer",
    "recipients": "recipient",
    "intermediaries": "intermediary",
    "topics": "topic",
    "regions": "region",
    "years": "year",
}
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
_NAMING = {"kind_names": KIND_NAMES, "list_names": LIST_NAMES}


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


def _downloads(datasette: Datasette) -> list[str]:
    directory = _directory(datasette)
    return [] if directory is None else sorted(path.name for path in directory.iterdir() if path.is_file())


async def party_page(datasette: Datasette, request: Request) -> Response:
    """The page of one party, or its figures as JSON, or its feed."""
    kind, uid = request.url_vars["kind"], request.url_vars["uid"]
    format_ = request.url_vars.get("format") or ""
    entity = await read(datasette, lambda connection: party.find(connection, kind, uid))
    if entity is None:
        there = await read(datasette, lambda connection: moved_to(connection, kind, uid))
        if there is None:
            raise NotFound(gettext("There is no such page in this release."))
        return moved(f"/{kind}/{there}" + (f".{format_}" if format_ else ""))
    if format_ == "atom":
        return await feeds.feed(datasette, request, [(kind, uid)], named(kind, uid, entity["name"]))

    def ask(connection: sqlite3.Connection) -> dict[str, Any]:
        found = party.page(connection, kind, entity)
        if kind == "source":
            found["runs"] = books.source_runs(connection, entity["id"])
        return found

    context = await keep(datasette, f"{kind} {uid}", ask)
    if format_ == "json":
        return Response.json(_party_json(context))
    return await html(datasette, request, "party.html", context | _NAMING)


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
    figure, exact = gettext("not stated"), None
    if row["amount_minor"] is not None:
        exact = decimal_text(row["amount_minor"], release.digits[row["currency"]])
        figure = f"{exact} {row['currency']}"
    address = full_address(datasette, request, f"/record/{uid}")
    context["cite"] = record.citation(row, release, address, figure)
    context |= {"address": address, "page": proof.page_number(row["locator"])}
    context["picture"] = proof.picture(_directory(datasette), row)
    context["as_read"] = as_read.as_read(_directory(datasette), row)
    context["contact"] = (datasette.plugin_config("media-contracts-site") or {}).get("contact", "")
    if request.url_vars.get("format") == "json":
        told = {name: row[name] for name in row if not name.startswith("_") and name not in ("id", "search_text")}
        # the column is a number for filtering; whoever reads the interface gets the exact sum
        told["amount"] = exact
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
    per, number, wanted = 200, page_of(request), request.args.get("sort") or ""
    pages = max(1, -(-len(context["groups"]) // per))
    number = min(number, pages)
    found = context["groups"]
    if kind != "year":  # by the names this reader sees
        found = sorted(
            found, key=lambda one: (one.state != "named", named(kind, one.uid, one.name).casefold(), one.uid)
        )
    part = table.sorted_by(found, context["keys"], wanted)[(number - 1) * per : number * per]
    more = {"part": part, "page": number, "pages": pages, "wanted": wanted}
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
        return await html(datasette, request, "refused.html", {"reason": str(error)}, status=400)
    except sqlite3.OperationalError as error:
        if "interrupted" not in str(error):
            raise
        reason = gettext("This took too long; filter by an outlet, a payer or a year first.")
        return await html(datasette, request, "refused.html", {"reason": reason}, status=503)
    more = {
        "states": tuple(PartyState),
        "table": name,
        "all_facets": table.FACETS,
        "address": request.url_vars["table"],
    }
    return await html(datasette, request, "table.html", context | _NAMING | more)


async def book_page(datasette: Datasette, request: Request) -> Response:
    """Coverage, claims, sources, unread rows, changes, corrections, method."""
    book, number = request.url_vars["book"], page_of(request)
    context = await read(datasette, lambda connection: books.BOOKS[book](connection, number))
    return await html(datasette, request, f"{book}.html", context | _NAMING | {"page": number})


async def search_page(datasette: Datasette, request: Request) -> Response:
    """Names and records that a text may mean, and why."""
    text = mask_person_ids((request.args.get("q") or "").strip()[:200])
    found = (await names(datasette)).find(text) if text else []
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


def _party_json(context: dict[str, Any]) -> dict[str, Any]:
    release, entity = shown(), context["entity"]
    kept = (
        "uid",
        "name",
        "state",
        "country",
        "medium",
        "level",
        "id_scheme",
        "registry_id",
        "legal_form",
        "is_person",
    )
    return {
        "release": release.name,
        "sample": release.sample,
        "kind": context["kind"],
        **{name: entity[name] for name in kept if name in entity},
        "records": context["records"],
        "sums": [_sum_json(one) for one in context["sums"]],
        "not_counted": context["not_counted"],
        "years": [_group_json(group) for group in context["years"]],
        **{f"by_{name}": [_group_json(group) for group in groups] for name, groups in context["groups"].items()},
    }


def _group_json(group: Group) -> dict[str, Any]:
    return {
        "uid": group.uid,
        "name": group.name,
        "records": group.records,
        "sums": [_sum_json(one) for one in group.sums],
    }


def _sum_json(one: Sum) -> dict[str, Any]:
    return {
        "sum_of": one.kind,
        "measure": one.measure,
        "currency": one.currency,
        "sum_minor": one.minor,
        "counted_rows": one.records,
        "without_sum": one.without_sum,
    }


def view_of(connection: sqlite3.Connection, request: Request, name: str) -> View:
    """The view of an export."""
    return read_view(connection, args_of(request), table=name)
