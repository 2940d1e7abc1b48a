"""No log line and no archived body shows the token, and no log line the number of a natural person."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

from db.privacy import mask_person_ids

HIDDEN = "••••"
_SHORTEST = 8
"""Characters of a token that is looked for in bodies; a shorter one, which no operator gives, may stand in any."""


def body_without_token(body: bytes, token: str) -> bytes:
    """A body without the token, which a server may send back with its error; the same bytes where it does not."""
    for written in _spellings(token) if len(token) >= _SHORTEST else ():
        body = body.replace(written.encode(), HIDDEN.encode())
    return body


def _spellings(token: str) -> set[str]:
    """The token as it is, as JSON may write it, and as an address does."""
    return {token, token.replace("/", "\\/"), quote(token, safe="")} - {""}


@contextmanager
def redacted_logs(token: str) -> Iterator[None]:
    """While this holds, every log record of the process is made without the token and without persons' numbers."""
    made = logging.getLogRecordFactory()
    formatter = logging.Formatter()

    spellings = _spellings(token)

    def hide(text: str) -> str:
        for written in spellings:
            text = text.replace(written, HIDDEN)
        return mask_person_ids(text)

    def record(*args: Any, **kwargs: Any) -> logging.LogRecord:  # noqa: ANN401 - the signature is logging's own
        found = made(*args, **kwargs)
        try:
            found.msg, found.args = hide(found.getMessage()), ()
        except (TypeError, ValueError):
            found.msg, found.args = hide(f"{found.msg} {found.args}"), ()  # a defect of the line, not of the crawl
        if found.exc_info:
            found.exc_text = hide(formatter.formatException(found.exc_info))
        return found

    logging.setLogRecordFactory(record)
    try:
        yield
    finally:
        logging.setLogRecordFactory(made)
