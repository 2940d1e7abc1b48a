"""Names of the files that prove a figure: made by the room that reads, found by the room that shows."""

from __future__ import annotations

from hashlib import sha256 as _sha256


def picture_name(sha256: str, page: int, member: str = "") -> str:
    """The picture of a page, without its ending; what stands where on it lies beside it as JSON.

    Args:
        sha256: of the document.
        page: number of the page, from 1.
        member: path of the file inside an archive or letter (`reply.zip/annex.pdf`); "" for the document itself.
    """
    inside = f"-{_sha256(member.encode()).hexdigest()[:8]}" if member else ""
    return f"{sha256[:16]}{inside}-p{page}"


def table_name(sha256: str, number: int) -> str:
    """A table as it was read, as JSON.

    Args:
        sha256: of the document.
        number: of the table in the document, from 1.
    """
    return f"{sha256[:16]}-t{number}.json"
