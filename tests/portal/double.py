"""A double of the portal: real HTTP on loopback, real GraphQL, and faults that can be switched on."""

from __future__ import annotations

import gzip
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cli.sample.pages import PageContract, PageUnit, printed
from cli.sample.register import Register
from tests.portal.graphql_door import answer_graphql
from tests.portal.invented import BODY, METHOD, NAMES, STATUS, invented_contracts
from tests.portal.rest_door import answer_rest

TOKEN = "invented-token-of-the-double"


@dataclass
class Fault:
    """Something wrong with the next `times` answers to a path that holds `at`, after `after` good ones."""

    kind: str
    at: str = ""
    times: int = 1
    after: int = 0
    status: int = 200
    swap: tuple[bytes, bytes] = (b"", b"")
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    seen: int = 0

    def strikes(self, target: str) -> bool:
        """Whether this request is one of the bad ones; counts it."""
        if self.at not in target or (target == "/robots.txt" and self.at != "/robots.txt"):
            return False
        self.seen += 1
        return self.after < self.seen <= self.after + self.times


@dataclass
class Asked:
    """One request as it came."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes
    at: float


@dataclass
class PortalDouble:
    """The double's contracts, faults and memory."""

    contracts: list[dict[str, Any]] = field(default_factory=invented_contracts)
    journal: list[dict[str, Any]] = field(default_factory=list)
    lots: list[dict[str, Any]] = field(default_factory=list)
    """Lots beside those of the contracts: announced, and without a contract of their own."""
    faults: list[Fault] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    robots: str = "User-agent: *\nDisallow: /ru/cabinet\n"
    page_limit: int = 200
    cap: int = 10_000
    url: str = ""

    def environment(self, **changes: str) -> dict[str, str]:
        """The settings of a crawl against this double."""
        return {"GOSZAKUP_API_URL": self.url, "GOSZAKUP_PORTAL_URL": self.url, "GOSZAKUP_TOKEN": TOKEN} | changes

    def targets(self, part: str = "") -> list[str]:
        """The addresses asked for that hold `part`."""
        return [one.target for one in self.asked if part in one.target]

    def fault(self, target: str) -> Fault | None:
        """The fault that strikes this request."""
        return next((one for one in self.faults if one.strikes(target)), None)

    def answer(self, asked: Asked) -> tuple[int, str, bytes]:
        """Status, content type and body for a request, faults aside."""
        path = urlsplit(asked.target).path
        if path == "/robots.txt":
            return 200, "text/plain", self.robots.encode()
        if path.startswith("/ru/"):
            target = asked.target
            if path == "/ru/registry/contract" and self.fault("filter of the register") is not None:
                target = re.sub(r"filter%5B(customer|supplier)%5D", "filter%5Bunheard%5D", target)
            page = Register([page_contract(one) for one in self.contracts], cap=self.cap).page(target)
            return (
                (200, "text/html; charset=utf-8", page.encode()) if page else (404, "text/html", b"<html>404</html>")
            )
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            refused = {"name": "Unauthorized", "message": "invalid credentials", "code": 0, "status": 401, "type": "x"}
            return 401, "application/json", json.dumps(refused).encode()
        if path == "/v3/graphql":
            status, found = answer_graphql(self, asked.body)
        else:
            query = {name: values[0] for name, values in parse_qs(urlsplit(asked.target).query).items()}
            status, found = answer_rest(self, path, query)
        return status, "application/json; charset=utf-8", json.dumps(found, ensure_ascii=False).encode()


def page_contract(one: dict[str, Any]) -> PageContract:
    """A contract as the public register prints it."""
    total = one["contractSumWnds"] if one["contractSumWnds"] is not None else one["contractSum"]
    tiyn = round(total * 100)
    years = [str(share["finYear"]) for share in one["ContractSpecSum"]]
    return PageContract(
        id=one["id"],
        number=one["contractNumberSys"],
        announcement=one["trdBuyNumberAnno"],
        type="Основной договор" if one["refContractTypeId"] == 1 else "Дополнительное соглашение",
        status=STATUS[one["refContractStatusId"]],
        created=one["crdate"],
        signed=one["signDate"],
        amount=printed(tiyn),
        planned=printed(tiyn + 100),
        customer_bin=one["customerBin"],
        customer=NAMES[one["customerBin"]][0].replace("&quot;", '"'),
        supplier_bin=one["supplierBiin"],
        supplier=NAMES[one["supplierBiin"]][0].replace("&quot;", '"'),
        method=METHOD[one["faktTradeMethodsId"]],
        year=", ".join(years) or str(one["finYear"] or ""),
        subject=one["descriptionRu"].replace("&quot;", '"'),
        kind="Услуга",
        units=tuple(
            PageUnit(
                id=line["id"],
                plan_point=line["plnPointId"],
                code=line["Plans"]["refEnstruCode"],
                name=line["Plans"]["nameRu"],
                quantity="1",
                unit="Одна услуга",
                price=printed(round(line["totalSum"] * 100)),
                amount=printed(round((line["totalSumWnds"] or line["totalSum"]) * 100)),
            )
            for line in one["ContractUnits"]
            if not line["deleted"]
        ),
    )


@contextmanager
def portal_double(kind: type[PortalDouble] = PortalDouble, **settings: Any) -> Iterator[PortalDouble]:
    """Serve a double while this holds."""
    double = kind(**settings)
    server = _Server(("127.0.0.1", 0), _handler_of(double))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    double.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64


def _handler_of(double: PortalDouble) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            self._serve(b"")

        def do_POST(self) -> None:
            self._serve(self.rfile.read(int(self.headers["Content-Length"])))

        def _serve(self, sent: bytes) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.command, self.path, headers, sent, time.monotonic())
            double.asked.append(asked)
            fault = double.fault(self.path)
            status, content_type, body = double.answer(asked)
            if fault is not None and fault.kind == "raw":
                self.wfile.write(fault.body)
                self.close_connection = True
                return
            if fault is not None:
                status, content_type, body = _spoilt(fault, status, content_type, body)
            wire = gzip.compress(body) if "gzip" in headers.get("accept-encoding", "") else body
            more = {} if fault is None else fault.headers
            if "Content-Encoding" in more:
                wire = body
            if fault is not None and fault.kind == "truncated gzip":
                wire = wire[: len(wire) // 2]
            self.send_response(status)
            stated = {"Content-Type": content_type, "Content-Length": str(len(wire))}
            if wire is not body:
                stated["Content-Encoding"] = "gzip"
            for name, value in (stated | more).items():
                self.send_header(name, value)
            self.end_headers()
            if fault is not None and fault.kind == "cut connection":
                self.wfile.write(wire[: len(wire) // 2])
                self.close_connection = True
                return
            self.wfile.write(wire)

        def log_message(self, *args: object) -> None:
            pass

    return Handler


_EMPTY = {"data": {"Contract": None}, "extensions": {"pageInfo": {"hasNextPage": False, "lastId": None}}}
_CAPTCHA = b'<html><body><h1>429 Too Many Requests</h1><div class="g-recaptcha"></div></body></html>'
_SECONDS = {"slow": 1.3, "hanging": 30}
_INSTEAD = {
    "html": ("text/html; charset=utf-8", "<html><body>Технические работы</body></html>".encode()),
    "captcha": ("text/html", _CAPTCHA),
    "json error": ("application/json", b'{"status":"error"}'),
    "graphql errors": ("application/json", b'{"errors":[{"message":"invented failure"}]}'),
    "null data": ("application/json", json.dumps(_EMPTY).encode()),
}


def _spoilt(fault: Fault, status: int, content_type: str, body: bytes) -> tuple[int, str, bytes]:
    if fault.kind in _INSTEAD:
        return 200, *_INSTEAD[fault.kind]
    if fault.kind == "instead":
        return fault.status, content_type, fault.body
    if fault.kind == "status":
        return fault.status, "application/json", b'{"name":"Error","message":"invented","status":0,"type":"x"}'
    if fault.kind in _SECONDS:
        time.sleep(_SECONDS[fault.kind])
    if fault.kind == "repeated cursor":
        page = json.loads(body)
        page["extensions"]["pageInfo"] |= {"hasNextPage": True, "lastId": 70_000_001}
        body = json.dumps(page).encode()
    if fault.kind == "repeated page":
        page = json.loads(body)
        page["next_page"] = "/v3/contract/customer/" + BODY + "?limit=50"
        body = json.dumps(page).encode()
    if fault.kind == "replace":
        body = body.replace(*fault.swap)
    return status, content_type, body
