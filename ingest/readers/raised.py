"""Raised digits in the texts of an .xlsx: a note mark behind a figure (1 234²) is no digit of it.

The program that reads the values gives such a text without its formats, so that the mark becomes one more digit.
"""

from __future__ import annotations

from collections.abc import Mapping

from ingest.readers.sheet_marks import walk
from ingest.values.text import as_raised

_RAISED = b"superscript"


def raised_texts(members: Mapping[str, bytes]) -> dict[str, str]:
    """The texts of a workbook that have raised digits, by how they read without formats.

    Args:
        members: the XML of the workbook, by its path in the archive.

    Raises:
        MarksError: the XML is damaged.
    """
    found: dict[str, str] = {}
    for name, xml in members.items():
        if name.startswith("xl/") and _RAISED in xml:
            reading = _Texts()
            walk(xml, reading.start, reading.end, reading.text)
            found |= reading.found
    return found


class _Texts:
    """Reads texts and their runs, in the list of shared texts or in the cells of a sheet."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self.plain = self.marked = ""
        self.inside = self.raised = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name in {"si", "is"}:
            self.plain = self.marked = ""
        elif name == "r":
            self.raised = False
        elif name == "vertAlign":
            self.raised = attributes.get("val") == _RAISED.decode()
        self.inside = name == "t"

    def end(self, name: str) -> None:
        self.inside = False
        if name == "r":
            self.raised = False
        elif name in {"si", "is"} and self.plain != self.marked:
            self.found[self.plain] = self.marked

    def text(self, text: str) -> None:
        if self.inside:
            self.plain += text
            self.marked += as_raised(text) if self.raised else text
