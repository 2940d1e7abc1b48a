"""Small documents with invented outlets and sums, drawn for the tests of the table reader."""

import email.message
import io
import zipfile
from collections.abc import Mapping, Sequence

import docx
import openpyxl
import pypdfium2 as pdfium
from openpyxl.worksheet.worksheet import Worksheet
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FONTS = "/usr/share/fonts/truetype/dejavu"
HEADER = ["№", "Наименование СМИ", "Тематика", "Сумма, тыс. тенге"]
ROWS = [
    ["1", "газета «Көкдала шұғыласы»", "Жастар саясаты", "1 439,0"],
    ["2", "телеканал «Самғар ТВ»", "Публикация актов", "65 280,8"],
    ["3", "ЖШС «Қырмұн тынысы»", "Тіл саясаты", "37 632,2"],
]
TOTAL = ["", "Итого", "", "104 352,0"]
WIDTHS = [30, 170, 150, 110]
SIZE = 10


def _fonts() -> None:
    for name, file in (("Serif", "DejaVuSerif.ttf"), ("Sans", "DejaVuSans.ttf")):
        if name not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(name, f"{FONTS}/{file}"))


class Paper:
    """A PDF being drawn from the top of each page."""

    def __init__(self, *, encrypt: str | None = None) -> None:
        _fonts()
        self.buffer = io.BytesIO()
        self.canvas = Canvas(self.buffer, pagesize=(595, 842), encrypt=encrypt, invariant=1)
        self.y = 60.0
        self._start()

    def _start(self) -> None:
        self.canvas.setFont("Serif", SIZE)

    def words(self, x: float, y: float, text: str, *, font: str = "Serif", size: float = SIZE) -> float:
        """Writes at a base line `y` from the top and returns where the text ends."""
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, 842 - y, text)
        return x + float(pdfmetrics.stringWidth(text, font, size))

    def line(self, text: str) -> None:
        self.y += 16
        self.words(50, self.y, text)

    def rule(self, x0: float, y0: float, x1: float, y1: float) -> None:
        self.canvas.setLineWidth(0.5)
        self.canvas.line(x0, 842 - y0, x1, 842 - y1)

    def row(
        self, cells: Sequence[str], *, widths: Sequence[float] = WIDTHS, spans: Sequence[int] = (), x: float = 50
    ) -> None:
        """One ruled row; `spans` says over how many columns each cell reaches, texts of covered cells are left out."""
        reach = list(spans) or [1] * len(cells)
        height = 4 + 13 * max(len(text.split("\n")) for text in cells)
        left, at = x, 0
        self.rule(x, self.y, x + sum(widths), self.y)
        for text, span in zip(cells, reach, strict=True):
            right = left + sum(widths[at : at + span])
            self.rule(left, self.y, left, self.y + height)
            for number, part in enumerate(text.split("\n")):
                self.words(left + 4, self.y + 12 + 13 * number, part)
            left, at = right, at + span
        self.rule(left, self.y, left, self.y + height)
        self.y += height
        self.rule(x, self.y, x + sum(widths), self.y)

    def open_row(self, cells: Sequence[str], *, widths: Sequence[float] = WIDTHS, x: float = 50) -> None:
        """A row without any ruled line."""
        left = x
        for text, width in zip(cells, widths, strict=True):
            for number, part in enumerate(text.split("\n")):
                self.words(left + 4, self.y + 12 + 13 * number, part)
            left += width
        self.y += 13 * max(len(text.split("\n")) for text in cells)

    def page(self) -> None:
        self.canvas.showPage()
        self.y = 60.0
        self._start()

    def done(self) -> bytes:
        self.canvas.save()
        return self.buffer.getvalue()


def ruled_pdf(rows: Sequence[Sequence[str]] = (*ROWS, TOTAL), *, encrypt: str | None = None) -> bytes:
    paper = Paper(encrypt=encrypt)
    for row in (HEADER, *rows):
        paper.row(row)
    return paper.done()


def turned(data: bytes, rotate: int) -> bytes:
    """The same pages, shown turned clockwise."""
    document = pdfium.PdfDocument(data)
    for page in document:
        page.set_rotation(rotate)
    out = io.BytesIO()
    document.save(out)
    document.close()
    return out.getvalue()


def borderless_pdf() -> bytes:
    paper = Paper()
    paper.line("На Ваш запрос о размещении информационного заказа сообщаем следующее, прилагая таблицу.")
    paper.y += 20
    for row in (HEADER, *ROWS, TOTAL):
        paper.open_row([*row[:1], row[1].replace(" «", "\n«"), *row[2:]])
    paper.y += 40
    paper.line("Руководитель ____________ А. Вымышленный")
    return paper.done()


def workbook(rows: Sequence[Sequence[str | float | None]], merges: Sequence[str] = ()) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    for row in rows:
        sheet.append(list(row))
    for merge in merges:
        sheet.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def word(rows: Sequence[Sequence[str]], *, above: str = "") -> bytes:
    document = docx.Document()
    if above:
        document.add_paragraph(above)
    table = document.add_table(len(rows), len(rows[0]))
    for r, row in enumerate(rows):
        for k, text in enumerate(row):
            table.cell(r, k).text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def archive(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in members.items():
            target.writestr(name, data)
    return out.getvalue()


def with_parts(office: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The same office file with parts added or replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(office)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for item in source.infolist():
            if item.filename not in parts:
                target.writestr(item.filename, source.read(item))
        for name, data in parts.items():
            target.writestr(name, data)
    return out.getvalue()


def part_of(office: bytes, name: str) -> bytes:
    with zipfile.ZipFile(io.BytesIO(office)) as source:
        return source.read(name)


def letter(attachments: Mapping[str, bytes], html: str | None = None) -> bytes:
    message = email.message.EmailMessage()
    message["From"] = "priemnaya@invented.example"
    message["To"] = "desk@invented.example"
    message["Subject"] = "Ответ на запрос"
    message.set_content("Ответ во вложении.")
    if html is not None:
        message.add_alternative(html, subtype="html")
    for name, data in attachments.items():
        message.add_attachment(data, maintype="application", subtype="octet-stream", filename=name)
    return bytes(message)


def page_tree(pages: int) -> bytes:
    """A PDF of many blank pages, all one object."""
    kids = " ".join(["3 0 R"] * pages)
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>",
    ]
    return raw_pdf([text.encode() for text in objects])


def raw_pdf(objects: Sequence[bytes]) -> bytes:
    out = b"%PDF-1.4\n"
    offsets: list[int] = []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start)
