"""Which error of which room ends with which exit code."""

from __future__ import annotations

import click

from cli.main import Refused, TryAgain
from db.archive import ArchiveError
from db.migrate import NewerRegistryError
from ingest.installation import BusyError
from ingest.names.decisions import DecisionError
from ingest.reader import LayoutChangedError, SourceRefusedError
from ingest.replay import UndeclaredSourceError
from ingest.retract import UnknownTargetError
from ingest.source import DeclarationError
from scrapers.job import PlanError

_REFUSED = (LayoutChangedError, DeclarationError, DecisionError, ArchiveError, UndeclaredSourceError)
_WRONG_USE = (UnknownTargetError, NewerRegistryError, PlanError)
_TRY_AGAIN = (BusyError, SourceRefusedError)


def outcome_of(error: Exception) -> click.ClickException | None:
    """The way an error of a room is told and ends; None for a defect of the program."""
    if isinstance(error, _REFUSED):
        return Refused(str(error))
    if isinstance(error, _WRONG_USE):
        return click.UsageError(str(error))
    if isinstance(error, _TRY_AGAIN):
        return TryAgain(str(error))
    return None
