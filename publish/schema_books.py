"""What stands behind and beside the records: their sums and lines, history, runs, requests, claims, the release."""

from __future__ import annotations

from db.words import AmountRole, AmountState, ClaimVerdict, PartyRole, Precision, RunState
from publish.described import ID, Column, Table, flag, free, number, plain, points_at, word

_RECORD: tuple[Column, ...] = (
    Column("record_uid", "TEXT", "uid of the record it belongs to.", unit="16 hex digits"),
    points_at("contract", "contracts", "That record, where it stands in contracts; else empty.", null=True),
    points_at(
        "other_record", "other_records", "That record, where it stands in other_records; else empty.", null=True
    ),
)
_ONE_OF_TWO = '("contract" IS NULL) <> ("other_record" IS NULL)'
_ISO_UTC = "ISO 8601 instant, UTC"

SPELLED = (PartyRole.PAYER, PartyRole.RECIPIENT, PartyRole.INTERMEDIARY, PartyRole.OUTLET)
"""Parties whose spellings are listed."""

MOVED = ("outlet", "ministry", "payer", "recipient", "intermediary")
"""Pages whose addresses are made of names that decisions bring together."""

COVERAGE_STATES = (
    "answered in full", "answered in part", "says none", "for official use", "refused", "forwarded", "silent",
    "waiting", "not asked",
)  # fmt: skip
"""What is known of a request or a year, in words that can be said of a body in public."""

AT_THE_SOURCE, OUR_READING, TAKEN_BACK = CAUSES = (
    "changed at the source", "read differently by us", "an earlier reading taken back",
)  # fmt: skip
"""Whose change a value is: the bytes differ, the same bytes were read by another declaration, or one of the two values
came from a load that was retracted since.
"""

AMOUNTS = Table(
    "amounts",
    "All sums of a record",
    "One row is one sum that a record states, with the part it plays there (gross, tax, with VAT, equivalent, …). "
    "They overlap: never sum this table.",
    (
        ID,
        *_RECORD,
        word("role", "The part this sum plays on its row.", tuple(AmountRole)),
        plain("currency", "Currency.", unit="ISO 4217 code"),
        number("minor", "The sum, exact; empty where none is stated.", "minor units of the currency", null=True),
        word("state", "What the source says about it.", tuple(AmountState)),
        free("raw", "As the source prints it."),
        free("rule", "How raw became minor."),
    ),
    checks=(_ONE_OF_TWO,),
)
LINES = Table(
    "lines",
    "Lines of contracts",
    "One row is one line (OCDS item) of a contract. The contract's sum is never repeated here; lines need not add up "
    "to it, so never sum them in its place.",
    (
        ID,
        *_RECORD,
        number("position", "Place of the line in its contract.", "counted from 1"),
        free("line_key", "The source's own identity of the line."),
        free("plan_point", "Point of the procurement plan it carries out."),
        free("code", "Code of the good or service, as the source gives it."),
        free("name", "What is bought."),
        free("description", "More of it."),
        free("quantity", "How much of it.", unit="the column unit; exact decimal text"),
        free("unit", "Unit of quantity, in the source's words."),
        free("place", "Place of delivery."),
        number("minor", "Sum of the line; empty where not stated.", "minor units of the record's currency", null=True),
        number("minor_without_vat", "The same without VAT; empty where not stated.", "minor units of the record's currency", null=True),  # noqa: E501 - one sentence
    ),
    checks=(_ONE_OF_TWO,),
)  # fmt: skip
SPELLINGS = Table(
    "spellings",
    "Spellings",
    "One row is one spelling under which a source writes a party that stands in a key table under one name.",
    (
        ID,
        word("role", "Which key table it belongs to; a ministry's spellings stand under payer.", SPELLED),
        plain("entity_uid", "uid of the party in that key table.", unit="slug"),
        free("name", "The spelling."),
        plain("lang", "Its language; empty where unknown.", unit="ISO 639 code"),
    ),
)
ADDRESSES = Table(
    "addresses",
    "Earlier addresses",
    "One row is one address that an earlier release gave to a party of its own, which was since found to be the same "
    "as another, or to be several that sources print alike (a row for each). The site leads from it to where the "
    "party stands now, or to the records of them all.",
    (
        ID,
        word("kind", "First part of both addresses.", MOVED),
        plain("uid", "The earlier second part.", unit="slug"),
        plain("entity_uid", "uid of a party as it stands now in its key table.", unit="slug"),
    ),
)
RUNS = Table(
    "runs",
    "Runs",
    "One row is one go at a source. Rows read = inserted + updated + unchanged + rejected, always.",
    (
        ID,
        plain("ref", "Lasting name of the run.", unique=True),
        points_at("source", "sources", "Source that was read."),
        word("kind", "crawl: a portal; ingest: a file.", ("crawl", "ingest")),
        plain("started_at", "Start.", unit=_ISO_UTC),
        plain("finished_at", "End; empty while it runs.", unit=_ISO_UTC, null=True),
        word("state", "How it ended.", tuple(RunState)),
        free("reason", "Why it failed; empty otherwise."),
        plain("window_from", "First day asked for; empty where the whole source was.", unit="ISO 8601 date"),
        plain("window_to", "Last day asked for; empty where the whole source was.", unit="ISO 8601 date"),
        number("rows", "Rows read.", "rows"),
        number("inserted", "Rows that were new.", "rows"),
        number("updated", "Rows that had changed.", "rows"),
        number("unchanged", "Rows as before.", "rows"),
        number("vanished", "Records that the source no longer showed.", "records"),
        number("rejected", "Rows that could not be read.", "rows"),
        number("responses", "Answers of the server.", "responses"),
        number("responses_bad", "Answers of the server that were errors.", "responses"),
        free("retracted_why", "Why its load was taken out of the totals; empty otherwise."),
    ),
    label="ref",
)
CHANGES = Table(
    "changes",
    "What changed between two readings",
    "One row is one value that changed between two readings of the source: what it was and what it became. Where the "
    "same bytes were read before, the change is ours: we read them differently since. Where one of the two values "
    "came from a load that we took back, it is no change of the source either.",
    (
        ID,
        *_RECORD,
        points_at("run", "runs", "Run that saw the change."),
        plain("seen_at", "Start of that run.", unit=_ISO_UTC),
        word("cause", "Whose change it was. A change on a page of a portal is the source's.", CAUSES),
        plain("field", "What changed: a column of contracts, or a part of one."),
        free("old", "What it was, a sum with its currency; empty where nothing was stated.", null=True),
        free("new", "What it became; empty where nothing is stated.", null=True),
    ),
    checks=(_ONE_OF_TWO,),
    sort_desc="seen_at",
)
REJECTED_ROWS = Table(
    "rejected_rows",
    "Rows that could not be read",
    "One row is one row of a source that was not understood: nothing is dropped. Its money is in no sum. Rows of "
    "earlier readings stay: count those with latest = 1.",
    (
        ID,
        points_at("source", "sources", "Source."),
        points_at("run", "runs", "Run that read it."),
        Column("capture_sha256", "TEXT", "Hash of the archived bytes.", unit="SHA-256, hex", index=True),
        free("url", "Where the bytes came from."),
        plain("fetched_at", "When the bytes were fetched.", unit=_ISO_UTC),
        free("locator", "Place in the bytes."),
        free("reason", "Why it could not be read."),
        free("raw", "Its raw cells."),
        flag(
            "latest",
            "1 where it is of the last reading; 0 where the same bytes, or a newer edition of the file, were read "
            "since, or its load was taken back.",
        ),
    ),
    facets=("source",),
)
CLAIMS = Table(
    "claims",
    "Published figures checked",
    "One row is one figure that was printed somewhere, set beside our rows. Claims never count in sums.",
    (
        ID,
        plain("ref", "Lasting name of the claim.", unique=True),
        plain("country", "Country.", unit="ISO 3166-1 alpha-2 code"),
        free("subject", "Whose money."),
        free("period", "Which time."),
        free("figure", "The figure as printed.", unit="the column unit"),
        free("unit", "Unit of the figures in this row."),
        word("precision", "How exactly it is stated.", tuple(Precision)),
        free("rounded_to", "What the figure is rounded to; empty where it is not rounded.", unit="the column unit"),
        free("wording", "Our own note on how the figure is put; not a quotation."),
        free("source_url", "Where it stands."),
        free("scope", "What the figure takes in."),
        word("verdict", "What comes of setting it beside our rows; 'not checked' while nothing has.", (*ClaimVerdict, "not checked")),  # noqa: E501 - one sentence
        free("ours", "Our figure.", unit="the column unit"),
        free("difference", "Ours less theirs.", unit="the column unit"),
        free("arithmetic", "How ours was reckoned."),
        free("scope_said", "The scope as sentences with their figures apart, for other languages.", unit="JSON"),
        free("arithmetic_said", "The arithmetic in the same way.", unit="JSON"),
    ),
    label="ref",
    facets=("verdict",),
)  # fmt: skip
_DAY = "ISO 8601 date, local to the body"

REQUESTS = Table(
    "requests",
    "Information requests",
    "One row is one request for information that was sent to a payer, and what came of it.",
    (
        ID,
        plain("uid", "Lasting name of the request.", unit="slug", unique=True),
        points_at("payer", "payers", "Body that was asked."),
        free("subject", "What was asked for."),
        plain("asked_on", "Day of sending.", unit=_DAY),
        plain(
            "due_on",
            "Last day for the answer by law, with its extension; empty where not reckoned.",
            unit=_DAY,
            null=True,
        ),
        plain("answered_on", "Day of the answer; empty while there is none.", unit=_DAY, null=True),
        word("state", "What came of it. silent is derived, as of the day in as_of.", COVERAGE_STATES),
        free("wording", "The answer in its own words."),
        plain("lang", "Language of the request.", unit="ISO 639 code"),
        free("legal_basis", "Law it was made under."),
        free("channel", "How it was sent."),
        free("number", "Number the body gave it."),
        free("level", "Level of government of the body."),
        plain("extended_to", "Day the body extended its time to; empty where it did not.", unit=_DAY, null=True),
        number("days_taken", "Calendar days to the answer; empty while there is none.", "days", null=True),
        number(
            "days_late", "Calendar days past the last day; empty where it is not late or not known.", "days", null=True
        ),
        plain("as_of", "Day the register was last looked through; empty where not stated.", unit=_DAY, null=True),
        free("ground", "Ground the body gives for not answering in full."),
        free("forwarded_to", "Body it was forwarded to."),
        number("pages", "Pages of the answer; empty where not stated.", "pages", null=True),
        number("documents", "Documents of the answer.", "documents"),
        plain("appealed_on", "Day of the appeal; empty where there was none.", unit=_DAY, null=True),
        free("appealed_to", "Whom the appeal went to."),
        free("appeal_outcome", "What came of the appeal."),
    ),
    facets=("state",),
    label="uid",
)
COVERAGE = Table(
    "coverage",
    "Who answered for which year",
    "One row is one year of one payer that was asked, for every year that anybody was asked about. A payer that is "
    "silent, refuses or was not asked may still have paid: a gap is not a zero. Payers that are "
    "not here were never asked.",
    (
        ID,
        points_at("payer", "payers", "Body."),
        points_at("year", "years", "Year asked about."),
        word(
            "state", "What is known of that year; where several requests asked, the fullest answer.", COVERAGE_STATES
        ),
        points_at("request", "requests", "Request it comes from; empty where there was none.", null=True),
        free("note", "Ground the body gives for that year."),
    ),
    facets=("state", "year"),
)
OPENNESS = Table(
    "openness",
    "How bodies answer",
    "One row is one payer over the requests it was really sent. Shares of few requests say little: see the interval.",
    (
        ID,
        points_at("payer", "payers", "Body."),
        number("asked", "Requests sent that are no longer waiting.", "requests"),
        number("waiting", "Requests whose time still runs.", "requests"),
        number("in_full", "Answered in full.", "requests"),
        number("in_part", "Answered in part.", "requests"),
        number("says_none", "Answered that there is nothing.", "requests"),
        number("official_use", "Answered that it is for official use.", "requests"),
        number("refused", "Refused.", "requests"),
        number("forwarded", "Forwarded to another body.", "requests"),
        number("silent", "Not answered in time or at all.", "requests"),
        number("late", "Answered late.", "requests"),
        number("days_median", "Median of calendar days to an answer; empty where there is none.", "days", null=True),
        free("grounds", "Grounds it gave."),
        number("full_share", "Share answered in full; empty where nothing was asked.", "parts of 10 000", null=True),
        number(
            "full_low",
            "Lower end of the share's 95 % interval (Wilson); empty where nothing was asked.",
            "parts of 10 000",
            null=True,
        ),
        number(
            "full_high", "Upper end of that interval; empty where nothing was asked.", "parts of 10 000", null=True
        ),
        Column(
            "rank",
            "INTEGER",
            "Place by the lower end; empty for a body that was asked too rarely.",
            unit="place, from 1",
            null=True,
        ),
    ),
    sort="rank",
)
CORRECTION_STATES = ("in force", "overtaken", "not in this release", "taken back")
CORRECTIONS = Table(
    "corrections",
    "Corrections and takedowns",
    "One row is one value that we set right, with the evidence and what the source says, or one takedown of words, "
    "which are not repeated here. Sums are made of corrected values; contracts.corrected marks the rows.",
    (
        ID,
        plain("ref", "Lasting name of the correction.", unit="12 hex digits", unique=True),
        word("kind", "A value set right, or words withdrawn wherever they stood.", ("correction", "takedown")),
        word(
            "state",
            "in force; overtaken: the source says something else since, which stands; not in this release: the record "
            "is not; taken back: we were wrong.",
            CORRECTION_STATES,
        ),
        plain("record_uid", "uid of the record; empty for a takedown.", unit="16 hex digits"),
        points_at("contract", "contracts", "That record, where it stands in contracts; else empty.", null=True),
        points_at(
            "other_record", "other_records", "That record, where it stands in other_records; else empty.", null=True
        ),
        plain("field", "What was set right; empty for a takedown."),
        free("old", "What the source says; empty for a takedown.", null=True),
        free("new", "What stands instead; [withdrawn] for a takedown."),
        free("why", "Why."),
        free("evidence", "Where that can be seen."),
        number("places", "Cells the words were taken out of; 0 for a correction.", "cells"),
        plain("corrected_on", "Day of the entry.", unit="ISO 8601 date"),
    ),
    checks=('"contract" IS NULL OR "other_record" IS NULL',),
    sort_desc="corrected_on",
)
RELEASES = Table(
    "releases",
    "Earlier releases",
    "One row is one release published before this one. Cite a release by its name.",
    (
        ID,
        plain("name", "Name of the release.", unique=True),
        plain("data_as_of", "Latest reading of a source in it.", unit=_ISO_UTC),
        plain("manifest_sha256", "Hash of its manifest.", unit="SHA-256, hex"),
        number("records", "Rows of contracts.", "rows"),
        number("other_records", "Rows of other_records.", "rows"),
    ),
    label="name",
    sort_desc="data_as_of",
)
ABOUT = Table(
    "about",
    "About this release",
    "One row is one fact about this release: its name, its date, how to sum, what it leaves out.",
    (ID, plain("name", "Which fact.", unique=True), free("value", "The fact.")),
    label="name",
)

BOOKS = (
    AMOUNTS, LINES, SPELLINGS, ADDRESSES, RUNS, CHANGES, REJECTED_ROWS, CLAIMS, REQUESTS, COVERAGE, OPENNESS,
    CORRECTIONS, RELEASES, ABOUT,
)  # fmt: skip
