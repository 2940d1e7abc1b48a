"""Pages of invented nested contracts, served on loopback as the portal's GraphQL interface would answer."""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection

PAGE = 200
CUSTOMER = "991240999991"


def contract(number: int) -> dict[str, object]:
    """One invented contract with two lines, their plan points and places."""

    def unit(place: int) -> dict[str, object]:
        return {
            "id": number * 10 + place, "plnPointId": number * 100 + place, "quantity": 1, "deleted": 0,
            "totalSum": number + 0.5, "totalSumWnds": number + 0.5,
            "Plans": {
                "id": number * 100 + place, "nameRu": "Услуги по размещению информационных материалов",
                "nameKz": "Ақпараттық материалдарды орналастыру қызметтері", "descRu": "Газета, полоса А3",
                "extraDescRu": "Освещение выдуманных событий " * 6, "refEnstruCode": "581314.000.000000",
                "refFinsourceId": 1, "refAbpCode": 456, "refUnitsCode": 796,
                "PlansKato": [{"refKatoCode": "590000000", "fullDeliveryPlaceNameRu": "Выдуманная область " * 3}],
            },
        }  # fmt: skip

    return {
        "id": number, "parentId": None, "rootId": number, "contractNumberSys": f"{CUSTOMER}/24{number:06d}/00",
        "trdBuyNumberAnno": f"{number}-1", "refContractStatusId": 390, "deleted": 0,
        "lastUpdateDate": "2024-05-06 07:08:09", "supplierBiin": "150540999965", "customerBin": CUSTOMER,
        "contractNumber": str(number), "refSubjectTypeId": 3, "finYear": 2024, "refContractYearTypeId": 1,
        "refCurrencyCode": "KZT", "exchangeRate": None, "contractSum": 2 * number + 1, "contractSumWnds": None,
        "faktSum": None, "faktSumWnds": None, "signDate": "2024-03-01 10:00:00", "refContractTypeId": 1,
        "descriptionRu": "Услуги по размещению информационных материалов в средствах массовой информации",
        "descriptionKz": "Бұқаралық ақпарат құралдарында материалдар орналастыру", "faktTradeMethodsId": 3,
        "Customer": {"bin": CUSTOMER, "nameRu": "ГУ «Выдуманное управление»", "nameKz": "«Ойдан шығарылған» ММ"},
        "Supplier": {"bin": "150540999965", "nameRu": "ТОО «Боз дала медиа»", "nameKz": "«Боз дала медиа» ЖШС"},
        "RefContractStatus": {"id": 390, "nameRu": "Исполнен"},
        "FaktTradeMethods": {"id": 3, "nameRu": "Запрос ценовых предложений"}, "TrdBuy": None,
        "ContractUnits": [unit(1), unit(2)], "ContractSpecSum": [],
    }  # fmt: skip


def bodies(contracts: int) -> list[bytes]:
    """The answers, page by page."""
    pages = []
    for start in range(1, contracts + 1, PAGE):
        rows = [contract(n) for n in range(start, min(start + PAGE, contracts + 1))]
        last = start + len(rows) - 1
        info = {"limitPage": PAGE, "totalCount": contracts, "hasNextPage": last < contracts, "lastId": last}
        page = {"data": {"Contract": rows}, "extensions": {"pageInfo": info}}
        pages.append(json.dumps(page, ensure_ascii=False).encode())
    return pages


def _serve(contracts: int, tell: Connection) -> None:
    pages = bodies(contracts)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 1024 * 1024

        def _send(self, body: bytes, kind: str, status: int = 200) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            after = asked["variables"].get("after") or 0
            self._send(pages[after // PAGE], "application/json")

        def do_GET(self) -> None:
            if self.path.startswith("/v3/journal"):
                self._send(b'{"total":0,"limit":50,"next_page":"","items":[]}', "application/json")
            else:
                self._send(b"", "text/plain", 404)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    tell.send(server.server_port)
    server.serve_forever()


@contextmanager
def served(contracts: int) -> Iterator[str]:
    """Serve the pages from a process of their own; gives the address."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(contracts, theirs), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{ours.recv()}"
    finally:
        process.terminate()
        process.join()
