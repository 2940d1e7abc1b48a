"""Tables of Word documents (DOCX) through python-docx.

A merged cell is one `w:tc` element that python-docx repeats for every place it covers; identity of the element,
not equality of text, tells a merge from two equal cells.
"""

import io
import zipfile
from collections.abc import Iterator

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph
from lxml import etree

from ingest.tables.lettering import join_ended
from ingest.tables.model import DocumentRefused, Grid, Merge, Place, Table
from ingest.tables.spreadsheets import cell_range
from ingest.tables.understand import understand
from ingest.values.text import as_raised

MAX_CELLS = 400_000


def word_tables(data: bytes, name: str) -> list[Table]:
    """Tables of a DOCX in reading order, those inside cells after the table that holds them.

    Raises:
        DocumentRefused: broken or too large.
    """
    try:
        document = docx.Document(io.BytesIO(data))
    except (ValueError, KeyError, OSError, AttributeError, zipfile.BadZipFile, etree.XMLSyntaxError) as error:
        raise DocumentRefused(name, "broken", f"it is no readable Word document ({error})") from error
    notes: list[str] = []
    review: list[str] = []
    body = document.element.body
    if next(body.iter(qn("w:ins"), qn("w:del"), qn("w:moveFrom")), None) is not None:
        review.append("the document holds changes that were not accepted; inserted text was read, deleted text not")
    tables: list[Table] = []
    for number, (title, table) in enumerate(_tables(document), 1):
        grid = _grid(table, title, f"table {number}", name)
        if grid is None:
            continue
        grid.notes, grid.needs_review = list(notes), [*grid.needs_review, *review]
        tables.append(understand(grid, name))
    return tables


def _tables(document: Document) -> Iterator[tuple[str, WordTable]]:
    above: list[str] = []
    for item in document.iter_inner_content():
        if isinstance(item, Paragraph):
            text = _text(item._p)  # noqa: SLF001 - python-docx has no public way to inserted text
            if text:
                above.append(text)
            continue
        yield "\n".join(above[-3:]), item
        yield from _nested(item)
        above = []


def _nested(table: WordTable) -> Iterator[tuple[str, WordTable]]:
    for row in table.rows:
        seen: set[int] = set()
        for cell in row.cells:
            if id(cell._tc) in seen:  # noqa: SLF001 - identity of a merged cell has no public name
                continue
            seen.add(id(cell._tc))  # noqa: SLF001
            for inner in cell.tables:
                yield "", inner
                yield from _nested(inner)


def _text(element: etree._Element) -> str:
    """Text of a paragraph or cell with inserted text, without deleted text and text boxes."""
    parts: list[str] = []
    for node in element.iter(qn("w:t"), qn("w:tab"), qn("w:br"), qn("w:cr"), qn("w:p"), qn("w:noBreakHyphen")):
        if any(a.tag in {qn("w:txbxContent"), qn("w:tbl"), qn("w:moveFrom")} for a in _within(node, element)):
            continue
        if node.tag == qn("w:t"):
            parts.append(_shown(node))
        elif node.tag == qn("w:noBreakHyphen"):
            parts.append("-")
        else:
            parts.append(" " if node.tag == qn("w:tab") else "\n")
    lines = "".join(parts).split("\n")
    return join_ended(" ".join(part for part in line.split(" ") if part) for line in lines).strip()


def _shown(node: etree._Element) -> str:
    """The text of a run as it is printed: nothing where it is hidden, a raised note mark as one."""
    looks = next(node.itersiblings(qn("w:rPr"), preceding=True), None)
    if looks is None:
        return node.text or ""
    hidden, height = looks.find(qn("w:vanish")), looks.find(qn("w:vertAlign"))
    if hidden is not None and hidden.get(qn("w:val")) not in {"0", "false"}:
        return ""
    raised = height is not None and height.get(qn("w:val")) == "superscript"
    return as_raised(node.text or "") if raised else node.text or ""


def _within(node: etree._Element, element: etree._Element) -> Iterator[etree._Element]:
    for ancestor in node.iterancestors():
        if ancestor is element:
            return
        yield ancestor


def _grid(table: WordTable, title: str, label: str, name: str) -> Grid | None:
    owners: list[list[object | None]] = []
    header_rows = 0
    for row in table.rows:
        cells = [cell._tc for cell in row.cells]  # noqa: SLF001 - identity of a merged cell has no public name
        owners.append([*([None] * row.grid_cols_before), *cells, *([None] * row.grid_cols_after)])
        if row._tr.find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None and header_rows == len(owners) - 1:  # noqa: SLF001
            header_rows += 1
        if sum(map(len, owners)) > MAX_CELLS:
            raise DocumentRefused(name, "too-large", f"{label} has more than {MAX_CELLS} cells")
    width = max((len(row) for row in owners), default=0)
    if width < 2 or not owners:
        return None
    texts = [["" for _ in range(width)] for _ in owners]
    spans: dict[int, tuple[int, int, int, int]] = {}
    for r, owner_row in enumerate(owners):
        for k, tc in enumerate(owner_row):
            if tc is None:
                continue
            if id(tc) not in spans:
                spans[id(tc)] = (r, k, r, k)
                texts[r][k] = _text(tc)  # type: ignore[arg-type]
            else:
                r0, k0, r1, k1 = spans[id(tc)]
                spans[id(tc)] = (r0, min(k0, k), max(r1, r), max(k1, k))
    places = [[[Place(sheet=label, range=cell_range(r, k))] for k in range(width)] for r in range(len(owners))]
    merges: list[Merge] = []
    for r0, k0, r1, k1 in spans.values():
        if (r0, k0) != (r1, k1):
            merges.append(Merge(r0, k0, r1, k1))
            places[r0][k0] = [Place(sheet=label, range=cell_range(r0, k0, r1, k1))]
    return Grid(
        cells=texts,
        places=places,
        merges=sorted(merges, key=lambda m: (m.row0, m.column0)),
        sheet=label,
        title=title,
        header_rows=header_rows or None,
    )
