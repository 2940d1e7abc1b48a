"""The release as FollowTheMoney entities, one JSON object a line, for tools that trace money and people.

Parties are `PublicBody`, `Company`, `Organization`, `LegalEntity` or `Person`; each record that counts is a
`Contract`, joined to its recipient by a `ContractAward`, or by a `Payment` where the source says that it was paid. The
amount stands once: on that edge, else on the contract where no recipient is named. So the amounts of the file, taken
for each currency and each measure (`status` of contract and award; a payment is paid), are the sums of the release.

Schemata and properties: https://followthemoney.tech/explorer/ (version 4). The text comes from the finished release,
in which identity numbers of natural persons are masked and withdrawn words are gone.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from db.words import Measure, Precision
from publish.companies import is_company
from publish.entity_links import linked_parties, links
from publish.ftm import Entity, id_of, is_address, made
from publish.money import decimal_text, minor_digits
from publish.read_only import read_only
from publish.schema_keys import TABLES_OF_KIND

FILE_NAME = "entities.ftm.json"


def write_entities(database: Path, directory: Path, prefix: str = "") -> dict[str, int]:
    """Write the entities of a release; gives the number of lines by file name.

    Args:
        database: the file of the release.
        directory: where it lies.
        prefix: of the names of files, where the release is a sample.
    """
    name = f"{prefix}{FILE_NAME}"
    lines = 0
    # the encoder in C: `json.dump` writes piece by piece and takes several times as long
    encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
    with read_only(database) as out:
        out.row_factory = sqlite3.Row
        with (directory / name).open("w", encoding="utf-8", newline="\n") as handle:
            for entity in _entities(out):
                handle.write(f"{encode(entity)}\n")
                lines += 1
    return {name: lines}


def _entities(out: sqlite3.Connection) -> Iterator[Entity]:
    aliases = _aliases(out)
    companies: set[str] = set()
    for kind, tables in TABLES_OF_KIND.items():
        for entity in _parties(out, kind, tables, aliases):
            if entity["schema"] == "Company":
                companies.add(entity["id"])
            yield entity
    for entity in linked_parties(out):
        if entity["schema"] == "Company":
            companies.add(entity["id"])
        yield entity
    yield from links(out, companies)
    for row in out.execute(_RECORDS):
        yield from _record(row)


_KIND_OF_ROLE = {"payer": "body", "recipient": "organisation", "intermediary": "organisation", "outlet": "outlet"}
_RECORDS = """
SELECT c.uid, c.subject, c.number, c.method, c.measure, c.instrument, c.signed_on, c.period_from, c.period_to,
  c.year, c.year_from, c.year_to, c.amount_minor, c.currency, c.amount_state, c.amount_precision, c.url, c.fetched_at,
  s.publisher, s.country, p.uid AS payer, p.state AS payer_state, r.uid AS recipient, r.state AS recipient_state,
  i.uid AS intermediary, i.state AS intermediary_state, o.uid AS outlet, o.state AS outlet_state
FROM contracts c JOIN sources s ON s.id = c.source JOIN payers p ON p.id = c.payer
JOIN recipients r ON r.id = c.recipient JOIN intermediaries i ON i.id = c.intermediary
JOIN outlets o ON o.id = c.outlet
WHERE c.counted = 1 ORDER BY c.id
"""


def _aliases(out: sqlite3.Connection) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for role, uid, name in out.execute("SELECT DISTINCT role, entity_uid, name FROM spellings ORDER BY name, role"):
        listed = found[_KIND_OF_ROLE[role], uid]
        if name not in listed:
            listed.append(name)
    return found


def _parties(
    out: sqlite3.Connection, kind: str, tables: tuple[str, ...], aliases: Mapping[tuple[str, str], list[str]]
) -> Iterator[Entity]:
    rows: dict[str, sqlite3.Row] = {}
    for table in tables:
        for row in out.execute(f"SELECT * FROM {table} WHERE state = 'named' ORDER BY id"):
            rows.setdefault(row["uid"], row)
    for uid, row in sorted(rows.items()):
        properties = {
            "name": row["name"],
            "alias": [name for name in aliases.get((kind, uid), ()) if name != row["name"]],
            "country": row["country"].lower(),
        }
        schema = "Organization"
        if kind == "outlet":
            # no schema is a media title; what it is stands in the classification
            properties |= {"classification": ["media outlet", row["medium"]], "sector": "media"}
        elif kind == "body":
            schema = "PublicBody"
            properties |= {"registrationNumber": row["registry_id"], "classification": row["level"]}
        else:
            schema = _schema(row)
            number = "" if row["is_person"] else row["registry_id"]
            properties |= {"registrationNumber": number, "legalForm": row["legal_form"]}
        yield made(schema, id_of(kind, uid), properties)


def _schema(row: sqlite3.Row) -> str:
    """Person, Company by its legal form, Organization by a register's number; else all that is known: LegalEntity."""
    if row["is_person"]:
        return "Person"
    if is_company(row["name"], row["legal_form"]):
        return "Company"
    return "Organization" if row["registry_id"] else "LegalEntity"


def _record(row: sqlite3.Row) -> Iterator[Entity]:
    contract = id_of("contract", row["uid"])
    named = row["recipient_state"] == "named"
    money = {"currency": row["currency"], "amount": _amount(row)} if row["amount_minor"] is not None else {}
    told = {
        "summary": _caveat(row),
        "publisher": row["publisher"],
        "sourceUrl": row["url"] if is_address(row["url"]) else "",
        "retrievedAt": row["fetched_at"],
    }
    payer = id_of("body", row["payer"]) if row["payer_state"] == "named" else ""
    yield made("Contract", contract, {
        "title": row["subject"] or row["number"] or row["uid"], "description": row["subject"], "authority": payer,
        "type": row["instrument"], "status": row["measure"], "contractDate": row["signed_on"],
        "procedureNumber": row["number"], "method": row["method"], "country": row["country"].lower(),
        **told, **({} if named else money),
    })  # fmt: skip
    start, end = _interval(row)
    when = {"date": row["signed_on"], "startDate": start, "endDate": end, "recordId": row["uid"]}
    if named:
        recipient = id_of("organisation", row["recipient"])
        if row["measure"] == Measure.PAID:
            yield made("Payment", id_of("payment", row["uid"]), {
                "payer": payer, "beneficiary": recipient, "contract": contract, "purpose": row["subject"],
                **money, **when, **told,
            })  # fmt: skip
        else:
            yield made("ContractAward", id_of("award", row["uid"]), {
                "supplier": recipient, "contract": contract, "status": row["measure"], **money, **when, **told,
            })  # fmt: skip
    for role, kind in (("outlet", "outlet"), ("intermediary", "organisation")):
        if row[f"{role}_state"] == "named":
            yield made("UnknownLink", id_of(role, row["uid"]), {
                "subject": contract, "object": id_of(kind, row[role]), "role": role, "recordId": row["uid"],
            })  # fmt: skip


def _amount(row: sqlite3.Row) -> str:
    return decimal_text(row["amount_minor"], minor_digits(row["currency"]))


def _caveat(row: sqlite3.Row) -> str:
    """What the number alone does not say: that it is not exact, or why there is none."""
    if row["amount_state"] != "stated":
        return f"amount: {row['amount_state']}"
    return "" if row["amount_precision"] == Precision.EXACT else f"amount: {row['amount_precision']}"


def _interval(row: sqlite3.Row) -> tuple[str, str]:
    """The period paid for, else the year or years that the record belongs to; blank without a date."""
    if row["period_from"] or row["period_to"]:
        return row["period_from"] or "", row["period_to"] or ""
    if row["year_from"] or row["year_to"]:
        return str(row["year_from"] or ""), str(row["year_to"] or "")
    # ids below a real year say that there is none, or that there are several
    return (str(row["year"]), str(row["year"])) if row["year"] > 1 else ("", "")
