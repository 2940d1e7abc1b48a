"""What stands around every answer: the reader's language, security headers, and what a public server refuses.

A server is public when it allows no SQL of visitors (`default_allow_sql off`).
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, quote

from datasette.app import Datasette

from publish.site.core.release import Release
from publish.site.core.spoken import Spoken
from publish.site.reader.language import ASKED, COOKIE, LANGUAGES, Asked, choose
from publish.site.web.reading import RELEASE, SPOKEN, NoReleaseError, release, spoken

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

PLOT_STYLE = "sha256-jSYQUrW7J0b3jPqhZP9C2Xh1PyJKHKXd4s0fpGGKrww="
"""The one block of style that Observable Plot 0.6.17 writes into a drawing."""
CONTENT_SECURITY_POLICY = (
    f"default-src 'none'; style-src 'self' '{PLOT_STYLE}'; "
    "img-src 'self'; script-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    b"content-security-policy": CONTENT_SECURITY_POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"referrer-policy": b"same-origin",
    b"cross-origin-opener-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
}
MOST_FACETS, LONGEST_QUERY, MOST_PARAMETERS = 4, 2_000, 40
_MARK = "media_contracts_site"
"""Set in the scope of a request that has been here: the plugin may be loaded twice in one process."""
_DEBUGGING = re.compile(r"/-/(?:patterns|messages|allow-debug|permissions|logout|auth-token|threads|actor)\b")
"""Datasette's pages for those who run it; nobody needs them here, and their inline scripts would not run."""
_TELLING = re.compile(r"/-/(?!site/|static/)")
"""The rest of Datasette's own pages tell paths, versions and settings."""
_STOCK_FILES = re.compile(r"/\w*media_contracts(?:/.*)?\.(?:csv|db|blob|jsono)$|/_memory\b|/_internal\b")
"""Datasette's own files: cut at a thousand rows, without names, or the whole database. Ours stand on the pages."""
_UNBOUNDED = ("_facet_array", "_facet_date", "_where", "_through", "_trace", "_stream", "_fts_table", "_fts_pk", "sql")
_UNBOUNDED_STARTS = ("_search_", "_context", "_json", "_col", "_nocol")


def is_public(datasette: Datasette) -> bool:
    """Whether the server is safe to show to anyone."""
    return not datasette.setting("default_allow_sql")


def refusal(path: str, query: str, *, public: bool) -> tuple[int, str] | None:
    """Status and reason where a request is refused before Datasette sees it; None where it may pass.

    Args:
        path: the address without language and base.
        query: its query.
        public: whether the server is public.
    """
    if _DEBUGGING.match(path):
        return 404, "not found"
    if not public:
        return None
    args = parse_qsl(query, keep_blank_values=True)
    rules = (
        (_TELLING.match(path), 404, "not found"),
        (_STOCK_FILES.match(path), 404, "not found; the files of this release are linked on its pages"),
        (len(query) > LONGEST_QUERY, 414, "the address is too long"),
        (len(args) > MOST_PARAMETERS, 400, "too many parameters in the address"),
        (sum(name == "_facet" for name, _ in args) > MOST_FACETS, 400, f"more than {MOST_FACETS} facets at once"),
        (any(map(_unbounded, args)), 403, "this server answers no such question; take the files of the release"),
    )
    return next(((status, reason) for broken, status, reason in rules if broken), None)


def _unbounded(arg: tuple[str, str]) -> bool:
    return arg[0] in _UNBOUNDED or arg[0].startswith(_UNBOUNDED_STARTS) or arg == ("_facet_size", "max")


def around(app: App, datasette: Datasette) -> App:
    """The application with language and headers around it."""

    async def asgi(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _MARK in scope:
            await app(scope, receive, send)
            return
        headers = dict(scope.get("headers") or [])
        base = datasette.setting("base_url").rstrip("/")
        raw = scope["path"].removeprefix(base) if base else scope["path"]
        query = scope.get("query_string", b"").decode("latin-1")
        accepts = headers.get(b"accept-language", b"").decode("latin-1")
        language, prefix, path = choose(raw, query, _cookies(headers), accepts)
        token = ASKED.set(Asked(language, prefix, path, query, base))
        found, names = await _release(datasette)
        shown_release, shown_names = RELEASE.set(found), SPOKEN.set(names)
        shown = _Shown(send, language, remember=dict(parse_qsl(query)).get("lang") in LANGUAGES)
        try:
            refused = refusal(path, query, public=is_public(datasette))
            if refused is not None:
                await _refuse(shown, *refused)
            else:
                await app(_passed_on(scope, base + path), receive, shown)
        finally:
            SPOKEN.reset(shown_names)
            RELEASE.reset(shown_release)
            ASKED.reset(token)

    return asgi


async def _release(datasette: Datasette) -> tuple[Release | None, Spoken]:
    try:
        return await release(datasette), await spoken(datasette)
    except NoReleaseError:
        return None, {}


def _cookies(headers: dict[bytes, bytes]) -> dict[str, str]:
    found: SimpleCookie = SimpleCookie()
    try:
        found.load(headers.get(b"cookie", b"").decode("latin-1"))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in found.items()}


def _passed_on(scope: Scope, path: str) -> Scope:
    changed = {} if path == scope["path"] else {"path": path, "raw_path": quote(path).encode()}
    return {**scope, **changed, _MARK: True}


async def _refuse(send: Send, status: int, reason: str) -> None:
    start = [(b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": f"{reason}\n".encode()})


class _Shown:
    """Sends an answer with the headers every answer has."""

    def __init__(self, send: Send, language: str, *, remember: bool) -> None:
        self._send = send
        self._language = language
        self._remember = remember

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [pair for pair in message.get("headers", []) if pair[0].lower() not in HEADERS]
            kept += list(HEADERS.items())
            names = {name.lower(): text for name, text in kept}
            if names.get(b"content-type", b"").startswith(b"text/html"):
                kept += [(b"content-language", self._language.encode()), (b"vary", b"Accept-Language, Cookie")]
            if self._remember:
                morsel = f"{COOKIE}={self._language}; Path=/; Max-Age=31536000; SameSite=Lax"
                kept.append((b"set-cookie", morsel.encode()))
            message = {**message, "headers": kept}
        await self._send(message)
