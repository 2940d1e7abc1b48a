"""Fetches one file that a person names by its address: TLS verified, bounded, under an honest name."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cli.main import TryAgain

LARGEST = 256 * 1024 * 1024
AGENT = "mediacontracts (public register of media contracts; fetches one file a person asked for)"


def fetched(address: str, folder: Path) -> Path:
    """Download a file into a folder under its own name.

    Raises:
        TryAgain: it could not be had, or is larger than any table of contracts.
    """
    name = re.sub(r"[^\w.-]+", "-", unquote(urlsplit(address).path).rsplit("/", 1)[-1]) or "index.html"
    request = urllib.request.Request(address, headers={"User-Agent": AGENT})  # noqa: S310 - the scheme is checked
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310 - as above
            body = answer.read(LARGEST + 1)
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise TryAgain(f"{address}: {error}") from None
    if len(body) > LARGEST:
        raise TryAgain(f"{address}: larger than {LARGEST // 2**20} MB; download it by hand and name the file")
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / name
    target.write_bytes(body)
    return target


def is_address(text: str) -> bool:
    """Whether a word is the address of a page rather than the name of a file."""
    return text.startswith(("https://", "http://"))
