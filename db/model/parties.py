"""Who pays and who is paid: bodies, organisations and outlets, each with every spelling it was seen under.

A record points at a *spelling* (`*_name`), and a spelling at an entity. A decision that two spellings are one outlet
moves the spelling; no record is touched, and undoing the decision moves it back.
"""

from __future__ import annotations

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from db.model.base import Base, Id, Ref


class Body(Base):
    """A public body that pays or organises: FollowTheMoney `PublicBody`, OCDS `buyer`."""

    __tablename__ = "body"
    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    country: Mapped[str]
    name: Mapped[str]
    id_scheme: Mapped[str]
    registry_id: Mapped[str]
    level: Mapped[str]
    lineage: Mapped[str] = mapped_column(server_default="")


class BodyName(Base):
    """One spelling of a body."""

    __tablename__ = "body_name"
    id: Mapped[Id]
    body_id: Mapped[int] = mapped_column(Ref, ForeignKey("body.id"), index=True)
    country: Mapped[str]
    name: Mapped[str]
    lang: Mapped[str]
    id_scheme: Mapped[str]
    registry_id: Mapped[str]
    __table_args__ = (UniqueConstraint("country", "name", "id_scheme", "registry_id"),)


class BodyParent(Base):
    """The ministry or akimat above a body between two dates; read from `ingest/data/bodies.csv`."""

    __tablename__ = "body_parent"
    id: Mapped[Id]
    body_id: Mapped[int] = mapped_column(Ref, ForeignKey("body.id"), index=True)
    ministry_id: Mapped[int] = mapped_column(Ref, ForeignKey("body.id"))
    valid_from: Mapped[str]
    valid_to: Mapped[str]
    evidence: Mapped[str]
    __table_args__ = (UniqueConstraint("body_id", "valid_from"),)


class Organisation(Base):
    """A legal entity or sole trader that receives money: FollowTheMoney `LegalEntity`, OCDS `supplier`."""

    __tablename__ = "organisation"
    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    country: Mapped[str]
    name: Mapped[str]
    id_scheme: Mapped[str]
    registry_id: Mapped[str]
    legal_form: Mapped[str]
    is_person: Mapped[bool]


class OrganisationName(Base):
    """One spelling of an organisation."""

    __tablename__ = "organisation_name"
    id: Mapped[Id]
    organisation_id: Mapped[int] = mapped_column(Ref, ForeignKey("organisation.id"), index=True)
    country: Mapped[str]
    name: Mapped[str]
    lang: Mapped[str]
    id_scheme: Mapped[str]
    registry_id: Mapped[str]
    __table_args__ = (UniqueConstraint("country", "name", "id_scheme", "registry_id"),)


class Outlet(Base):
    """A media title, which is not the legal entity behind it."""

    __tablename__ = "outlet"
    id: Mapped[Id]
    key: Mapped[str] = mapped_column(unique=True)
    country: Mapped[str]
    name: Mapped[str]
    medium: Mapped[str]


class OutletName(Base):
    """One spelling of an outlet.

    `paid_to` is empty but where decisions tell outlets of one printed name apart by the firm that is paid
    (`ingest/paid_spellings.py`): the registry id of that firm, or the salted key of a natural person.
    """

    __tablename__ = "outlet_name"
    id: Mapped[Id]
    outlet_id: Mapped[int] = mapped_column(Ref, ForeignKey("outlet.id"), index=True)
    country: Mapped[str]
    name: Mapped[str]
    lang: Mapped[str]
    paid_to: Mapped[str] = mapped_column(server_default="")
    __table_args__ = (UniqueConstraint("country", "name", "paid_to"),)
