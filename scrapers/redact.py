"""No log line shows the token or the number of a natural person."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from db.privacy import mask_person_ids

HIDDEN = "••••"


@contextmanager
def redacted_logs(token: str) -> Iterator[None]:
    """While this holds, every log record of the process is made without the token and without persons' numbers."""
    made = logging.getLogRecordFactory()
    formatter = logging.Formatter()

    def hide(text: str) -> str:
        return mask_person_ids(text.replace(token, HIDDEN) if token else text)

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
