"""What the rows and columns of a grid mean: header, years, groups, totals, units.

Nothing is decided by position alone. A heading, a merge or a word decides; where none does, the table says so
in `needs_review`.
"""

import re

from ingest.tables.amounts import is_blank, looks_like_amount
from ingest.tables.model import Column, Grid, Kind, Merge, Role, Unit
from ingest.tables.words import (
    DATE,
    IDENTIFIER,
    ORDINAL,
    PART,
    QUANTITY,
    UNIT_HEADING,
    YEAR,
    YEAR_HEADING,
    unit_in,
    unit_over,
)
from ingest.values.total_words import TOTAL

_INTEGER = re.compile(r"^\d{1,6}\.?$")


def tight(text: str) -> str:
    """Text without white space and case, for comparing printed cells."""
    return re.sub(r"\s+", "", text).casefold()


def filled(row: list[str]) -> list[int]:
    """Columns of a row that hold text."""
    return [k for k, text in enumerate(row) if text.strip()]


def is_numbering(row: list[str]) -> bool:
    """The row numbers the columns: 1 | 2 | 3 … over at least three of them."""
    texts = [re.sub(r"\.0$", "", row[k].strip()) for k in filled(row)]
    return len(texts) >= 3 and len(texts) >= len(row) - 1 and texts == [str(i + 1) for i in range(len(texts))]


def _figure(text: str) -> bool:
    """A cell that belongs into a body: a figure that is no year, or a date."""
    return bool((looks_like_amount(text) and not YEAR_HEADING.match(text) and not is_blank(text)) or DATE.search(text))


def title_rows(cells: list[list[str]], merges: list[Merge]) -> int:
    """Rows above the header that hold one text only: the name of the body, the name of the table."""
    count = 0
    for index, row in enumerate(cells):
        texts = filled(row)
        if len(texts) > 1:
            break
        if texts and YEAR_HEADING.match(row[texts[0]]) and index and count == index and len(cells) > index + 1:
            below = filled(cells[index + 1])
            if len(below) > 1 and any(_figure(cells[index + 1][k]) for k in below):
                break  # a year heading over rows, in a table without a header
        if texts and any(m.row0 <= index < m.row1 for m in merges):
            break
        count += 1
    return count if count < len(cells) else 0


def header_depth(cells: list[list[str]], merges: list[Merge], start: int) -> int:
    """Number of header rows from row `start`; 0 when the first row is a row of the body already."""
    if start >= len(cells):
        return 0
    first = cells[start]
    texts = filled(first)
    figures = [k for k in texts if _figure(first[k]) and not ORDINAL.match(first[k])]
    if is_numbering(first) or TOTAL.match(first[texts[0]] if texts else "") or (len(figures) * 3 >= len(texts)):
        return 0
    depth = 1
    while start + depth < len(cells) and depth < 6:
        row = start + depth
        if any(m.row0 < row <= m.row1 and m.row0 >= start for m in merges):
            depth += 1
            continue
        if not _second_header(cells, merges, start, row):
            break
        depth += 1
    return depth if start + depth <= len(cells) else depth - 1


def _second_header(cells: list[list[str]], merges: list[Merge], start: int, row: int) -> bool:
    """The row fills exactly the columns over which a heading above is spread."""
    texts = filled(cells[row])
    if len(texts) < 2 or any(_figure(cells[row][k]) for k in texts) or is_numbering(cells[row]):
        return False
    spread = {
        k for m in merges if start <= m.row0 < row and m.column1 > m.column0 for k in range(m.column0, m.column1 + 1)
    }
    if not spread:
        above = cells[row - 1]
        for k in range(len(above)):
            if not above[k].strip() and k and not any(cells[r][k].strip() for r in range(start, row)):
                spread.add(k)
                if above[k - 1].strip():
                    spread.add(k - 1)
    return bool(spread) and set(texts) <= spread


def headings(header: list[list[str]], merges: list[Merge], width: int) -> list[tuple[str, ...]]:
    """Heading texts of every column from the top row down; merged headings reach all their columns."""
    spread = [list(row) for row in header]
    for m in merges:
        if m.row0 < len(header):
            for r in range(m.row0, min(m.row1, len(header) - 1) + 1):
                for k in range(m.column0, min(m.column1, width - 1) + 1):
                    if not spread[r][k]:
                        spread[r][k] = header[m.row0][m.column0]
    if len(header) > 1 and not any(m.row0 < len(header) for m in merges):
        _spread_blanks(spread, width)
    out: list[tuple[str, ...]] = []
    for k in range(width):
        path: list[str] = []
        for row in spread:
            text = row[k].strip()
            if text and (not path or path[-1] != text):
                path.append(text)
        out.append(tuple(path))
    return out


def _spread_blanks(spread: list[list[str]], width: int) -> None:
    """In a format without merges, a blank below which headings stand belongs to the heading on its left."""
    for r, row in enumerate(spread[:-1]):
        for k in range(1, width):
            if not row[k].strip() and any(below[k].strip() for below in spread[r + 1 :]):
                row[k] = row[k - 1]


def row_kinds(
    rows: list[list[str]], ordinal: int | None, figures: set[int], covered: frozenset[int] = frozenset()
) -> list[Kind]:
    """Kind of each row; `subtotal` is told from `total` later, when it is known what was added.

    Args:
        rows: body rows.
        ordinal: column that numbers the rows; a numbered row is data, whatever its words.
        figures: columns of figures.
        covered: rows below the first of a cell merged downwards: they belong to its label and head no group.
    """
    label_columns = {0} if ordinal is None else {0, ordinal + 1}
    kinds: list[Kind] = []
    for index, row in enumerate(rows):
        texts = filled(row)
        labels = [row[k] for k in texts if k not in figures]
        numbered = ordinal is not None and bool(_INTEGER.match(row[ordinal].strip()))
        kind: Kind = "data"
        if is_numbering(row):
            kind = "numbering"
        elif not numbered and any(TOTAL.match(text) for text in labels):
            kind = "total"
        elif not numbered and labels and PART.match(labels[0]):
            kind = "part"
        elif len(texts) == 1 and YEAR_HEADING.match(row[texts[0]]):
            kind = "year"
        elif (
            len(texts) == 1
            and not numbered
            and figures
            and texts[0] in label_columns - figures
            and index not in covered
        ):
            kind = "group"
        kinds.append(kind)
    return kinds


def columns_of(
    header: list[list[str]], merges: list[Merge], rows: list[list[str]], title: str, width: int
) -> list[Column]:
    """Meaning of each column from its heading and its cells."""
    paths = headings(header, merges, width)
    above = unit_over(title)
    out: list[Column] = []
    for k in range(width):
        path = paths[k] if k < len(paths) else ()
        cells = [row[k] for row in rows if row[k].strip() and len(filled(row)) > 1]
        role = _role(" ".join(path), cells)
        unit = _unit(path, above) if role == "amount" else Unit()
        years = {int(y) for y in YEAR.findall(" ".join(path))}
        part = bool(path) and bool(PART.match(path[-1]))
        out.append(Column(path, role, unit, years.pop() if len(years) == 1 else None, part))
    return out


def _unit(path: tuple[str, ...], above: Unit) -> Unit:
    for text in reversed(path):
        unit = unit_in(text)
        if unit.raw:
            return unit
    return above


def other_units(title: str, rows: list[list[str]], kinds: list[Kind], columns: list[Column]) -> list[str]:
    """Units that are printed above the table, over some of its rows or amid a column, and are not the column's own.

    From such a place on nobody may choose the unit of the figures.
    """
    sums = [k for k, column in enumerate(columns) if column.role == "amount"]
    units = {(columns[k].unit.currency, columns[k].unit.factor) for k in sums}

    def differs(unit: Unit) -> bool:
        return bool(unit.raw) and any(
            unit.factor != factor or (unit.currency is not None and unit.currency != currency)
            for currency, factor in units
        )

    named = [
        *sums,
        *(k for k, column in enumerate(columns) if any(UNIT_HEADING.search(text) for text in column.heading)),
    ]
    places = [("the text above", [title])]
    for r, (row, kind) in enumerate(zip(rows, kinds, strict=True)):
        places.append((f"row {r + 1}", row if kind == "group" else [row[k] for k in named]))
    told = [(place, unit_over(text)) for place, texts in places for text in texts if not looks_like_amount(text)]
    return [f"{place} names another unit than a heading: {_unit_words(unit)}" for place, unit in told if differs(unit)]


def _unit_words(unit: Unit) -> str:
    return " ".join([*([f"× {unit.factor}"] if unit.factor else []), unit.currency or ""]).strip() or "several at once"


def _role(heading: str, cells: list[str]) -> Role:
    told = [text for text in cells if not is_blank(text)]
    if not told:
        return "amount" if unit_in(heading).raw else "text"
    # under a heading that states a unit of money, 1900 is a sum and no year
    if not unit_in(heading).raw and sum(bool(YEAR_HEADING.match(text)) for text in told) >= 0.8 * len(told):
        return "year"
    figures = sum(looks_like_amount(text) for text in told)
    if "%" in heading or QUANTITY.search(heading) or (IDENTIFIER.search(heading) and not unit_in(heading).raw):
        return "number" if figures >= 0.5 * len(told) else _dated(told)
    if figures < 0.6 * len(told):
        return _dated(told)
    return "number" if not heading and _counts_up(told) else "amount"


def _counts_up(told: list[str]) -> bool:
    plain = [int(text.strip(". ")) for text in told if _INTEGER.match(text.strip())]
    return len(plain) == len(told) and plain == list(range(plain[0], plain[0] + len(plain)))


def _dated(told: list[str]) -> Role:
    dated = sum(bool(DATE.search(text)) and len(text) < 40 for text in told)
    return "date" if dated >= 0.6 * len(told) else "text"


def ordinal_column(columns: list[Column], rows: list[list[str]]) -> int | None:
    """The column that numbers the rows: its heading says so, or its cells count up."""
    for k, column in enumerate(columns[:3]):
        cells = [row[k].strip().rstrip(".") for row in rows if row[k].strip()]
        counted = [text for text in cells if _INTEGER.match(text)]
        if column.heading and ORDINAL.match(column.heading[-1]) and len(counted) * 2 >= len(cells):
            return k
        if column.role == "number" and len(counted) >= 3 and [int(t) for t in counted[:3]] == [1, 2, 3]:
            return k
    return None


def fill_down(rows: list[list[str]], merges: list[Merge], header_rows: int) -> list[list[str]]:
    """Rows with the text of cells merged downwards repeated; only real merges are filled, blanks stay."""
    out = [list(row) for row in rows]
    for m in merges:
        if m.row0 < header_rows or m.row1 == m.row0:
            continue
        for r in range(m.row0, m.row1 + 1):
            out[r - header_rows][m.column0] = rows[m.row0 - header_rows][m.column0]
    return out


def split_grid(grid: Grid) -> tuple[int, int]:
    """Number of title rows and of header rows of a grid."""
    titles = title_rows(grid.cells, grid.merges)
    depth = header_depth(grid.cells, grid.merges, titles)
    if grid.header_rows is not None and grid.header_rows > titles:
        depth = max(grid.header_rows - titles, depth)
    while depth > 1 and is_numbering(grid.cells[titles + depth - 1]):
        depth -= 1  # the row that numbers the columns is no heading
    return titles, depth
