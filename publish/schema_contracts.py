"""`contracts` and `other_records`: one row a record, the same columns in both."""

from __future__ import annotations

from db.words import (
    PLAIN_WORDING,
    AmountRole,
    AmountState,
    Instrument,
    Measure,
    PartyState,
    Precision,
    Relevance,
    Standing,
    Wording,
    YearBasis,
)
from publish.described import ID, Column, Table, flag, free, number, plain, points_at, word


def _words_taken_out() -> str:
    left = "wording || '; '"
    for word_of in Wording:
        left = f"replace({left}, '{word_of}; ', '')"
    return left


STATE_IDS = {
    PartyState.UNKNOWN: 1,
    PartyState.WITHHELD: 2,
    PartyState.NOT_APPLICABLE: 3,
    PartyState.NONE_YET: 4,
}
"""First rows of the key tables: why there is no name. Stock facets drop NULL, so each reason is a row."""

YEAR_NONE, YEAR_SEVERAL = 0, 1
"""ids in `years` that are not a year."""

HOW_TO_SUM = (
    "Sum amount_minor of rows with counted = 1, separately for each currency and each measure; never add two "
    "currencies or two measures, and never sum the column amount, which is for reading, sorting and filtering. "
    "The ready queries do this."
)

ISO_DATE = "ISO 8601 date, local to the source's country"
ISO_UTC = "ISO 8601 instant, UTC"
"""Units by which dates and instants are known."""

_WHO: tuple[Column, ...] = (
    points_at("outlet", "outlets", "Media title that carried it, under one name for all its spellings."),
    points_at(
        "ministry",
        "ministries",
        "Ministry or akimat above the payer on that date; a payer without a known parent is its own.",
    ),
    points_at("payer", "payers", "Public body that pays or contracts."),
    points_at("recipient", "recipients", "Legal entity or sole trader that receives the money."),
    points_at("intermediary", "intermediaries", "Agency between payer and outlet."),
    points_at("topic", "topics", "What was bought, in our classification."),
    points_at("region", "regions", "Region the record belongs to."),
    points_at("source", "sources", "Source that states the record."),
    points_at("year", "years", "Year the record belongs to, by year_basis; 0 no date, 1 several years."),
)

_HOW_MUCH: tuple[Column, ...] = (
    Column(
        "amount",
        "REAL",
        "The sum for reading, sorting and filtering only; empty where none is stated. Never sum it: use amount_minor.",
        unit="currency units of the column currency",
        null=True,
        index=True,
    ),
    number(
        "amount_minor",
        "The sum, exact; empty where none is stated (see amount_state): a blank is not a zero.",
        "minor units of the column currency (tiyn, cent)",
        null=True,
    ),
    plain("currency", "Currency of amount and amount_minor.", unit="ISO 4217 code"),
    word("measure", "What the sum measures; sums of two measures are never added.", tuple(Measure)),
    flag("counted", "1 where the record counts in sums: at most one record of one thing does, per measure."),
    free(
        "counted_why",
        "Why it does not count (superseded, announced again, in another source too, …); empty where it counts.",
    ),
    number(
        "equivalent_minor",
        "The same sum in a second currency, where the source prints one; else empty. It has totals of its own.",
        "minor units of equivalent_currency",
        null=True,
    ),
    plain("equivalent_currency", "Currency of equivalent_minor; empty where there is none.", unit="ISO 4217 code"),
    word(
        "amount_state",
        "What the source says about the sum: stated, zero, below threshold, withheld, unknown.",
        tuple(AmountState),
    ),
    word("amount_precision", "How exactly the source states it.", tuple(Precision)),
    word("amount_role", "Which of the sums on the row this is; all of them stand in amounts.", tuple(AmountRole)),
    flag("corrected", "1 where we set a value of this row right: the table corrections keeps what the source says."),
    word("instrument", "Legal form in which the money goes.", tuple(Instrument)),
)

_WHAT: tuple[Column, ...] = (
    free("subject", "What was bought, in the source's own words and language."),
    plain(
        "wording",
        "What is unusual in how the subject and the lines are written, joined by semicolons: "
        f"{', '.join(Wording)}; {PLAIN_WORDING} where nothing was found. "
        "An empty description is one that only refers to a paper, or is noise. "
        "Typing errors make it too: it proves no intent. "
        "`mediacontracts topics evaluate tests/topics/hidden_labels.csv` measures how often it is right.",
    ),
    plain("subject_lang", "Language of subject; empty where the source does not say.", unit="ISO 639 code"),
    free("source_topic", "The source's own class for it."),
    free("outlet_written", "Outlet as the source writes it; empty where it names none."),
    free("payer_written", "Payer as the source wrote it that day."),
    free("organiser_written", "Organiser of the tender as the source writes it; never credited with the sum."),
    free("recipient_written", "Recipient as the source writes it; empty where it names none."),
    free("intermediary_written", "Intermediary as the source writes it; empty where it names none."),
    free("region_written", "Region as the source writes it."),
    number(
        "year_from", "First year of the period, where it has several; empty otherwise.", "calendar year", null=True
    ),
    number("year_to", "Last year of the period, where it has several; empty otherwise.", "calendar year", null=True),
    word("year_basis", "Which date of the source gives the year; never the day of crawling.", tuple(YearBasis)),
    plain("signed_on", "Date of signing; empty where not stated.", unit=ISO_DATE, null=True),
    plain("period_from", "First day of the period paid for; empty where not stated.", unit=ISO_DATE, null=True),
    plain("period_to", "Last day of the period paid for; empty where not stated.", unit=ISO_DATE, null=True),
    plain("opened_at", "Opening of bids; empty where not stated.", unit=ISO_UTC, null=True),
    plain("closed_at", "Closing of bids; empty where not stated.", unit=ISO_UTC, null=True),
    free("number", "Number of the contract or announcement, as printed."),
    free("version", "Version of the contract, as the source numbers it."),
    free("method", "How the payer chose the recipient, in the source's words."),
    free("method_code", "The source's code for it; an unknown code is kept as it is."),
    free("status", "Status of the contract in the source's words."),
    free("status_code", "The source's code for it; an unknown code is kept as it is."),
    free("details", "Further columns of the source.", unit="JSON object of texts"),
)

_WHY: tuple[Column, ...] = (
    word("relevance", "Whether it is money for media.", tuple(Relevance)),
    free("relevance_by", "What says so: the source, a rule with its score (which orders rules), or a decision."),
    free("topic_by", "What gave the topic: a rule with its score, or a decision; empty while there is none."),
    word("standing", "What the record's status means for counting.", tuple(Standing)),
    free("standing_why", "Why."),
    Column(
        "root_uid",
        "TEXT",
        "Shared by the records of one thing (versions of a contract, announcements of a lot).",
        unit="16 hex digits",
        index=True,
    ),
    free("source_key", "The source's own identity of the record."),
    plain("deleted_at", "When the source deleted it, as the source says; empty otherwise.", unit=ISO_UTC, null=True),
    plain("first_seen_at", "Start of the run that first saw the record.", unit=ISO_UTC),
    plain("changed_at", "Start of the run that last changed it.", unit=ISO_UTC),
    plain(
        "vanished_at",
        "Start of the run in which the source no longer showed it; empty while it does.",
        unit=ISO_UTC,
        null=True,
    ),
)

_EVIDENCE: tuple[Column, ...] = (
    Column(
        "capture_sha256",
        "TEXT",
        "Hash of the archived bytes the record was read from.",
        unit="SHA-256, hex",
        index=True,
    ),
    free("url", "Address of the record, else of the page or file it was read from."),
    plain("fetched_at", "When those bytes were fetched.", unit=ISO_UTC),
    free("locator", "Place in the bytes: page, table, row and cell; sheet and range; JSON pointer."),
    free("raw_amount", "The amount as the source prints it."),
    free("unit_rule", "How raw_amount became amount_minor (unit of the heading, decimal mark)."),
    free(
        "search_text",
        "Names under which the parties are known and all texts without case and special letters, for the search only.",
    ),
)

WORDING_CHECK = f"({_words_taken_out()}) IN ('', '{PLAIN_WORDING}; ')"
"""Keeps `wording` to its vocabulary; to list every combination of the words would fill a page."""

RECORD_COLUMNS: tuple[Column, ...] = (
    ID,
    plain(
        "uid",
        "Lasting name of the record: first 16 hex digits of the SHA-256 over source and source's own key.",
        unit="16 hex digits",
        unique=True,
    ),
    *_WHO,
    *_HOW_MUCH,
    *_WHAT,
    *_WHY,
    *_EVIDENCE,
)

CONTRACTS = Table(
    "contracts",
    "Contracts with media",
    "One row is one sum that one payer planned, announced, contracted or paid, as one source states it. " + HOW_TO_SUM,
    RECORD_COLUMNS,
    label="uid",
    facets=("outlet", "ministry", "year"),
    sort_desc="amount",
    fts=("subject", "source_topic", "search_text"),
    checks=(WORDING_CHECK,),
)

OTHER_RECORDS = Table(
    "other_records",
    "Records that are not media, or undecided",
    "The same columns as contracts, for records of general sources that are not money for media or of which nobody "
    "has decided yet. They belong in no sum of media money.",
    RECORD_COLUMNS,
    label="uid",
    facets=("relevance", "year", "wording"),
    checks=(WORDING_CHECK,),
)
