"""Pictures of pages to pages: set straight, lines found, words read, figures read twice.

A scanned page becomes the same `Page` that a PDF with text gives: ruled lines and words in reading coordinates.
Everything after that is shared. What is read from a picture is always marked for review, and a figure that two
readings do not agree on is named.

Needs the `scans` extra (numpy, OpenCV) and tesseract with Russian and Kazakh.
"""

import io
import math
import re
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from PIL import Image, UnidentifiedImageError

from ingest.extras import how_to_add
from ingest.tables.lattice import lattices
from ingest.tables.model import READ_FROM_PICTURE, DocumentRefused, Place
from ingest.tables.pdf_page import Letter, Page, Ruling
from ingest.tables.picture_words import Tools, Word, picture_words, with_kazakh

if TYPE_CHECKING:
    import numpy as np

    Pixels = np.ndarray[Any, np.dtype[np.uint8]]

Box = tuple[int, int, int, int]
MAX_PIXELS = 40_000_000
"""An A3 page at 400 dpi has 31 million pixels; more is no page."""
_ONLY_FIGURES = ("-c", "tessedit_char_whitelist=0123456789.,- ")
_SECOND, _THIRD = 1.5, 2.0
"""How much larger figures are shown when they are read again, so that one slip is not made twice."""
_FIGURE = re.compile(r"-|\d{1,3}(?: \d{3})+(?:,\d+)?|\d+(?:,\d+)?")
_LIKE_DIGITS = frozenset("0123456789ОоOoЗзІіIl|!ШшБбВвSs ")
"""Letters that a few digits may be taken for."""


class Scan(NamedTuple):
    """A page read from a picture, the reasons why a person should look at it, and the figures read in two ways."""

    page: Page
    review: list[str]
    doubts: list[tuple[Place, str]]


def _tools(name: str) -> Tools:
    """OpenCV and numpy, loaded only when a picture is to be read.

    Raises:
        DocumentRefused: they are not installed.
    """
    try:
        import cv2  # noqa: PLC0415 - an optional extra of some 90 MB
        import numpy  # noqa: PLC0415, ICN001
    except ImportError as error:
        advice = f"reading pictures of pages needs the extra: {how_to_add('scans')}"
        raise DocumentRefused(name, "no-scanner", advice) from error
    cv2.setNumThreads(1)
    return Tools(cv2, numpy)


def open_picture(data: bytes, name: str) -> "Pixels":
    """Grey pixels of an image file.

    Raises:
        DocumentRefused: broken, or with more pixels than a page can have (looked up before it is decoded).
    """
    tools = _tools(name)
    try:
        with Image.open(io.BytesIO(data)) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                size = f"{picture.width} × {picture.height} pixels"
                raise DocumentRefused(name, "too-large", f"{size}; scan it at 200 to 300 dpi")
            grey: Pixels = tools.numpy.asarray(picture.convert("L"))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise DocumentRefused(name, "broken", f"it is no readable picture ({error})") from error
    return grey


def read_picture(grey: "Pixels", number: int, width: float, height: float, name: str) -> Scan:
    """Reads one page.

    Args:
        grey: pixels of the whole page.
        number: page number from 1.
        width: width of the page in points; places are told in points.
        height: its height in points.
        name: name of the document, for messages.

    Raises:
        DocumentRefused: OpenCV or tesseract is not installed, or tesseract fails.
    """
    tools = _tools(name)
    cv2, numpy = tools
    scale = grey.shape[1] / width
    angle = _skew(grey, tools)
    centre = (grey.shape[1] / 2, grey.shape[0] / 2)
    turn = cv2.getRotationMatrix2D(centre, angle, 1.0)
    straight = cv2.warpAffine(grey, turn, (grey.shape[1], grey.shape[0]), flags=cv2.INTER_CUBIC, borderValue=255)
    dark = cv2.adaptiveThreshold(
        cv2.GaussianBlur(straight, (3, 3), 0), 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 41, 18
    )
    horizontal, vertical, lines = _rulings(dark, tools, scale)
    clean = straight.copy()
    clean[cv2.dilate(lines, numpy.ones((3, 3), numpy.uint8)) > 0] = 255
    words = with_kazakh(
        picture_words(clean, name, tools, "11"), picture_words(clean, name, tools, "11", languages="kaz"), scale
    )
    back = cv2.invertAffineTransform(turn)

    def to_display(x0: float, y0: float, x1: float, y1: float) -> tuple[float, float, float, float]:
        corners = [(x * scale, y * scale) for x in (x0, x1) for y in (y0, y1)]
        xs = [(back[0][0] * x + back[0][1] * y + back[0][2]) / scale for x, y in corners]
        ys = [(back[1][0] * x + back[1][1] * y + back[1][2]) / scale for x, y in corners]
        # plain numbers: those of numpy cannot leave the process that reads the document
        left, top, right, bottom = (round(float(edge), 2) for edge in (min(xs), min(ys), max(xs), max(ys)))
        return left, top, right, bottom

    empty = Page(number, width, height, [], horizontal, vertical, 0, 0, to_display)
    words, doubtful = _read_again(empty, words, clean, tools, scale=scale, name=name)
    letters = [
        Letter(w.text, w.x0 / scale, w.x1 / scale, w.base / scale, w.base / scale - 7.5, w.base / scale + 2.2, 10.0)
        for w in words
    ]
    review = [READ_FROM_PICTURE]
    if doubtful:
        review.append(f"{len(doubtful)} figures were read differently the second time")
    doubts = [
        (Place(number, *to_display(x0 / scale, y0 / scale, x1 / scale, y1 / scale)), other)
        for (x0, y0, x1, y1), other in doubtful
    ]
    return Scan(empty._replace(letters=letters), review, doubts)


def _skew(grey: "Pixels", tools: Tools) -> float:
    """Degrees by which the page is turned: the angle at which its lines give the sharpest row profile."""
    cv2, numpy = tools
    small = cv2.resize(grey, None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
    dark = (small < 160).astype(numpy.float32)
    size = (small.shape[1], small.shape[0])

    def sharpness(angle: float) -> float:
        matrix = cv2.getRotationMatrix2D((size[0] / 2, size[1] / 2), angle, 1.0)
        profile = cv2.warpAffine(dark, matrix, size).sum(axis=1)
        return float(((profile[1:] - profile[:-1]) ** 2).sum())

    best = max((step * 0.25 for step in range(-12, 13)), key=sharpness)
    best = max((best + step * 0.05 for step in range(-5, 6)), key=sharpness)
    return max((best + step * 0.01 for step in range(-4, 5)), key=sharpness)


def _rulings(dark: "Pixels", tools: Tools, scale: float) -> tuple[list[Ruling], list[Ruling], "Pixels"]:
    """Straight lines in points, and their pixels."""
    cv2 = tools.cv2
    length = int(18 * scale)  # a quarter of an inch: longer than any stroke of a letter
    across = cv2.morphologyEx(dark, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, (2 * length, 1)))
    across = cv2.dilate(across, cv2.getStructuringElement(cv2.MORPH_RECT, (length // 2, 3)))
    down = cv2.morphologyEx(dark, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, (1, int(0.75 * length))))
    down = cv2.dilate(down, cv2.getStructuringElement(cv2.MORPH_RECT, (3, length // 3)))
    horizontal: list[Ruling] = []
    vertical: list[Ruling] = []
    for pixels, target in ((across, horizontal), (down, vertical)):
        contours, _ = cv2.findContours(pixels, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        for contour in contours:
            x, y, w, h = cv2.boundingRect(contour)
            if target is horizontal and w > 2 * length:
                target.append(Ruling((y + h / 2) / scale, x / scale, (x + w) / scale))
            elif target is vertical and h > 0.9 * length:
                target.append(Ruling((x + w / 2) / scale, y / scale, (y + h) / scale))
    return horizontal, vertical, cv2.bitwise_and(cv2.bitwise_or(across, down), dark)


def _read_again(
    page: Page, words: list[Word], clean: "Pixels", tools: Tools, *, scale: float, name: str
) -> tuple[list[Word], list[tuple[Box, str]]]:
    """Reads figures a second time, and cells with ink in which the first reading saw nothing.

    Gives the words, and where two readings differ, with the reading that does not stand.

    The cells are pasted below each other into one picture, one line each, so that one call reads them all.
    """
    figures: list[tuple[Box, list[Word]]] = []
    unseen: list[tuple[Box, list[Word]]] = []
    out: list[Word] = []
    gone: set[Word] = set()
    for lattice in lattices(page):
        for column in _columns(lattice.xs, lattice.ys, scale):
            filled = [(square, _within(words, square)) for square in column]
            told = [text for _, inside in filled if (text := "".join(w.text for w in inside))]
            likely = sum(_may_be_figure(text, numeric=True) for text in told)
            numeric = any(map(_figure, told)) and 2 * likely > len(told)
            for square, inside in filled:
                ink = _ink(clean[square[1] : square[3], square[0] : square[2]], tools)
                if ink is None:
                    continue
                box = (square[0] + ink[0], square[1] + ink[1], square[0] + ink[2], square[1] + ink[3])
                if _dash(box, scale):  # nothing was paid; read as a word it may come out as any figure
                    gone.update(inside)
                    out.append(Word("-", *box, box[3] + 2 * scale))
                elif inside and _may_be_figure("".join(w.text for w in inside), numeric=numeric):
                    figures.append((box, inside))
                elif not inside:
                    (figures if numeric else unseen).append((box, inside))
    doubtful: list[tuple[Box, str]] = []
    for group, options in ((figures, _ONLY_FIGURES), (unseen, ())):
        again = _strips([box for box, _ in group], clean, tools, options, scale=scale, name=name)
        for (box, inside), text in zip(group, again, strict=True):
            first = " ".join(w.text for w in sorted(inside, key=lambda w: (w.base, w.x0)))
            chosen, sure = _chosen(first, text)
            if not sure and _FIGURE.fullmatch(text):
                # the two readings contradict each other: a third, of this cell alone, says which one stands for now
                [third] = _strips([box], clean, tools, options, scale=scale, name=name, enlarged=_THIRD)
                chosen = text if _digits(third) == _digits(text) else chosen
            doubtful += [] if sure else [(box, text if chosen == first else first)]
            if chosen != first:
                gone.update(inside)
                out.append(Word(chosen, *box, box[3]))
    return [word for word in words if word not in gone] + out, doubtful


def _chosen(first: str, again: str) -> tuple[str, bool]:
    """Which reading of a cell stands, and whether it is sure."""
    if not first:
        return again, True  # what only one reading saw is in review with all that comes from a picture
    if _digits(first) == _digits(again):
        # the same digits: a point or colon among them is dust when the other reading is a well-formed figure
        lettered = any(c.isalpha() for c in first)
        better = not lettered and not _FIGURE.fullmatch(first) and _FIGURE.fullmatch(again)
        return (again if better else first), True
    dust = not any(c.isalpha() for c in first) or set(first) <= _LIKE_DIGITS
    if dust and not _FIGURE.fullmatch(first) and _FIGURE.fullmatch(again):
        return again, False
    return first, False


def _within(words: list[Word], square: Box) -> list[Word]:
    x0, y0, x1, y1 = square
    return [w for w in words if x0 <= (w.x0 + w.x1) / 2 < x1 and y0 <= (w.y0 + w.y1) / 2 < y1]


def _dash(box: Box, scale: float) -> bool:
    """Whether the ink of a cell is a dash: wider than high, and lower than any figure."""
    height, width = box[3] - box[1], box[2] - box[0]
    return 1.4 * height < width < 14 * scale and height < 2.4 * scale


def _figure(text: str) -> bool:
    return 2 * sum(c.isdigit() for c in text) > len(text)


def _may_be_figure(text: str, *, numeric: bool) -> bool:
    """Whether a cell is to be read as a figure; among figures a few letters may be misread digits."""
    return _figure(text) or (numeric and set(text) <= _LIKE_DIGITS)


def _digits(text: str) -> str:
    return "".join(c for c in text if c.isdigit())


def _columns(xs: list[float], ys: list[float], scale: float) -> list[list[Box]]:
    """Squares of a lattice by column, in pixels, a little inside their borders."""
    return [
        [
            (math.ceil(left * scale) + 3, math.ceil(top * scale) + 3, int(right * scale) - 3, int(bottom * scale) - 3)
            for top, bottom in pairwise(ys)
            if bottom - top > 6
        ]
        for left, right in pairwise(xs)
        if right - left > 6
    ]


def _ink(square: "Pixels", tools: Tools) -> Box | None:
    """The box of the ink in a cell, None when it holds nothing but dust."""
    dark = square < 165
    flat = tools.numpy.flatnonzero
    rows, columns = flat(dark.sum(axis=1) > 1), flat(dark.sum(axis=0) > 1)
    if int(dark.sum()) < 12 or not len(rows) or not len(columns):
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _strips(
    boxes: list[Box],
    clean: "Pixels",
    tools: Tools,
    options: tuple[str, ...],
    *,
    scale: float,
    name: str,
    enlarged: float = _SECOND,
) -> list[str]:
    """Text of each box, all boxes read in one picture with a line for each."""
    if not boxes:
        return []
    step = int(max(y1 - y0 for _, y0, _, y1 in boxes) + 9 * scale)
    width = int(max(x1 - x0 for x0, _, x1, _ in boxes) + 20 * scale)
    sheet = tools.numpy.full((step * len(boxes) + step, width), 255, tools.numpy.uint8)
    for n, (x0, y0, x1, y1) in enumerate(boxes):
        top = n * step + step // 2
        sheet[top : top + y1 - y0, int(10 * scale) : int(10 * scale) + x1 - x0] = clean[y0:y1, x0:x1]
    found: dict[int, list[Word]] = defaultdict(list)
    for word in picture_words(sheet, name, tools, "6", *options, enlarged=enlarged):
        found[int(((word.y0 + word.y1) / 2 - step // 4) // step)].append(word)
    return [" ".join(w.text for w in sorted(found.get(n, []), key=lambda w: w.x0)) for n in range(len(boxes))]
