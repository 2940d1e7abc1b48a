"""Words of a picture by tesseract, in Russian and Kazakh."""

import csv
import io
import os
import subprocess
from collections import defaultdict
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from ingest.tables.model import DocumentRefused

if TYPE_CHECKING:
    import numpy as np

    Pixels = np.ndarray[Any, np.dtype[np.uint8]]

DPI = 200
LANGUAGES = "rus+kaz"
_KAZAKH = frozenset("әғқңөұүһӘҒҚҢӨҰҮҺ")
_PLAIN = str.maketrans("әғқңөұүһэе", "агкноуунао")


class Tools(NamedTuple):
    """OpenCV and numpy once they are loaded."""

    cv2: Any
    numpy: Any


class Word(NamedTuple):
    """A word in pixels of the straightened picture."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    base: float


def with_kazakh(words: list[Word], again: list[Word], scale: float) -> list[Word]:
    """The words with the letters of Kazakh that only the second reading saw; nothing else is taken from it."""
    near = 2 * scale
    places: dict[tuple[int, int], list[Word]] = defaultdict(list)
    for word in again:
        if _KAZAKH & set(word.text):
            places[int(word.x0 // near), int(word.y0 // near)].append(word)

    def spelled(word: Word) -> str:
        column, row = int(word.x0 // near), int(word.y0 // near)
        around = (w for x in (-1, 0, 1) for y in (-1, 0, 1) for w in places.get((column + x, row + y), []))
        return next((w.text for w in around if plain_letters(w.text) == plain_letters(word.text)), word.text)

    return [word._replace(text=spelled(word)) for word in words]


def plain_letters(text: str) -> str:
    """A word with the letters of Kazakh as the Russian ones that they are taken for."""
    return text.casefold().translate(_PLAIN)


def picture_words(
    pixels: "Pixels",
    name: str,
    tools: Tools,
    mode: str,
    *options: str,
    languages: str = LANGUAGES,
    enlarged: float = 1.0,
) -> list[Word]:
    """Words of a picture by tesseract; words of one printed line share a base line."""
    large = tools.cv2.resize(pixels, None, fx=enlarged, fy=enlarged, interpolation=tools.cv2.INTER_CUBIC)
    done, encoded = tools.cv2.imencode(".png", large, (tools.cv2.IMWRITE_PNG_COMPRESSION, 1))
    if not done:
        raise DocumentRefused(name, "broken", "its picture cannot be prepared for reading")
    dpi = str(int(DPI * enlarged))
    order = ["tesseract", "-", "-", "-l", languages, "--psm", mode, "--dpi", dpi, *options, "tsv"]
    # threads of its own make one page slower and take the cores of the next
    alone = {**os.environ, "OMP_THREAD_LIMIT": "1"}
    try:
        answer = subprocess.run(  # noqa: S603 - a fixed program, no shell
            order, input=encoded.tobytes(), capture_output=True, check=True, env=alone
        )
    except FileNotFoundError as error:
        advice = "install tesseract with the languages rus and kaz (deploy/system-packages.sh does)"
        raise DocumentRefused(name, "no-scanner", advice) from error
    except subprocess.CalledProcessError as error:
        told = error.stderr.decode("utf-8", "replace").strip()[-200:]
        raise DocumentRefused(name, "no-scanner", f"tesseract could not read it ({told})") from error
    lines: dict[tuple[str, str, str], list[tuple[str, float, float, float, float]]] = defaultdict(list)
    table = csv.DictReader(io.StringIO(answer.stdout.decode("utf-8")), delimiter="\t", quoting=csv.QUOTE_NONE)
    for row in table:
        text = (row["text"] or "").strip()
        if row["level"] == "5" and text and float(row["conf"]) >= 0:
            x, y, w, h = (float(row[key]) / enlarged for key in ("left", "top", "width", "height"))
            lines[row["block_num"], row["par_num"], row["line_num"]].append((text, x, y, x + w, y + h))
    words: list[Word] = []
    for line in lines.values():
        base = median(y1 for _, _, _, _, y1 in line)
        words += [Word(text, x0, y0, x1, y1, base) for text, x0, y0, x1, y1 in line]
    return words
