"""What is asked of the process that draws pages, and what it tells; nothing that draws is imported here."""

from __future__ import annotations

import msgspec

Pixels = tuple[int, int, int, int]
"""Left, top, width and height."""


class ProofOrder(msgspec.Struct, frozen=True, tag="proofs"):
    """Proofs of a document are wanted, to be published.

    Attributes:
        name: name of the document.
        sha256: its hash; the first 16 letters name the files.
        tables: numbers of the tables that have records.
        scan: whether pictures of pages are read.
        withdrawn: words that nothing published may hold.
        memory: limit of the address space in bytes.
        seconds: limit of processor time.
    """

    name: str
    sha256: str
    tables: tuple[int, ...]
    scan: bool = False
    withdrawn: tuple[str, ...] = ()
    memory: int = 2 * 1024**3
    seconds: int = 300
