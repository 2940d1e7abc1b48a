"""The tables that `contracts` points at. Their first rows say why there is no name."""

from __future__ import annotations

from db.words import PartyState
from publish.described import ID, Column, Table, flag, free, number, plain, word

TABLES_OF_KIND = {
    "body": ("payers", "ministries"),
    "organisation": ("recipients", "intermediaries"),
    "outlet": ("outlets",),
}
"""In which tables the entities of a kind stand; a uid is unique within the kind."""

_UID = plain("uid", "Lasting name for addresses and citations, fixed at first publication.", unit="slug", unique=True)
_NAME = free("name", "Name under which all spellings stand, or why there is none.")
_STATE = word("state", "named, or why there is no name.", tuple(PartyState))
_COUNTRY = plain("country", "Country.", unit="ISO 3166-1 alpha-2 code")
_FOLDED = free("folded", "The name without case and special letters, for finding it.")
_RECORDS = number("records", "Rows of contracts that point here.", "rows")
_SCHEME = plain("id_scheme", "Register that registry_id belongs to; empty where there is none.")
_REGISTRY = free("registry_id", "Number in that register (KZ: BIN). Natural persons' numbers are never published.")


def _bodies(name: str, title: str, text: str) -> Table:
    level = free("level", "Level of government, as the source or the table of bodies says.")
    lineage = free(
        "lineage",
        "Line of bodies that took over from one another, such as the information ministry under all its names; group "
        "by it to see one line. Empty where there is none.",
    )
    columns = (ID, _UID, _NAME, _STATE, _COUNTRY, level, lineage, _SCHEME, _REGISTRY, _FOLDED, _RECORDS)
    return Table(name, title, text, columns, label="name")


def _organisations(name: str, title: str, text: str) -> Table:
    columns: tuple[Column, ...] = (
        ID, _UID, _NAME, _STATE, _COUNTRY,
        free("legal_form", "Legal form that the name states: LLP, JSC, IE, …; empty where it states none."),
        flag("is_person", "1 for a natural person or sole trader."),
        _SCHEME, _REGISTRY, _FOLDED, _RECORDS,
    )  # fmt: skip
    return Table(name, title, text, columns, label="name")


OUTLETS = Table(
    "outlets",
    "Outlets",
    "One row is one media title, which is not the legal entity behind it. The first rows say why a record has none.",
    (
        ID, _UID,
        free(
            "name",
            "Name under which all spellings stand, or why there is none. Where sources print one name for several "
            "outlets, it is followed by paid_to in parentheses.",
        ),
        _STATE, _COUNTRY,
        free("medium", "newspaper, tv, radio, website, …, or the source's own wording where it is no such kind."),
        free(
            "paid_to",
            "Of several outlets of one printed name: the firm whose payments tell this one apart. Empty for others, "
            "and for what was paid under such a name to somebody else.",
        ),
        _FOLDED, _RECORDS,
    ),
    label="name",
)  # fmt: skip
MINISTRIES = _bodies(
    "ministries",
    "Ministries and akimats",
    "One row is one ministry or akimat under which payers stand, each on the date of its record.",
)
PAYERS = _bodies("payers", "Payers", "One row is one public body that pays or contracts (OCDS buyer).")
RECIPIENTS = _organisations(
    "recipients", "Recipients", "One row is one legal entity or sole trader that receives money (OCDS supplier)."
)
INTERMEDIARIES = _organisations(
    "intermediaries", "Intermediaries", "One row is one agency that stands between payer and outlet."
)
TOPICS = Table(
    "topics",
    "Topics",
    "One row is one topic of our classification; the source's own class stays in contracts.source_topic.",
    (ID, _UID, _NAME, _STATE, free("description", "What belongs to it."), _RECORDS),
    label="name",
)
REGIONS = Table(
    "regions",
    "Regions",
    "One row is one region with the dates it existed, so that borders of 2018 and 2022 can be told apart.",
    (
        ID, _UID, _NAME, _STATE, _COUNTRY,
        plain("code", "Official code (KZ: KATO)."),
        plain("name_local", "Name in the country's other language."),
        plain("name_en", "Name in English."),
        plain("valid_from", "First day it existed; empty where always.", unit="ISO 8601 date"),
        plain("valid_to", "Last day it existed; empty where it still does.", unit="ISO 8601 date"),
        plain("note", "What changed."),
        _RECORDS,
    ),
    label="name",
)  # fmt: skip
SOURCES = Table(
    "sources",
    "Sources",
    "One row is one declared source with its licence and caveats. Every record has one.",
    (
        ID,
        plain("name", "Name of its declaration; lasting.", unique=True),
        free("title", "Title."),
        plain("country", "Country.", unit="ISO 3166-1 alpha-2 code"),
        free("publisher", "Who publishes or sent it."),
        free("obtained", "How it was obtained."),
        free("url", "Where it stands."),
        plain("licence", "Terms under which the publisher gives it."),
        plain("licence_url", "Text of the terms."),
        word(
            "publish",
            "facts: figures and names only; files: also pages and tables of answers, as proofs.",
            ("facts", "files"),
        ),
        plain("frequency", "How often it is read."),
        free("caveats", "What a reader must know before using it."),
        flag("invented", "1 for a sample with invented figures."),
        number("records", "Rows of contracts from it.", "rows"),
        number("other_records", "Rows of other_records from it.", "rows"),
        number("rejected_rows", "Rows of it that could not be read at the last reading.", "rows"),
    ),
    label="name",
)
YEARS = Table(
    "years",
    "Years",
    "id is the calendar year; 0 is no date and 1 is several years, which never count beside their years.",
    (
        Column("id", "INTEGER", "The calendar year itself; 0 no date, 1 several years.", unit="calendar year"),
        plain("name", "As shown.", unique=True),
        number("records", "Rows of contracts that point here.", "rows"),
    ),
    label="name",
)
CURRENCIES = Table(
    "currencies",
    "Currencies",
    "One row is one currency that occurs. Currencies are never converted and never added.",
    (
        ID,
        plain("code", "The currency.", unit="ISO 4217 code", unique=True),
        number("digits", "How many decimal digits its minor unit has: amount = amount_minor / 10^digits.", "digits"),
        number("minor_per_unit", "Minor units in one unit of the currency: 10^digits.", "minor units"),
    ),
    label="code",
)

KEY_TABLES = (OUTLETS, MINISTRIES, PAYERS, RECIPIENTS, INTERMEDIARIES, TOPICS, REGIONS, SOURCES, YEARS, CURRENCIES)
