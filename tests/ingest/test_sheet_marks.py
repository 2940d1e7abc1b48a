"""What a sheet says beside its values stands against a row: errors, formulas, merges, formats; and how far it goes."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from sources import HEADINGS, declare, read, xlsx_of

from ingest.reader import LayoutChangedError
from ingest.readers.number_formats import objection

XLSX = {"table": {"format": "xlsx"}}
SHEET = "xl/worksheets/sheet1.xml"
ROW = ["Акимат Кок Дала", 2024, "ТОО «Боз Дала Медиа»", "991240999991", "Боз дала", "Освещение", 1250000.5, 2.5]


def changed(**cells: Any) -> list[Any]:
    return [cells.get(heading, cell) for heading, cell in zip(HEADINGS, ROW, strict=True)]


def rewritten(body: bytes, member: str, change: Callable[[bytes], bytes]) -> bytes:
    """The same workbook with one member changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            held = old.read(info)
            new.writestr(info.filename, change(held) if info.filename == member else held)
    return out.getvalue()


def told(body: bytes, **declared: Any) -> list[str]:
    """The reasons of the rejected rows, where the first row of the file is taken."""
    records, rejected = read(declare(**{**XLSX, **declared}), body, "invented.xlsx")
    assert [record.amount.minor for record in records] == [125_000_050]
    return [row.reason for row in rejected]


def stored(body: bytes) -> bytes:
    """The same workbook with a result stored beside each of its formulas."""
    return rewritten(body, SHEET, lambda xml: re.sub(rb"</f><v ?/>|</f><v></v>", b"</f><v>1250000</v>", xml))


@pytest.mark.parametrize("heading", ["Sum", "Outlet", "Subject"])
def test_an_error_is_no_blank(heading: str) -> None:
    assert told(xlsx_of(ROW, changed(**{heading: "#REF!"}))) == [
        f"{heading}: '#REF!' is an error of the spreadsheet; what stood there is not told"
    ]


def prefixed(xml: bytes) -> bytes:
    xml = xml.replace(b"xmlns=", b"xmlns:x=")
    return re.sub(rb"<(/?)([a-zA-Z])", rb"<\1x:\2", xml)


@pytest.mark.parametrize(
    "change",
    [
        prefixed,
        lambda xml: re.sub(rb' r="[A-Z]+\d+"', b"", xml),
        lambda xml: xml.replace(b'"', b"'"),
        lambda xml: xml.replace(b'r="G3"', b'r = "G3"'),
    ],
    ids=["prefix", "no places", "single quotes", "spaces"],
)
def test_a_formula_is_found_however_its_xml_is_written(change: Callable[[bytes], bytes]) -> None:
    body = stored(xlsx_of(ROW, changed(Sum="=1000*1250")))
    assert told(rewritten(body, SHEET, change)) == [
        "the row holds a formula; its shown result is not what the publisher wrote"
    ]


def test_the_formulas_are_those_of_the_declared_sheet() -> None:
    workbook = Workbook()
    table = workbook.active
    assert table is not None
    for cells in (HEADINGS, ROW, changed(Sum="=1000*1250")):
        table.append(cells)
    workbook.create_sheet("Notes", 0).append(["read first"])  # before it, though its file is the second
    out = io.BytesIO()
    workbook.save(out)
    body = rewritten(
        out.getvalue(),
        "xl/_rels/workbook.xml.rels",
        lambda xml: (
            xml.replace(b"sheet1.xml", b"sheet0.xml")
            .replace(b"sheet2.xml", b"sheet1.xml")
            .replace(b"sheet0.xml", b"sheet2.xml")
        ),
    )
    swapped = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(swapped, "w") as new:
        other = {SHEET: SHEET.replace("1", "2"), SHEET.replace("1", "2"): SHEET}
        for info in old.infolist():
            new.writestr(other.get(info.filename, info.filename), old.read(info))
    sheet = {"table": {"format": "xlsx", "sheet": "Sheet"}}
    assert len(told(swapped.getvalue(), **sheet)) == 1


def test_what_is_merged_downwards_is_read_in_each_row_unless_it_is_no_value_or_hides_one() -> None:
    def under(outlet: str) -> list[str]:
        body = stored(xlsx_of(ROW, changed(Outlet=outlet), changed(Outlet=None), merge=["E3:E4"]))
        records, rejected = read(declare(**XLSX), body, "invented.xlsx")
        assert records[0].locator == "sheet Sheet, range A2:H2"
        return [row.reason for row in rejected] or [record.outlet.name for record in records]

    assert under("Боз дала") == ["Боз дала"] * 3
    error = "Outlet: '#REF!' is an error of the spreadsheet; what stood there is not told"
    assert under("#REF!") == [error, error]
    assert under("=A3")[1] == "Outlet: is merged with row 3, where it is a formula"
    beside = stored(xlsx_of(ROW, changed(Outlet="Боз дала", Sum="=1+1"), changed(Outlet=None), merge=["E3:E4"]))
    records, rejected = read(declare(**XLSX), beside, "invented.xlsx")
    assert [record.locator for record in records] == ["sheet Sheet, range A2:H2", "sheet Sheet, range A4:H4"]
    assert [row.reason.partition(";")[0] for row in rejected] == ["the row holds a formula"]
    ignored = {"columns": {k: {"to": "payer"} if k == "Payer" else {"to": "amount"} for k in ("Payer", "Sum")}}
    ignored |= {"ignored": dict.fromkeys(set(HEADINGS) - {"Payer", "Sum"}, "not looked at"), "identity": ["Payer"]}
    records, rejected = read(declare(**XLSX, **ignored), xlsx_of(ROW, ROW, merge=["C2:D3"]), "invented.xlsx")
    assert (len(records), rejected) == (2, []), "what is merged under an ignored heading is no matter"


def test_a_cell_that_is_hidden_under_a_merged_one_is_not_lost() -> None:
    merge = b'</sheetData><mergeCells count="1"><mergeCell ref="E2:E3"/></mergeCells>'
    body = rewritten(xlsx_of(ROW, changed(Outlet="Кок")), SHEET, lambda xml: xml.replace(b"</sheetData>", merge))
    [reason] = told(body)
    assert reason.startswith("Outlet: 'Кок' is hidden under 'Боз дала', which is merged over it")
    same = rewritten(xlsx_of(ROW, ROW), SHEET, lambda xml: xml.replace(b"</sheetData>", merge))
    assert len(read(declare(**XLSX), same, "invented.xlsx")[0]) == 2


def test_a_cell_merged_over_rows_and_columns_stands_for_no_row_beside_its_first() -> None:
    body = xlsx_of(ROW, changed(Recipient=None, BIN=None), merge=["C2:D3"])
    records, rejected = read(declare(**XLSX), body, "invented.xlsx")
    assert records == []
    reason = "Recipient: one cell stands over several columns (C2:D3); a label over rows is passed over with `only:`"
    assert [row.reason for row in rejected] == [reason, reason]


def test_a_heading_that_is_merged_with_rows_below_it_is_told_of_each() -> None:
    body = xlsx_of(changed(Outlet=None), ROW, merge=["E1:E2"])
    [reason] = told(body)
    assert reason.startswith("Outlet: is merged with its heading (E1:E2)")


def test_a_blank_that_is_merged_over_sums_is_no_sum() -> None:
    body = xlsx_of(ROW, changed(Subject="a", Sum=None), changed(Subject="b", Sum=None), merge=["G3:G4"])
    records, rejected = read(declare(**XLSX), body, "invented.xlsx")
    assert ([record.amount.minor for record in records], rejected) == ([125_000_050, None, None], [])


def test_cells_merged_across_are_told_and_blank_ones_are_no_matter() -> None:
    assert (
        "Outlet: one cell stands over several columns (E3:F3)"
        in told(xlsx_of(ROW, changed(Subject=None), merge=["E3:F3"]))[0]
    )
    assert told(xlsx_of(ROW, merge=["A3:H4"])) == []


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("0%", "as a share"),
        ("0.00%", "as a share"),
        ("[$€-2] #,##0.00", "in EUR"),
        ('#,##0.00\\ "руб."', "in RUB"),
        ("$#,##0.00", "in COP or MXN or USD"),
        ("#,##0,", "in another unit"),
        ('0.0" млн"', "in another unit"),
        ("General", ""),
        ("#,##0.00", ""),
        ('_-* #,##0.00\\ "₸"_-;\\-* #,##0.00\\ "₸"_-;_-* "-"??\\ "₸"_-;_-@_-', ""),
        ("#,##0.00\\ [$₸-43F]", ""),
        ('#,##0.00" (оценка)"', ""),
        ('[Red]-#,##0;"%"', ""),
    ],
)
def test_a_format_that_says_something_else_than_the_number(code: str, why: str) -> None:
    found = objection(code, "KZT")
    assert bool(found) == bool(why)
    assert why in found


def test_a_raised_mark_of_a_note_is_no_digit() -> None:
    note = TextBlock(InlineFont(vertAlign="superscript"), "1")
    [reason] = told(xlsx_of(ROW, changed(Sum=CellRichText("1250000", note))))
    assert reason.startswith("Sum: '1250000¹'")


def test_a_share_and_another_currency_are_no_sums() -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for cells in (HEADINGS, ROW, ROW, ROW):
        sheet.append(cells)
    for cell, code in (("G2", "#,##0.00"), ("G3", "0%"), ("G4", "#,##0.00 [$€-1]"), ("B2", "0%")):
        sheet[cell].number_format = code
    out = io.BytesIO()
    workbook.save(out)
    assert [reason[:15] for reason in told(out.getvalue())] == ["Sum: is shown a", "Sum: is shown i"]


@pytest.mark.parametrize("place", ["XFD1048576", "ZZZZZZ4294967295"])
def test_a_cell_far_outside_is_refused_before_the_sheet_is_laid_out(place: str) -> None:
    far = f'<row><c r="{place}" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'.encode()
    body = rewritten(xlsx_of(ROW), SHEET, lambda xml: xml.replace(b"</sheetData>", far))
    with pytest.raises(LayoutChangedError, match=r"reach to row .* further than any table"):
        told(body)


def test_formatted_rows_without_values_are_no_reach() -> None:
    blank = b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    assert told(rewritten(xlsx_of(ROW), SHEET, lambda xml: xml.replace(b"</sheetData>", blank))) == []


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def broken_stream(body: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        info = archive.getinfo(SHEET)
    at = info.header_offset + 30 + len(SHEET)
    return body[: at + 4] + b"\xff" * 40 + body[at + 44 :]


def held_twice(body: bytes) -> bytes:
    out = io.BytesIO(body)
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(SHEET, "<worksheet/>")
    return out.getvalue()


def with_entities(xml: bytes) -> bytes:
    return (
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + xml.partition(b"?>")[2]
        if b"?>" in xml[:60]
        else (b'<!DOCTYPE x [<!ENTITY a "aaaa">]>' + xml)
    )


def twice(xml: bytes) -> bytes:
    return xml.replace(b'<c r="G2"', b'<c r="G2"><v>7</v></c><c r="G2"')


def again(xml: bytes) -> bytes:
    [row] = re.findall(rb'<row r="2".*?</row>', xml)
    return xml.replace(row, row + row)


def crowded(xml: bytes) -> bytes:
    return re.sub(rb'<fonts count="\d+"', b'<fonts count="4000000000"', xml)


def locked(body: bytes) -> bytes:
    """A ZIP archive that says of each member that it is encrypted."""
    for mark, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        head, *members = body.split(mark)
        body = mark.join([head, *(one[: at - 4] + bytes([one[at - 4] | 1]) + one[at - 3 :] for one in members)])
    return body


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (broken_stream, "a damaged workbook"),
        (held_twice, "holds two members called xl/worksheets/sheet1.xml"),
        (lambda body: rewritten(body, SHEET, with_entities), "declares entities"),
        (lambda body: rewritten(body, SHEET, lambda xml: xml[:-30]), "XML is damaged"),
        (lambda body: rewritten(body, SHEET, twice), "a cell twice or out of order, at row 2"),
        (lambda body: rewritten(body, SHEET, again), "a cell twice or out of order, at row 2"),
        (lambda body: rewritten(body, "xl/styles.xml", crowded), "says that it has 4000000000 of 'fonts'"),
        (lambda body: rewritten(body, "xl/workbook.xml", lambda _: b"<workbook/>"), "holds no sheets"),
        (locked, "with a password only"),
        (lambda _: b"<html><table><tr><td>a</td></tr></table></html>", "read with `format: html`"),
        (lambda _: "Заказчик;Сумма\n".encode(), "read with `format: csv`"),
        (lambda _: OLE + "EncryptedPackage".encode("utf-16-le"), "with a password only"),
        (lambda _: b"", "is empty"),
        (lambda _: b"\x89PNG\0\0", "ask for it as .xlsx"),
    ],
    ids=[
        "stream", "twice", "entities", "xml", "cell", "row", "counts", "sheets", "locked", "html", "text", "password",
        "empty", "picture",
    ],
)  # fmt: skip
def test_a_file_that_is_no_workbook_is_told_with_what_to_do(change: Callable[[bytes], bytes], message: str) -> None:
    with pytest.raises(LayoutChangedError, match=message) as raised:
        told(change(xlsx_of(ROW)))
    assert "zz_invented: invented.xlsx" in str(raised.value)


CONTENT = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
  xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
  xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
  xmlns:calcext="urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0">
<office:body><office:spreadsheet>
<table:table table:name="Notes"><table:table-row><table:table-cell table:formula="of:=1" office:value-type="float"
  office:value="1"/></table:table-row></table:table>
<table:table table:name="Sheet">ROWS</table:table>
</office:spreadsheet></office:body></office:document-content>"""


MANIFEST = """<?xml version="1.0"?>
<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">
<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>
</manifest:manifest>"""


def ods_of(*rows: str) -> bytes:
    """An .ods of rows that are XML already."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", MANIFEST)
        archive.writestr("content.xml", CONTENT.replace("ROWS", "".join(rows)))
    return out.getvalue()


def ods_cell(value: Any, more: str = "", kind: str = "") -> str:
    kind = kind or ("float" if isinstance(value, int | float) else "string")
    stated = f'office:value="{value}"' if isinstance(value, int | float) else ""
    inner = f"<text:p>{value}</text:p>"
    return f'<table:table-cell office:value-type="{kind}" {stated} {more}>{inner}</table:table-cell>'


def ods_row(cells: list[Any], more: str = "") -> str:
    inner = "".join(cell if str(cell)[:1] == "<" else ods_cell(cell) for cell in cells)
    return f"<table:table-row {more}>{inner}</table:table-row>"


ODS = {"table": {"format": "ods", "sheet": "Sheet"}}
ERROR = (
    '<table:table-cell office:value-type="string" office:string-value="" calcext:value-type="error">'
    "<text:p>#DIV/0!</text:p></table:table-cell>"
)


def test_an_ods_says_as_much() -> None:
    rows = [
        ods_row(HEADINGS),
        ods_row(ROW),
        ods_row(changed(Sum=ods_cell(1250000, "table:formula='of:=1000*1250'")), "table:number-rows-repeated='2'"),
        ods_row(changed(Outlet=ERROR)),
        ods_row(changed(Sum=ods_cell(0.5, kind="percentage"))),
        ods_row(changed(Sum=ods_cell(5, 'office:currency="EUR"', kind="currency"))),
    ]
    assert [re.sub(r";.*| \(.*", "", reason) for reason in told(ods_of(*rows), **ODS)] == [
        "the row holds a formula",
        "the row holds a formula",
        "Outlet: '#DIV/0!' is an error of the spreadsheet",
        "Sum: is shown as a share",
        "Sum: is shown in EUR",
    ]
    spans = "table:number-rows-spanned='2' table:number-columns-spanned='1'"
    spanning = [ods_row(changed(Recipient=ods_cell(ROW[2], spans)))]
    covered = [ods_row(changed(Recipient="<table:covered-table-cell/>", BIN=""))]
    records, rejected = read(declare(**ODS), ods_of(rows[0], *spanning, *covered), "invented.ods")
    assert ([record.recipient.name for record in records], rejected) == ([ROW[2]] * 2, [])
    for damage in (b"</table:table>", b"</table:table-cell>", b"</office:spreadsheet>"):
        damaged = rewritten(ods_of(*rows), "content.xml", lambda xml, end=damage: xml.replace(end, b"", 1))
        with pytest.raises(LayoutChangedError, match="its XML is damaged"):
            told(damaged, **ODS)
    with pytest.raises(LayoutChangedError, match="reach to row 1048577"):
        told(ods_of(rows[0], ods_row(ROW, "table:number-rows-repeated='1048576'")), **ODS)
