"""Which error of which room ends with which exit code; a test holds that none is forgotten."""

from __future__ import annotations

import shutil

import click
from sqlalchemy.exc import DatabaseError, DBAPIError, InterfaceError, OperationalError

from cli.main import Refused, TryAgain
from db.archive import ArchiveError
from db.engine import DatabaseAddressError, is_damaged
from db.migrate import NewerRegistryError
from db.server_said import ServerSaid, server_said
from ingest.decision_lines import DecisionError
from ingest.declaration import DeclarationError
from ingest.drafting import NoTableError
from ingest.installation import BusyError, HalfRestoredError
from ingest.labelled import LabelFileError
from ingest.names.second_opinion import NoSplinkError
from ingest.person_csv import PersonCsvError
from ingest.reader import LayoutChangedError, SourceRefusedError
from ingest.reference import ReferenceFileError
from ingest.replay import BehindError, UndeclaredSourceError
from ingest.requests.deadlines import DeadlineError
from ingest.requests.desk import NeedsPersonError
from ingest.requests.events import RegisterError
from ingest.requests.forms import FormError
from ingest.requests.letters import LetterError
from ingest.retract import RetractionError, UnknownTargetError
from ingest.tables import DocumentRefused
from ingest.tables.many import ClusterError
from ingest.wholeness import NotWholeError
from publish.corrections import CorrectionError
from publish.fill import DoubledUidError
from publish.money import UnknownCurrencyError
from publish.release_database import MixedSourcesError, NothingToReleaseError
from publish.serve import ContactError, NoReleaseError, PortTakenError
from publish.slugs import SlugError
from publish.swap import BuildRunningError
from publish.verify import VerificationError
from scrapers.job import PlanError, TooMuchError
from scrapers.writer_apart import LoaderLostError

REFUSED = (
    LayoutChangedError,
    DeclarationError,
    DecisionError,
    ArchiveError,
    BehindError,
    NotWholeError,
    HalfRestoredError,
    UndeclaredSourceError,
    ReferenceFileError,
    RetractionError,
    NoTableError,
    LabelFileError,
    PersonCsvError,
    DocumentRefused,
    LetterError,
    FormError,
    NeedsPersonError,
    NothingToReleaseError,
    MixedSourcesError,
    VerificationError,
    UnknownCurrencyError,
    DoubledUidError,
    SlugError,
    CorrectionError,
)
WRONG_USE = (
    TooMuchError,
    UnknownTargetError,
    NewerRegistryError,
    DatabaseAddressError,
    PlanError,
    NoReleaseError,
    ContactError,
    RegisterError,
    DeadlineError,
    NoSplinkError,
)
TRY_AGAIN = (BusyError, SourceRefusedError, BuildRunningError, LoaderLostError, ClusterError, PortTakenError)


def outcome_of(error: Exception) -> click.ClickException | None:
    """The way an error of a room is told and ends; None for a defect of the program."""
    if isinstance(error, REFUSED):
        return Refused(str(error))
    if isinstance(error, WRONG_USE):
        return click.UsageError(str(error))
    if isinstance(error, TRY_AGAIN):
        return TryAgain(str(error))
    return _of_the_machine(error)


def _of_the_machine(error: Exception) -> click.ClickException | None:
    """A full disk, a folder that may not be written, a database that does not answer: no defect, and may pass."""
    if isinstance(error, shutil.Error) and isinstance(error.args[0], list):
        failed = error.args[0]  # one entry for each file that could not be copied
        return TryAgain(f"{len(failed)} files could not be copied: {failed[0][-1]}")
    if isinstance(error, OSError) and error.strerror:
        return TryAgain(f"{error.filename or 'this machine'}: {error.strerror}")
    return _of_the_registry(error) if isinstance(error, DBAPIError) else None


def _of_the_registry(error: DBAPIError) -> click.ClickException | None:
    """A damaged file, a server that refuses or is gone; None for a statement of ours that is wrong."""
    if isinstance(error, DatabaseError) and is_damaged(error):
        return Refused(f"the registry is damaged: {error.orig}; `mediacontracts rebuild` makes it anew")
    said = server_said(error)
    if said is not None:
        return _of_the_server(said)
    if isinstance(error, InterfaceError):
        return TryAgain(
            f"the registry: {error.orig}; see that the server that DATABASE_URL names is up, and try again"
        )
    if isinstance(error, OperationalError):
        return TryAgain(f"the registry: {error.orig}")
    return None


_SETTING = {
    "28": "write the right user and password into DATABASE_URL",
    "3D": "make it, with ENCODING 'UTF8', or name another in DATABASE_URL",
    "42501": "make the user of DATABASE_URL the owner of its database",
}
"""What to do where the server's code begins so."""
_PASSES = ("08", "25006", "40", "53", "55", "57", "58")
"""Codes of what may be well later: a lost connection, a read-only server, a deadlock, no room, a shutdown, a disk."""


def _of_the_server(said: ServerSaid) -> click.ClickException | None:
    for code, advice in _SETTING.items():
        if said.code.startswith(code):
            return click.UsageError(f"the server of the registry says: {said.message}; {advice}")
    if said.code.startswith(_PASSES):
        return TryAgain(f"the server of the registry says: {said.message}; nothing is lost, try again when it is well")
    return None
