"""The command that asks a person about pairs of names, one key each: `mediacontracts review`."""

from __future__ import annotations

import os
import re
import shutil
import textwrap
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

import click

from cli.collect import whole_registry
from cli.deciding import append_decision
from cli.main import Refused
from cli.progress import say
from cli.review_sheet import Answer, SheetError, money_text, read_sheet, write_sheet
from cli.signed import day_of
from ingest.decision_lines import DecisionError
from ingest.identity import load_decisions
from ingest.installation import Installation
from ingest.names.decisions import Decisions
from ingest.names.identity_lines import Verdict, decision_line
from ingest.names.opinions import with_opinions
from ingest.names.queue import Pair, Queue, Side, review_queue
from ingest.names.second_opinion import LEAST
from ingest.salt import read_salt

_KEYS: dict[str, Verdict] = {"s": "same", "d": "different", "u": "unsure"}
_SAME_KEY_OF_A_CYRILLIC_KEYBOARD = str.maketrans("ывглй", "sdukq")
_SEEN = "looked at side by side: {}"
_SHOWN = 8
"""How many spellings, payers or years of a side are shown; the rest is counted."""


@click.command()
@click.option("--who", default="", help="Who decides; needed but with --csv.")
@click.option("--why", default="", help="The reason of every answer; without it, why the pair was suggested.")
@click.option("--csv", "sheet", type=click.Path(dir_okay=False, path_type=Path), help="Write the queue to this file.")
@click.option(
    "--apply", "filled", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Take the answers of a file that --csv wrote: all of them, or none.",
)  # fmt: skip
@click.option(
    "--second-opinion",
    type=click.Choice(["splink"]),
    help="Show beside each question what this library says of it; it decides nothing. Needs the extra of its name.",
)
def review(*, who: str, why: str, sheet: Path | None, filled: Path | None, second_opinion: str | None) -> None:
    """Decide whether two printed names are one, pair by pair, where most money is at stake first.

    Each answer is kept as a line of decisions/identity.jsonl; `decide --undo` takes it back. What was decided,
    unsure included, is not asked again.

    \b
    Examples:
      mediacontracts review --who "A. B."
      mediacontracts review --csv queue.csv
      mediacontracts review --csv queue.csv --second-opinion splink
      mediacontracts review --apply queue.csv --who "A. B."
    """
    if sheet and filled:
        raise click.UsageError("give --csv or --apply, not both")
    if not sheet and not who.strip():
        raise click.UsageError("give --who: every decision says who made it")
    installation = Installation.from_environment(os.environ)
    with installation.locked():
        decisions = load_decisions(installation.home)
        engine = whole_registry(installation)
        queue = review_queue(engine, decisions, read_salt(installation.home))
        if second_opinion and not filled:
            queue = with_opinions(engine, queue)
        engine.dispose()
    if second_opinion and not filled and (silent := sum(pair.opinion is None for pair in queue.pairs)):
        say(f"no second opinion on {silent} pairs: fewer than {LEAST} names of their kind and country to learn from")
    if queue.unaskable:
        say(f"{queue.unaskable} pairs are left out: a person's number in a name, or both names printed alike")
    if sheet:
        _write(sheet, queue)
    elif filled:
        _apply(installation, filled, queue, decisions, who=who, why=why)
    else:
        _ask(installation, queue, decisions, who=who, why=why)


def _write(sheet: Path, queue: Queue) -> None:
    try:
        write_sheet(sheet, queue.pairs)
    except SheetError as error:
        raise Refused(str(error)) from None
    say(
        f"{sheet}: {len(queue.pairs)} pairs; fill the column decision, then "
        f"`mediacontracts review --apply {sheet} --who …`"
    )


def _apply(
    installation: Installation, filled: Path, queue: Queue, decisions: Decisions, *, who: str, why: str
) -> None:
    path = _decisions_file(installation)
    today = day_of(None)
    try:
        answers = read_sheet(filled, queue, decisions)
        lines = [_of_sheet(filled, one, who=who, why=why, when=today) for one in answers]
    except SheetError as error:
        raise Refused(str(error)) from None
    if lines:
        with installation.locked():
            kept = len(path.read_text(encoding="utf-8").splitlines()) if path.exists() else 0
            try:
                append_decision(path, "\n".join(lines))
            except DecisionError as error:
                raise Refused(f"nothing was taken: {_told_of(str(error), path, kept, filled, answers)}") from None
    say(f"{filled}: {len(lines)} answers kept; the next check or release replays them")


def _of_sheet(filled: Path, answer: Answer, *, who: str, why: str, when: date) -> str:
    try:
        return decision_line(
            answer.left, answer.right, answer.verdict, who=who, when=when,
            why=answer.why or why or _SEEN.format(answer.reason),
            relation=answer.relation,
        )  # fmt: skip
    except DecisionError as error:
        raise SheetError(f"nothing was taken: {filled}: line {answer.line}: {error}") from None


def _told_of(message: str, path: Path, kept: int, filled: Path, answers: list[Answer]) -> str:
    """Name the lines of the person's own file where an error names lines that were to be appended."""

    def place(found: re.Match[str]) -> str:
        at = int(found[1]) - kept
        return f"{filled}: line {answers[at - 1].line}" if at > 0 else found[0]

    return re.sub(rf"{re.escape(str(path))}: line (\d+)", place, message)


def _decisions_file(installation: Installation) -> Path:
    return installation.home / "decisions" / "identity.jsonl"


def _ask(installation: Installation, queue: Queue, decisions: Decisions, *, who: str, why: str) -> None:
    """Go through the queue; an answer may make later questions needless."""
    kept = skipped = 0
    for number, pair in enumerate(queue.pairs, start=1):
        if decisions.verdict(pair.left.spelling, pair.right.spelling) is not None:
            continue
        click.echo(f"\n{number} of {len(queue.pairs)} · {pair.left.spelling.kind} · {_shown(pair)}")
        for line in (*side_by_side(pair), *_second(pair)):
            click.echo(line)
        key = _key()
        if key == "q":
            break
        if key == "k":
            skipped += 1
            continue
        reason = why or _SEEN.format(pair.reason)
        try:
            line = decision_line(
                pair.left.spelling, pair.right.spelling, _KEYS[key], who=who,
                when=day_of(None), why=reason,
            )  # fmt: skip
            with installation.locked():
                decisions = append_decision(_decisions_file(installation), line)
        except DecisionError as error:
            click.echo(f"not kept: {error}")
            skipped += 1
            continue
        kept += 1
        click.echo(f"{_KEYS[key]}, kept as {decisions.active[-1].id}")
    wait = sum(decisions.verdict(pair.left.spelling, pair.right.spelling) is None for pair in queue.pairs)
    say(f"{kept} answers kept, {skipped} pairs skipped, {wait} wait; the next check or release replays them")


def _shown(pair: Pair) -> str:
    return f"{_plain(pair.reason)} · likeness {pair.score:.2f}"


def _second(pair: Pair) -> Iterator[str]:
    """What the second opinion says, on one line."""
    if pair.opinion is None:
        return
    said = [f"one with probability {pair.opinion.probability:.2f}"]
    for word, told in (("for", pair.opinion.speaks_for), ("against", pair.opinion.speaks_against)):
        if told:
            said.append(f"{word} it {', '.join(told)}")
    yield f"{'splink':<9} {' · '.join(said)}"


def _key() -> str:
    """Wait for one of the keys; end of input is q."""
    while True:
        click.echo("s same · d different · u unsure · k skip · q quit > ", nl=False)
        try:
            key = click.getchar()
        except EOFError:
            key = "q"
        except OSError:
            raise click.UsageError("there is no terminal to ask on; use --csv and --apply") from None
        key = (key or "q").lower().translate(_SAME_KEY_OF_A_CYRILLIC_KEYBOARD)
        click.echo(key if key.isprintable() else "")
        if key in _KEYS or key in ("k", "q"):
            return key


def side_by_side(pair: Pair, width: int = 0) -> Iterator[str]:
    """The two sides in two columns, a label before each row.

    Args:
        pair: the question.
        width: of the terminal, in characters; 0 asks the terminal.
    """
    width = width or shutil.get_terminal_size((100, 24)).columns
    column = max(10, (width - 13) // 2)
    parties = "pays" if pair.left.spelling.kind == "body" else "paid by"
    for label, left, right in zip((*_LABELS, parties), _cells(pair.left), _cells(pair.right), strict=True):
        if not (left or right):
            continue
        cells = [[piece for text in side for piece in textwrap.wrap(text, column) or [""]] for side in (left, right)]
        for at in range(max(map(len, cells))):
            one, other = (side[at] if at < len(side) else "" for side in cells)
            yield f"{'' if at else label:<9} {one:<{column}} │ {other}".rstrip()


_LABELS = ("name", "also", "id", "country", "records", "money", "years")


def _cells(side: Side) -> Iterator[list[str]]:
    spelling = side.spelling
    yield [_plain(spelling.name)]
    yield _first(side.spellings[1:])
    yield _first(side.ids)
    yield [spelling.country.upper()]
    yield [str(side.records)]
    yield list(money_text(side.sums)) or ["none counted"]
    yield [", ".join(_first(side.years))] if side.years else []
    yield _first(side.others)


def _first(texts: Iterable[str]) -> list[str]:
    every = [_plain(text) for text in texts]
    rest = len(every) - _SHOWN
    return [*every[:_SHOWN], f"and {rest} more"] if rest > 0 else every


def _plain(text: str) -> str:
    """A printed name without what would steer the terminal."""
    return "".join(letter if letter.isprintable() else "�" for letter in text)
