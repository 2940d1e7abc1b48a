"""The page docs/sources.md, written from the declarations: `python -m cli.source_page > docs/sources.md`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from ingest.declaration import read_sources
from ingest.installation import SHIPPED_SOURCES
from ingest.source import Source

_HEAD = """\
# Sources

What is declared in `scrapers/sources/`. This page is written from those files by
`python -m cli.source_page > docs/sources.md`; a test compares them. An installation adds its own in
`$MEDIACONTRACTS_HOME/sources/`, where a file of the same name stands in for the shipped one.
"""

_ACCESS = {
    "file": "a file: `mediacontracts ingest {name} FILE…`",
    "goszakup": "a crawl: `mediacontracts crawl {name}`",
    "answers": "answers to requests: `mediacontracts requests answer REQUEST FILE…`",
}
_LICENCE = {"facts": "figures and names are published", "files": "pages and tables of the original may be shown too"}


def source_page(sources: Iterable[Source]) -> str:
    """The whole page, in Markdown."""
    return "\n".join([_HEAD, *(line for source in sources for line in _section(source))])


def _section(source: Source) -> Iterator[str]:
    yield f"## {source.name}\n{source.title}. Published by: {source.publisher.strip()}\n"
    taken = _ACCESS[source.access].format(name=source.name)
    if source.bundled_file:
        taken += " (one edition ships with the program; without FILE it is read)"
    yield f"- **How it comes in**: {taken}. {source.obtained.strip()} <{source.url}>"
    sums = f"{source.measure} sums in {source.currency}"
    yield f"- **What a row is**: {source.instrument}, {sums}, year by {source.year_basis}"
    yield f"- **About media**: {source.relevance}"
    yield f"- **Licence**: {source.licence.name}; {_LICENCE[source.licence.publish]}"
    yield f"- **Frequency**: {source.frequency}"
    if source.caveats:
        yield f"- **Mind**: {' '.join(source.caveats.split())}"
    yield ""


if __name__ == "__main__":
    sys.stdout.write(source_page(read_sources(SHIPPED_SOURCES).values()))
