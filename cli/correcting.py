"""The command that keeps corrections and takedowns: `mediacontracts correct`."""

from __future__ import annotations

import os

import click
from sqlalchemy import Engine, select

from cli.collect import whole_registry
from cli.main import Refused
from cli.progress import say
from db.bulk import table_of
from db.model import Record
from db.words import YearState
from ingest.installation import Installation, now
from publish.corrections import FIELDS, OTHERWISE, Correction, CorrectionError, add_correction
from publish.schema_contracts import YEAR_NONE, YEAR_SEVERAL
from publish.set_right import Row, changed_columns, said


@click.command()
@click.argument("record", default="")
@click.argument("field", default="")
@click.argument("value", default="")
@click.option("--withdraw", multiple=True, metavar="WORDS", help="Take these words out of everything published.")
@click.option("--undo", default="", metavar="REF", help="Take an earlier correction or takedown back.")
@click.option("--why", help="The reason; needed, and published.")
@click.option("--evidence", default="", help="Where it can be seen; it is published.")
def correct(
    *, record: str, field: str, value: str, withdraw: tuple[str, ...], undo: str, why: str | None, evidence: str
) -> None:
    """Set a value of a record right, or withdraw words; the next release shows publicly that it happened.

    RECORD is the uid on the record's page. With RECORD alone its fields are listed and nothing is changed.

    \b
    Examples:
      mediacontracts correct 118236896259e235
      mediacontracts correct 118236896259e235 amount 1200000.50 --why "a zero too many" --evidence https://…
      mediacontracts correct --withdraw "Имя Фамилия" --why "asked for by the person named"
      mediacontracts correct --undo 4f6cbd1b7a90 --why "the source was right"
    """
    installation = Installation.from_environment(os.environ)
    if record and not (field or value or withdraw or undo):
        _list_fields(installation, record)
        return
    if sum(map(bool, (record, withdraw, undo))) != 1 or (record and not (field and value)):
        raise click.UsageError(
            "give RECORD FIELD VALUE, or --withdraw WORDS, or --undo REF; RECORD alone lists its fields"
        )
    if why is None:
        raise click.UsageError("say --why: the reason is published beside the correction")
    try:
        with installation.locked():
            was, new = _both(installation, record, field, value) if record else ("", "")
            one = Correction(
                why=why, at=now(), record=record, field=field, was=was, new=new, evidence=evidence, words=withdraw,
                undoes=undo,
            )  # fmt: skip
            add_correction(installation.home / "corrections" / "corrections.jsonl", one)
    except CorrectionError as error:
        raise Refused(str(error)) from None
    told = f"; {field} was {was}, becomes {new}" if record else ""
    say(f"kept as {one.ref}{told}; `mediacontracts release` publishes it")


def _list_fields(installation: Installation, uid: str) -> None:
    row = _row(installation, uid)
    for field, form in FIELDS.items():
        click.echo(f"{field:<10}  {said(row, field) or '(nothing)'}   ({form})")
    click.echo(f"Anything else: {OTHERWISE}.")


def _both(installation: Installation, uid: str, field: str, value: str) -> tuple[str, str]:
    """What the record says, and what it is to say, written in one way so that equal values are seen as equal."""
    row = _row(installation, uid)
    if field not in FIELDS:
        raise CorrectionError(f"{field!r} cannot be corrected; {', '.join(FIELDS)} can be, and {OTHERWISE}")
    return said(row, field), said(row | changed_columns(row, field, value), field)


def _row(installation: Installation, uid: str) -> Row:
    engine = whole_registry(installation)
    try:
        return _read(engine, uid)
    finally:
        engine.dispose()


def _read(engine: Engine, uid: str) -> Row:
    table = table_of(Record)
    with engine.connect() as connection:
        found = connection.execute(select(table).where(table.c.uid == uid)).one_or_none()
    if found is None:
        raise CorrectionError(
            f"{uid}: the registry has no record of this uid; it stands on the record's page and in the column uid"
        )
    row: Row = found._asdict()
    several = row["year_state"] == YearState.SEVERAL_YEARS
    row["year"] = YEAR_SEVERAL if several else YEAR_NONE if row["year_state"] == YearState.NO_DATE else row["year"]
    return row
