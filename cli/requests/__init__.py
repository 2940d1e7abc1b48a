"""The command `mediacontracts requests`: whom we asked, what is due, what came of it."""

from __future__ import annotations

import click

from cli.requests.course import answered, appealed, extended, letter, new, sent, withdraw
from cli.requests.documents import accept, answer, correct
from cli.requests.review import review
from cli.requests.status import due, status


@click.group()
def requests() -> None:
    """Information requests: draw up, send, follow, take the answers.

    \b
    Example:
      mediacontracts requests new --body "Управление внутренней политики области" --years 2023-2025
    """


_COURSE = (new, letter, sent, extended, answered, appealed, withdraw, due, status)
_DOCUMENTS = (answer, accept, correct, review)
for command in (*_COURSE, *_DOCUMENTS):
    requests.add_command(command)
