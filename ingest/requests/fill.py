"""Fills the registry's tables of requests from the register: whole, in one transaction, the same each time."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, delete, select

from db.bulk import insert_rows, table_of
from db.engine import writing
from db.model import (
    Answer,
    BodyOpenness,
    Capture,
    Document,
    DocumentTable,
    DocumentTotal,
    InformationRequest,
    RequestYear,
)
from db.model.base import Base
from db.model.requests import RequestState
from ingest.record import Party
from ingest.requests.acceptance import accepted_why
from ingest.requests.coverage import openness
from ingest.requests.entering import fold
from ingest.requests.events import TableSeen, journal_at
from ingest.requests.register import Register, Request, state_of
from ingest.spelling import Spellings
from ingest.values.text import clean

_ALL = (DocumentTotal, DocumentTable, Document, Answer, RequestYear, BodyOpenness, InformationRequest)
PARTS = 10_000
"""A share is kept as parts of this."""


def fill_requests(engine: Engine, register: Register) -> int:
    """Write the register into the registry anew; gives the number of requests.

    A document whose capture is not in the registry (a rebuild that has not come to it) keeps no capture.
    """
    with writing(engine) as connection:
        for mapped in _ALL:
            connection.execute(delete(table_of(mapped)))
        names, bodies = _bodies(connection, register)
        captures = {row[0]: row[1] for row in connection.execute(select(Capture.ref, Capture.id))}
        rows = _Rows(names, captures)
        for request in register.requests.values():
            rows.add(request, register.as_of)
        rows.add_openness(register, bodies)
        for mapped in reversed(_ALL):
            held = rows.held[mapped]
            if held:
                columns = tuple(held[0])
                insert_rows(connection, table_of(mapped), columns, [tuple(row[c] for c in columns) for row in held])
    return len(register.requests)


def fill_from_journal(engine: Engine, home: Path) -> int:
    """Write the requests of an installation into its registry anew; gives their number.

    After identities are resolved this counts each body once, under whatever names it was asked.

    Raises:
        RegisterError: the journal is damaged.
    """
    journal = journal_at(home)
    return fill_requests(engine, fold(journal.events())) if journal.path.exists() else 0


def _bodies(connection: Connection, register: Register) -> tuple[dict[str, int], dict[str, str]]:
    """The spelling of each request's body, written where it is new; the id of the body behind each name asked."""
    countries: dict[str, list[Request]] = {}
    for request in register.requests.values():
        countries.setdefault(request.drawn.country, []).append(request)
    names: dict[str, int] = {}
    bodies: dict[str, str] = {}
    for country, requests in countries.items():
        spellings = Spellings(country)
        spellings.refresh(connection)
        for request in requests:
            drawn = request.drawn
            body = spellings.body(Party(name=clean(drawn.body), lang=drawn.body_lang, level=drawn.level))
            names[request.ref] = body
            bodies[drawn.body] = str(spellings.body_entity(body))
        spellings.flush(connection)
    return names, bodies


def _day(value: date | None) -> str | None:
    return value.isoformat() if value else None


class _Rows:
    """The rows of all tables, numbered in the order of the register."""

    def __init__(self, names: dict[str, int], captures: dict[str, int]) -> None:
        self.names, self.captures = names, captures
        self.held: dict[type[Base], list[dict[str, Any]]] = {mapped: [] for mapped in _ALL}

    def _next(self, mapped: type[Base]) -> int:
        return len(self.held[mapped]) + 1

    def add(self, request: Request, as_of: date | None) -> None:
        """Add one request with its years, answers and documents."""
        number = self._next(InformationRequest)
        self.held[InformationRequest].append(self._request(number, request, as_of))
        for year in request.drawn.years:
            state = request.year_state(year, as_of)
            ground = request.answer.ground if request.answer else ""
            self.held[RequestYear].append({"request_id": number, "year": year, "state": state, "ground": ground})
        for answer in request.answers:
            self.held[Answer].append(
                {
                    "id": self._next(Answer),
                    "request_id": number,
                    "answered_on": _day(answer.on),
                    "state": answer.state,
                    "ground": answer.ground,
                    "wording": answer.wording,
                    "pages": answer.pages,
                }
            )
        for document in request.documents.values():
            identity = self._next(Document)
            self.held[Document].append(
                {
                    "id": identity,
                    "request_id": number,
                    "capture_id": self.captures.get(document.capture),
                    "sha256": document.sha256,
                    "file_name": document.file_name,
                    "byte_count": document.byte_count,
                    "taken_at": document.at,
                }
            )
            for table in document.tables:
                self._table(identity, table, request, document.sha256)

    def _request(self, number: int, request: Request, as_of: date | None) -> dict[str, Any]:
        drawn, sent, answer = request.drawn, request.sent, request.answer
        appeal = request.appeals[-1] if request.appeals else None
        return {
            "id": number,
            "ref": request.ref,
            "body_name_id": self.names[request.ref],
            "level": drawn.level,
            "subject": drawn.subject,
            "lang": drawn.lang,
            "legal_basis": drawn.basis,
            "channel": sent.channel if sent else "",
            "number": sent.number if sent else "",
            "sent_on": _day(sent.on) if sent else None,
            "due_on": _day(request.due_on),
            "extended_to": _day(request.due_on) if request.extended_in_time else None,
            "answered_on": _day(request.first_answered_on),
            "days_taken": request.days_taken,
            "days_late": request.days_late,
            "state": request.state(as_of),
            "as_of": _day(as_of),
            "ground": answer.ground if answer else "",
            "wording": answer.wording if answer else "",
            "forwarded_to": answer.forwarded_to if answer else "",
            "fee_minor": answer.fee_minor if answer else None,
            "fee_currency": answer.fee_currency if answer else "",
            "pages": answer.pages if answer else None,
            "appealed_on": _day(appeal.on) if appeal else None,
            "appealed_to": appeal.to if appeal else "",
            "appeal_outcome": appeal.outcome if appeal else "",
        }

    def _table(self, document: int, table: TableSeen, request: Request, sha256: str) -> None:
        number = self._next(DocumentTable)
        accepted = accepted_why(request.acceptances(sha256, table.number), table.blocks) if table.blocks else ""
        self.held[DocumentTable].append(
            {
                "id": number,
                "document_id": document,
                "number": table.number,
                "place": table.place,
                "page": table.page,
                "sheet": table.sheet,
                "member": table.member,
                "title": table.title,
                "heading": "\n".join(table.heading),
                "form": table.form,
                "rows": table.rows,
                "records": table.records,
                "rejected": table.rejected,
                "totals": len(table.totals),
                "totals_equal": sum(total.verdict == "equal" for total in table.totals),
                "state": state_of(table, request, sha256),
                "why": "; ".join(part for part in (*table.blocks, table.why or accepted) if part),
            }
        )
        for total in table.totals:
            self.held[DocumentTotal].append(
                {
                    "document_table_id": number,
                    "at_row": total.row,
                    "at_column": total.column,
                    "heading": total.heading,
                    "raw": total.raw,
                    "printed": total.printed,
                    "computed": total.computed,
                    "verdict": total.verdict,
                    "rounding": total.rounding,
                }
            )

    def add_openness(self, register: Register, bodies: dict[str, str]) -> None:
        """Add how each body answers."""
        for one in openness(register, one_body=bodies):
            count = {state: one.states.get(state, 0) for state in RequestState}
            low, high, share = one.low, one.high, one.share
            self.held[BodyOpenness].append(
                {
                    "body_id": int(one.body),
                    "asked": one.asked,
                    "waiting": one.waiting,
                    "in_full": count[RequestState.IN_FULL],
                    "in_part": count[RequestState.IN_PART],
                    "says_none": count[RequestState.SAYS_NONE],
                    "official_use": count[RequestState.OFFICIAL_USE],
                    "refused": count[RequestState.REFUSED],
                    "forwarded": count[RequestState.FORWARDED],
                    "silent": count[RequestState.SILENT],
                    "late": one.late,
                    "days_median": one.days_median,
                    "grounds": "; ".join(f"{ground} ({times})" for ground, times in one.grounds.items()),
                    "full_share": None if share is None else round(share * PARTS),
                    "full_low": None if low is None else round(low * PARTS),
                    "full_high": None if high is None else round(high * PARTS),
                    "rank": one.rank,
                }
            )
