"""Commands that look at one file and load nothing: tables, names, topics."""

from __future__ import annotations

import json
import os
from fractions import Fraction
from pathlib import Path
from typing import Any

import click

from cli.collect import whole_registry
from cli.main import Refused
from ingest.installation import Installation


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
@click.option(
    "--second-opinion",
    type=click.Choice(["splink"]),
    help="Measure on labelled pairs what this library says, and how far it agrees with our rules.",
)
def evaluate(file: Path, second_opinion: str | None) -> None:
    """Measure automatic merging on labelled names (columns entity, name) or pairs (part, left, right, same).

    Prints JSON; pairs are measured part by part.

    \b
    Examples:
      mediacontracts names evaluate outlet-names.csv
      mediacontracts names evaluate tests/names/pairs_serbia.csv
      mediacontracts names evaluate tests/names/pairs_serbia.csv --second-opinion splink
    """
    from ingest.labelled import columns_of, nearest  # noqa: PLC0415 - as below
    from ingest.names import evaluate as measures  # noqa: PLC0415 - brings in rapidfuzz

    if second_opinion:
        from ingest.names.evaluate_opinion import evaluate_opinion  # noqa: PLC0415 - brings in the extra

        _print(evaluate_opinion(file))
    elif nearest(columns_of(file), (measures.NAMES, measures.PAIRS)) == measures.PAIRS:
        _print({part: measures.evaluate_pairs([file], part=part) for part in measures.parts(file)})
    else:
        _print(measures.evaluate(file))


@click.group()
def topics() -> None:
    """How well it is told what is a media contract, what was ordered, and what hides from a search.

    \b
    Example:
      mediacontracts topics evaluate tests/topics/held_out_purchases.csv
    """


@topics.command("evaluate")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--hide", is_flag=True, help="Hide the wordings of FILE on purpose, and count what the flags overlook.")
@click.option("--share", is_flag=True, help="With labels of topics: what share a topic has in the registry.")
@click.option("--topic", default="", help="The topic of the share; praise of officials without it.")
@click.option("--country", default="", metavar="XX", help="Only records of this country (ISO 3166-1 alpha-2).")
@click.option("--stated", default=80, type=click.IntRange(0, 100), help="The share somebody stated, in percent; 80.")
def evaluate_topics(*, file: Path, hide: bool, share: bool, topic: str, country: str, stated: int) -> None:
    """Measure the rules of media or not, of topics, or of hidden wording on labelled rows; prints JSON.

    The columns of FILE say which: id, name, description, label (media, not media, undecided); id, source_topic,
    subject, topic; or kind, text, right (1 or 0). Every error is listed. The columns weight and stratum, where they
    are, make estimates of the population that was drawn from. tests/topics/README.md describes the labels.

    \b
    Examples:
      mediacontracts topics evaluate tests/topics/held_out_purchases.csv
      mediacontracts topics evaluate tests/topics/hidden_labels.csv
      mediacontracts topics evaluate tests/topics/held_out_purchases.csv --hide
      mediacontracts topics evaluate tests/topics/second_draw_topics.csv --share --country KZ --stated 80
    """
    from ingest.labelled import columns_of, nearest, read_labels  # noqa: PLC0415 - as below
    from ingest.topics import evaluate as purchases  # noqa: PLC0415 - reads the rules
    from ingest.topics import evaluate_hidden, evaluate_topics, hiding  # noqa: PLC0415 - reads the rules

    if hide:
        rows = read_labels(file, ("name", "description"))
        _print(hiding.recall_of_flags([text for row in rows for text in (row["name"], row["description"]) if text]))
        return
    columns = nearest(columns_of(file), (purchases.COLUMNS, evaluate_topics.COLUMNS, evaluate_hidden.COLUMNS))
    if share and columns != evaluate_topics.COLUMNS:
        raise click.UsageError("--share needs labels of topics: the columns id, source_topic, subject, topic")
    if columns == purchases.COLUMNS:
        _print(purchases.evaluate(file))
    elif columns == evaluate_hidden.COLUMNS:
        _print(evaluate_hidden.evaluate_hidden(file))
    else:
        _print(
            evaluate_topics.evaluate_topics(file) | ({"share": _shares(file, topic, country, stated)} if share else {})
        )


def _shares(file: Path, topic: str, country: str, stated: int) -> dict[str, Any]:
    """The share of a topic in the registry of this installation, with the error of the rules in it."""
    from ingest.topics.evaluate_topics import accuracy, read_topics  # noqa: PLC0415 - reads the rules
    from ingest.topics.rules import shipped  # noqa: PLC0415 - reads the rules
    from ingest.topics.share import PRAISE, held_against, topic_share  # noqa: PLC0415 - brings in the registry

    asked = topic or PRAISE
    if asked not in {rule.topic for rule in shipped().topics}:
        raise click.UsageError(f"no topic is called {asked!r}; ingest/data/topics/rules.yml lists them")
    measured = accuracy(read_topics(file)[0], asked)
    installation = Installation.from_environment(os.environ)
    with installation.locked():
        engine = whole_registry(installation)
        with engine.connect() as connection:
            shares = topic_share(connection, asked, country.upper())
        engine.dispose()
    return {
        "topic": asked,
        "country": country.upper(),
        "stated": stated / 100,
        "rules": {name: getattr(measured, name) for name in measured.__struct_fields__},
        "shares": [held_against(share, measured, Fraction(stated, 100)) for share in shares],
    }


def _print(found: dict[str, Any]) -> None:
    click.echo(json.dumps(found, ensure_ascii=False, indent=1))
