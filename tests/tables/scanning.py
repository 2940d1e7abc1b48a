"""Makes scans of documents: pages drawn, turned a little, blurred, with noise, kept as JPEG in a PDF without text."""

import io
import random
from typing import Any, NamedTuple

import pypdfium2 as pdfium
from PIL import Image, ImageFilter

DPI = 200


class Paper(NamedTuple):
    """How bad a scan is: degrees it may be turned either way, blur in pixels, strength of noise, JPEG quality."""

    turned: float = 0.8
    blur: float = 0.6
    noise: float = 8.0
    quality: int = 60


def scanned_pages(document: bytes, seed: int, paper: Paper | None = None, *, pages: int = 100) -> list[Image.Image]:
    """The pages of a PDF as a scanner would give them; the same seed gives the same pixels."""
    import numpy as np

    how = paper or Paper()
    chance, dust = random.Random(seed), np.random.default_rng(seed)
    out = []
    with pdfium.PdfDocument(document) as opened:
        for index in range(min(pages, len(opened))):
            page = opened[index].render(scale=DPI / 72, grayscale=True).to_pil().convert("L")
            angle = chance.uniform(-how.turned, how.turned)
            page = page.rotate(angle, Image.Resampling.BICUBIC, fillcolor=255)
            page = page.filter(ImageFilter.GaussianBlur(how.blur))
            pixels: Any = np.asarray(page).astype(float)
            pixels = pixels + dust.normal(0, how.noise, pixels.shape)
            out.append(Image.fromarray(pixels.clip(0, 255).astype("uint8"), "L"))
    return out


def as_pdf(pages: list[Image.Image], quality: int = 60) -> bytes:
    """A PDF of pictures."""
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=DPI, quality=quality)
    return out.getvalue()


def scanned(document: bytes, seed: int, paper: Paper | None = None, *, pages: int = 100) -> bytes:
    """A PDF as a scan of itself."""
    how = paper or Paper()
    return as_pdf(scanned_pages(document, seed, how, pages=pages), how.quality)
