"""Tables of delimited text files. The delimiter and the encoding come from a short list, never from a guess."""

import csv
import io

from ingest.tables.model import DocumentRefused, Grid, Place, Table
from ingest.tables.semantics import filled
from ingest.tables.spreadsheets import cell_range
from ingest.tables.understand import understand

DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = ("utf-8-sig", "cp1251", "kz1048")
MAX_CELLS = 5_000_000


def decode(data: bytes, name: str, encoding: str | None = None) -> str:
    """Text of a file.

    UTF-8 proves itself. Single-byte encodings do not: they are accepted when all candidates give the same
    text, and the source has to say which one it is when they differ (Kazakh letters in KZ-1048 are Serbian and
    Macedonian letters in Windows-1251).

    Raises:
        DocumentRefused: no candidate fits, or several do and differ.
    """
    if encoding is not None:
        try:
            return data.decode(encoding)
        except (UnicodeDecodeError, LookupError) as error:
            raise DocumentRefused(
                name, "encoding", f"it is not in the declared encoding {encoding} ({error})"
            ) from error
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
        raise DocumentRefused(name, "encoding", f"it is in none of {', '.join(ENCODINGS)}; declare its encoding")
    if len(set(texts.values())) > 1:
        raise DocumentRefused(name, "encoding", f"it may be {' or '.join(texts)}; declare its encoding")
    return next(iter(texts.values()))


def parse(text: str, name: str, delimiter: str | None = None) -> list[list[str]]:
    """Rows of a delimited text.

    Raises:
        DocumentRefused: no delimiter gives a table, or two give one.
    """
    if "\x00" in text:
        raise DocumentRefused(name, "binary", "it holds NUL characters and is no text")
    candidates = (delimiter,) if delimiter else DELIMITERS
    fits: dict[str, list[list[str]]] = {}
    for candidate in candidates:
        try:
            rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=candidate, strict=True))
        except csv.Error as error:
            if delimiter:
                raise DocumentRefused(name, "broken", f"line cannot be read with {delimiter!r} ({error})") from error
            continue
        rows = [row for row in rows if row]
        full = [row for row in rows if len(row) > 1]
        width = max((len(row) for row in full), default=0)
        if sum(len(row) == width for row in rows) > 0.7 * len(rows) and width > 1 and len(rows) > 1:
            fits[candidate] = rows
    if not fits:
        raise DocumentRefused(name, "no-table", "no delimiter of , ; tab | parts its lines into columns")
    if len(fits) > 1:
        names = " or ".join(repr(c) for c in fits)
        raise DocumentRefused(name, "delimiter", f"its columns may be parted by {names}; declare the delimiter")
    return next(iter(fits.values()))


def delimited_tables(data: bytes, name: str, encoding: str | None = None, delimiter: str | None = None) -> list[Table]:
    """The table of a CSV or TSV file.

    Raises:
        DocumentRefused: encoding or delimiter is unknown or ambiguous, or the file is too large.
    """
    rows = parse(decode(data, name, encoding), name, delimiter)
    width = max(len(row) for row in rows)
    if width * len(rows) > MAX_CELLS:
        raise DocumentRefused(name, "too-large", f"it has more than {MAX_CELLS} cells")
    ragged = [r + 1 for r, row in enumerate(rows) if len(row) != width]
    cells = [[text.strip() for text in row] + [""] * (width - len(row)) for row in rows]
    kept = [r for r, row in enumerate(cells) if filled(row)]
    grid = Grid(
        cells=[cells[r] for r in kept],
        places=[[[Place(range=cell_range(r, k))] for k in range(width)] for r in kept],
    )
    if ragged:
        grid.needs_review = [f"{len(ragged)} lines have fewer columns, the first is line {ragged[0]}"]
    return [understand(grid, name)]
