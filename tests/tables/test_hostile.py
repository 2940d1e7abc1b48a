"""Hostile and broken files: refused by name, or read within bounds, and never run or followed."""

import contextlib
import json
import struct
import time
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.tables import DocumentRefused, Table, as_plain, read_tables
from ingest.tables.formats import document_tables
from ingest.tables.safety import MAX_DEPTH, MAX_MEMBERS, _environment, run_isolated
from tests.tables.documents import (
    HEADER,
    ROWS,
    TOTAL,
    archive,
    letter,
    page_tree,
    part_of,
    raw_pdf,
    ruled_pdf,
    with_parts,
    word,
    workbook,
)

TABLE = [HEADER, *ROWS, TOTAL]


def refusal(data: bytes, name: str = "reply", **limits: int) -> DocumentRefused:
    with pytest.raises(DocumentRefused) as refused:
        read_tables(data, name, **limits)  # type: ignore[arg-type]
    assert refused.value.advice
    assert name in str(refused.value)
    return refused.value


def repeated(block: bytes, times: int, *, header: bool) -> bytes:
    """Deflate data of a block many times over, made from one compressed block."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 15 if header else -15)
    first = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + again * (times - 1) + packer.flush(zlib.Z_FINISH)


def zeros(inner: str, *, claimed: int | None = None) -> bytes:
    """An archive whose one member is 300 MB of zeros; `claimed` is the size its directory tells."""
    megabyte = bytes(1024 * 1024)
    packed = repeated(megabyte, 300, header=False)
    crc = 0
    for _ in range(300):
        crc = zlib.crc32(megabyte, crc)
    size = 300 * len(megabyte) if claimed is None else claimed
    name = inner.encode()
    common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, crc, len(packed), size, len(name), 0)
    local = b"PK\x03\x04" + common + name + packed
    central = b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + name
    return local + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)


def entity(part: bytes) -> bytes:
    head, _, rest = part.partition(b"?>")
    return head + b'?><!DOCTYPE x [<!ENTITY leak SYSTEM "file:///etc/hostname">]>' + rest


def test_an_encrypted_pdf() -> None:
    assert refusal(ruled_pdf(encrypt="secret"), "reply.pdf").reason == "encrypted"


def test_an_encrypted_office_file() -> None:
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000)
    assert refusal(head + "EncryptedPackage".encode("utf-16-le") + bytes(600)).reason == "encrypted"


def test_an_encrypted_archive_member_is_named() -> None:
    data = bytearray(archive({"annex.csv": b"a;b\n1;2\n"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + offset] |= 1
    (table,) = read_tables(bytes(data), "reply.zip")
    assert table.rows == []
    assert table.source == "reply.zip/annex.csv"
    assert "encrypted" in table.needs_review[0]


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", ruled_pdf()[:400], b"PK\x03\x04broken", workbook(TABLE)[:-60]])
def test_empty_and_broken_files(data: bytes) -> None:
    assert refusal(data).reason in {"empty", "broken"}


def test_a_document_of_ten_thousand_pages() -> None:
    begin = time.monotonic()
    assert refusal(page_tree(10_000)).reason == "too-large"
    assert time.monotonic() - begin < 60


@pytest.mark.parametrize("inner", ["xl/worksheets/sheet1.xml", "word/document.xml", "annex.csv"])
def test_a_bomb_is_refused_by_its_directory(inner: str) -> None:
    data = zeros(inner)
    assert len(data) < 3_000_000
    assert refusal(data, memory=600 * 1024 * 1024).reason == "bomb"


def test_a_bomb_that_lies_about_its_size_is_stopped() -> None:
    """The directory says 1,000 bytes; whatever unpacks it reads 1,000 bytes or dies in the child."""
    data = zeros("xl/worksheets/sheet1.xml", claimed=1000)
    assert refusal(data, memory=700 * 1024 * 1024, seconds=60).reason in {"broken", "too-large", "bomb"}


def test_too_many_members() -> None:
    assert refusal(archive({f"{n}.csv": b"" for n in range(MAX_MEMBERS + 1)})).reason == "too-large"


def test_archives_inside_archives_are_read_to_a_depth() -> None:
    data = archive({"annex.xlsx": workbook(TABLE)})
    for _ in range(MAX_DEPTH - 1):
        data = archive({"inner.zip": data})
    (table,) = read_tables(data, "reply.zip")
    assert table.rows == [*ROWS, TOTAL]
    assert table.source.endswith("inner.zip/annex.xlsx")
    (deeper,) = read_tables(archive({"inner.zip": data}), "reply.zip")
    assert "too-deep" in deeper.needs_review[0]


def test_an_image_bomb_is_not_decoded() -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    png = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(1000)))
        + chunk(b"IEND", b"")
    )
    assert refusal(png, memory=600 * 1024 * 1024).reason == "no-text"


def test_a_content_stream_that_inflates_without_end_is_bounded() -> None:
    packed = repeated(b"0 0 m 9 9 l S\n" * 100_000, 300, header=True)
    stream = b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed)
    data = raw_pdf(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>",
            stream,
        ]
    )
    begin = time.monotonic()
    assert refusal(data, memory=800 * 1024 * 1024, seconds=10).reason in {"timeout", "too-large", "broken", "no-text"}
    assert time.monotonic() - begin < 30


def test_macros_are_noted_and_not_run() -> None:
    (table,) = read_tables(with_parts(workbook(TABLE), {"xl/vbaProject.bin": b"Sub Auto_Open()"}), "reply.xlsm")
    assert table.rows == [*ROWS, TOTAL]
    assert any("macros" in note for note in table.notes)


def test_links_to_other_workbooks_are_marked() -> None:
    link = b'<?xml version="1.0"?><externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
    (table,) = read_tables(with_parts(workbook(TABLE), {"xl/externalLinks/externalLink1.xml": link}), "reply.xlsx")
    assert any("another workbook" in reason for reason in table.needs_review)


def test_formulas_without_a_saved_value_are_marked() -> None:
    (table,) = read_tables(workbook([["Атауы", "Сома, теңге"], ["а", 1.0], ["Барлығы", "=SUM(B2:B2)"]]), "reply.xlsx")
    assert any("without a value" in reason for reason in table.needs_review)


@pytest.mark.parametrize(
    ("make", "part"),
    [(lambda: word(TABLE), "word/document.xml"), (lambda: workbook(TABLE), "xl/worksheets/sheet1.xml")],
)
def test_entities_in_office_files_are_refused(make: Callable[[], bytes], part: str) -> None:
    office = make()
    assert refusal(with_parts(office, {part: entity(part_of(office, part))})).reason == "entities"


def test_entities_and_scripts_of_a_page_are_not_followed() -> None:
    page = (
        '<!DOCTYPE html [<!ENTITY leak SYSTEM "file:///etc/hostname">]><html><body><table>'
        "<tr><th>Атауы</th><th>Сома, теңге</th></tr>"
        "<tr><td>&leak;газета «Самғар»<script>document.write('9')</script></td><td>1 234<style>a{}</style></td></tr>"
        '<tr><td>ЖШС «Қырмұн»<img src="http://127.0.0.1:9/x"></td><td>5<span style="display:none">6</span></td></tr>'
        "</table></body></html>"
    )
    (table,) = read_tables(page.encode(), "reply.html")
    assert [row[1] for row in table.rows] == ["1 234", "5"]
    text = " ".join(t for row in table.rows for t in row)
    assert "document" not in text
    assert Path("/etc/hostname").read_text().strip() not in text


def test_a_page_of_giant_spans_is_refused() -> None:
    cell = "<td colspan=1000 rowspan=1000>1</td>"
    assert refusal(f"<html><table><tr>{cell * 9}</tr></table></html>".encode()).reason == "too-large"


def test_a_page_nested_without_end_is_bounded() -> None:
    data = b"<html><table><tr><td>" + b"<div>" * 200_000 + b"1</td><td>2</td></tr></table></html>"
    begin = time.monotonic()
    with contextlib.suppress(DocumentRefused):
        read_tables(data, "reply.html", seconds=30)
    assert time.monotonic() - begin < 40


def test_a_child_that_takes_too_long_is_ended() -> None:
    begin = time.monotonic()
    rows = "".join(f"<tr>{'<td>1 234</td>' * 40}</tr>" for _ in range(9_000))
    with pytest.raises(DocumentRefused) as refused:
        read_tables(f"<html><table>{rows}</table></html>".encode() * 3, "reply.html", seconds=1)
    assert refused.value.reason == "timeout"
    assert time.monotonic() - begin < 15


KILLED = """
import os, pathlib, signal, sys
mark = pathlib.Path(sys.argv[1])
body = sys.stdin.buffer.read()
if len(mark.read_text()) < int(body):
    mark.write_text(mark.read_text() + "x")
    os.kill(os.getpid(), signal.SIGKILL)
sys.stdout.write("done")
"""


def test_a_child_that_is_killed_from_outside_is_started_once_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "killed_sometimes.py").write_text(KILLED)
    monkeypatch.syspath_prepend(tmp_path)
    mark = tmp_path / "mark"

    def ran(times: int) -> bytes:
        mark.write_text("")
        return run_isolated("killed_sometimes", str(mark).encode(), b"%d" % times, name="reply", seconds=30)

    assert ran(1) == b"done"
    with pytest.raises(DocumentRefused) as refused:
        ran(2)
    assert refused.value.reason == "killed"


def test_whatever_is_done_in_a_child_a_lack_of_memory_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "greedy.py").write_text(
        "from ingest.tables.safety import limit_process\nlimit_process(10**9, 30)\nbytes(2 * 10**9)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(DocumentRefused) as refused:
        run_isolated("greedy", b"", b"", name="reply", seconds=30)
    assert refused.value.reason == "too-large"


def test_the_child_knows_nothing_of_the_parents_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    assert "secret" not in " ".join(f"{k}={v}" for k, v in _environment().items())


def test_a_letter_names_the_attachment_that_was_not_read() -> None:
    data = letter({"reply.pdf": ruled_pdf(), "locked.pdf": ruled_pdf(encrypt="x"), "sign.p7s": b"\x30\x82\x00\x01"})
    tables = read_tables(data, "reply.eml")
    assert [t.source for t in tables if t.rows] == ["reply.eml/reply.pdf"]
    assert {t.source: t.needs_review[0].split(":")[1].strip() for t in tables if not t.rows} == {
        "reply.eml/locked.pdf": "encrypted",
        "reply.eml/sign.p7s": "unsupported",
    }


@pytest.mark.parametrize(
    "head", [b"{\\rtf1 a", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"GIF89a", b"\x00\x01\x02\x03"]
)
def test_other_kinds_are_named(head: bytes) -> None:
    with pytest.raises(DocumentRefused) as refused:
        document_tables(head + bytes(100), "reply")
    assert refused.value.reason == "unsupported"


def test_tables_for_json_are_plain_values(tmp_path: Path) -> None:
    file = tmp_path / "misnamed.txt"
    file.write_bytes(ruled_pdf())
    (table,) = as_plain(read_tables(file))
    assert json.loads(json.dumps(table)) == table
    assert table["page"] == 1
    assert table["rows"] == [*ROWS, TOTAL]
    assert table["header"] == [HEADER]
    assert table["boxes"][0][0][0]["page"] == 1
    assert table["totals"][0]["verdict"] == "equal"


def test_the_child_and_this_process_read_alike() -> None:
    data = ruled_pdf()
    isolated: list[Table] = read_tables(data, "reply.pdf")
    assert isolated == document_tables(data, "reply.pdf")


def test_a_page_that_the_parser_gives_up_on_is_refused_and_not_cut_short() -> None:
    row = "<tr><td>Боз дала</td><td>5</td></tr>"
    deep = f"<tr><td>{'<b>' * 400}x{'</b>' * 400}</td><td>5</td></tr>"
    with pytest.raises(DocumentRefused, match="cannot be read to its end"):
        read_tables(f"<html><table>{row * 3}{deep}{row * 3}</table></html>".encode(), "reply.html")
