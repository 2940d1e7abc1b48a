"""Serves the page to this machine alone: one address that nobody can guess, one host name, no foreign page.

The address holds a random token. A request under another host name (a name of somebody else's that leads here) or a
form sent by a page of another origin is refused before anything is done.
"""

from __future__ import annotations

import re
import secrets
import sys
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import socket
from urllib.parse import parse_qsl, urlsplit

import jinja2

from cli.proofreading.sitting import Sitting
from cli.proofreading.view import outline, table_shown, templates
from db.archive import ArchiveError
from ingest.installation import BusyError
from ingest.requests.desk import NeedsPersonError
from ingest.requests.events import RegisterError
from ingest.requests.forms import FormError
from ingest.requests.rereading import Spot
from ingest.requests.reviewing import Sheet
from ingest.tables import DocumentRefused

LARGEST = 256 * 1024
"""Bytes of a form; one of a table with hundreds of columns is smaller."""
_STATIC = {"review.css": "text/css; charset=utf-8", "review.js": "text/javascript; charset=utf-8"}
_TABLE = re.compile(r"/d/([0-9a-f]{16})/t/(\d{1,4})(?:/(correct|columns|out|accept))?")
_PICTURE = re.compile(r"/d/([0-9a-f]{16})/p/(\d{1,5})\.png")
_LOAD = re.compile(r"/d/([0-9a-f]{16})/load")
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; img-src 'self' data:; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_TOLD = (RegisterError, NeedsPersonError, FormError, DocumentRefused, ArchiveError)
Fields = dict[str, str]


class PageServer(ThreadingHTTPServer):
    """The server of one sitting, on a free port of 127.0.0.1."""

    daemon_threads = True

    def __init__(self, sitting: Sitting, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.sitting = sitting
        self.token = secrets.token_urlsafe(24)
        self.host = f"127.0.0.1:{self.server_port}"
        self.templates: jinja2.Environment = templates()

    def handle_error(self, request: socket | tuple[bytes, socket], client_address: object) -> None:
        """Tell of a fault on the terminal, but not of a browser that left before it had its answer."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    @property
    def address(self) -> str:
        """Where the page is; whoever knows it may decide."""
        return f"http://{self.host}/{self.token}/"


class _Handler(BaseHTTPRequestHandler):
    server: PageServer
    server_version = "mediacontracts"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 30

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature of the library
        """Say nothing: the address is a secret, and the terminal belongs to the command."""

    def do_GET(self) -> None:
        """Show a page, a picture or one of the two files of the page."""
        self._guarded(self._show)

    def do_POST(self) -> None:
        """Take a decision, and show the page as it is then."""
        self._guarded(self._decide)

    def _guarded(self, answer: Callable[[str, Fields], None]) -> None:
        try:
            split = urlsplit(self.path)
        except ValueError:  # "http://[" is no address
            self._refuse(HTTPStatus.BAD_REQUEST)
            return
        token, _, rest = split.path.lstrip("/").partition("/")
        if self.headers.get("Host") != self.server.host:
            self._refuse(HTTPStatus.MISDIRECTED_REQUEST)
        elif not secrets.compare_digest(token.encode(), self.server.token.encode()):
            self._refuse(HTTPStatus.NOT_FOUND)
        else:
            answer(f"/{rest}", dict(parse_qsl(split.query)))

    def _show(self, path: str, query: Fields) -> None:
        name = path.lstrip("/")
        if name in _STATIC:
            self._send((Path(__file__).parent / "static" / name).read_bytes(), _STATIC[name])
        elif found := _PICTURE.fullmatch(path):
            self._picture(found[1], int(found[2]))
        elif path == "/":
            self._page("start.html", HTTPStatus.OK, alert="")
        elif (found := _TABLE.fullmatch(path)) and not found[3] and (sheet := self._sheet(found[1], found[2])):
            row, column, page = (_number(query.get(name, "")) for name in ("row", "column", "page"))
            self._table(sheet, int(found[2]), (row, column) if row and column else None, page)
        else:
            self._refuse(HTTPStatus.NOT_FOUND)

    def _picture(self, short: str, page: int) -> None:
        sheet = self.server.sitting.sheet(short)
        try:
            drawn = self.server.sitting.picture(sheet, page) if sheet else None
        except (DocumentRefused, ArchiveError):
            drawn = None
        if drawn is None:
            self._refuse(HTTPStatus.NOT_FOUND)
        else:
            self._send(drawn.png, "image/png")

    def _decide(self, path: str, _: Fields) -> None:
        fields = self._fields()
        if fields is None:
            return
        table, load = _TABLE.fullmatch(path), _LOAD.fullmatch(path)
        short = table[1] if table and table[3] else load[1] if load else ""
        number = _number(table[2] if table else fields.get("table", ""))
        sheet = self._sheet(short, str(number))
        if sheet is None:
            self._refuse(HTTPStatus.NOT_FOUND)
            return
        spot = Spot(number, _number(fields.get("row", "")), _number(fields.get("column", "")))
        why, sitting = fields.get("why", ""), self.server.sitting
        status, alert = HTTPStatus.UNPROCESSABLE_ENTITY, ""
        try:
            match table[3] if table else "load":
                case "correct":
                    sitting.correct(sheet, spot, fields.get("text", "").replace("\r\n", "\n"), why)
                case "columns":
                    sitting.decide(sheet, number, fields)
                case "out":
                    sitting.leave_out(sheet, number, why)
                case "accept":
                    sitting.accept(sheet, number, why, fields.get("shown", ""))
                case _:
                    sitting.load(sheet)
        except BusyError as error:
            status, alert = HTTPStatus.CONFLICT, str(error)
        except _TOLD as error:
            alert = str(error)
        except OSError as error:  # a full disk, say: nothing was kept
            status, alert = HTTPStatus.SERVICE_UNAVAILABLE, f"nothing was kept: {error}"
        if alert:
            at = (spot.row, spot.column) if spot.row and spot.column else None
            self._table(sheet, number, at, 0, status=status, alert=alert)
        else:
            self._redirect(f"/{self.server.token}/d/{short}/t/{number}")

    def _fields(self) -> Fields | None:
        """The fields of a form that our own page sent; None when it is refused."""
        origin, site = self.headers.get("Origin"), self.headers.get("Sec-Fetch-Site")
        length = _number(self.headers.get("Content-Length", ""))
        kind = self.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if (origin is not None and origin != f"http://{self.server.host}") or site not in {None, "same-origin"}:
            self._refuse(HTTPStatus.FORBIDDEN)
        elif kind != "application/x-www-form-urlencoded" or length > LARGEST:
            self._refuse(HTTPStatus.UNSUPPORTED_MEDIA_TYPE)
        else:
            try:
                text = self.rfile.read(length).decode("utf-8")
                return dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=5000))
            except ValueError:
                self._refuse(HTTPStatus.BAD_REQUEST)
        return None

    def _sheet(self, short: str, number: str) -> Sheet | None:
        sheet = self.server.sitting.sheet(short)
        return sheet if sheet is not None and 1 <= int(number) <= len(sheet.tables) else None

    def _table(
        self,
        sheet: Sheet,
        number: int,
        at: tuple[int, int] | None,
        page: int,
        *,
        status: HTTPStatus = HTTPStatus.OK,
        alert: str = "",
    ) -> None:
        self._page("table.html", status, alert=alert, **table_shown(self.server.sitting, sheet, number, at, page))

    def _page(self, template: str, status: HTTPStatus, **told: object) -> None:
        base = f"/{self.server.token}"
        text = self.server.templates.get_template(template).render(base=base, **outline(self.server.sitting), **told)
        self._send(text.encode("utf-8", "replace"), "text/html; charset=utf-8", status)

    def _send(self, body: bytes, kind: str, status: HTTPStatus = HTTPStatus.OK) -> None:
        self.send_response(status)
        for name, value in {**_HEADERS, "Content-Type": kind, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _redirect(self, path: str) -> None:
        self.send_response(HTTPStatus.SEE_OTHER)
        for name, value in {**_HEADERS, "Location": path, "Content-Length": "0"}.items():
            self.send_header(name, value)
        self.end_headers()

    def _refuse(self, status: HTTPStatus) -> None:
        self.close_connection = True  # what it may still send is not read
        self._send(f"{status.value} {status.phrase}".encode(), "text/plain; charset=utf-8", status)


def _number(text: str) -> int:
    """A number of at most nine digits; 0 for anything else."""
    return int(text) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else 0
