"""Letters and ruled lines of one PDF page, turned so that the text runs from left to right.

pdfium hands out letters in the order of the content stream. That order is worthless here: letters that the
font of a word lacks (ә ғ қ ң ө ұ ү in many serif fonts) are drawn from another font and may come later. Only
the origin of each letter on its base line counts.
"""

import ctypes
import math
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as c

THIN = 3.0
"""A filled box thinner than this many points is a ruled line."""
MAX_LETTERS = 60_000
MAX_OBJECTS = 60_000
_UNREADABLE = {0, 0xFFFD, 0xFFFF}


class Letter(NamedTuple):
    """A letter in reading coordinates: points from the upper left of the page as it is read.

    `x0` to `x1` is the advance width, `size` the height of its font as drawn; `top` and `bottom` follow from
    the base line and the size, because boxes of subset fonts differ from letter to letter.
    """

    text: str
    x0: float
    x1: float
    base: float
    top: float
    bottom: float
    size: float


class Ruling(NamedTuple):
    """A straight line: `at` is its y (horizontal) or x (vertical), `start` to `end` its extent."""

    at: float
    start: float
    end: float


class Page(NamedTuple):
    """A page ready for the table finders. `unread` counts letters without a known character."""

    number: int
    width: float
    height: float
    letters: list[Letter]
    horizontal: list[Ruling]
    vertical: list[Ruling]
    unread: int
    images: int
    to_display: Callable[[float, float, float, float], tuple[float, float, float, float]]


class PageTooBusy(Exception):  # noqa: N818 - named as the fact it reports
    """More letters or drawing objects than a printed page can hold."""


def _turn(quarter: int, box: tuple[float, float, float, float]) -> Callable[[float, float], tuple[float, float]]:
    left, bottom, right, top = box
    if quarter == 1:
        return lambda x, y: (y - bottom, x - left)
    if quarter == 2:
        return lambda x, y: (right - x, y - bottom)
    if quarter == 3:
        return lambda x, y: (top - y, right - x)
    return lambda x, y: (x - left, top - y)


def _unturn(quarter: int, box: tuple[float, float, float, float]) -> Callable[[float, float], tuple[float, float]]:
    left, bottom, right, top = box
    if quarter == 1:
        return lambda x, y: (y + left, x + bottom)
    if quarter == 2:
        return lambda x, y: (right - x, y + bottom)
    if quarter == 3:
        return lambda x, y: (right - y, top - x)
    return lambda x, y: (x + left, top - y)


def _page_box(page: pdfium.PdfPage) -> tuple[float, float, float, float]:
    rect = c.FS_RECTF()
    if not c.FPDF_GetPageBoundingBox(page.raw, rect):
        width, height = page.get_size()
        return 0.0, 0.0, width, height
    return rect.left, rect.bottom, rect.right, rect.top


def _reading_quarter(text: ctypes.c_void_p, count: int, displayed: int) -> int:
    """Quarter turns that set most letters upright; the page's own rotation when it holds no text."""
    step = max(1, count // 64)
    found: Counter[int] = Counter()
    matrix = c.FS_MATRIX()
    for index in range(0, count, step):
        if c.FPDFText_GetMatrix(text, index, matrix) and (matrix.a or matrix.b):
            found[round(math.atan2(matrix.b, matrix.a) / (math.pi / 2)) % 4] += 1
    return found.most_common(1)[0][0] if found else displayed


def _code(code: int) -> int:
    """The character pdfium means: it writes a hyphen at the end of a line as U+0002 or U+FFFE."""
    if code in {2, 0xFFFE}:
        return 45
    return 0xFFFD if code in _UNREADABLE or 0xE000 <= code <= 0xF8FF else code


def _codes(text: ctypes.c_void_p, count: int) -> list[int]:
    """Characters of a page, in one call when every letter gives exactly one UTF-16 unit, else one by one."""
    buffer = (ctypes.c_ushort * (count + 1))()
    units = list(buffer[:count]) if c.FPDFText_GetText(text, 0, count, buffer) == count + 1 else None
    if units is None or any(0xD800 <= unit < 0xE000 for unit in units):
        units = [c.FPDFText_GetUnicode(text, index) for index in range(count)]
    return [_code(unit) for unit in units]


def _letters(
    text: ctypes.c_void_p, count: int, turn: Callable[[float, float], tuple[float, float]]
) -> tuple[list[Letter], int]:
    letters: list[Letter] = []
    unread = 0
    x, y, rect, matrix = ctypes.c_double(), ctypes.c_double(), c.FS_RECTF(), c.FS_MATRIX()
    px, py, pr = ctypes.byref(x), ctypes.byref(y), ctypes.byref(rect)
    get_origin, get_box = c.FPDFText_GetCharOrigin, c.FPDFText_GetLooseCharBox
    generated, font_size = c.FPDFText_IsGenerated, c.FPDFText_GetFontSize
    run: tuple[float, float] | None = None
    (left, top), (one_right, one_down) = turn(0.0, 0.0), turn(1.0, 1.0)
    right, down = one_right - left, one_down - top
    sideways = turn(1.0, 0.0)[0] == left
    size = 10.0
    for index, code in enumerate(_codes(text, count)):
        if code < 33 and code in {13, 10, 32} and generated(text, index) == 1:
            continue  # a guess of pdfium about words and lines; gaps are measured here instead
        unread += code == 0xFFFD
        if code < 32 or code == 0xAD or not get_origin(text, index, px, py) or not get_box(text, index, pr):
            continue
        this = (font_size(text, index), x.value if sideways else y.value)
        if this != run:  # the scale can change only where the font or the base line does
            run, size = this, this[0]
            if c.FPDFText_GetMatrix(text, index, matrix):
                size *= math.hypot(matrix.c, matrix.d) or 1.0
        if sideways:
            ax, bx = turn(rect.left, rect.top)[0], turn(rect.right, rect.bottom)[0]
            base = turn(x.value, y.value)[1]
        else:
            ax, bx = rect.left * right + left, rect.right * right + left
            base = y.value * down + top
        if bx < ax:
            ax, bx = bx, ax
        letters.append(Letter(chr(code), ax, bx, base, base - 0.75 * size, base + 0.22 * size, size))
    return letters, unread


Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def _matrix(item: ctypes.c_void_p, parent: Matrix) -> Matrix:
    own = c.FS_MATRIX()
    if not c.FPDFPageObj_GetMatrix(item, own):
        return parent
    a, b, cc, d, e, f = own.a, own.b, own.c, own.d, own.e, own.f
    pa, pb, pc, pd, pe, pf = parent
    return (
        a * pa + b * pc,
        a * pb + b * pd,
        cc * pa + d * pc,
        cc * pb + d * pd,
        e * pa + f * pc + pe,
        e * pb + f * pd + pf,
    )


def _objects(page: pdfium.PdfPage) -> Iterator[tuple[ctypes.c_void_p, int, Matrix]]:
    """Every drawing object, those inside form objects with the form's matrix applied."""
    seen = 0
    stack: list[tuple[ctypes.c_void_p, Matrix, int]] = [
        (c.FPDFPage_GetObject(page.raw, index), _IDENTITY, 0) for index in range(c.FPDFPage_CountObjects(page.raw))
    ]
    while stack:
        item, matrix, depth = stack.pop()
        seen += 1
        if seen > MAX_OBJECTS:
            raise PageTooBusy(f"more than {MAX_OBJECTS} drawing objects")
        kind = c.FPDFPageObj_GetType(item)
        if kind == c.FPDF_PAGEOBJ_FORM and depth < 4:
            inner = _matrix(item, matrix)
            count = c.FPDFFormObj_CountObjects(item)
            stack.extend((c.FPDFFormObj_GetObject(item, index), inner, depth + 1) for index in range(count))
        else:
            yield item, kind, matrix


def _subpaths(item: ctypes.c_void_p, matrix: Matrix) -> list[list[tuple[float, float]]]:
    """Straight sub-paths in page coordinates; a curve ends one and starts the next."""
    a, b, cc, d, e, f = _matrix(item, matrix)
    found: list[list[tuple[float, float]]] = []
    current: list[tuple[float, float]] = []
    x, y = ctypes.c_float(), ctypes.c_float()
    px, py = ctypes.byref(x), ctypes.byref(y)
    for index in range(c.FPDFPath_CountSegments(item)):
        segment = c.FPDFPath_GetPathSegment(item, index)
        kind = c.FPDFPathSegment_GetType(segment)
        c.FPDFPathSegment_GetPoint(segment, px, py)
        point = (a * x.value + cc * y.value + e, b * x.value + d * y.value + f)
        if kind == c.FPDF_SEGMENT_LINETO and current:
            current.append(point)
        else:
            if len(current) > 1:
                found.append(current)
            current = [point]
        if c.FPDFPathSegment_GetClose(segment) and len(current) > 1:
            current.append(current[0])
            found.append(current)
            current = [current[0]]
    if len(current) > 1:
        found.append(current)
    return found


def _white(item: ctypes.c_void_p, getter: Callable[..., int]) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not getter(item, red, green, blue, alpha):
        return False
    return alpha.value == 0 or min(red.value, green.value, blue.value) >= 250


class _Rulings:
    """Collects the horizontal and vertical lines of a page, in reading coordinates."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.horizontal: list[Ruling] = []
        self.vertical: list[Ruling] = []

    def line(self, ax: float, ay: float, bx: float, by: float) -> None:
        if abs(ay - by) <= 1.0 and abs(ax - bx) > 1.0:
            self.horizontal.append(Ruling((ay + by) / 2, min(ax, bx), max(ax, bx)))
        elif abs(ax - bx) <= 1.0 and abs(ay - by) > 1.0:
            self.vertical.append(Ruling((ax + bx) / 2, min(ay, by), max(ay, by)))

    def path(self, path: list[tuple[float, float]], *, stroked: bool, filled: bool) -> None:
        xs, ys = [p[0] for p in path], [p[1] for p in path]
        x0, x1, y0, y1 = min(xs), max(xs), min(ys), max(ys)
        thin_x, thin_y = x1 - x0 <= THIN, y1 - y0 <= THIN
        if filled and thin_x != thin_y:
            if thin_y:
                self.line(x0, (y0 + y1) / 2, x1, (y0 + y1) / 2)
            else:
                self.line((x0 + x1) / 2, y0, (x0 + x1) / 2, y1)
            return
        if filled and not stroked:
            if x1 - x0 > 0.9 * self.width and y1 - y0 > 0.9 * self.height:
                return  # the paper
            path = path if path[0] == path[-1] else [*path, path[0]]
        for (ax, ay), (bx, by) in pairwise(path):
            self.line(ax, ay, bx, by)


def _rulings(
    page: pdfium.PdfPage, turn: Callable[[float, float], tuple[float, float]], width: float, height: float
) -> tuple[list[Ruling], list[Ruling], int]:
    found = _Rulings(width, height)
    images = 0
    for item, kind, matrix in _objects(page):
        if kind == c.FPDF_PAGEOBJ_IMAGE:
            images += 1
        if kind != c.FPDF_PAGEOBJ_PATH:
            continue
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        c.FPDFPath_GetDrawMode(item, fill, stroke)
        stroked = bool(stroke.value) and not _white(item, c.FPDFPageObj_GetStrokeColor)
        filled = bool(fill.value) and not _white(item, c.FPDFPageObj_GetFillColor)
        if stroked or filled:
            for points in _subpaths(item, matrix):
                found.path([turn(x, y) for x, y in points], stroked=stroked, filled=filled)
    return found.horizontal, found.vertical, images


def read_page(document: pdfium.PdfDocument, index: int) -> Page:
    """Letters and ruled lines of page `index` (from 0).

    Raises:
        PageTooBusy: the page holds more letters or objects than print can.
    """
    page = document[index]
    try:
        box = _page_box(page)
        displayed = page.get_rotation() // 90
        text = page.get_textpage()
        try:
            count = c.FPDFText_CountChars(text.raw)
            if count > MAX_LETTERS:
                raise PageTooBusy(f"{count} letters")
            quarter = _reading_quarter(text.raw, count, displayed)
            turn = _turn(quarter, box)
            letters, unread = _letters(text.raw, count, turn)
        finally:
            text.close()
        width, height = box[2] - box[0], box[3] - box[1]
        if quarter % 2:
            width, height = height, width
        horizontal, vertical, images = _rulings(page, turn, width, height)
    finally:
        page.close()
    back, show = _unturn(quarter, box), _turn(displayed, box)

    def to_display(x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        ax, ay = show(*back(x0, y0))
        bx, by = show(*back(x1, y1))
        return round(min(ax, bx), 2), round(min(ay, by), 2), round(max(ax, bx), 2), round(max(ay, by), 2)

    return Page(index + 1, width, height, letters, horizontal, vertical, unread, images, to_display)
