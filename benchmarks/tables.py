"""Tables of PDFs beside pdfplumber and camelot: exact cells, structure and pages a second, all in one run.

    MEDIACONTRACTS_REAL_DATA=… python -m benchmarks.tables

Cells: sixteen replies with a truth for every cell, pieces over page breaks joined or counted wrong. Structure: the
ICDAR-2013 documents with a truth, adjacency of cells, per document (`macro`) and over all (`micro`). camelot is
measured when `.venv-bench` holds it. Office files: the same replies, recall of cells. Scans: four of them drawn at
200 dpi, turned up to 0.8 degrees, blurred, with noise, as JPEG.
"""

import json
import logging
import os
import re
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import mean, median
from typing import Any

import pdfplumber
from rapidfuzz.distance import Levenshtein

from benchmarks.result import Result
from ingest.tables.formats import document_tables
from ingest.tables.model import Table
from ingest.tables.pdf import pdf_grids, pdf_tables
from tests.tables.scanning import as_pdf, scanned_pages
from tests.tables.scoring import (
    Score,
    adjacency,
    exact_cells,
    grid_relations,
    icdar_truth,
    relations,
    reply_score,
    spread,
)

BENCH_PYTHON = Path(".venv-bench/bin/python")
ROUNDS = 3
CAMELOT = """
import json, sys, warnings
warnings.simplefilter("ignore")
import camelot
flavour, *paths = sys.argv[1:]
out = {}
for path in paths:
    try:
        out[path] = [t.df.values.tolist() for t in camelot.read_pdf(path, pages="all", flavor=flavour)]
    except Exception as error:
        out[path] = []
        print(path, error, file=sys.stderr)
json.dump(out, sys.stdout)
"""
FLAVOURS = ("lattice", "auto")
"""Modes of camelot that are measured: for ruled tables, and the one that chooses for each page."""
Relations = Counter[tuple[str, str, str]]


def plumber_rows(path: Path) -> list[list[list[str]]]:
    """Tables of a document by pdfplumber's default, page by page."""
    with pdfplumber.open(path) as document:
        return [
            [[(text or "").replace("\n", " ") for text in row] for row in table]
            for page in document.pages
            for table in page.extract_tables()
        ]


def camelot_rows(flavour: str, paths: list[Path]) -> dict[Path, list[list[list[str]]]] | None:
    """Tables of documents by a mode of camelot, None when it is not installed."""
    if not BENCH_PYTHON.exists():
        return None
    done = subprocess.run(
        [str(BENCH_PYTHON), "-c", CAMELOT, flavour, *map(str, paths)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        return None
    return {Path(path): tables for path, tables in json.loads(done.stdout).items()}


def without_repeated_headers(tables: list[list[list[str]]]) -> list[list[str]]:
    """Rows of all pieces; a header printed again counts once for a peer, too."""
    rows: list[list[str]] = []
    first: list[list[str]] = tables[0][:2] if tables else []
    for number, table in enumerate(tables):
        rows += [row for row in table if number == 0 or row not in first]
    return rows


def reply_f1(folder: Path, truths: list[dict[str, Any]], read: Callable[[Path], Score]) -> float:
    total = Score(0, 0, 0)
    for truth in truths:
        total = total.plus(read(folder / f"{truth['name']}.pdf"))
    return total.f1


def structure(folder: Path, read: Callable[[Path], Relations]) -> tuple[float, float]:
    """Micro and macro F1 over the documents with a truth."""
    total = Score(0, 0, 0)
    each: list[float] = []
    for pdf in sorted(folder.glob("eu-*.pdf")):
        truth = icdar_truth(pdf.with_name(f"{pdf.stem}-str.xml"))
        score = adjacency(truth, read(pdf))
        total = total.plus(score)
        each.append(score.f1)
    return total.f1, mean(each)


def pages_a_second(paths: list[Path], read: Callable[[Path], object]) -> float:
    pages = 0
    for path in paths:
        with pdfplumber.open(path) as document:
            pages += len(document.pages)
    rates = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        for path in paths:
            read(path)
        rates.append(pages / (time.perf_counter() - began))
    return median(rates)


def ours(path: Path) -> list[Table]:
    return pdf_tables(path.read_bytes(), path.name)


def peak_memory(paths: list[Path]) -> float:
    """Megabytes that a fresh process needs to read all documents one after another."""
    program = (
        "import sys\nfrom pathlib import Path\nfrom ingest.tables.pdf import pdf_tables\n"
        "for p in sys.argv[1:]: pdf_tables(Path(p).read_bytes(), p)\n"
        "print(Path('/proc/self/status').read_text())"
    )
    order = [sys.executable, "-c", program, *map(str, paths)]
    done = subprocess.run(order, capture_output=True, text=True, check=True)
    # not ru_maxrss, which a child inherits from the process that started it
    return int(done.stdout.split("VmHWM:")[1].split()[0]) / 1024


def measure(real: Path) -> list[Result]:
    """All figures; `real` is the folder of real files."""
    logging.getLogger("pdfminer").setLevel(logging.ERROR)
    replies, icdar = real / "organ-replies", real / "pdf-tables-tabula" / "icdar2013"
    truths: list[dict[str, Any]] = json.loads((replies / "truth.json").read_text("utf-8"))
    by_path = {replies / f"{t['name']}.pdf": t for t in truths}
    ruled = [t for t in truths if t["template"] != "T3"]
    open_ones = [t for t in truths if t["template"] == "T3"]

    def our_score(path: Path) -> Score:
        return reply_score(by_path[path], ours(path))

    def peer_score(path: Path) -> Score:
        truth = by_path[path]
        return exact_cells(truth["header"] + truth["rows"], without_repeated_headers(plumber_rows(path)))

    def plumber_relations(path: Path) -> Relations:
        out: Relations = Counter()
        for table in plumber_rows(path):
            out.update(relations(spread(table)))
        return out

    paths = list(by_path)
    ruled_paths = [replies / f"{t['name']}.pdf" for t in ruled]
    micro, macro = structure(icdar, lambda path: grid_relations(pdf_grids(path.read_bytes(), path.name)))
    peer_micro, peer_macro = structure(icdar, plumber_relations)
    results = [
        Result("tables: exact cells of ruled replies beside pdfplumber", "F1", reply_f1(replies, ruled, our_score),
               reply_f1(replies, ruled, peer_score), 1.0),
        Result("tables: exact cells of ruled replies", "F1", reply_f1(replies, ruled, our_score), None, 0.995),
        Result("tables: exact cells of replies without lines", "F1", reply_f1(replies, open_ones, our_score),
               None, 0.90),
        Result("tables: exact cells of all replies", "F1", reply_f1(replies, truths, our_score), None, 0.98),
        Result("tables: ICDAR-2013 adjacency, micro, beside pdfplumber", "F1", micro, peer_micro, 1.0),
        Result("tables: ICDAR-2013 adjacency, macro, beside pdfplumber", "F1", macro, peer_macro, 1.0),
        Result("tables: pages read beside pdfplumber", "pages/s", pages_a_second(ruled_paths, ours),
               pages_a_second(ruled_paths, plumber_rows), 5.0),
        Result("tables: peak memory for all replies", "MB", peak_memory(paths), None, 100.0, at_most=True),
    ]  # fmt: skip
    return [
        *results,
        *office(replies, truths),
        *scans(replies, truths),
        *(result for flavour in FLAVOURS for result in beside_camelot(flavour, replies, by_path, icdar, micro)),
    ]


def office(replies: Path, truths: list[dict[str, Any]]) -> list[Result]:
    """The same replies as office files: how many of the cells of the truth are read."""
    out = []
    for ending in ("docx", "xlsx", "ods"):
        total = Score(0, 0, 0)
        for truth in truths:
            path = replies / f"{truth['name']}.{ending}"
            total = total.plus(reply_score(truth, document_tables(path.read_bytes(), path.name)))
        out.append(Result(f"tables: recall of cells, {ending}", "share", total.recall, None, 1.0))
    return out


def beside_camelot(
    flavour: str, replies: Path, by_path: dict[Path, dict[str, Any]], icdar: Path, micro: float
) -> list[Result]:
    """The same truths read by a mode of camelot, nothing when it is not installed."""
    documents = sorted(icdar.glob("eu-*.pdf"))
    found = camelot_rows(flavour, [*by_path, *documents])
    if found is None:
        return []
    cells = Score(0, 0, 0)
    for path, truth in by_path.items():
        cells = cells.plus(exact_cells(truth["header"] + truth["rows"], without_repeated_headers(found[path])))
    mine = reply_f1(replies, list(by_path.values()), lambda path: reply_score(by_path[path], ours(path)))

    def camelot_relations(path: Path) -> Relations:
        out: Relations = Counter()
        for table in found[path]:
            out.update(relations(spread(table)))
        return out

    return [
        Result(f"tables: exact cells of all replies beside camelot ({flavour})", "F1", mine, cells.f1, 1.0),
        Result(f"tables: ICDAR-2013 adjacency, micro, beside camelot ({flavour})", "F1", micro,
               structure(icdar, camelot_relations)[0], 1.0),
    ]  # fmt: skip


SCANNED = ("T1", "T2", "T4", "T6")
"""Ruled templates of which one reply each is read as a scan; the fifth differs in its amounts alone."""
AMOUNTS = {"T1": 4, "T2": 1, "T4": 2, "T6": 3}
"""How many of the last columns are amounts."""
DASHES = str.maketrans("–—−", "---")


def scans(replies: Path, truths: list[dict[str, Any]]) -> list[Result]:
    """Replies drawn, turned, blurred and made noisy: cells, figures, amounts, and time a page."""
    chosen = [next(t for t in truths if t["template"] == template) for template in SCANNED]
    cells, pages, began = Score(0, 0, 0), 0, 0.0
    wrong = digits = right = amounts = 0
    for seed, truth in enumerate(chosen):
        pictures = scanned_pages((replies / f"{truth['name']}.pdf").read_bytes(), seed)
        document = as_pdf(pictures)
        pages += len(pictures)
        before = cpu_seconds()
        tables = pdf_tables(document, truth["name"], scan=True)
        began += cpu_seconds() - before
        cells = cells.plus(reply_score(truth, tables))
        rows = [row for table in tables for row in table.rows]
        for want, got in figures(truth, rows):
            wrong += Levenshtein.distance(only_digits(want), only_digits(got))
            digits += len(only_digits(want))
            amounts, right = amounts + 1, right + (want == got)
    return [
        Result("scans: exact cells", "F1", cells.f1, None, 0.93),
        Result("scans: digits of amounts", "share", 1 - wrong / digits, None, 0.999),
        Result("scans: exact amounts", "share", right / amounts, None, 0.995),
        Result("scans: a page on one core", "s", began / pages, None, 4.0, at_most=True),
    ]


def figures(truth: dict[str, Any], rows: list[list[str]]) -> Iterator[tuple[str, str]]:
    """Amount cells as printed and as read, without spaces; rows that are not found, or too many, count as unread."""
    width = len(truth["rows"][0])
    columns = range(width - AMOUNTS[truth["template"]], width)
    aligned = rows if len(rows) == len(truth["rows"]) else [[""] * width] * len(truth["rows"])
    for want, got in zip(truth["rows"], aligned, strict=True):
        for k in columns:
            if re.search(r"\d|[-–—]", want[k]):
                yield bare(want[k]), bare(got[k] if len(got) == width else "")


def bare(text: str) -> str:
    return re.sub(r"\s+", "", text).translate(DASHES)


def only_digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def cpu_seconds() -> float:
    """Of this process and of the ones it has waited for: tesseract runs in its own."""
    return sum(getattr(resource.getrusage(who), name) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
               for name in ("ru_utime", "ru_stime"))  # fmt: skip


def run() -> list[dict[str, Any]]:
    """Lines for `benchmarks/results.json`; none without the real files."""
    real = os.environ.get("MEDIACONTRACTS_REAL_DATA")
    return [result.as_json() for result in measure(Path(real))] if real else []


if __name__ == "__main__":
    print(json.dumps(run(), indent=1, ensure_ascii=False))
