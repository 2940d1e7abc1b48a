"""Rows of one page into a batch: what cannot be read is rejected with its raw row, nothing is dropped."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import TypeVar

import msgspec

from db.archive import Captured
from ingest.goszakup.contract import records_of
from ingest.goszakup.wire import Contract
from ingest.reader import LayoutChangedError, SourceRefusedError
from ingest.record import Batch, Record, Rejected
from ingest.source import Source

T = TypeVar("T")

log = logging.getLogger(__name__)


class Raw(msgspec.Struct):
    """A row that did not decode as a contract: kept as it came."""

    text: bytes
    reason: str


def batch_of(
    rows: Iterable[Contract | Raw], source: Source, captured: Captured, pointer: str, raw_of: Callable[[int], bytes]
) -> Batch:
    """The batch of one page of contracts.

    Args:
        rows: The contracts, and between them the rows that did not decode.
        source: The source they belong to.
        captured: The capture they were read from.
        pointer: JSON pointer of the list of rows; the place of a row is behind it.
        raw_of: Gives the raw JSON of a row, asked for only when one is rejected.
    """
    records: list[Record] = []
    rejected: list[Rejected] = []
    for place, row in enumerate(rows):
        locator = f"{pointer}/{place}"
        if isinstance(row, Raw):
            rejected.append(Rejected(row.reason, locator, row.text.decode(errors="replace")))
            continue
        try:
            records += records_of(row, source, locator, captured.at)
        except ValueError as error:
            rejected.append(Rejected(f"contract {row.id}: {error}", locator, raw_of(place).decode(errors="replace")))
    return whole_batch(source, captured, records, rejected)


def whole_batch(source: Source, captured: Captured, records: list[Record], rejected: list[Rejected]) -> Batch:
    """The batch of a capture all of whose rows became records or were rejected."""
    return Batch(
        source=source.name,
        capture=captured.ref,
        rows=len(records) + len(rejected),
        records=records,
        rejected=rejected,
        slice=str(captured.request.get("slice", "")),
    )


def rows_one_by_one(raw: Iterable[msgspec.Raw], decoder: msgspec.json.Decoder[Contract]) -> Iterator[Contract | Raw]:
    """Decode rows singly after a page as a whole failed, so that one bad row does not take the others with it."""
    for row in raw:
        try:
            yield decoder.decode(row)
        except msgspec.ValidationError as error:
            yield Raw(bytes(row), str(error))


def decoded(body: bytes, decoder: msgspec.json.Decoder[T], source: Source, captured: Captured) -> T:
    """Decode the envelope of an answer, not yet its rows.

    Raises:
        SourceRefusedError: the body is no JSON, or JSON of another kind, such as an error of the interface.
    """
    try:
        return decoder.decode(body)
    except msgspec.ValidationError:
        raise SourceRefusedError(f"{source.name}: {captured.url} answered with {body[:300]!r}") from None
    except msgspec.DecodeError as error:
        raise not_json(source, captured, error) from None


def not_json(source: Source, captured: Captured, error: Exception) -> SourceRefusedError:
    """The error for a body that is no JSON: an error page, or a body that was cut short."""
    return SourceRefusedError(f"{source.name}: {captured.url} answered with something that is no JSON ({error})")


def check_fields(source: Source, captured: Captured, found: Iterable[str], needed: frozenset[str]) -> None:
    """Stop when a field that sums or parties are read from is not there any more.

    Raises:
        LayoutChangedError: one of `needed` is missing.
    """
    missing = needed - set(found)
    if missing:
        raise LayoutChangedError(
            f"{source.name}: {captured.url}: rows have no {', '.join(sorted(missing))} any more; "
            "compare them with ingest/goszakup/wire.py before anything is read"
        )


@lru_cache(maxsize=256)
def report_unknown(source: str, place: str, names: tuple[str, ...]) -> None:
    """Say once a process that a page states something no one has declared; it stays in the archive."""
    log.warning(
        "%s: %s states what is not declared, so it is not read: %s; declare each under ignored: with the reason, "
        "or ask for it to be read",
        source, place, ", ".join(names),
    )  # fmt: skip
