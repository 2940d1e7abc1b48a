"""An .xls is held to what an .xlsx is: errors, formulas, merges, formats; and its counts to what it can hold."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Any

import pytest
from sources import HEADINGS, declare, read

from ingest.reader import LayoutChangedError
from ingest.readers.xls_marks import xls_marks
from ingest.tables.formats import document_tables
from ingest.tables.model import DocumentRefused

XLS = {"table": {"format": "xls"}}
ROW = ["Акимат Кок Дала", 2024, "ТОО «Боз Дала Медиа»", "991240999991", "Боз дала", "Освещение", 1250000.5, 2.5]
SECTOR = 512
END, TABLE = 0xFFFFFFFE, 0xFFFFFFFD


class Formula(float):
    """A number that a formula gave."""


class Styled(float):
    """A number shown by the second style."""


def record(kind: int, held: bytes) -> bytes:
    return struct.pack("<HH", kind, len(held)) + held


def cell(row: int, column: int, value: Any) -> bytes:
    at = struct.pack("<HHH", row, column, 1 if isinstance(value, Styled) else 0)
    if value is None:
        return b""
    if isinstance(value, bytes):
        return record(0x0205, at + value + b"\1")
    if isinstance(value, Formula):
        return record(0x0006, at + struct.pack("<dHI", value, 0, 0) + b"\0\0")
    if isinstance(value, str):
        return record(0x0204, at + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
    return record(0x0203, at + struct.pack("<d", value))


def book(
    rows: Sequence[Sequence[Any]],
    *,
    code: str = "General",
    merged: bytes = b"",
    more: bytes = b"",
    reach: int = 0,
    first: int = 0,
) -> bytes:
    """The stream of a workbook with one sheet."""
    begin = struct.pack("<HHHHII", 0x0600, 5, 0, 0, 0, 0), struct.pack("<HHHHII", 0x0600, 0x10, 0, 0, 0, 0)
    shown = record(0x041E, struct.pack("<HHB", 200, len(code), 1) + code.encode("utf-16-le"))
    styles = b"".join(record(0x00E0, struct.pack("<HHHHHHII", 0, n, 0, 0, 0, 0, 0, 0)) for n in (0, 200))
    name = record(0x0085, struct.pack("<IHBB", 0, 0, 5, 0) + b"Sheet")
    start = 4 + len(begin[0]) + len(shown) + len(styles) + len(name) + 4
    name = record(0x0085, struct.pack("<IHBB", start, 0, 5, 0) + b"Sheet")
    cells = b"".join(cell(r, c, value) for r, row in enumerate(rows) for c, value in enumerate(row))
    size = record(0x0200, struct.pack("<IIHHH", first, reach or len(rows), 0, 256 if reach else 8, 0))
    end = record(0x000A, b"")
    marked = record(0x00E5, struct.pack("<H", len(merged) // 8) + merged) if merged else b""
    head = record(0x0809, begin[0]) + shown + styles + name + end
    return head + record(0x0809, begin[1]) + size + more + cells + marked + end


def compound(stream: bytes, *, says: int = 0) -> bytes:
    """A compound file of one stream; a short one is filled up, so that it needs no pieces of sectors."""
    stream = stream.ljust(4096, b"\0")
    sectors = -(-len(stream) // SECTOR)
    stream = stream.ljust(sectors * SECTOR, b"\0")
    chain = [TABLE, END, *range(3, 2 + sectors), END]
    table = struct.pack("<128I", *chain, *[0xFFFFFFFF] * (128 - len(chain)))

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        written = (name.encode("utf-16-le") + b"\0\0").ljust(64, b"\0")
        tail = struct.pack("<HBBIII", 2 * len(name) + 2, kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
        return written + tail + bytes(36) + struct.pack("<II", start, size) + bytes(4)

    directory = entry("Root Entry", 5, 1, END, 0) + entry("Workbook", 2, 0xFFFFFFFF, 2, says or len(stream))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    head += struct.pack("<IIIIIIII", 1, 1, 0, 4096, END, 0, END, 0)
    return head + struct.pack("<109I", 0, *[0xFFFFFFFF] * 108) + table + directory.ljust(SECTOR, b"\0") + stream


def changed(**cells: Any) -> list[Any]:
    return [cells.get(heading, value) for heading, value in zip(HEADINGS, ROW, strict=True)]


def told(body: bytes) -> list[str]:
    records, rejected = read(declare(**XLS), body, "invented.xls")
    assert [one.amount.minor for one in records] == [125_000_050]
    return [row.reason for row in rejected]


def test_a_plain_sheet_is_read() -> None:
    assert told(compound(book([HEADINGS, ROW]))) == []


def test_a_formula_and_an_error_reject_their_rows() -> None:
    rows = [HEADINGS, ROW, changed(Sum=Formula(1250000)), changed(Outlet=b"\x17")]
    assert [reason.partition(";")[0] for reason in told(compound(book(rows)))] == [
        "the row holds a formula",
        "Outlet: '#REF!' is an error of the spreadsheet",
    ]


@pytest.mark.parametrize(("code", "why"), [("0%", "as a share"), ("[$€-2] #,##0.00", "in EUR")])
def test_a_format_that_says_something_else(code: str, why: str) -> None:
    rows = [HEADINGS, ROW, changed(Sum=Styled(0.5)), changed(Sum=None, Year=Styled(2024))]
    _, [reason] = read(declare(**XLS), compound(book(rows, code=code)), "invented.xls")
    assert f"Sum: is shown {why}" in reason.reason


def test_merged_cells() -> None:
    rows = [HEADINGS, ROW, changed(Recipient=None, BIN=None)]
    downwards, across = (struct.pack("<HHHH", 1, 2, 2, last) for last in (2, 3))
    records, rejected = read(declare(**XLS), compound(book(rows, merged=downwards)), "invented.xls")
    assert ([record.recipient.name for record in records], rejected) == ([ROW[2]] * 2, [])
    records, rejected = read(declare(**XLS), compound(book(rows, merged=across)), "invented.xls")
    assert records == []
    assert "Recipient: one cell stands over several columns (C2:D3)" in rejected[1].reason


def test_formats_of_excel_95_are_bytes() -> None:
    stream = book([HEADINGS, changed(Sum=Styled(0.5))], code="x")
    written = record(0x041E, struct.pack("<HHB", 200, 1, 1) + "x".encode("utf-16-le"))
    older = record(0x041E, struct.pack("<HB", 200, 4) + b"0.0%")
    assert len(older) == len(written), "the places of the sheets stay"
    [marks] = xls_marks(compound(stream.replace(b"\x00\x06\x05\x00", b"\x00\x05\x05\x00", 1).replace(written, older)))
    assert marks.shown == {(2, 7): "0.0%"}


def locked() -> bytes:
    """A workbook whose records after the mark of a password are no longer what they were."""
    stream = book([HEADINGS, ROW])
    head, rest = stream[:20], stream[20:]
    return compound(head + record(0x002F, struct.pack("<HHH", 0, 1, 2)) + bytes(sign ^ 0x5A for sign in rest))


def test_a_workbook_with_a_password_is_told_as_one() -> None:
    with pytest.raises(LayoutChangedError, match="opens with a password only; ask for an open copy"):
        told(locked())
    with pytest.raises(DocumentRefused, match="encrypted") as refused:
        document_tables(locked(), "reply.xls")
    assert refused.value.reason == "encrypted"


WHOLE = compound(book([HEADINGS, ROW]))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (compound(book([HEADINGS, ROW], reach=0xFFFFFFFF)), "has rows 0 to 4294967295"),
        (compound(book([HEADINGS, ROW], first=3)), "has rows 3 to 2"),
        (compound(book([HEADINGS, ROW]), says=0x7FFFFFFF), "holds more than it has bytes"),
        (WHOLE[:44] + b"\xff\xff\xff\x7f" + WHOLE[48:], "more sectors than bytes"),
        (WHOLE[:30] + b"\x1f\0" + WHOLE[32:], "sectors have no size"),
        (WHOLE[: SECTOR + 8] + struct.pack("<I", 2) + WHOLE[SECTOR + 12 :], "run in a circle"),
        (WHOLE[: 10 * SECTOR], "is cut short"),
        (WHOLE[: 3 * SECTOR] + b"\xff" * (len(WHOLE) - 3 * SECTOR), "records are damaged"),
        (WHOLE.replace("Workbook".encode("utf-16-le"), "Contents".encode("utf-16-le")), "holds no workbook"),
        (WHOLE[:100], "records are damaged"),
    ],
    ids=["rows", "negative", "length", "sectors", "size", "circle", "cut", "records", "other", "head"],
)
def test_counts_that_it_cannot_hold_are_refused_before_it_is_opened(body: bytes, message: str) -> None:
    with pytest.raises(LayoutChangedError, match=message) as raised:
        told(body)
    assert "zz_invented: invented.xls" in str(raised.value)
