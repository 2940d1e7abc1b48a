"""Files of labels: names, wordings and pairs that somebody read and said what they are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec

from ingest.person_csv import PersonCsvError, read_person_csv


class LabelFileError(ValueError):
    """A file of labels cannot be used; the message names file, line and what to do."""


class Labelled(msgspec.Struct, frozen=True):
    """One row of labels, with its place for messages."""

    place: str
    cells: dict[str, str]

    def __getitem__(self, column: str) -> str:
        """Return a cell; "" where the file has no such column."""
        return self.cells.get(column, "")

    @property
    def weight(self) -> float:
        """How many of the population the row stands for; 0 for a row that was not drawn by chance.

        Raises:
            LabelFileError: the weight is no positive number.
        """
        if not self["weight"]:
            return 0.0
        try:
            weight = float(self["weight"])
        except ValueError:
            weight = -1.0
        if not 0 < weight < float("inf"):
            raise LabelFileError(f"{self.place}: weight is {self['weight']!r}; a positive number or nothing is meant")
        return weight

    def one_of(self, column: str, allowed: Sequence[str]) -> str:
        """Return a cell that has to be one of a few words.

        Raises:
            LabelFileError: it is another.
        """
        if self[column] not in allowed:
            words = ", ".join(repr(word) for word in allowed)
            raise LabelFileError(f"{self.place}: {column} is {self[column]!r}; one of {words} is meant")
        return self[column]


def columns_of(path: Path) -> list[str]:
    """Return the headings of a CSV.

    Raises:
        LabelFileError: the file is no UTF-8 text, or empty.
    """
    try:
        return read_person_csv(path).headings
    except PersonCsvError as error:
        raise LabelFileError(str(error)) from None


def nearest(header: Sequence[str], shapes: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return which of several sets of columns a file is meant to have: the one it lacks least of."""
    return min(shapes, key=lambda columns: len(set(columns) - set(header)) / len(columns))


def read_labels(path: Path, needs: Sequence[str]) -> list[Labelled]:
    """Read a CSV of labels; further columns are kept.

    Raises:
        LabelFileError: the file is no UTF-8 text, is empty or lacks a column, or a row has not one cell a heading.
    """
    try:
        file = read_person_csv(path)
        missing = file.missing(needs)
        if missing:
            word = "column" if len(missing) == 1 else "columns"
            raise LabelFileError(
                f"{path}: line 1: {word} {', '.join(missing)} is missing; it has {', '.join(file.headings)} and needs "
                f"{', '.join(needs)}"
            )
        return [Labelled(f"{path}: line {number}", cells) for number, cells in file.rows()]
    except PersonCsvError as error:
        raise LabelFileError(str(error)) from None
