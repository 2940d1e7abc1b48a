"""`contracts.ocds.jsonl.gz`: the records that count as compiled releases of the Open Contracting Data Standard, 1.1.

A line is one contracting process, which is what records of one `root_uid` make up: what was planned is its budget,
what was announced its tender, what was contracted its award and contract, what was paid a transaction. Each sum stands
once, so the values of budgets, of tenders, of contracts and of transactions, taken for each currency, are the sums of
the release; awards state none. What the standard has no field for (how exact a sum is and why there is none, the year
it belongs to, where it was read) stands under `mediacontracts` beside it. List prices and barter have no place in the
standard and are left out.

Fields: https://standard.open-contracting.org/1.1/en/schema/reference/. The text comes from the finished release, in
which identity numbers of natural persons are masked and withdrawn words are gone. No prefix is registered for the ids
of processes: whoever publishes them as their own registers one and puts it in front.
"""

from __future__ import annotations

import sqlite3
from decimal import Decimal, InvalidOperation
from gzip import GzipFile
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import msgspec

from db.words import Measure
from publish.ftm import id_of, is_address
from publish.money import decimal_text, minor_digits
from publish.read_only import read_only
from publish.site.core.naming import PARTIES

FILE_NAME = "contracts.ocds.jsonl.gz"
PREFIX = "mediacontracts-"
"""Of ids of processes; lasting, as the uids behind it are."""

ROLES = {
    "payer": ("buyer", "body"),
    "recipient": ("supplier", "organisation"),
    "intermediary": ("intermediary", "organisation"),
    "outlet": ("mediaOutlet", "outlet"),
    "ministry": ("ministry", "body"),
}
"""Role in the standard's open list, and kind of the party; the last three roles are our own words."""

_IDENTIFIED = ("payer", "recipient", "intermediary", "ministry")
_COLUMNS = (
    "uid", "root_uid", "subject", "subject_lang", "number", "method", "measure", "instrument", "signed_on",
    "period_from", "period_to", "amount_minor", "currency", "amount_state", "amount_precision", "corrected", "url",
    "changed_at", "capture_sha256", "locator",
)  # fmt: skip
_TOLD = f"c.counted = 1 AND c.measure NOT IN ('{Measure.LIST_PRICE}', '{Measure.BARTER}')"
_RECORDS = (
    f"SELECT c.id, {', '.join(f'c.{name}' for name in _COLUMNS)}, s.name AS source, s.invented, y.name AS year, "
    + ", ".join(
        f"{role}.{column} AS {role}_{column}"
        for role in ROLES
        for column in ("uid", "name", "state", *(("id_scheme", "registry_id") if role in _IDENTIFIED else ()))
    )
    + ", recipient.is_person AS recipient_person, intermediary.is_person AS intermediary_person"
    + " FROM contracts AS c JOIN sources AS s ON s.id = c.source JOIN years AS y ON y.id = c.year "
    + " ".join(f"JOIN {PARTIES[role]} AS {role} ON {role}.id = c.{role}" for role in ROLES)
    + f" WHERE {_TOLD} ORDER BY c.root_uid, c.id"
)
_LINES = (
    "SELECT c.id, l.position, l.name, l.description, l.code, l.quantity, l.unit FROM lines AS l"
    f" JOIN contracts AS c ON c.id = l.contract WHERE {_TOLD} ORDER BY c.root_uid, c.id, l.position"
)

_encode = msgspec.json.Encoder(decimal_format="number").encode
"""Sums are written digit by digit, never through a float."""

Json = dict[str, Any]


def write_ocds(database: Path, directory: Path, release: str, prefix: str = "") -> dict[str, int]:
    """Write the compiled releases of a release; gives the number of lines by file name.

    Args:
        database: the file of the release.
        directory: where it lies.
        release: its name.
        prefix: of the names of files, where the release is a sample.
    """
    name = f"{prefix}{FILE_NAME}"
    lines = 0
    with read_only(database) as out:
        out.row_factory = sqlite3.Row
        items = _Items(out)
        # without a time in its head, so that the same release gives the same bytes
        with (
            (directory / name).open("wb") as file,
            GzipFile(filename="", fileobj=file, mode="wb", compresslevel=6, mtime=0) as handle,
        ):
            for root, records in groupby(out.execute(_RECORDS), key=itemgetter("root_uid")):
                handle.write(_encode(_process(root, list(records), items, release)) + b"\n")
                lines += 1
    return {name: lines}


class _Items:
    """Lines of records, asked for in the order in which both are read."""

    def __init__(self, out: sqlite3.Connection) -> None:
        self._groups = groupby(out.execute(_LINES), key=itemgetter("id"))
        self._next = next(self._groups, None)

    def of(self, record: int) -> list[Json]:
        """The items of a record; to be asked for every record once."""
        if self._next is None or self._next[0] != record:
            return []
        found = [_item(row) for row in self._next[1]]
        self._next = next(self._groups, None)
        return found


def _process(root: str, records: list[sqlite3.Row], items: _Items, release: str) -> Json:
    made: Json = {
        "ocid": f"{PREFIX}{root}",
        "id": release,
        "date": max(row["changed_at"] for row in records),
        "tag": ["compiled"],
        "initiationType": "tender",
        "parties": _parties(records),
    }
    languages = {row["subject_lang"] for row in records if row["subject"]}
    if len(languages) == 1 and "" not in languages:
        made["language"] = languages.pop()
    if records[0]["payer_state"] == "named":
        made["buyer"] = _reference(records[0], "payer")
    by_measure = {row["measure"]: (row, items.of(row["id"])) for row in records}
    if Measure.PLANNED in by_measure:
        row, _ = by_measure[Measure.PLANNED]
        budget = _kept({"description": row["subject"], "amount": _value(row)})
        made["planning"] = {"budget": {**budget, **_beside(row)}}
    if Measure.ANNOUNCED in by_measure:
        row, listed = by_measure[Measure.ANNOUNCED]
        made["tender"] = {
            **_told(row), **_kept({"value": _value(row), "procurementMethodDetails": row["method"]}),
            **_kept({"items": listed, "documents": _documents(row)}), **_beside(row),
        }  # fmt: skip
    concluded = by_measure.get(Measure.CONTRACTED) or by_measure.get(Measure.PAID)
    if concluded:
        made |= _concluded(*concluded, by_measure.get(Measure.PAID))
    return made


def _concluded(row: sqlite3.Row, listed: list[Json], paid: tuple[sqlite3.Row, list[Json]] | None) -> Json:
    """Award and contract; of a payment whose contract no source states, without a sum of their own."""
    contract: Json = {
        **_told(row), "awardID": row["uid"],
        **_kept({
            "period": _kept({"startDate": _day(row["period_from"]), "endDate": _day(row["period_to"], last=True)}),
            "dateSigned": _day(row["signed_on"]), "items": listed, "documents": _documents(row),
        }),
    }  # fmt: skip
    if row["measure"] == Measure.CONTRACTED:
        contract |= {**_kept({"value": _value(row)}), **_beside(row)}
    if paid:
        payment, _ = paid
        transaction = {
            "id": payment["uid"],
            **_kept({
                "source": payment["url"] if is_address(payment["url"]) else None,
                "value": _value(payment),
                "payer": _reference(payment, "payer") if payment["payer_state"] == "named" else None,
                "payee": _reference(payment, "recipient") if payment["recipient_state"] == "named" else None,
            }),
            **_beside(payment),
        }  # fmt: skip
        contract["implementation"] = {"transactions": [transaction]}
    award: Json = {
        "id": row["uid"],
        **_kept({
            "title": row["subject"],
            "suppliers": [_reference(row, "recipient")] if row["recipient_state"] == "named" else None,
        }),
    }  # fmt: skip
    return {"awards": [award], "contracts": [contract]}


def _parties(records: list[sqlite3.Row]) -> list[Json]:
    found: dict[str, Json] = {}
    for row in records:
        for role, (word, _) in ROLES.items():
            if row[f"{role}_state"] != "named":
                continue
            reference = _reference(row, role)
            party = found.setdefault(reference["id"], {**reference, "roles": []})
            if role in _IDENTIFIED and "identifier" not in party:
                identifier = _identifier(row, role)
                if identifier:
                    party["identifier"] = identifier
            words = [word]
            if row["measure"] == Measure.PAID and role in ("payer", "recipient"):
                words.append("payer" if role == "payer" else "payee")
            party["roles"] += [one for one in words if one not in party["roles"]]
    return list(found.values())


def _reference(row: sqlite3.Row, role: str) -> Json:
    return {"id": id_of(ROLES[role][1], row[f"{role}_uid"]), "name": row[f"{role}_name"]}


def _identifier(row: sqlite3.Row, role: str) -> Json | None:
    """The number in a register, never a natural person's."""
    number = row[f"{role}_registry_id"]
    if not number or (role in ("recipient", "intermediary") and row[f"{role}_person"]):
        return None
    return {"scheme": row[f"{role}_id_scheme"], "id": number, "legalName": row[f"{role}_name"]}


def _told(row: sqlite3.Row) -> Json:
    return {"id": row["uid"], **_kept({"title": row["number"] or row["subject"], "description": row["subject"]})}


def _value(row: sqlite3.Row) -> Json | None:
    if row["amount_minor"] is None:
        return None
    return {"amount": Decimal(decimal_text(row["amount_minor"], minor_digits(row["currency"]))),
            "currency": row["currency"]}  # fmt: skip


def _beside(row: sqlite3.Row) -> Json:
    """What the standard has no field for."""
    return {
        "mediacontracts": {
            "record": row["uid"], "source": row["source"], "year": row["year"], "measure": row["measure"],
            "instrument": row["instrument"], "amountState": row["amount_state"],
            "amountPrecision": row["amount_precision"], "corrected": bool(row["corrected"]),
            "invented": bool(row["invented"]),
            "captureSha256": row["capture_sha256"], "locator": row["locator"],
        }
    }  # fmt: skip


def _documents(row: sqlite3.Row) -> list[Json]:
    return [{"id": row["uid"], "title": row["source"], "url": row["url"]}] if is_address(row["url"]) else []


def _item(row: sqlite3.Row) -> Json:
    text = "; ".join(part for part in (row["name"], row["description"]) if part)
    return {
        "id": str(row["position"]),
        **_kept({
            "description": text, "classification": _kept({"id": row["code"]}), "quantity": _quantity(row["quantity"]),
            "unit": _kept({"name": row["unit"]}),
        }),
    }  # fmt: skip


def _quantity(text: str) -> Decimal | None:
    """A quantity as the exact number it is written as; None where it is no number."""
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _day(date: str | None, *, last: bool = False) -> str | None:
    """A date as the instant that the standard wants; the hour is not known, and stands as the day's first or last."""
    return f"{date}T{'23:59:59' if last else '00:00:00'}Z" if date else None


def _kept(properties: Json) -> Json:
    """What says something: the standard wants no empty texts, objects and lists."""
    return {name: value for name, value in properties.items() if value or value == 0}
