"""The one door to the registry: every record, rejected row and deletion comes in here, one transaction a batch.

Unknown spellings become ids in memory, what is stored already is read in one go, and rows are written through the
driver. The books are held: rows in = inserted + updated + unchanged + rejected.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine

from db.archive import Captured, RunEnded, RunStarted
from db.bulk import chunks, insert_rows, next_id, table_of, update_rows
from db.engine import open_engine, writing
from db.model import Record, RecordAmount, RecordLine, RejectedRow, Revision, Run
from ingest import rows as r
from ingest.bodies import Parents
from ingest.counting import recount
from ingest.editions import Known, assign_keys
from ingest.rare_collection import rare_collection
from ingest.record import Batch, Party, facts_hash
from ingest.record import Record as Typed
from ingest.revise import changed_fields
from ingest.run_row import capture_id, open_run
from ingest.source import Source
from ingest.spelling import Spellings


class Counts(msgspec.Struct):
    """What became of the rows of a batch or a run."""

    rows: int = 0
    inserted: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: int = 0
    vanished: int = 0

    def add(self, other: Counts) -> None:
        """Add another count to this one."""
        for field in self.__struct_fields__:
            setattr(self, field, getattr(self, field) + getattr(other, field))


class _Stored(msgspec.Struct, frozen=True):
    id: int
    facts_hash: bytes
    gone: bool
    first_run: int
    changed_run: int


def open_loader(url: str, source: Source, started: RunStarted) -> Loader:
    """Open a registry by its address, and the loader of one run in it; for a process of its own."""
    return Loader(open_engine(url), source, started)


class Loader:
    """Loads the batches of one run of one source. Not shared between threads."""

    def __init__(self, engine: Engine, source: Source, started: RunStarted) -> None:
        self.engine = engine
        self.source = source
        self.counts = Counts()
        self.spellings = Spellings(source.country)
        self.slices: set[str] = set()
        self._given: set[str] = set()  # keys that the files of this run have
        self._parents = Parents.load()
        self._has_parents: dict[int, bool] = {}
        self._above: dict[tuple[int, str, int | None], Party | None] = {}
        with writing(engine) as connection:
            self.run = open_run(connection, source, started)
            self.regions = {
                code: region_id
                for region_id, code in connection.exec_driver_sql("SELECT id, code FROM region ORDER BY valid_from")
            }
        # what a killed loader had committed comes again as it is stored, but was never counted
        self._changed = self.run.resumed

    def assign_keys(self, slice_name: str, records: list[Typed]) -> None:
        """Give the records of a file their keys: those of its slice's stored records, or new ones.

        Files of one slice that are read in one run are one edition together, so what one of them has met or brought
        is not met again by the next: the same row in two files is two records.
        """
        with self.engine.connect() as connection:
            found = connection.execute(
                table_of(Record)
                .select()
                .with_only_columns(Record.key, Record.identity, Record.raw_hash, Record.vanished_run_id, Record.slice)
                .where(Record.source_id == self.run.source_id)
            )
            known = [
                Known(row[0], row[1], bytes(row[2]), row[3] is not None, row[4] != slice_name or row[0] in self._given)
                for row in found
            ]
        assign_keys(known, records)
        self._given.update(record.key for record in records)

    def load(self, batch: Batch, captured: Captured) -> Counts:
        """Load one batch in one transaction."""
        counts = Counts(rows=batch.rows, rejected=len(batch.rejected))
        try:
            with rare_collection(), writing(self.engine) as connection:
                read_in = capture_id(connection, self.run, captured)
                self.spellings.refresh(connection)
                self._load_records(connection, batch, read_in, counts)
                self._load_rejected(connection, batch, read_in)
                self._delete(connection, batch)
                self._write_counts(connection, counts)
        except BaseException:
            self.spellings.forget()
            self._has_parents.clear()  # ids of spellings that were rolled back are given again
            self._above.clear()
            self.run.captures.pop(captured.ref, None)
            raise
        self.slices.add(batch.slice)
        self.counts.add(counts)
        return counts

    def finish(self, ended: RunEnded) -> Counts:
        """End the run: mark what a complete run did not see any more, and decide what counts.

        What counts follows from the records, so a run that found all of them as they were leaves it as it is.
        """
        with writing(self.engine) as connection:
            vanished = self._vanish(connection) if ended.complete and ended.state == "finished" else 0
            if vanished or self._changed:
                recount(connection, self.run.source_id, self.source.superseded_why)
            update_rows(
                connection,
                table_of(Run),
                ("finished_at", "state", "reason", "vanished", "responses", "responses_bad"),
                "id",
                [(ended.at, ended.state, ended.reason, vanished, ended.responses, ended.responses_bad, self.run.id)],
            )
        self.counts.vanished += vanished
        return self.counts

    def _load_records(self, connection: Connection, batch: Batch, capture_id: int, counts: Counts) -> None:
        records = {record.key: record for record in batch.records}  # the last of a doubled key in one page holds
        counts.unchanged += len(batch.records) - len(records)
        stored = self._stored(connection, list(records))
        new: list[tuple[Typed, bytes]] = []
        changed: list[tuple[Typed, bytes, int]] = []
        same: list[int] = []
        back: list[int] = []
        for key, record in records.items():
            digest = facts_hash(record)
            known = stored.get(key)
            if known is None:
                new.append((record, digest))
            elif known.facts_hash != digest:
                changed.append((record, digest, known.id))
            else:
                same.append(known.id)
                self._count_same(known, counts)
            if known is not None and known.gone:
                back.append(known.id)
        resolved = [self._resolve(record) for record in [*(n[0] for n in new), *(c[0] for c in changed)]]
        self.spellings.flush(connection)
        self._insert(connection, batch, capture_id, new, resolved[: len(new)])
        self._update(connection, capture_id, changed, resolved[len(new) :])
        self._touch(connection, [*same, *(c[2] for c in changed)], back)
        self._changed |= bool(new or changed or back)
        counts.inserted += len(new)
        counts.updated += len(changed)

    def _count_same(self, known: _Stored, counts: Counts) -> None:
        """Count an equal record; a resumed run counts what it did before the kill as its own work."""
        if self.run.resumed and known.first_run == self.run.id:
            counts.inserted += 1
        elif self.run.resumed and known.changed_run == self.run.id:
            counts.updated += 1
        else:
            counts.unchanged += 1

    def _stored(self, connection: Connection, keys: list[str]) -> dict[str, _Stored]:
        mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
        found: dict[str, _Stored] = {}
        for part in chunks(keys):
            marks = ", ".join([mark] * len(part))
            for row in connection.exec_driver_sql(
                "SELECT key, id, facts_hash, vanished_run_id, first_run_id, changed_run_id FROM record "
                f"WHERE source_id = {self.run.source_id} AND key IN ({marks})",
                tuple(part),
            ):
                found[row[0]] = _Stored(row[1], bytes(row[2]), row[3] is not None, row[4], row[5])
        return found

    def _resolve(self, record: Typed) -> r.Ids:
        names = self.spellings
        payer = names.body(record.payer)
        stated = names.body(record.ministry) if record.ministry else None
        above = None if record.ministry else self._parent(payer, record)
        ministry = stated or (names.body(above) if above else payer)
        return r.Ids(
            payer=payer,
            ministry=names.body_entity(ministry),
            ministry_stated=stated,
            organiser=names.body(record.organiser) if record.organiser else None,
            recipient=names.organisation(record.recipient),
            intermediary=names.organisation(record.intermediary),
            outlet=names.outlet(record.outlet),
            region=self.regions.get(record.region_code) if record.region_code else None,
        )

    def _parent(self, payer: int, record: Typed) -> Party | None:
        """The ministry or akimat above the payer on the day of the record; None where the payer is its own."""
        has_any = self._has_parents.get(payer)
        if has_any is None:
            has_any = self._has_parents[payer] = self._parents.answers(self.source.country, record.payer)
        if not has_any:
            return None
        day = (record.signed_on or record.opened_at or "")[:10]
        asked = (payer, day, record.year)
        try:
            return self._above[asked]
        except KeyError:
            on = date.fromisoformat(day) if day else None
            found = self._above[asked] = self._parents.of(self.source.country, record.payer, on, record.year)
            return found

    def _provenance(self, record: Typed, digest: bytes, capture_id: int) -> tuple[Any, ...]:
        return (
            digest, record.raw_hash, capture_id, record.locator, record.url, record.amount.raw, record.amount.rule,
        )  # fmt: skip

    def _insert(
        self,
        connection: Connection,
        batch: Batch,
        capture_id: int,
        new: list[tuple[Typed, bytes]],
        resolved: list[r.Ids],
    ) -> None:
        first = next_id(connection, table_of(Record)) if new else 0
        record_rows: list[tuple[Any, ...]] = []
        amounts: list[tuple[Any, ...]] = []
        lines: list[tuple[Any, ...]] = []
        run = self.run.id
        verdicts = r.first_counted([record for record, _ in new], self.source.superseded_why)
        together = zip(new, resolved, verdicts, strict=True)
        for record_id, ((record, digest), ids, (counted, why)) in enumerate(together, start=first):
            record_rows.append(
                (record_id, self.run.source_id, record.key, r.record_uid(self.source.name, record.key), batch.slice,
                 record.identity, *r.facts_of(record, ids), *self._provenance(record, digest, capture_id), counted,
                 why, run, run)
            )  # fmt: skip
            amounts += r.amount_rows(record_id, record)
            lines += r.line_rows(record_id, record)
        insert_rows(connection, table_of(Record), r.INSERTED, record_rows)
        if new:
            connection.exec_driver_sql(
                f"INSERT INTO record_seen (record_id, run_id) SELECT id, {run} FROM record WHERE id >= {first}"
            )
        insert_rows(connection, table_of(RecordAmount), r.AMOUNT_COLUMNS, amounts)
        insert_rows(connection, table_of(RecordLine), r.LINE_COLUMNS, lines)

    def _update(
        self, connection: Connection, capture_id: int, changed: list[tuple[Typed, bytes, int]], resolved: list[r.Ids]
    ) -> None:
        if not changed:
            return
        facts = [r.facts_of(record, ids) for (record, *_), ids in zip(changed, resolved, strict=True)]
        revisions = changed_fields(
            connection, self.spellings, [(record_id, record) for record, _, record_id in changed], facts
        )
        first = next_id(connection, table_of(Revision))
        insert_rows(
            connection,
            table_of(Revision),
            ("id", "record_id", "run_id", "field", "old", "new"),
            [(n, record_id, self.run.id, field, old, new)
             for n, (record_id, field, old, new) in enumerate(revisions, start=first)],
        )  # fmt: skip
        update_rows(
            connection,
            table_of(Record),
            (*r.FACTS, *r.PROVENANCE, "changed_run_id", "vanished_run_id"),
            "id",
            [(*fact, *self._provenance(record, digest, capture_id), self.run.id, None, record_id)
             for fact, (record, digest, record_id) in zip(facts, changed, strict=True)],
        )  # fmt: skip
        for part in chunks([record_id for *_, record_id in changed]):
            listed = ", ".join(map(str, part))
            connection.exec_driver_sql(f"DELETE FROM record_amount WHERE record_id IN ({listed})")
            connection.exec_driver_sql(f"DELETE FROM record_line WHERE record_id IN ({listed})")
        amounts = [row for record, _, record_id in changed for row in r.amount_rows(record_id, record)]
        lines = [row for record, _, record_id in changed for row in r.line_rows(record_id, record)]
        insert_rows(connection, table_of(RecordAmount), r.AMOUNT_COLUMNS, amounts)
        insert_rows(connection, table_of(RecordLine), r.LINE_COLUMNS, lines)

    def _touch(self, connection: Connection, seen: list[int], back: list[int]) -> None:
        for part in chunks(seen):
            connection.exec_driver_sql(
                f"UPDATE record_seen SET run_id = {self.run.id} WHERE record_id IN ({', '.join(map(str, part))})"
            )
        for part in chunks(back):
            connection.exec_driver_sql(
                f"UPDATE record SET vanished_run_id = NULL WHERE id IN ({', '.join(map(str, part))})"
            )

    def _load_rejected(self, connection: Connection, batch: Batch, capture_id: int) -> None:
        if not batch.rejected:
            return
        first = next_id(connection, table_of(RejectedRow))
        insert_rows(
            connection,
            table_of(RejectedRow),
            ("id", "source_id", "capture_id", "run_id", "locator", "reason", "raw"),
            [(n, self.run.source_id, capture_id, self.run.id, row.locator, row.reason, row.raw)
             for n, row in enumerate(batch.rejected, start=first)],
        )  # fmt: skip

    def _delete(self, connection: Connection, batch: Batch) -> None:
        last = {deletion.key: deletion for deletion in batch.deletions}
        gone = [deletion for deletion in last.values() if not deletion.undone]
        self._undelete(connection, {key: deletion.at for key, deletion in last.items() if deletion.undone})
        if gone:
            self._changed = True
            mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
            connection.exec_driver_sql(
                f"UPDATE record SET deleted_at = {mark} WHERE source_id = {self.run.source_id} AND deleted_at IS NULL "
                f"AND (key = {mark} OR key LIKE {mark})",
                # one contract may stand as several records: the sum, what was paid, one for each year
                [(deletion.at, deletion.key, f"{deletion.key}:%") for deletion in gone],
            )

    def _undelete(self, connection: Connection, there: dict[str, str]) -> None:
        """Take back the deletions of what the source says later that it has; one that a record states itself stays."""
        if not there:
            return
        stored = connection.exec_driver_sql(
            f"SELECT id, key, deleted_at FROM record WHERE source_id = {self.run.source_id} "
            "AND deleted_at IS NOT NULL AND standing_why <> 'deleted at the source'"
        )
        back = [row[0] for row in stored if row[2] <= there.get(row[1].partition(":")[0], "")]
        self._changed |= bool(back)
        for part in chunks(back):
            connection.exec_driver_sql(
                f"UPDATE record SET deleted_at = NULL WHERE id IN ({', '.join(map(str, part))})"
            )

    def _write_counts(self, connection: Connection, counts: Counts) -> None:
        connection.exec_driver_sql(
            f"UPDATE run SET rows = rows + {counts.rows}, inserted = inserted + {counts.inserted}, "
            f"updated = updated + {counts.updated}, unchanged = unchanged + {counts.unchanged}, "
            f"rejected = rejected + {counts.rejected} WHERE id = {self.run.id}"
        )

    def _vanish(self, connection: Connection) -> int:
        gone = 0
        mark = "?" if connection.dialect.paramstyle == "qmark" else "%s"
        for name in sorted(self.slices):
            result = connection.exec_driver_sql(
                f"UPDATE record SET vanished_run_id = {self.run.id} WHERE source_id = {self.run.source_id} "
                f"AND slice = {mark} AND vanished_run_id IS NULL AND EXISTS (SELECT 1 FROM record_seen "
                f"WHERE record_id = record.id AND run_id <> {self.run.id})",
                (name,),
            )
            gone += result.rowcount
        return gone
