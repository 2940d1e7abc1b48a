"""Commands that look at one file and load nothing: tables, names, topics."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from cli.main import Refused


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print everything that was read, as JSON.")
@click.option("--scan", is_flag=True, help="Read pictures of pages with character recognition.")
@click.option("--scheduler", default="", metavar="ADDRESS", help="A Dask scheduler whose workers read the FILES.")
def tables(files: tuple[Path, ...], as_json: bool, scan: bool, scheduler: str) -> None:
    """Print the tables that are found in documents of any supported format, file after file.

    As many documents are read at once as this machine has processors; with --scheduler on those of a cluster.

    \b
    Examples:
      mediacontracts tables answer-14.pdf --json
      mediacontracts tables scan-of-an-answer.jpg --scan
      mediacontracts tables answers/*.pdf --json --scheduler tcp://127.0.0.1:8786
    """
    from ingest.tables import as_plain  # noqa: PLC0415 - brings in what reads
    from ingest.tables.many import read_many  # noqa: PLC0415
    from ingest.tables.model import DocumentRefused  # noqa: PLC0415

    found, refused = [], []
    for _, read in read_many(files, scan=scan, scheduler=scheduler):
        if isinstance(read, DocumentRefused):
            refused.append(str(read))
        else:
            found += as_plain(read)
    _print_tables(found, as_json=as_json)
    if refused:
        raise Refused("\n".join(refused))


def _print_tables(found: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for number, table in enumerate(found, start=1):
        where = f"page {table['page']}" if table.get("page") else f"sheet {table.get('sheet', '')}"
        click.echo(f"{table['source']}: table {number}, {where}: {len(table['rows'])} rows")
        for row in (*table["header"], *table["rows"]):
            click.echo("  " + " | ".join(row))


@click.group()
def names() -> None:
    """How well names are resolved.

    \b
    Example:
      mediacontracts names evaluate labelled-names.csv
    """


@names.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def evaluate(file: Path) -> None:
    """Measure automatic merging on a file of labelled names (columns entity, name); prints JSON.

    \b
    Example:
      mediacontracts names evaluate outlet-names.csv
    """
    from ingest.names.evaluate import evaluate as measured  # noqa: PLC0415 - brings in rapidfuzz

    click.echo(json.dumps(measured(file), ensure_ascii=False, indent=1))


@click.group()
def topics() -> None:
    """How well it is told what is a media contract.

    \b
    Example:
      mediacontracts topics evaluate tests/topics/labels.csv
    """


@topics.command("evaluate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def evaluate_topics(file: Path) -> None:
    """Measure media or not on labelled purchases (columns id, name, description, label); prints JSON.

    \b
    Example:
      mediacontracts topics evaluate labels.csv
    """
    from ingest.topics.evaluate import evaluate as measured  # noqa: PLC0415 - reads the rules

    try:
        found = measured(file)
    except ValueError as error:
        raise Refused(str(error)) from None
    click.echo(json.dumps(found, ensure_ascii=False, indent=1))
