"""Tables of delimited text files. The delimiter and the encoding come from a short list, never from a guess."""

import csv
import io

from ingest.tables.model import DocumentRefused, Grid, Place, Table
from ingest.tables.spreadsheets import cell_range
from ingest.tables.understand import understand

DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = ("utf-8-sig", "cp1251", "kz1048")
MAX_CELLS = 5_000_000


def decode(data: bytes, name: str) -> str:
    """Text of a file.

    UTF-8 proves itself. Single-byte encodings do not: they are accepted when all candidates give the same
    text, and refused when they differ (Kazakh letters in KZ-1048 are Serbian and Macedonian letters in Windows-1251).

    Raises:
        DocumentRefused: no candidate fits, or several do and differ.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise DocumentRefused(name, "encoding", f"it begins as UTF-16 and is not ({error})") from error
    texts: dict[str, str] = {}
    for candidate in ENCODINGS:
        try:
            text = data.decode(candidate)
        except UnicodeDecodeError:
            continue
        if candidate == "utf-8-sig":
            return text
        texts[candidate] = text
    if not texts:
        raise DocumentRefused(name, "encoding", f"it is in none of {', '.join(ENCODINGS)}; save it anew as UTF-8")
    if len(set(texts.values())) > 1:
        raise DocumentRefused(name, "encoding", f"it may be {' or '.join(texts)}; save it anew as UTF-8 or as XLSX")
    return next(iter(texts.values()))


def parse(text: str, name: str) -> list[list[str]]:
    """Rows of a delimited text, blank lines among them.

    Raises:
        DocumentRefused: no delimiter gives a table, or two give one.
    """
    if "\x00" in text:
        raise DocumentRefused(name, "binary", "it holds NUL characters and is no text")
    fits: dict[str, list[list[str]]] = {}
    for candidate in DELIMITERS:
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=candidate, strict=True))
        except csv.Error:
            continue
        told = [row for row in rows if row]
        width = max((len(row) for row in told), default=0)
        if sum(len(row) == width for row in told) > 0.7 * len(told) and width > 1 and len(told) > 1:
            fits[candidate] = rows
    if not fits:
        raise DocumentRefused(name, "no-table", "no delimiter of , ; tab | parts its lines into columns")
    if len(fits) > 1:
        names = " or ".join(repr(c) for c in fits)
        raise DocumentRefused(name, "delimiter", f"its columns may be parted by {names}; save it anew as XLSX")
    return next(iter(fits.values()))


def delimited_tables(data: bytes, name: str) -> list[Table]:
    """The table of a CSV or TSV file.

    Raises:
        DocumentRefused: encoding or delimiter is ambiguous, or the file is too large.
    """
    rows = parse(decode(data, name), name)
    width = max(len(row) for row in rows)
    if width * len(rows) > MAX_CELLS:
        raise DocumentRefused(name, "too-large", f"it has more than {MAX_CELLS} cells")
    ragged = [r + 1 for r, row in enumerate(rows) if row and len(row) != width]
    grid = Grid(
        cells=[[text.strip() for text in row] + [""] * (width - len(row)) for row in rows],
        places=[[[Place(range=cell_range(r, k))] for k in range(width)] for r in range(len(rows))],
    )
    if ragged:
        grid.needs_review = [f"{len(ragged)} lines have fewer columns, the first is line {ragged[0]}"]
    return [understand(grid, name)]
