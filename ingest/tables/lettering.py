"""Letters of one cell to its text: lines by base line, words by gaps.

Two things can silently change a sum and are handled here: a raised note mark behind a figure (1 234²) stays
a raised mark instead of becoming one more digit, and letters printed twice to look bold are read once.
"""

from collections.abc import Iterable
from operator import attrgetter

from ingest.tables.pdf_page import Letter
from ingest.values.text import as_raised

_BY_BASE = attrgetter("base", "x0")
_BY_LEFT = attrgetter("x0")
_BY_SIZE = attrgetter("size")
_NEVER_FIRST = frozenset("ьъ")


def lines_of(letters: Iterable[Letter]) -> list[list[Letter]]:
    """Letters grouped into printed lines from the top, each sorted by x, doubled letters dropped.

    A letter joins a line when its base line lies within a third of the line's height, or when it is a raised
    or lowered mark that overlaps the line's body.
    """
    ordered = sorted(letters, key=_BY_BASE)
    lines: list[list[Letter]] = []
    base = size = 0.0
    for letter in ordered:
        own = letter.size
        if lines and letter.base - base <= 0.28 * (min(size, own)) + 0.001:
            lines[-1].append(letter)
            size = max(size, own)
        else:
            lines.append([letter])
            base, size = letter.base, own
    return [_once(line) for line in (_join_raised(lines) if len(lines) > 1 else lines)]


def _join_raised(lines: list[list[Letter]]) -> list[list[Letter]]:
    """Puts a line of small raised or lowered letters into the line in whose gaps it stands."""
    out: list[list[Letter]] = []
    for line in lines:
        if out:
            above = out[-1]
            one, other = _body(above), _body(line)
            raised = one.size < 0.85 * other.size and other.base - one.base < 0.6 * other.size
            lowered = other.size < 0.85 * one.size and other.base - one.base < 0.35 * one.size
            if (raised or lowered) and not _collide(above, line):
                out[-1] = [*above, *line]
                continue
        out.append(line)
    return out


def _collide(some: list[Letter], others: list[Letter]) -> bool:
    solid = [b for b in others if not b.text.isspace()]
    return any(
        min(a.x1, b.x1) - max(a.x0, b.x0) > 0.4 * (a.x1 - a.x0) for a in some if not a.text.isspace() for b in solid
    )


def _body(line: list[Letter]) -> Letter:
    """The biggest letter of a line: its size and base line are those of the line."""
    return max(line, key=_BY_SIZE)


def _once(line: list[Letter]) -> list[Letter]:
    """Sorts by x and drops a letter printed again on nearly the same spot."""
    line = sorted(line, key=_BY_LEFT)
    kept: list[Letter] = []
    for letter in line:
        near = 0.12 * letter.size
        half = 0.5 * (letter.x1 - letter.x0) + 0.01
        near = min(near, half)
        for other in reversed(kept):
            if letter.x0 - other.x0 >= near:
                kept.append(letter)
                break
            if other.text == letter.text:
                break
        else:
            kept.append(letter)
    return kept


def line_text(line: list[Letter]) -> str:
    """Text of one printed line; a gap wider than a seventh of the letter size is a space."""
    if not line:
        return ""
    body = _body(line)
    gap = 0.15 * body.size
    parts: list[str] = []
    end: float | None = None
    for letter in line:
        if letter.text.isspace():
            if parts and not parts[-1].isspace():
                parts.append("\u00a0" if letter.text == "\u00a0" else " ")
            continue
        if end is not None and letter.x0 - end > gap and not parts[-1].isspace():
            parts.append(" ")
        raised = letter.size < 0.85 * body.size and body.base - letter.base > 0.12 * body.size
        parts.append(as_raised(letter.text) if raised else letter.text)
        end = letter.x1 if end is None else max(end, letter.x1)
    return "".join(parts).strip()


def join_lines(texts: Iterable[str]) -> str:
    """Printed lines of a cell as one text; a hyphen at a line's end keeps its word together."""
    out = ""
    for text in texts:
        if not text:
            continue
        glue = out.endswith("-") and len(out) > 1 and out[-2].isalpha() and text[0].isalpha()
        if out and not glue and text[0] not in _NEVER_FIRST:
            out += " "
        out += text
    return out


def join_ended(lines: Iterable[str]) -> str:
    """Lines that their writer ended, as one text; figures on lines of their own stay apart.

    A cell with "100" and "200" in two paragraphs states two sums, and none of 100 200.
    """
    out = ""
    for line in lines:
        text = line.strip(" ")
        if out and text:
            out += "\n" if out[-1].isdigit() and text[0].isdigit() else " "
        out += text
    return out


def text_of(letters: Iterable[Letter]) -> str:
    """Text of a cell."""
    return join_lines(line_text(line) for line in lines_of(letters))


def box_of(letters: Iterable[Letter]) -> tuple[float, float, float, float] | None:
    """Smallest box around the visible letters, None when there are none."""
    box: tuple[float, float, float, float] | None = None
    for text, x0, x1, _, top, bottom, _ in letters:
        if text.isspace():
            continue
        if box is None:
            box = (x0, top, x1, bottom)
        elif x0 < box[0] or top < box[1] or x1 > box[2] or bottom > box[3]:
            box = (min(box[0], x0), min(box[1], top), max(box[2], x1), max(box[3], bottom))
    return box
