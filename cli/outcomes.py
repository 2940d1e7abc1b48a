"""Which error of which room ends with which exit code; a test holds that none is forgotten."""

from __future__ import annotations

import shutil

import click
from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError

from cli.main import Refused, TryAgain
from db.archive import ArchiveError
from db.engine import is_damaged
from db.migrate import NewerRegistryError
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
    if isinstance(error, DatabaseError) and is_damaged(error):
        return Refused(f"the registry is damaged: {error.orig}; `mediacontracts rebuild` makes it anew")
    if isinstance(error, OperationalError | InterfaceError):
        return TryAgain(f"the registry: {error.orig}")
    return None
