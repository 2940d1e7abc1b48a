"""What earlier crawls of a source read, as the journal of captures tells it."""

from __future__ import annotations

from db.archive import Captured, RunEnded
from scrapers.job import Job

SAMPLE = "sample"
"""How the reason of a run begins that was only a sample: it proves nothing about what was read."""


def lists_read_whole(job: Job) -> set[str]:
    """The lists ("customer 0007…") that an earlier finished crawl read without a window.

    Only these may be read by window: a BIN that was added to the plan since is read from the beginning first, and so
    is one whose whole list was taken back.
    """
    begun: dict[str, set[str]] = {}
    known: set[str] = set()
    for event in job.archive.events():
        if isinstance(event, Captured):
            if event.source == job.source.name and event.request.get("whole"):
                begun.setdefault(event.run, set()).add(str(event.request["list"]))
        elif isinstance(event, RunEnded) and event.state == "finished" and not event.reason.startswith(SAMPLE):
            whole = begun.pop(event.run, set())
            known |= whole if event.run not in job.retracted else set()
    return known
