"""What a command says while it works: plain lines, each with its time when nobody watches a terminal."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

import click


def say(line: str) -> None:
    """Tell one step: bare on a terminal, with the instant in a log."""
    if sys.stderr.isatty():
        click.echo(line, err=True)
    else:
        click.echo(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ} {line}", err=True)
