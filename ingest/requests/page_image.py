"""One page of a document as it is, for the person who compares it with what was read; never for publication.

Run as `python -m ingest.requests.page_image ORDER < document > page`, a process with bounded time and memory.
"""

from __future__ import annotations

import io
import sys

import msgspec
import pypdfium2 as pdfium
from PIL import Image

from ingest.requests.answer_image import scanned
from ingest.requests.picture_order import DPI, DrawnPage, PageOrder
from ingest.tables.formats import detect
from ingest.tables.model import DocumentRefused
from ingest.tables.pdf import open_pdf
from ingest.tables.safety import limit_process


def draw_page(data: bytes, order: PageOrder) -> DrawnPage:
    """Draw one page of a PDF, or the picture that the document is.

    Raises:
        DocumentRefused: it has no pages, not this one, or cannot be drawn.
    """
    kind = detect(data, order.name)
    if kind == "image":
        shown = scanned(data)
    elif kind == "pdf":
        shown = _pdf_page(data, order)
    else:
        raise DocumentRefused(order.name, "no-pages", "it has no pages that could be shown")
    out = io.BytesIO()
    shown.save(out, "PNG")
    return DrawnPage(shown.width, shown.height, out.getvalue())


def _pdf_page(data: bytes, order: PageOrder) -> Image.Image:
    document = open_pdf(data, order.name)
    try:
        if not 1 <= order.page <= len(document):
            raise DocumentRefused(order.name, "no-pages", f"it has no page {order.page}")
        page = document[order.page - 1]
        shown: Image.Image = page.render(scale=DPI / 72, grayscale=True, may_draw_forms=False).to_pil().convert("L")
        page.close()
    except pdfium.PdfiumError as error:
        raise DocumentRefused(order.name, "broken", f"page {order.page} cannot be drawn ({error})") from error
    finally:
        document.close()
    return shown


def main() -> int:
    """Limit this process, read the document from standard input, write the page as MessagePack."""
    order = msgspec.json.decode(sys.argv[1], type=PageOrder)
    limit_process(order.memory, order.seconds)
    sys.stdout.buffer.write(msgspec.msgpack.encode(draw_page(sys.stdin.buffer.read(), order)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
