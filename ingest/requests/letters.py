"""Letters of request in Russian and Kazakh, as DOCX and PDF, from templates of our own (`ingest/data/letters/`).

What is filled in is text, never markup: a body's name that holds tags is printed as it stands, and a name that holds
control characters is refused. The PDF needs DejaVu Sans, which has every Kazakh letter.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from string import Template
from typing import Any
from xml.sax.saxutils import escape

import msgspec

from ingest.requests.deadlines import due_on, rule_for
from ingest.requests.events import Drawn

TEMPLATES = Path(__file__).resolve().parent.parent / "data" / "letters"
FONT_FILES = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
FONT_FOLDERS = (
    Path("/usr/share/fonts/truetype/dejavu"),
    Path("/usr/share/fonts/dejavu"),
    Path("/usr/share/fonts/dejavu-sans-fonts"),
    Path("/usr/share/fonts/TTF"),
    Path("/usr/local/share/fonts"),
    Path("/Library/Fonts"),
    Path("C:/Windows/Fonts"),
)


class LetterError(Exception):
    """A letter that cannot be written: what is missing and where to get it."""


class YearWords(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How years are named: `one` with $first, `many` with $list."""

    one: str
    many: str


class LetterTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The wording of a letter in one language."""

    lang: str
    date: str
    months: tuple[str, ...]
    head: tuple[str, ...]
    from_: str = msgspec.field(name="from")
    number: str
    subject: str
    paragraphs: tuple[str, ...]
    items: tuple[str, ...]
    closing: tuple[str, ...]
    sign: str
    years: YearWords


class Sender(msgspec.Struct, frozen=True):
    """Who asks: name and address for the answer."""

    name: str
    reply_to: str


class Letter(msgspec.Struct, frozen=True):
    """A letter as paragraphs of plain text."""

    lang: str
    head: tuple[str, ...]
    subject: str
    paragraphs: tuple[str, ...]
    items: tuple[str, ...]
    closing: tuple[str, ...]
    sign: str


def languages() -> list[str]:
    """Languages that there is a template for."""
    return sorted(path.stem for path in TEMPLATES.glob("*.yml"))


@lru_cache(maxsize=4)
def _template(lang: str) -> LetterTemplate:
    if lang not in languages():
        raise LetterError(f"there is no letter in {lang!r}; there are {', '.join(languages())}")
    return msgspec.yaml.decode((TEMPLATES / f"{lang}.yml").read_bytes(), type=LetterTemplate)


def write_letter(drawn: Drawn, sender: Sender, on: date, *, lang: str = "", number: str = "") -> Letter:
    """The letter of a request, dated on the day it is to be sent.

    Args:
        drawn: the request.
        sender: who asks.
        on: the day of sending, from which the named date is reckoned.
        lang: ru or kk; the request's own when left out.
        number: our outgoing number, where there is one.

    Raises:
        LetterError: no such template, or a text with control characters.
        ingest.requests.deadlines.DeadlineError: the legal basis knows no deadline for that day.
    """
    template = _template(lang or drawn.lang)
    rule = rule_for(drawn.basis, on)
    words = {
        "body": drawn.body,
        "address": drawn.address,
        "sender": sender.name,
        "reply_to": sender.reply_to,
        "number": number,
        "topic": drawn.subject,
        "law": rule.law(template.lang),
        "years": _years(template, drawn.years),
        "date": _date(template, on),
        "due": _date(template, due_on(rule, on)),
    }
    for name, text in words.items():
        _refuse_control(drawn.request, name, text)
    return Letter(
        template.lang,
        _fill((*template.head, template.from_, template.number), words),
        template.subject,
        _fill(template.paragraphs, words),
        _fill(template.items, words),
        _fill(template.closing, words),
        Template(template.sign).substitute(words),
    )


def _date(template: LetterTemplate, on: date) -> str:
    return Template(template.date).substitute(day=on.day, month=template.months[on.month - 1], year=on.year)


def _years(template: LetterTemplate, years: Sequence[int]) -> str:
    ordered = sorted(set(years))
    if len(ordered) == 1:
        return Template(template.years.one).substitute(first=ordered[0])
    together = ordered == list(range(ordered[0], ordered[-1] + 1))
    listed = f"{ordered[0]}–{ordered[-1]}" if together else ", ".join(map(str, ordered))
    return Template(template.years.many).substitute(list=listed)


def _refuse_control(request: str, name: str, text: str) -> None:
    for letter in text:
        if unicodedata.category(letter) in {"Cc", "Cs", "Co", "Cn"}:
            raise LetterError(f"{request}: {name} holds the character U+{ord(letter):04X}; enter it without")


def _fill(texts: Sequence[str], words: Mapping[str, str]) -> tuple[str, ...]:
    """Fill templates in one pass, so that what is filled in is never a template itself."""
    filled = []
    for text in texts:
        template = Template(text)
        names = template.get_identifiers()
        if not any(not words[name] for name in names):
            filled.append(template.substitute(words))
    return tuple(filled)


def as_docx(letter: Letter) -> bytes:
    """The letter as a DOCX file; the same letter gives the same text and core properties."""
    from docx import Document  # noqa: PLC0415 - only letters need it
    from docx.enum.text import WD_ALIGN_PARAGRAPH  # noqa: PLC0415
    from docx.shared import Pt  # noqa: PLC0415

    document = Document()
    style = document.styles["Normal"]
    style.font.name, style.font.size = "DejaVu Sans", Pt(11)
    properties = document.core_properties
    properties.author, properties.title, properties.language = "", letter.subject, letter.lang
    properties.created = properties.modified = datetime(2000, 1, 1, tzinfo=UTC)
    for line in letter.head:
        document.add_paragraph(line).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.add_run(letter.subject).bold = True
    for line in letter.paragraphs:
        document.add_paragraph(line)
    for line in letter.items:
        document.add_paragraph(line, style="List Bullet")
    for line in (*letter.closing, letter.sign):
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def as_pdf(letter: Letter, fonts: Sequence[Path] = FONT_FOLDERS) -> bytes:
    """The letter as an A4 PDF with its font inside.

    Raises:
        LetterError: DejaVu Sans is in none of the folders.
    """
    from reportlab.lib.pagesizes import A4  # noqa: PLC0415 - only letters need it
    from reportlab.lib.units import mm  # noqa: PLC0415
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer  # noqa: PLC0415

    styles = _pdf_styles(fonts)
    flow: list[Any] = [Paragraph(escape(line), styles["right"]) for line in letter.head]
    flow += [Spacer(1, 8 * mm), Paragraph(escape(letter.subject), styles["title"]), Spacer(1, 4 * mm)]
    flow += [Paragraph(escape(line), styles["plain"]) for line in letter.paragraphs]
    flow += [Paragraph(escape(line), styles["item"], bulletText="–") for line in letter.items]
    flow += [Paragraph(escape(line), styles["plain"]) for line in letter.closing]
    flow += [Spacer(1, 6 * mm), Paragraph(escape(letter.sign), styles["plain"])]
    out = io.BytesIO()
    margins = dict.fromkeys(("leftMargin", "rightMargin", "topMargin", "bottomMargin"), 25 * mm)
    SimpleDocTemplate(out, pagesize=A4, title=letter.subject, lang=letter.lang, invariant=1, **margins).build(flow)
    return out.getvalue()


def _pdf_styles(fonts: Sequence[Path]) -> dict[str, Any]:
    from reportlab.lib.enums import TA_CENTER, TA_RIGHT  # noqa: PLC0415
    from reportlab.lib.styles import ParagraphStyle  # noqa: PLC0415
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415

    for file_name in FONT_FILES:
        found = next((folder / file_name for folder in fonts if (folder / file_name).is_file()), None)
        if found is None:
            raise LetterError(
                f"the font {file_name} was not found in {', '.join(map(str, fonts))}; install DejaVu Sans "
                "(Debian: fonts-dejavu-core) or write the letter as DOCX only (--format docx)"
            )
        pdfmetrics.registerFont(TTFont(Path(file_name).stem, found))
    plain = ParagraphStyle("plain", fontName="DejaVuSans", fontSize=11, leading=15, spaceAfter=6)
    return {
        "plain": plain,
        "right": ParagraphStyle("right", parent=plain, alignment=TA_RIGHT, spaceAfter=2),
        "title": ParagraphStyle("title", parent=plain, fontName="DejaVuSans-Bold", alignment=TA_CENTER),
        "item": ParagraphStyle("item", parent=plain, leftIndent=14, bulletIndent=2),
    }
