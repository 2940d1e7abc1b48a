"""A draft tells what a file is by its content, and how sure it is of the encoding."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
import yaml
from docx import Document
from reportlab.pdfgen.canvas import Canvas
from sources import HEADINGS, ROW, csv_of, xlsx_of

from ingest.declaration import DraftError, read_source
from ingest.drafting import NoTableError, draft
from ingest.lettering_guess import likely_encoding

HUNGARIAN = "Megrendelő;Tárgy;Összeg\nKépzelt Város;Hirdetés, közlemény;12,5\n"
CZECH = "Odbor;Předmět;Částka\nŠéf úřadu;Žlutý kůň;12,5\n"
FRENCH = "Ministère;Sujet;Montant\nPréfecture rêvée;Très cher, ça;12,5\n"
RUSSIAN = "Заказчик;Предмет;Сумма\nАкимат;Освещение;12,5\n"


def pdf() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.drawString(100, 700, "A table")
    canvas.save()
    return out.getvalue()


def word() -> bytes:
    out = io.BytesIO()
    Document().save(out)
    return out.getvalue()


def archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("a.csv", "a;b")
    return out.getvalue()


def sheetless() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(xlsx_of(ROW))) as old, zipfile.ZipFile(out, "w") as new:
        for info in old.infolist():
            if info.filename != "xl/workbook.xml":
                new.writestr(info, old.read(info))
    return out.getvalue()


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (pdf(), "is a PDF; a source is declared for a table in XLSX"),
        (word(), "is a Word document"),
        (archive(), "is an archive of files"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "is a picture"),
        (b'{"rows": [1, 2]}', "is JSON or the like"),
        (b"{\\rtf1 a}", "RTF files are not read"),
        (b"<!doctype html>", "not a page"),
        (sheetless(), "a workbook without sheets"),
        (b"", "empty"),
    ],
    ids=["pdf", "word", "zip", "picture", "json", "rtf", "page", "sheets", "empty"],
)
def test_what_is_no_table_is_told_by_its_content_with_what_to_do(tmp_path: Path, body: bytes, told: str) -> None:
    path = tmp_path / "named-as.csv"
    path.write_bytes(body)
    with pytest.raises(NoTableError, match=told) as raised:
        draft("kz_invented", path)
    assert "named-as.csv" in str(raised.value)
    assert "utf-8" not in str(raised.value)


@pytest.mark.parametrize(
    ("body", "name", "line"),
    [
        (xlsx_of(ROW), "table.csv", "format: xlsx"),
        (csv_of(ROW), "table.xls", "format: csv"),
        (b"<html><table><tr><th>A<th>B</table>", "table.xls", "format: html"),
    ],
)
def test_the_format_is_that_of_the_content_and_not_of_the_name(
    tmp_path: Path, body: bytes, name: str, line: str
) -> None:
    (tmp_path / name).write_bytes(body)
    drafted = draft("kz_invented", tmp_path / name)
    assert line in drafted
    assert f'"{HEADINGS[0] if "html" not in line else "A"}": {{to: TODO}}' in drafted


@pytest.mark.parametrize(
    ("text", "written", "country", "encoding", "why"),
    [
        (HUNGARIAN, "utf-8", "hu", "utf-8-sig", "sure: other encodings give no bytes like these"),
        ("a;b\n1;2\n", "utf-8", "hu", "utf-8-sig", "sure: plain letters only"),
        (RUSSIAN, "utf-16", "kz", "utf-16", "sure: the file says so"),
        (RUSSIAN, "cp1251", "kz", "cp1251", "likely: every other reading gives words of mixed letters"),
        (HUNGARIAN, "cp1250", "hu", "cp1250", "NOT SURE, cp1252 is possible too: is it Megrendelő not"),
        (CZECH, "cp1250", "cz", "cp1250", "bytes 0x80 to 0x9f are letters or signs in Windows encodings only"),
        (CZECH, "iso8859-2", "cz", "iso8859-2", "likely"),
        (FRENCH, "cp1252", "fr", "cp1252", "NOT SURE, cp1250"),
    ],
    ids=["utf-8", "ascii", "utf-16", "cyrillic", "hungarian", "czech windows", "czech iso", "french"],
)
def test_the_encoding_is_proposed_by_evidence(text: str, written: str, country: str, encoding: str, why: str) -> None:
    guess = likely_encoding(text.encode(written), country)
    assert (guess.encoding, why in guess.why) == (encoding, True), guess
    assert text.encode(written).decode(guess.encoding) == text


def test_a_draft_says_how_sure_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(HUNGARIAN.encode("cp1250"))
    line = next(line for line in draft("hu_invented", path).splitlines() if "encoding:" in line)
    assert line.startswith("  encoding: cp1250  # NOT SURE, cp1252 is possible too")


LONG = "Сумма " * 300


@pytest.mark.parametrize(
    ("headings", "keys"),
    [
        (["A", "B\x07\x81\ufffe"], ["A", "B\x07\x81\ufffe"]),
        (["A", LONG], ["A", LONG.strip()]),
        (["A", "B \\u0041", 'C: "#"'], ["A", "B \\u0041", 'C: "#"']),
        (["A", "Sum", "Sum"], ["A", "Sum"]),
    ],
    ids=["control characters", "long", "quotes", "doubled"],
)
def test_a_draft_can_be_read_whatever_the_headings_are(tmp_path: Path, headings: list[str], keys: list[str]) -> None:
    path = tmp_path / "a.csv"
    quoted = [f'"{heading.replace(chr(34), chr(34) * 2)}"' for heading in headings]
    path.write_bytes(csv_of(["a\x08", "b\x9f", "c"][: len(headings)], headings=quoted))
    drafted = draft("hu_invented", path)
    (tmp_path / "hu_invented.yml").write_text(drafted, encoding="utf-8")
    with pytest.raises(DraftError, match="replace the TODO of title"):
        read_source(tmp_path / "hu_invented.yml")
    assert list(yaml.safe_load(drafted)["columns"]) == keys
    assert ("# Sum stands twice, again in column C" in drafted) == (headings[-1] == "Sum")


def test_a_page_that_says_its_own_encoding_is_drafted(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(b'<?xml version="1.0" encoding="utf-8"?><html><table><tr><th>A<th>B</table>')
    assert '"B": {to: TODO}' in draft("kz_invented", path)


def test_a_column_without_a_heading_is_drafted_by_its_place(tmp_path: Path) -> None:
    path = tmp_path / "pieces.csv"
    path.write_bytes(csv_of(["7", *ROW], *([["", *ROW]] * 5), headings=["", *HEADINGS]))
    assert '"column A": {to: TODO}  # 7' in draft("kz_pieces", path)


def test_a_draft_of_two_rows_of_headings_takes_the_one_that_names_each_column(tmp_path: Path) -> None:
    path = tmp_path / "groups.xlsx"
    path.write_bytes(xlsx_of(["", "Contract", "Paid"], ["A", 1, 2], headings=["Outlet", "Money", ""],
                             merge=["A1:A2", "B1:C1"]))  # fmt: skip
    drafted = draft("kz_groups", path)
    assert "header_row: 2" in drafted
    assert [f'"{heading}": {{to: TODO}}' in drafted for heading in ("Outlet", "Contract", "Paid")] == [True] * 3


@pytest.mark.parametrize(
    ("attributes", "selector"),
    [
        ('id="sums"', "table#sums"),
        ('class="data"', "table.data"),
        ("", "body:nth-of-type(1) > div:nth-of-type(2) > table:nth-of-type(1)"),
    ],
)
def test_of_several_tables_of_a_page_the_longest_is_drafted_and_said_to_be_chosen(
    tmp_path: Path, attributes: str, selector: str
) -> None:
    rows = "".join(f"<tr><td>{name}</td><td>{n}</td></tr>" for n, name in enumerate("ABC"))
    head = "<tr><th>Outlet</th><th>Sum</th></tr>"
    page = (
        f"<html><body><div><table><tr><td>menu</td></tr></table></div>"
        f"<div><table {attributes}>{head}{rows}</table></div></body></html>"
    )
    path = tmp_path / "page.html"
    path.write_text(page, encoding="utf-8")
    drafted = draft("kz_page", path)
    assert f'selector: "{selector}"  # NOT SURE: of several tables' in drafted
    assert '"Outlet": {to: TODO}  # A · B · C' in drafted


@pytest.mark.parametrize("tag", ["o:p", "st1:place", "my.tag"])
def test_a_table_in_a_tag_that_no_selector_can_name_is_found(tmp_path: Path, tag: str) -> None:
    tables = (
        "<table><tr><td>menu</td></tr></table><table><tr><th>Outlet</th><th>Sum</th></tr><tr><td>A</td></tr></table>"
    )
    path = tmp_path / "page.html"
    path.write_text(f"<html><body><!-- x --><p>x</p><{tag}>{tables}</{tag}></body></html>", encoding="utf-8")
    assert '"Outlet": {to: TODO}  # A' in draft("kz_page", path)
