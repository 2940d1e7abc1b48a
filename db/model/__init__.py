"""The tables of the registry. Importing this module makes `Base.metadata` complete."""

from db.model.base import Base, UtcDateTime, format_instant, parse_instant
from db.model.claims import Claim, ClaimCheck, Release
from db.model.links import LinkedParty, PartyLink
from db.model.parties import Body, BodyName, BodyParent, Organisation, OrganisationName, Outlet, OutletName
from db.model.provenance import Capture, RejectedRow, Run, Source
from db.model.records import Record, RecordAmount, RecordLine, RecordSeen, Revision
from db.model.reference import Code, Region, Topic
from db.model.requests import (
    Answer,
    BodyOpenness,
    Document,
    DocumentTable,
    DocumentTotal,
    InformationRequest,
    RequestYear,
)

__all__ = [
    "Answer",
    "Base",
    "Body",
    "BodyName",
    "BodyOpenness",
    "BodyParent",
    "Capture",
    "Claim",
    "ClaimCheck",
    "Code",
    "Document",
    "DocumentTable",
    "DocumentTotal",
    "InformationRequest",
    "LinkedParty",
    "Organisation",
    "OrganisationName",
    "Outlet",
    "OutletName",
    "PartyLink",
    "Record",
    "RecordAmount",
    "RecordLine",
    "RecordSeen",
    "Region",
    "RejectedRow",
    "Release",
    "RequestYear",
    "Revision",
    "Run",
    "Source",
    "Topic",
    "UtcDateTime",
    "format_instant",
    "parse_instant",
]
