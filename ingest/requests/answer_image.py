"""The proof of figures in an answer, as a picture of the page or the table as it was read.

Run as `python -m ingest.requests.answer_image ORDER < document > proofs`, a process with bounded time and memory:
drawing a page is as risky as reading it.

A picture shows what proves the figures and no more: the numbers of natural persons are painted over, pictures on the
page (stamps, signatures) are left away, and of a page that is itself a picture only the tables are shown. A page or
table that holds withdrawn words gives no proof at all.
"""

from __future__ import annotations

import ctypes
import io
import json
import sys
from collections.abc import Iterable, Iterator

import msgspec
import pypdfium2 as pdfium
import pypdfium2.raw as c
from PIL import Image, ImageDraw

from db.privacy import mask_person_ids
from db.proof_names import picture_name, table_name
from ingest.requests.not_shown import Box, cells_to_hide, is_withdrawn, person_id_spans, texts_of
from ingest.requests.picture_order import DPI, ProofOrder, around, on_page, pixels
from ingest.tables.formats import detect, document_members, document_tables
from ingest.tables.model import DocumentRefused, Table
from ingest.tables.pdf import open_pdf
from ingest.tables.safety import limit_process

_SCAN_DPI = 200
"""An image file is taken to be scanned so, as the reader of tables takes it."""
_GREYS = 16
WHITE = 255


class _Drawn(msgspec.Struct):
    """A page drawn without the pictures on it, its text, boxes of persons' numbers; `bare`: only tables may show."""

    shown: Image.Image
    text: str = ""
    hidden: list[Box] = []
    bare: bool = True


def document_proofs(data: bytes, order: ProofOrder) -> dict[str, bytes]:
    """Make the proofs of one document.

    Gives:
        files named by `db.proof_names`: for each page with rows of the tables a PNG, and JSON with `width`, `height`
        and `rows: {"<table>.<row>": [x, y, width, height]}` in pixels; for each table that stands on no page JSON with
        `document`, `sheet`, `title`, `header`, `rows` and `ranges: {"<row>": "B7:F7"}`.

    Raises:
        ingest.tables.DocumentRefused: the document is not read.
    """
    tables = document_tables(data, order.name, scan=order.scan)
    chosen = {number: tables[number - 1] for number in order.tables if number <= len(tables)}
    proofs: dict[str, bytes] = {}
    for member, content, kind, held in _documents(data, order, chosen):
        on_pages = {n: t for n, t in held.items() if t.page and kind in {"pdf", "image"}}
        for number, table in held.items():
            if number not in on_pages and not is_withdrawn(order.withdrawn, texts_of(table)):
                proofs[table_name(order.sha256, number)] = _as_read(table)
        for page, shown in _pictures(content, order, kind, on_pages):
            rows = {
                f"{number}.{row + 1}": pixels(around(places))
                for number, table in on_pages.items()
                for row in range(len(table.rows))
                if table.kinds[row] == "data" and (places := on_page(page, table, row))
            }
            told = {"width": shown.width, "height": shown.height, "rows": rows}
            name = picture_name(order.sha256, page, member)
            proofs[f"{name}.png"] = _png(shown)
            proofs[f"{name}.json"] = json.dumps(told).encode()
    return proofs


def _documents(
    data: bytes, order: ProofOrder, tables: dict[int, Table]
) -> Iterator[tuple[str, bytes, str, dict[int, Table]]]:
    """The document itself, or each file inside an archive or letter: its path, bytes, kind, and its tables."""
    kind = detect(data, order.name)
    if kind not in {"zip", "letter"}:
        yield "", data, kind, tables
        return
    members = document_members(data, order.name)
    for source in dict.fromkeys(table.source for table in tables.values()):
        held = {number: table for number, table in tables.items() if table.source == source}
        content = members.get(source, b"")
        yield source, content, detect(content, source) if content else "", held


def _pictures(
    data: bytes, order: ProofOrder, kind: str, tables: dict[int, Table]
) -> Iterator[tuple[int, Image.Image]]:
    """Each page with rows of the tables, drawn and cleared of what is not to be shown."""
    pages = sorted({place.page for t in tables.values() for row in t.boxes for cell in row for place in cell} - {0})
    document = open_pdf(data, order.name) if kind == "pdf" else None
    try:
        for number in pages:
            drawn = _Drawn(scanned(data)) if document is None else _drawn(document, number)
            if is_withdrawn(
                order.withdrawn, [drawn.text, *(text for t in tables.values() for text in texts_of(t, number))]
            ):
                continue
            pencil = ImageDraw.Draw(drawn.shown)
            for box in [*drawn.hidden, *cells_to_hide(tables.values(), number, bare=drawn.bare)]:
                pencil.rectangle(box, fill=0)
            yield number, _only_tables(drawn.shown, tables.values(), number) if drawn.bare else drawn.shown
    finally:
        if document is not None:
            document.close()


def scanned(data: bytes) -> Image.Image:
    """An image file as a grey page."""
    with Image.open(io.BytesIO(data)) as picture:
        grey = picture.convert("L")
    return grey.resize((round(grey.width * DPI / _SCAN_DPI), round(grey.height * DPI / _SCAN_DPI)))


def _drawn(document: pdfium.PdfDocument, number: int) -> _Drawn:
    page = document[number - 1]
    try:
        text, spans = _text_and_spans(page)
        bare = not text.strip() or not _without_pictures(page)
        bitmap = page.render(scale=DPI / 72, grayscale=True, may_draw_forms=False, draw_annots=False)
        shown: Image.Image = bitmap.to_pil().convert("L")
        return _Drawn(shown, text, [_on_picture(page, box, shown.size) for box in spans], bare)
    except pdfium.PdfiumError as error:
        raise DocumentRefused("document", "broken", f"page {number} cannot be drawn ({error})") from error
    finally:
        page.close()


def _without_pictures(page: pdfium.PdfPage) -> bool:
    """Take the pictures off a page; False when they are the page, or cannot be taken off alone."""
    width, height = page.get_size()
    pictures = list(page.get_objects(filter=[c.FPDF_PAGEOBJ_IMAGE], max_depth=8))
    for picture in pictures:
        left, bottom, right, top = picture.get_bounds()
        if picture.level or (right - left) * (top - bottom) > width * height / 2:
            return False
    for picture in pictures:
        page.remove_obj(picture)
    return True


def _text_and_spans(page: pdfium.PdfPage) -> tuple[str, list[Box]]:
    """The text of a page, and a box in its own coordinates around every letter of a natural person's number."""
    letters = page.get_textpage()
    try:
        # one character for each index of pdfium, so that places in the text are its indexes
        text = "".join(chr(c.FPDFText_GetUnicode(letters.raw, at) or 32) for at in range(letters.count_chars()))
        at_fault = [at for start, end in person_id_spans(text) for at in range(start, end) if text[at].isdigit()]
        return text, [letters.get_charbox(at, loose=True) for at in at_fault]
    finally:
        letters.close()


def _on_picture(page: pdfium.PdfPage, box: Box, size: tuple[int, int]) -> Box:
    """A box of a page in pixels of its picture, whichever way the page is turned."""
    x, y = ctypes.c_int(), ctypes.c_int()
    corners = []
    for left, bottom in ((box[0], box[1]), (box[2], box[3])):
        c.FPDF_PageToDevice(page.raw, 0, 0, *size, 0, left, bottom, ctypes.byref(x), ctypes.byref(y))
        corners.append((x.value, y.value))
    (x0, y0), (x1, y1) = corners
    return min(x0, x1) - 1, min(y0, y1) - 1, max(x0, x1) + 1, max(y0, y1) + 1


def _only_tables(shown: Image.Image, tables: Iterable[Table], page: int) -> Image.Image:
    kept = Image.new("L", shown.size, WHITE)
    for table in tables:
        places = [place for row in range(len(table.rows)) for place in on_page(page, table, row)]
        if places:
            left, top, width, height = pixels(around(places))
            box = (max(left, 0), max(top, 0), min(left + width, shown.width), min(top + height, shown.height))
            kept.paste(shown.crop(box), box[:2])
    return kept


def _png(shown: Image.Image) -> bytes:
    out = io.BytesIO()
    step = WHITE // (_GREYS - 1)
    few = shown.point([round(grey / step) for grey in range(WHITE + 1)])
    few.putpalette([step * grey for grey in range(_GREYS) for _ in "rgb"])
    few.save(out, "PNG", optimize=True, bits=4)
    return out.getvalue()


def _as_read(table: Table) -> bytes:
    ranges = {}
    for row, cells in enumerate(table.boxes):
        told = [place.range for cell in cells for place in cell if place.range]
        if told and table.kinds[row] == "data":
            first, last = told[0].split(":")[0], told[-1].split(":")[-1]
            ranges[str(row + 1)] = first if first == last else f"{first}:{last}"
    read = {
        "document": table.source,
        "page": table.page,
        "sheet": table.sheet,
        "title": mask_person_ids(table.title),
        "header": [[mask_person_ids(text) for text in row] for row in table.header],
        "rows": [[mask_person_ids(text) for text in row] for row in table.rows],
        "kinds": table.kinds,
        "ranges": ranges,
    }
    return json.dumps(read, ensure_ascii=False).encode()


def main() -> int:
    """Limit this process, read the document from standard input, write the proofs as MessagePack."""
    order = msgspec.json.decode(sys.argv[1], type=ProofOrder)
    limit_process(order.memory, order.seconds)
    sys.stdout.buffer.write(msgspec.msgpack.encode(document_proofs(sys.stdin.buffer.read(), order)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
