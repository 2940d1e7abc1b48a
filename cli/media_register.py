"""What commands on a register of media do alike: read it, make its lines under the lock, keep them, tell the rest."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine

from cli.collect import whole_registry
from cli.deciding import append_decision
from cli.main import Refused
from cli.progress import say
from ingest.decision_lines import DecisionError
from ingest.identity import load_decisions
from ingest.installation import Installation
from ingest.media_register import Columns, RegisterError, Row, Stated, read_register
from ingest.names.decisions import Decisions
from ingest.salt import kept_salt


def register_rows(file: Path, columns: Columns) -> list[Row]:
    """The rows of a register.

    Raises:
        Refused: the file cannot be read, or has no such heading.
    """
    try:
        return read_register(file, columns)
    except RegisterError as error:
        raise Refused(str(error)) from None


def kept(
    make: Callable[[Engine, Decisions, bytes], Stated], *, things: str, dry_run: bool, shareable: bool = False
) -> Stated:
    """Make the lines of a register and keep them beside the installation's decisions.

    Args:
        make: gives the lines of a registry, with the decisions in force and the installation's secret.
        things: what is left out, for a person to read: rows, pairs.
        dry_run: keep nothing.
        shareable: make lines without the secret.

    Raises:
        Refused: the lines cannot stand; nothing is kept.
    """
    installation = Installation.from_environment(os.environ)
    try:
        with installation.locked():
            salt = b"" if shareable else kept_salt(installation.home)
            engine = whole_registry(installation)
            stated = make(engine, load_decisions(installation.home), salt)
            engine.dispose()
            if stated.lines and not dry_run:
                append_decision(installation.home / "decisions" / "identity.jsonl", "\n".join(stated.lines))
    except DecisionError as error:
        raise Refused(str(error)) from None
    for reason, count in stated.left_out.items():
        say(f"{count} {things}: {reason}")
    return stated
