"""The documents of an answer: taken, and accepted where a total differs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from cli.main import Refused
from cli.progress import say
from cli.requests.desk import desk_of, today
from db.model.requests import TableState
from ingest.installation import Installation
from ingest.requests.answering import take_answer
from ingest.requests.desk import Asker
from ingest.requests.forms import read_form
from ingest.requests.rereading import Said, Spot, accept_table, correct_cell


@click.command()
@click.argument("ref", metavar="REQUEST")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--yes", is_flag=True, help="Take only tables whose form is stored; ask nothing.")
@click.option(
    "--form",
    "form_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A form (yml) for tables with its headings.",
)
@click.option("--scan", is_flag=True, help="Read pictures of pages with character recognition.")
@click.option("--scheduler", default="", metavar="ADDRESS", help="A Dask scheduler whose workers read the FILES.")
@click.option("--source", default="", help="The source that the records belong to; kz_answers when left out.")
def answer(ref: str, files: tuple[Path, ...], **given: Any) -> None:  # noqa: ANN401 - the options above
    """Take the documents of an answer: archived, their tables confirmed, proved by their totals, and loaded.

    As many documents are read at once as this machine has processors; with --scheduler on those of a cluster.

    \b
    Examples:
      mediacontracts requests answer 2026-0001 answer.pdf annex.xlsx
      mediacontracts requests answer 2026-0001 scans/*.pdf --scan --scheduler tcp://127.0.0.1:8786
    """
    from cli.requests.asking import NobodyAsker, TerminalAsker  # noqa: PLC0415
    from cli.requests.showing import show_taken  # noqa: PLC0415

    form = read_form(given["form_file"]) if given["form_file"] else None
    asker: Asker = NobodyAsker(form) if given["yes"] else TerminalAsker(today().isoformat(), form)
    with desk_of(Installation.from_environment(os.environ), given["source"]) as desk:
        desk.scan, desk.scheduler = given["scan"], given["scheduler"]
        taken = take_answer(desk, desk.register.find(ref), files, asker)
        for one in taken:
            show_taken(one)
    blocked = sum(table.state is TableState.BLOCKED for one in taken for table in one.document.tables)
    if blocked:
        raise Refused(f"{blocked} tables are loaded but do not count: what stands against them is shown above")


@click.command()
@click.argument("document")
@click.argument("table", type=click.IntRange(min=1))
@click.option("--why", required=True, help="The reason, published with each record of the table.")
@click.option("--source", default="", help="The source that the records belong to; kz_answers when left out.")
def accept(document: str, table: int, why: str, source: str) -> None:
    """Take a blocked table all the same: DOCUMENT is a file name or the first letters of its hash.

    \b
    Example:
      mediacontracts requests accept answer.pdf 1 --why "the body's own slip, confirmed by telephone on 12 May"
    """
    from cli.requests.showing import show_taken  # noqa: PLC0415

    with desk_of(Installation.from_environment(os.environ), source) as desk:
        request, taken = desk.register.document(document)
        show_taken(accept_table(desk, request, taken, table, why))
    say(f"{taken.file_name}, table {table}: accepted")


@click.command()
@click.argument("document")
@click.argument("table", type=click.IntRange(min=1))
@click.argument("row", type=click.IntRange(min=1))
@click.argument("column", type=click.IntRange(min=1))
@click.argument("text")
@click.option("--who", required=True, help="Who reads it so; published with each record of the row.")
@click.option("--why", required=True, help="The reason; published too.")
@click.option("--source", default="", help="The source that the records belong to; kz_answers when left out.")
def correct(document: str, table: int, row: int, column: int, text: str, *, who: str, why: str, source: str) -> None:
    """Set right what was read in one cell: DOCUMENT is a file name or the first letters of its hash.

    ROW and COLUMN are those of the record's place on the site: rows below the headings, both from 1. TEXT is what is
    printed there; the text that was read takes an earlier correction back.

    \b
    Examples:
      mediacontracts requests correct answer.pdf 1 2 4 "65 280,8" --who "A. B." --why "so on the page"
      mediacontracts requests correct 3f2a9c0d11be 1 7 2 "Утро" --who "A. B." --why "the page is folded there"
    """
    from cli.requests.asking import plain  # noqa: PLC0415
    from cli.requests.showing import show_taken  # noqa: PLC0415

    with desk_of(Installation.from_environment(os.environ), source) as desk:
        request, taken = desk.register.document(document)
        read = correct_cell(desk, request, taken, Spot(table, row, column), Said(text, why, who))
        event = request.corrected[-1]
        show_taken(read)
    where = f"{taken.file_name}, table {table}, row {row}, column {column}"
    say(f"{where}: read «{plain(event.was)}», now «{plain(event.text)}»")
