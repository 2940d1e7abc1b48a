"""From what the cells of a row were read as to its record: constants, parties not named, root and standing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from db.words import AmountState, PartyState, Standing, YearState
from ingest.editions import LONGEST_KEY
from ingest.readers.cells import CellError, Row, row_hash, searched, take
from ingest.readers.workbook import Grid
from ingest.record import NONE_YET, NOT_APPLICABLE, UNKNOWN_PARTY, WITHHELD_PARTY, Line, Party, Record, Sum
from ingest.source import Source
from ingest.values.text import clean

_CONSTANT_PARTY = {
    PartyState.UNKNOWN: UNKNOWN_PARTY,
    PartyState.NOT_APPLICABLE: NOT_APPLICABLE,
    PartyState.NONE_YET: NONE_YET,
    PartyState.WITHHELD: WITHHELD_PARTY,
}


class Assembly:
    """Makes the records of one table."""

    def __init__(self, source: Source, grid: Grid, positions: Mapping[str, int], slice_name: str) -> None:
        self._source = source
        self._grid = grid
        self._positions = positions
        self._slice = slice_name
        self._identity = [positions[heading] for heading in source.identity]
        self._rank = [positions[heading] for heading in source.rank]

    def record(self, row: Row, number: int, raws: list[str]) -> Record:
        """The record of a row.

        Args:
            row: what its cells were read as.
            number: which row it is, from 1.
            raws: its cells as they are, one under each heading.

        Raises:
            CellError: what stands together in it is no record.
        """
        source, constants = self._source, self._source.constants
        fields: dict[str, Any] = dict(row.fields)
        if "year" not in fields and "year_state" not in fields:
            fields |= {"year": constants.year} if constants.year else {"year_state": YearState.NO_DATE}
        equivalent = row.sums.pop("equivalent", None)
        amount = take(row, source.amount)
        identity = " | ".join(raws[index] for index in self._identity)
        if amount.state is AmountState.ZERO and amount.minor != 0:
            raise CellError("a zero that is not zero")
        amount = msgspec.structs.replace(amount, precision=fields.pop("precision", amount.precision))
        return Record(
            measure=fields.pop("measure", source.measure),
            instrument=fields.pop("instrument", source.instrument),
            relevance=source.relevance,
            payer=self._payer(row),
            ministry=row.party("ministry"),
            organiser=row.party("organiser"),
            recipient=self._party(row, "recipient", constants.recipient or PartyState.UNKNOWN),
            intermediary=self._party(row, "intermediary", constants.intermediary or PartyState.NOT_APPLICABLE),
            outlet=self._party(row, "outlet", constants.outlet or PartyState.UNKNOWN),
            amount=amount,
            equivalent=equivalent,
            other_sums=tuple(row.sums.values()),
            lines=self._lines(row, amount, fields),
            year_basis=source.year_basis,
            locator=self._grid.place(number),
            identity=identity,
            raw_hash=row_hash(raws),
            root_key=self._root(raws),
            rank=" | ".join(_sortable(raws[index]) for index in self._rank),
            details=row.details,
            **{"region_text": constants.region, **self._standing(raws), **fields},
        )

    def _payer(self, row: Row) -> Party:
        constants = self._source.constants
        payer = row.party("payer") or (
            Party(name=constants.payer, id_scheme=constants.payer_scheme, registry_id=constants.payer_id)
            if constants.payer
            else None
        )
        if payer is None:
            raise CellError("names no payer, and the source declares no constant one")
        if constants.payer_from_slice:
            return Party(name=payer.name, lang=payer.lang, id_scheme=constants.payer_scheme, registry_id=self._slice)
        return payer

    def _party(self, row: Row, role: str, otherwise: PartyState) -> Party:
        return row.party(role) or _CONSTANT_PARTY[otherwise]

    def _lines(self, row: Row, amount: Sum, fields: dict[str, Any]) -> tuple[Line, ...]:
        if not row.line:
            return ()
        line: dict[str, Any] = dict(row.line)
        return (Line(name=fields.get("subject", ""), minor=amount.minor, **line),)

    def _root(self, raws: list[str]) -> str:
        """What the records of one thing share: declared parts of cells, "" where the row itself is the thing."""
        if self._source.root is None:
            return ""
        parts = []
        for heading, pattern in self._source.root.columns.items():
            found = searched(pattern, raws[self._positions[heading]])
            if not found or found[1] is None:
                raise CellError(f"{heading}: {raws[self._positions[heading]]!r} does not have the form {pattern}")
            parts.append(found[1])
        root = "/".join(parts)
        if len(root.encode()) > LONGEST_KEY:
            raise CellError(
                f"{root[:40]!r}… names the thing of this row in {len(root)} characters; choose a part of it"
            )
        return root

    def _standing(self, raws: list[str]) -> dict[str, Any]:
        source = self._source
        if source.constants.counted_why:
            return {"standing": Standing.NEVER, "standing_why": source.constants.counted_why}
        if source.standing is None:
            return {}
        status = clean(raws[self._positions[source.standing.column]])
        rule = source.standing.values.get(status)
        if rule is None:
            raise CellError(f"{source.standing.column}: {status!r} is not declared under `standing:`")
        return {"standing": rule.standing, "standing_why": rule.why}


def _sortable(text: str) -> str:
    """Text that sorts as a reader expects: numbers by size, everything else as it stands."""
    return re.sub(r"\d+", lambda number: number[0].zfill(12), text)
