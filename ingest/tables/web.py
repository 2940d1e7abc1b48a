"""Tables of HTML pages through lxml; scripts, styles and hidden parts are not text."""

import re
from collections.abc import Iterator

from lxml import etree, html

from ingest.tables.lettering import join_ended
from ingest.tables.model import DocumentRefused, Grid, Merge, Place, Table
from ingest.tables.semantics import filled
from ingest.tables.spreadsheets import cell_range
from ingest.tables.understand import understand
from ingest.values.text import as_raised

MAX_CELLS = 400_000
MAX_SPAN = 1_000
_SILENT = frozenset({"script", "style", "template", "noscript", "head", "select", "textarea"})
_END = "\v"
"""Where a line ends; no white space of a page, which may stand anywhere in its source."""
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6"})
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


def html_tables(data: bytes, name: str) -> list[Table]:
    """Tables of a page; a table that only lays out other tables is left out.

    Raises:
        DocumentRefused: not to be parsed, or too large.
    """
    parser = html.HTMLParser(
        no_network=True, huge_tree=False, remove_comments=True, remove_pis=True, encoding=_encoding(data)
    )
    try:
        root = html.document_fromstring(data, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise DocumentRefused(name, "broken", f"it is no readable HTML ({error})") from error
    if any(entry.level_name == "FATAL" for entry in parser.error_log):
        raise DocumentRefused(name, "broken", "it cannot be read to its end; save it anew, or ask for it as XLSX")
    tables: list[Table] = []
    for number, element in enumerate(root.iter("table"), 1):
        if _is_hidden(element):
            continue
        grid = _grid(element, f"table {number}", name)
        if grid is not None:
            tables.append(understand(grid, name))
    return tables


def _encoding(data: bytes) -> str | None:
    """Declared encoding, UTF-8 when the bytes are UTF-8 and nothing is declared, else left to the parser."""
    head = data[:4096]
    if re.search(rb"charset\s*=", head, re.IGNORECASE) or head.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return None
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return "utf-8"


def _is_hidden(element: html.HtmlElement) -> bool:
    return any(
        _HIDDEN.search(a.get("style", "")) or a.get("hidden") is not None for a in [element, *element.iterancestors()]
    )


def _texts(element: html.HtmlElement) -> Iterator[str]:
    """Visible text of an element without its nested tables."""
    if element.text:
        yield element.text
    for child in element:
        tag = child.tag if isinstance(child.tag, str) else ""
        if tag and tag not in _SILENT and tag != "table" and not _HIDDEN.search(child.get("style", "")):
            if tag in _BREAKS:
                yield _END
            yield from map(as_raised, _texts(child)) if tag == "sup" else _texts(child)
            if tag in _BREAKS:
                yield _END
        if child.tail:
            yield child.tail


def visible_text(element: html.HtmlElement) -> str:
    """Visible text of an element, white space as a browser shows it."""
    return join_ended(re.sub(r"[ \t\r\n\f]+", " ", "".join(_texts(element))).split(_END))


def _span(cell: html.HtmlElement, name: str) -> int:
    try:
        return min(max(int(cell.get(name, "1")), 1), MAX_SPAN)
    except ValueError:
        return 1


def _own_rows(table: html.HtmlElement) -> Iterator[tuple[html.HtmlElement, bool]]:
    """Rows of this table, not of nested ones, and whether they stand in its head."""
    for child in table:
        if child.tag == "tr":
            yield child, False
        elif child.tag in {"thead", "tbody", "tfoot"}:
            for row in child:
                if row.tag == "tr":
                    yield row, child.tag == "thead"


class _Canvas:
    """Cells of one HTML table laid out as a browser lays them out."""

    def __init__(self, label: str, name: str) -> None:
        self.label, self.name = label, name
        self.taken: dict[tuple[int, int], str] = {}
        self.merges: list[Merge] = []
        self.rows = 0

    def add_row(self, cells: list[html.HtmlElement]) -> None:
        k = 0
        for cell in cells:
            while (self.rows, k) in self.taken:
                k += 1
            down, right = _span(cell, "rowspan"), _span(cell, "colspan")
            if len(self.taken) + down * right > MAX_CELLS:
                raise DocumentRefused(self.name, "too-large", f"{self.label} has more than {MAX_CELLS} cells")
            for i in range(down):
                for j in range(right):
                    self.taken.setdefault((self.rows + i, k + j), "")
            self.taken[self.rows, k] = visible_text(cell)
            if down > 1 or right > 1:
                self.merges.append(Merge(self.rows, k, self.rows + down - 1, k + right - 1))
            k += right
        self.rows += 1

    def grid(self) -> Grid:
        width = max((k for r, k in self.taken if r < self.rows), default=-1) + 1
        texts = [[self.taken.get((r, k), "") for k in range(width)] for r in range(self.rows)]
        places = [[[Place(sheet=self.label, range=cell_range(r, k))] for k in range(width)] for r in range(self.rows)]
        kept: list[Merge] = []
        for m in self.merges:
            last = min(m.row1, self.rows - 1)
            if (m.row0, m.column0) != (last, m.column1):
                kept.append(Merge(m.row0, m.column0, last, m.column1))
                reach = cell_range(m.row0, m.column0, last, m.column1)
                places[m.row0][m.column0] = [Place(sheet=self.label, range=reach)]
        return Grid(cells=texts, places=places, merges=kept, sheet=self.label)


def _grid(table: html.HtmlElement, label: str, name: str) -> Grid | None:
    canvas = _Canvas(label, name)
    header_rows = 0
    for row, in_head in _own_rows(table):
        if _HIDDEN.search(row.get("style", "")):
            continue
        cells = [c for c in row if c.tag in {"td", "th"}]
        if header_rows == canvas.rows and cells and (in_head or all(c.tag == "th" for c in cells)):
            header_rows += 1
        canvas.add_row(cells)
    grid = canvas.grid()
    told = sum(len(filled(row)) for row in grid.cells)
    layout = table.find(".//table") is not None and not _holds_figures(grid.cells)
    if told < 2 or layout or len(grid.cells[0]) < 2:
        return None
    grid.title = _caption(table)
    grid.header_rows = header_rows or None
    return grid


def _holds_figures(texts: list[list[str]]) -> bool:
    """A table around other tables is data only when its own cells form rows with figures."""
    rows = [row for row in texts if len(filled(row)) > 1]
    return len(rows) > 1 and any(re.search(r"\d", row[k]) and len(row[k]) < 60 for row in rows for k in filled(row))


def _caption(table: html.HtmlElement) -> str:
    caption = table.find("caption")
    if caption is not None:
        return visible_text(caption)
    before = table.getprevious()
    while before is not None and (not isinstance(before.tag, str) or before.tag in _SILENT):
        before = before.getprevious()
    if before is not None and before.tag in {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "b", "strong", "center"}:
        text = visible_text(before)
        return text if len(text) < 300 else ""
    return ""
