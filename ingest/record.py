"""What a reader yields: typed records, rejected rows, and the batch that carries both.

A batch is what one page or one slice of a file gave. Rows in = records + rejected, always. What a record is made of
cannot hold itself, so it is left out of the collection of cycles (`gc=False`), which would walk it over and over; and
it is encoded without the names of its fields (`array_like`), to be hashed and to cross to the loader's process.
"""

from __future__ import annotations

from hashlib import blake2b
from operator import attrgetter

import msgspec

from db.words import (
    AmountRole,
    AmountState,
    Instrument,
    Measure,
    PartyState,
    Precision,
    Relevance,
    Standing,
    YearBasis,
    YearState,
)


class Party(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A body, organisation or outlet as one row names it: the spelling, not the entity.

    `registry_id` is set only when it identifies: pseudo ids and ids whose check digit fails stay empty here and are
    kept in the record's `details`.
    """

    name: str = ""
    state: PartyState = PartyState.NAMED
    lang: str = ""
    id_scheme: str = ""
    registry_id: str = ""
    is_person: bool = False
    medium: str = ""
    level: str = ""


UNKNOWN_PARTY = Party(state=PartyState.UNKNOWN)
NOT_APPLICABLE = Party(state=PartyState.NOT_APPLICABLE)
NONE_YET = Party(state=PartyState.NONE_YET)
WITHHELD_PARTY = Party(state=PartyState.WITHHELD)


class Sum(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One sum of a row: minor units of `currency`, its role, its raw text and the unit rule that read it."""

    role: AmountRole
    minor: int | None
    currency: str
    state: AmountState = AmountState.STATED
    precision: Precision = Precision.EXACT
    raw: str = ""
    rule: str = ""


class Line(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """One line of a contract (OCDS `item`); quantity is exact decimal text, sums are minor units."""

    line_key: str = ""
    plan_point: str = ""
    code: str = ""
    name: str = ""
    description: str = ""
    quantity: str = ""
    unit: str = ""
    place: str = ""
    minor: int | None = None
    minor_without_vat: int | None = None


class Record(msgspec.Struct, kw_only=True, gc=False, array_like=True):
    """One sum, as one source states it. Fields as in the data dictionary.

    Exactly one of two ways gives the key: `key` (the source's own id) or `identity` (raw text of the identity
    columns, to which the loader adds an occurrence number).
    """

    measure: Measure
    instrument: Instrument
    relevance: Relevance
    payer: Party
    amount: Sum
    year_basis: YearBasis
    locator: str
    key: str = ""
    identity: str = ""
    raw_hash: bytes = b""
    root_key: str = ""
    version: str = ""
    relevance_by: str = "source"
    standing: Standing = Standing.COUNTS
    standing_why: str = ""
    rank: str = ""
    ministry: Party | None = None
    organiser: Party | None = None
    recipient: Party = UNKNOWN_PARTY
    intermediary: Party = NOT_APPLICABLE
    outlet: Party = UNKNOWN_PARTY
    year_state: YearState = YearState.STATED
    year: int | None = None
    year_to: int | None = None
    signed_on: str | None = None
    period_from: str | None = None
    period_to: str | None = None
    opened_at: str | None = None
    closed_at: str | None = None
    equivalent: Sum | None = None
    other_sums: tuple[Sum, ...] = ()
    lines: tuple[Line, ...] = ()
    source_topic: str = ""
    subject: str = ""
    subject_lang: str = ""
    region_code: str = ""
    region_text: str = ""
    method: str = ""
    method_code: str = ""
    status: str = ""
    status_code: str = ""
    number: str = ""
    details: dict[str, str] = {}
    url: str = ""
    deleted_at: str | None = None


class Rejected(msgspec.Struct, frozen=True):
    """A row that could not be read: why, where, and its raw cells, so that a person can."""

    reason: str
    locator: str
    raw: str


class Deletion(msgspec.Struct, frozen=True):
    """The source says that it deleted a record: it stays in the history and is not counted any more.

    `undone`: the source says that it has the record, again or still; an earlier deletion of it does not hold.
    """

    key: str
    at: str
    undone: bool = False


class Batch(msgspec.Struct, kw_only=True):
    """What one capture (or one part of a large one) gave.

    `slice` names the part of the source that the run republishes whole; when a run ends `complete`, records of the
    slices it carried that were not seen in it are marked vanished. `passed_over` counts the rows of the file that the
    source does not take (`only:`), by the declared reason; they are not among `rows`. `deletions` are in the order in
    which the source tells of them.
    """

    source: str
    capture: str
    rows: int
    records: list[Record] = []
    rejected: list[Rejected] = []
    deletions: list[Deletion] = []
    slice: str = ""
    passed_over: dict[str, int] = {}

    def __post_init__(self) -> None:
        """Hold the books: nothing a reader saw may go missing."""
        if self.rows != len(self.records) + len(self.rejected):
            raise RowsLostError(
                f"{self.source}: {self.rows} rows read but {len(self.records)} records and "
                f"{len(self.rejected)} rejected rows given (capture {self.capture})"
            )


class RowsLostError(Exception):
    """A reader gave fewer or more rows than it read: a defect of the reader, never of the data."""


_PROVENANCE = frozenset({"locator", "raw_hash", "url", "key", "identity", "amount", "equivalent", "other_sums"})
_plain_facts = attrgetter(*(field for field in Record.__struct_fields__ if field not in _PROVENANCE))
_encode = msgspec.msgpack.Encoder(order="deterministic").encode
_sum_facts = attrgetter("role", "minor", "currency", "state", "precision")
"""What a sum says, without how it was printed: "4 603.20" and "4603,20" are one fact."""


def facts_hash(record: Record) -> bytes:
    """Hash of what a record says, without where it was read.

    Two captures of one page that differ in a comment give equal hashes, so the record counts as unchanged.
    """
    sums = [_sum_facts(one) for one in (record.amount, *record.other_sums)]
    if record.equivalent is not None:
        sums.append(_sum_facts(record.equivalent))
    return blake2b(_encode((_plain_facts(record), sums)), digest_size=16).digest()
