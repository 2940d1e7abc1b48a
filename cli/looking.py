"""Commands that look at one file and load nothing: tables, names, topics."""

from __future__ import annotations

import json
from pathlib import Path

import click

from cli.main import Refused


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print everything that was read, as JSON.")
@click.option("--scan", is_flag=True, help="Read pictures of pages with character recognition.")
def tables(file: Path, as_json: bool, scan: bool) -> None:
    """Print the tables that are found in a document of any supported format.

    \b
    Examples:
      mediacontracts tables answer-14.pdf --json
      mediacontracts tables scan-of-an-answer.jpg --scan
    """
    from ingest.tables import tables_as_json  # noqa: PLC0415 - brings in the PDF reader

    found = tables_as_json(file, scan=scan)
    if as_json:
        click.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    for number, table in enumerate(found, start=1):
        place = f"page {table['page']}" if table.get("page") else f"sheet {table.get('sheet', '')}"
        click.echo(f"table {number}, {place}: {len(table['rows'])} rows")
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
