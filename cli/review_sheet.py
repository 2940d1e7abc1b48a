"""The queue of pairs as a CSV file: a person fills it in, and it is read back whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import cast, get_args

import msgspec

from db.fold import clean
from ingest.identity import Kind
from ingest.names.decisions import Decisions
from ingest.names.identity_lines import IDENTITIES, Identity, Spelling, Verdict
from ingest.names.queue import Money, Pair, Queue, Side
from ingest.person_csv import PersonCsvError, read_person_csv
from publish.money import decimal_text, minor_digits
from publish.spreadsheet import BOM, csv_lines, restored

_READ = ("kind", "country", "left", "left_id", "right", "right_id", "decision", "relation", "why")
COLUMNS = (
    "kind", "country", "left", "left_id", "right", "right_id", "reason", "score", "left_spellings", "right_spellings",
    "left_records", "right_records", "left_money", "right_money", "left_years", "right_years", "left_parties",
    "right_parties", "probability", "speaks_for", "speaks_against", "decision", "relation", "why",
)  # fmt: skip
"""Columns of the file; a person fills `decision` (same, different, unsure), and may fill `relation` and `why`.

`probability`, `speaks_for` and `speaks_against` are the second opinion, empty where none was asked for.
"""

_NUMBERS = frozenset({"score", "left_records", "right_records", "probability"})
_VERDICTS = {"s": "same", "d": "different", "u": "unsure"}
_MOST_ERRORS = 20


class SheetError(ValueError):
    """A file of answers that cannot be taken; the message names the file and each wrong line."""


class Answer(msgspec.Struct, frozen=True):
    """One filled line of the file; `why` is the person's own, `reason` that of the suggestion."""

    line: int
    left: Spelling
    right: Spelling
    verdict: Verdict
    relation: Identity
    why: str
    reason: str


def money_text(money: Money) -> Iterator[str]:
    """Sums as text, one for each currency and measure: "1200.50 KZT contracted"."""
    for (currency, measure), minor in money.items():
        yield f"{decimal_text(minor, minor_digits(currency))} {currency} {measure}"


def write_sheet(path: Path, pairs: Iterable[Pair]) -> None:
    """Write the queue: UTF-8 with BOM, no cell runs as a formula or is changed on opening.

    Raises:
        SheetError: the file is there and holds answers that may not have been applied, or is another file.
    """
    if path.exists() and any(row["decision"].strip() for _, row in _rows(path)):
        raise SheetError(f"{path}: holds answers; apply them first, or give another name")
    texts = [at for at, name in enumerate(COLUMNS) if name not in _NUMBERS]
    text = csv_lines([COLUMNS]) + csv_lines([_line(pair) for pair in pairs], texts)
    path.write_bytes((BOM + text).encode())


def _line(pair: Pair) -> tuple[str | int, ...]:
    one, other = pair.left.spelling, pair.right.spelling
    told = zip(_told(pair.left), _told(pair.right), strict=True)
    return (
        one.kind, one.country, one.name, one.id, other.name, other.id, pair.reason, f"{pair.score:.2f}",
        *(cell for cells in told for cell in cells), *_second(pair), "", "", "",
    )  # fmt: skip


def _second(pair: Pair) -> tuple[str, str, str]:
    if pair.opinion is None:
        return "", "", ""
    one = pair.opinion
    return f"{one.probability:.3f}", "; ".join(one.speaks_for), "; ".join(one.speaks_against)


def _told(side: Side) -> tuple[str | int, ...]:
    listed = ("; ".join(texts) for texts in (side.spellings, money_text(side.sums), side.years, side.others))
    spellings, money, years, parties = listed
    return (spellings, side.records, money, years, parties)


def _rows(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Lines of the file with their number, every cell as it was written."""
    try:
        file = read_person_csv(path)
        missing = file.missing(_READ)
        if missing:
            raise SheetError(f"{path}: line 1: no column {', '.join(missing)}; take the headings of `review --csv`")
        for line, row in file.rows():
            yield line, {name: restored(cell) for name, cell in row.items()}
    except PersonCsvError as error:
        raise SheetError(str(error)) from None


def read_sheet(path: Path, queue: Queue, decisions: Decisions) -> list[Answer]:
    """Read the answers of a file and hold every line against the registry and the decisions in force.

    Args:
        path: the file.
        queue: the queue of now, whose spellings tell a name that was changed by accident.
        decisions: the decisions in force; an answer that repeats one is left out.

    Returns:
        the answers that are new, in the order of the file.

    Raises:
        SheetError: a line is wrong; all wrong lines are named and none is taken.
    """
    errors: list[str] = []
    answers: list[Answer] = []
    seen: dict[frozenset[Spelling], int] = {}
    for line, row in _rows(path):
        if not row["decision"].strip():
            continue
        try:
            answer = _answer(line, row, queue)
            if _is_new(answer, seen, decisions):
                answers.append(answer)
        except SheetError as error:
            errors.append(f"{path}: line {line}: {error}")
    if errors:
        more = [f"and {len(errors) - _MOST_ERRORS} more"] if len(errors) > _MOST_ERRORS else []
        raise SheetError("\n".join(["nothing was taken:", *errors[:_MOST_ERRORS], *more]))
    return answers


def _is_new(answer: Answer, seen: dict[frozenset[Spelling], int], decisions: Decisions) -> bool:
    pair = frozenset({answer.left, answer.right})
    if seen.setdefault(pair, answer.line) != answer.line:
        raise SheetError(f"decides about the same pair as line {seen[pair]}")
    before = decisions.verdict(answer.left, answer.right)
    if before not in (None, answer.verdict):
        raise SheetError(f"says {answer.verdict}, but {before} is in force{_place(pair, decisions)}")
    return before is None


def _answer(line: int, row: dict[str, str], queue: Queue) -> Answer:
    kind, word = row["kind"], row["decision"].strip().casefold()
    if kind not in get_args(Kind):
        raise SheetError(f"kind is {kind!r}; it is outlet, organisation or body")
    verdict = _VERDICTS.get(word, word)
    if verdict not in get_args(Verdict):
        raise SheetError(f"decision is {word!r}; write same, different or unsure, or leave it empty")
    relation = row["relation"].strip() or "spelling"
    if relation not in IDENTITIES:
        raise SheetError(f"relation is {relation!r}; it is {', '.join(IDENTITIES)} (ties are kept by `decide`)")
    of = cast("Kind", kind)
    left, right = (_spelling(of, row, side) for side in ("left", "right"))
    if left == right:
        raise SheetError("both names are the same spelling")
    for spelling in (left, right):
        if spelling not in queue.spellings:
            beside = f" with the id {spelling.id}" if spelling.id else ""
            raise SheetError(f"the registry prints no {kind} {spelling.name!r}{beside} in {spelling.country!r}")
    return Answer(
        line, left, right, cast("Verdict", verdict), relation, row["why"].strip(),
        row.get("reason", ""),
    )  # fmt: skip


def _spelling(kind: Kind, row: dict[str, str], side: str) -> Spelling:
    return Spelling(kind, row["country"].strip().lower(), clean(row[side]), row[f"{side}_id"].strip())


def _place(pair: frozenset[Spelling], decisions: Decisions) -> str:
    for one in decisions.active:
        if frozenset({one.left, one.right}) == pair:
            return f" by {one.place} ({one.id}): undo that line first"
    return " through other lines: undo one of them first"
