"""Lines of a page cut into chunks: words that stand together, apart from the next by more than a word space."""

from statistics import median
from typing import NamedTuple

from ingest.tables.lettering import line_text, lines_of
from ingest.tables.pdf_page import Letter

CHUNK = 0.65
"""A gap wider than this times the letter size parts two cells of a line; words stand closer."""


class Chunk(NamedTuple):
    """Words of one line that stand together."""

    x0: float
    x1: float
    text: str
    letters: list[Letter]


class Line(NamedTuple):
    """A printed line cut into chunks."""

    base: float
    size: float
    chunks: list[Chunk]

    @property
    def x0(self) -> float:
        """Left end."""
        return self.chunks[0].x0

    @property
    def x1(self) -> float:
        """Right end."""
        return self.chunks[-1].x1


def cut_lines(letters: list[Letter]) -> list[Line]:
    """Lines of a page from the top, each cut where a gap is wider than a word space can be."""
    out: list[Line] = []
    for line in lines_of(letters):
        solid = [a for a in line if not a.text.isspace()]
        if not solid:
            continue
        size = median(a.size for a in solid)
        chunks: list[list[Letter]] = []
        end = 0.0
        for letter in line:
            if letter.text.isspace():
                if chunks and letter.x0 - end < CHUNK * size:
                    chunks[-1].append(letter)
                continue
            if not chunks or letter.x0 - end > CHUNK * size:
                chunks.append([])
            chunks[-1].append(letter)
            end = letter.x1
        made = []
        for chunk in chunks:
            ink = [a for a in chunk if not a.text.isspace()]
            made.append(Chunk(min(a.x0 for a in ink), max(a.x1 for a in ink), line_text(chunk), chunk))
        out.append(Line(median(a.base for a in solid), size, made))
    return out
