"""The command that keeps corrections and takedowns: `mediacontracts correct`."""

from __future__ import annotations

import os

import click
from sqlalchemy import Engine, select

from cli.main import Refused
from cli.progress import say
from db.bulk import table_of
from db.model import Record
from db.words import YearState
from ingest.installation import Installation, now
from publish.corrections import Correction, CorrectionError, add_correction
from publish.schema_contracts import YEAR_NONE, YEAR_SEVERAL
from publish.set_right import Row, changed_columns, said


@click.command()
@click.argument("record", default="")
@click.argument("field", default="")
@click.argument("value", default="")
@click.option("--withdraw", multiple=True, metavar="WORDS", help="Take these words out of everything published.")
@click.option("--undo", default="", metavar="REF", help="Take an earlier correction or takedown back.")
@click.option("--why", required=True, help="The reason; it is published.")
@click.option("--evidence", default="", help="Where it can be seen; it is published.")
def correct(
    *, record: str, field: str, value: str, withdraw: tuple[str, ...], undo: str, why: str, evidence: str
) -> None:
    """Set a value of a record right, or withdraw words; the next release shows publicly that it happened.

    \b
    Examples:
      mediacontracts correct 118236896259e235 amount 1200000.50 --why "a zero too many" --evidence https://…
      mediacontracts correct --withdraw "Имя Фамилия" --why "asked for by the person named"
    """
    if sum(map(bool, (record, withdraw, undo))) != 1 or (record and not (field and value)):
        raise click.UsageError("give RECORD FIELD VALUE, or --withdraw WORDS, or --undo REF")
    installation = Installation.from_environment(os.environ)
    try:
        with installation.locked():
            was = ""
            if record:
                engine = installation.engine()
                try:
                    was = _was(engine, record, field, value)
                finally:
                    engine.dispose()
            one = Correction(
                why=why, at=now(), record=record, field=field, was=was, new=value, evidence=evidence, words=withdraw,
                undoes=undo,
            )  # fmt: skip
            add_correction(installation.home / "corrections" / "corrections.jsonl", one)
    except CorrectionError as error:
        raise Refused(str(error)) from None
    say(f"kept as {one.ref}; `mediacontracts release` publishes it")


def _was(engine: Engine, uid: str, field: str, value: str) -> str:
    table = table_of(Record)
    with engine.connect() as connection:
        found = connection.execute(select(table).where(table.c.uid == uid)).one_or_none()
    if found is None:
        raise CorrectionError(f"{uid}: the registry has no record of this uid")
    row: Row = found._asdict()
    several = row["year_state"] == YearState.SEVERAL_YEARS
    row["year"] = YEAR_SEVERAL if several else YEAR_NONE if row["year_state"] == YearState.NO_DATE else row["year"]
    try:
        changed_columns(row, field, value)
    except KeyError:
        raise CorrectionError(f"{field!r} cannot be corrected") from None
    return said(row, field)
