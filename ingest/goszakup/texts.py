"""Texts of the portal, cleaned once: names of services, places and codes come again in thousands of contracts."""

from __future__ import annotations

from functools import lru_cache

from ingest.values.text import clean


@lru_cache(maxsize=32768)
def cleaned(raw: str) -> str:
    """The text as `ingest.values.text.clean` reads it."""
    return clean(raw) if raw else ""
