"""What the page shows of a table: its cells with their marks, the picture, and what can be decided."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

import jinja2

from cli.proofreading.mapping import form_shown
from cli.proofreading.sitting import Sitting, mark_of
from db.archive import ArchiveError
from db.words import AmountState, Measure, YearBasis
from ingest.requests.answer_plan import heading_text
from ingest.requests.answer_proof import total_text
from ingest.requests.answer_table import ReadTable
from ingest.requests.correcting import page_of
from ingest.requests.forms import GroupTarget, Target, YearFrom
from ingest.requests.picture_order import around, on_page, pixels
from ingest.requests.proposing import propose
from ingest.requests.reviewing import Sheet
from ingest.tables import DocumentRefused, Place, Table

_CHOICES = {
    "to": get_args(Target),
    "measure": [str(one) for one in Measure],
    "blank": [str(one) for one in AmountState if one is not AmountState.STATED],
    "year_from": get_args(YearFrom),
    "year_basis": [str(one) for one in YearBasis],
    "groups": get_args(GroupTarget),
    "date_order": ("dmy", "ymd", "mdy"),
}


def templates() -> jinja2.Environment:
    """The templates of the page; whatever a document holds is escaped."""
    loader = jinja2.FileSystemLoader(Path(__file__).parent / "templates")
    return jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True)


def outline(sitting: Sitting) -> dict[str, Any]:
    """What stands on every page: the request, the documents and how each table stands."""
    request = sitting.request()
    documents = []
    for sheet in sitting.sheets:
        reading = sitting.reading(sheet)
        tables = [
            {
                "number": seen.number,
                "state": (sheet.open_question(seen.number) and "to be decided") or str(seen.state),
                "rows": seen.rows,
                "place": _place(sheet.tables[seen.number - 1]),
            }
            for seen in reading.seen
        ]
        documents.append(
            {"name": sheet.name, "short": sheet.sha256[:16], "tables": tables, "waits": sitting.waits(sheet)}
        )
    return {"ref": request.ref, "body": request.drawn.body, "who": sitting.who, "documents": documents}


def table_shown(sitting: Sitting, sheet: Sheet, number: int, at: tuple[int, int] | None, page: int) -> dict[str, Any]:
    """One table beside its page.

    Args:
        sitting: the sitting.
        sheet: the document.
        number: the table.
        at: row and column, from 1, of the cell that is to be corrected.
        page: the page to show; 0 for that of the cell, or where the table begins.
    """
    raw = sheet.tables[number - 1]
    reading = sitting.reading(sheet)
    read, seen = reading.tables[number - 1], reading.seen[number - 1]
    if at is not None and not (1 <= at[0] <= len(raw.rows) and 1 <= at[1] <= len(raw.columns)):
        at = None
    pages = sorted({place.page for row in raw.boxes for cell in row for place in cell} - {0})
    if not page:
        page = page_of(raw, at[0] - 1, at[1] - 1) if at else raw.page
    columns, settings = form_shown(sheet, number, sitting.source)
    proposed = propose(raw, sitting.source).columns if sheet.plan(number).form is None else ()
    doubts = [one.doubt for one in proposed] or [""] * len(columns)
    plan = sheet.plan(number)
    return {
        "sheet": {"name": sheet.name, "short": sheet.sha256[:16]},
        "number": number,
        "place": _place(raw),
        "title": raw.title,
        "state": str(seen.state),
        "question": sheet.open_question(number),
        "blocks": read.blocks,
        "blocks_mark": mark_of(read.blocks),
        "accepted_why": read.accepted_why,
        "left_out": plan.left_out,
        "equal": sum(total.verdict == "equal" for total in read.table.totals),
        "totals": len(read.table.totals),
        "columns": [
            {"number": n, "heading": heading_text(raw, n - 1), "column": column, "doubt": doubt}
            for n, (column, doubt) in enumerate(zip(columns, doubts, strict=True), 1)
        ],
        "settings": settings,
        "unit": f"{plan.unit.factor} {plan.unit.currency}" if plan.unit else "",
        "unit_why": plan.unit.why if plan.unit else "",
        "year": plan.year or "",
        "year_why": plan.year_why,
        "choices": _CHOICES,
        "rows": _rows(raw, read, at),
        "cell": _cell(raw, read, at),
        "reason": sitting.reason,
        "waits": sitting.waits(sheet),
        "page": page,
        "pages": pages,
        **_picture(sitting, sheet, raw, page, at),
    }


def _place(table: Table) -> str:
    inside = f"{table.source}, " if "/" in table.source else ""
    return f"{inside}page {table.page}" if table.page else f"{inside}sheet {table.sheet}" if table.sheet else inside


def _rows(raw: Table, read: ReadTable, at: tuple[int, int] | None) -> list[dict[str, Any]]:
    totals = {(total.row, total.column): total for total in read.table.totals}
    doubts = {(doubt.row, doubt.column): doubt.other for doubt in read.table.doubts}
    shown = []
    for row, texts in enumerate(read.table.rows):
        cells = []
        for column, text in enumerate(texts):
            correction = read.corrected.get((row, column))
            total = totals.get((row, column))
            notes = []
            if correction is not None:
                notes.append(f"read «{correction.was}», set right by {correction.who}: {correction.why}")
            if (row, column) in doubts:
                notes.append(f"not certain: read «{doubts[row, column]}» the second time")
            if (row, column) in read.faults:
                notes.append(f"not taken: {read.faults[row, column]}")
            if total is not None:
                notes.append("adds up" if total.verdict == "equal" else total_text(read.table, total))
            wrong = (row, column) in {*read.faults, *doubts} or (total is not None and total.verdict != "equal")
            mark = "wrong" if wrong else "right" if total is not None else "set" if correction is not None else ""
            cells.append(
                {"column": column + 1, "text": text, "notes": notes, "mark": mark, "at": at == (row + 1, column + 1)}
            )
        ranges = [place.range for cell in raw.boxes[row] for place in cell if place.range]
        where = "" if not ranges else ranges[0] if len(ranges) == 1 else f"{ranges[0]}:{ranges[-1]}"
        fault = read.faults.get((row, None), "")
        shown.append({"row": row + 1, "kind": read.table.kinds[row], "cells": cells, "range": where, "fault": fault})
    return shown


def _cell(raw: Table, read: ReadTable, at: tuple[int, int] | None) -> dict[str, Any] | None:
    if at is None:
        return None
    row, column = at[0] - 1, at[1] - 1
    return {
        "row": at[0],
        "column": at[1],
        "heading": heading_text(raw, column),
        "was": raw.rows[row][column],
        "text": read.table.rows[row][column],
    }


def _picture(sitting: Sitting, sheet: Sheet, table: Table, page: int, at: tuple[int, int] | None) -> dict[str, Any]:
    """The picture's size and the boxes of the rows on it, or why there is none."""
    if not page:
        return {"picture": None, "no_picture": "The document has no pages; each row names its range of the sheet."}
    if "/" in table.source:
        return {"picture": None, "no_picture": f"The table stands inside {table.source}; open that file beside this."}
    try:
        drawn = sitting.picture(sheet, page)
    except (DocumentRefused, ArchiveError) as error:
        return {"picture": None, "no_picture": f"The page cannot be shown: {error}"}
    boxes = [
        (row + 1, pixels(around(places))) for row in range(len(table.rows)) if (places := on_page(page, table, row))
    ]
    cell: list[Place] = []
    if at is not None:
        cell = [place for place in table.boxes[at[0] - 1][at[1] - 1] if place.page == page]
    return {
        "picture": {"width": drawn.width, "height": drawn.height, "boxes": boxes},
        "cell_box": pixels(around(cell)) if cell else None,
        "no_picture": "",
    }
