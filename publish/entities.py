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
import re
import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from db.words import Measure, Precision
from publish.money import decimal_text, minor_digits

FILE_NAME = "entities.ftm.json"

_LONGEST = {"title": 200, "purpose": 200, "name": 384, "alias": 384, "description": 65_000}
"""Letters that a property takes; a contract's whole wording is its description, its title and purpose are short."""
_LONGEST_STRING = 1_000
_ADDRESS = re.compile(r"https?://[^\s/]+\.[^\s/]+(?:/\S{0,900})?\Z")
_COMMERCIAL = frozenset({
    "тоо", "жшс", "llp", "ао", "ақ", "оао", "зао", "пао", "ооо", "llc", "ltd", "gmbh", "doo", "d.o.o", "d.o.o.",
    "a.d.", "ltda", "ltda.", "eireli", "s/a", "s.a.", "kft",
})  # fmt: skip
"""Legal forms of companies, as they stand at one end of a name."""

Entity = dict[str, Any]


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
    out = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    out.row_factory = sqlite3.Row
    try:
        with (directory / name).open("w", encoding="utf-8", newline="\n") as handle:
            for entity in _entities(out):
                handle.write(f"{encode(entity)}\n")
                lines += 1
    finally:
        out.close()
    return {name: lines}


def _entities(out: sqlite3.Connection) -> Iterator[Entity]:
    aliases = _aliases(out)
    for kind, tables in _PARTIES:
        yield from _parties(out, kind, tables, aliases)
    for row in out.execute(_RECORDS):
        yield from _record(row)


_PARTIES = (
    ("body", ("payers", "ministries")),
    ("organisation", ("recipients", "intermediaries")),
    ("outlet", ("outlets",)),
)
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


def _entity(schema: str, entity_id: str, properties: Mapping[str, Any]) -> Entity:
    """An entity without empty properties."""
    kept = {name: values for name, value in properties.items() if (values := _values(name, value))}
    return {"id": entity_id, "schema": schema, "properties": kept}


def _values(name: str, value: object) -> list[str]:
    """The texts of a property, each once, no longer than its type takes: a cut one ends with "…"."""
    listed = value if isinstance(value, list) else [value]
    texts = (" ".join(str(one).split()) for one in listed if one is not None)
    longest = _LONGEST.get(name, _LONGEST_STRING)
    return list(dict.fromkeys(t if len(t) <= longest else t[: longest - 1].rstrip() + "…" for t in texts if t))


def _id(kind: str, uid: str) -> str:
    return f"mediacontracts-{kind}-{uid}"


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
        yield _entity(schema, _id(kind, uid), properties)


def _schema(row: sqlite3.Row) -> str:
    """Person, Company by its legal form, Organization by a register's number; else all that is known: LegalEntity."""
    if row["is_person"]:
        return "Person"
    words = [word.strip("«»\"“”„'(),") for word in row["name"].casefold().split()]
    ends = {row["legal_form"].casefold(), *words[:1], *words[-1:]}
    if ends & _COMMERCIAL:
        return "Company"
    return "Organization" if row["registry_id"] else "LegalEntity"


def _record(row: sqlite3.Row) -> Iterator[Entity]:
    contract = _id("contract", row["uid"])
    named = row["recipient_state"] == "named"
    money = {"currency": row["currency"], "amount": _amount(row)} if row["amount_minor"] is not None else {}
    told = {
        "summary": _caveat(row),
        "publisher": row["publisher"],
        "sourceUrl": row["url"] if _ADDRESS.match(row["url"]) else "",
        "retrievedAt": row["fetched_at"],
    }
    payer = _id("body", row["payer"]) if row["payer_state"] == "named" else ""
    yield _entity("Contract", contract, {
        "title": row["subject"] or row["number"] or row["uid"], "description": row["subject"], "authority": payer,
        "type": row["instrument"], "status": row["measure"], "contractDate": row["signed_on"],
        "procedureNumber": row["number"], "method": row["method"], "country": row["country"].lower(),
        **told, **({} if named else money),
    })  # fmt: skip
    start, end = _interval(row)
    when = {"date": row["signed_on"], "startDate": start, "endDate": end, "recordId": row["uid"]}
    if named:
        recipient = _id("organisation", row["recipient"])
        if row["measure"] == Measure.PAID:
            yield _entity("Payment", _id("payment", row["uid"]), {
                "payer": payer, "beneficiary": recipient, "contract": contract, "purpose": row["subject"],
                **money, **when, **told,
            })  # fmt: skip
        else:
            yield _entity("ContractAward", _id("award", row["uid"]), {
                "supplier": recipient, "contract": contract, "status": row["measure"], **money, **when, **told,
            })  # fmt: skip
    for role, kind in (("outlet", "outlet"), ("intermediary", "organisation")):
        if row[f"{role}_state"] == "named":
            yield _entity("UnknownLink", _id(role, row["uid"]), {
                "subject": contract, "object": _id(kind, row[role]), "role": role, "recordId": row["uid"],
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
