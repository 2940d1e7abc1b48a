"""What each file of a release holds, for the pages that list them."""

from __future__ import annotations

from publish.schema import DATABASE, SAMPLE_PREFIX
from publish.site.reader.language import mark

_TABLE = {
    ".csv": mark("for spreadsheets: names, byte order mark, no cell runs as a formula"),
    "-raw.csv": mark("for programs: every cell as it is"),
    ".parquet": mark("for analysis: exact typed columns, and in the file itself what it is and how to sum it"),
}
HOLDS = {
    **{f"{table}{ending}": text for table in ("contracts", "other_records") for ending, text in _TABLE.items()},
    "yearly.csv": mark("what each body paid each provider in a year, with owners and the body's total"),
    "contracts.ocds.jsonl.gz": mark("Open Contracting Data Standard, one process a line, packed"),
    "entities.ftm.json": mark("FollowTheMoney entities, one a line"),
    "names.csv": mark("every spelling of every party"),
    "diff.csv": mark("what changed since the release before"),
    "manifest.json": mark("hashes and rows of every file, and sums"),
    "ATTRIBUTION.md": mark("sources and their licences"),
    f"{DATABASE}.db": mark("the database, for Datasette and SQLite"),
    "metadata.yml": mark("what its tables and columns are, for Datasette"),
}
"""By name, without the prefix of a sample."""


def holds(name: str) -> str:
    """What a file holds; blank for one that is none of a release."""
    return HOLDS.get(name.removeprefix(SAMPLE_PREFIX), "")
