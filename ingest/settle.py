"""Brings a registry to rest before it is checked and released: who is who, what ties them, what is media, what counts.

Everything is decided anew from the records, the decisions and the declarations, so the order in which things came in
leaves no trace.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec
from sqlalchemy import Engine, text

from db.engine import writing
from ingest.bodies import Parents, write_parents
from ingest.counting import count_between, recount
from ingest.identity import Resolved, load_decisions, resolve_registry
from ingest.lineage import read_lineages, read_successions, write_lineages
from ingest.links import Linked, write_links
from ingest.ministries import name_ministries, write_ministries
from ingest.relevance import Judged, judge, load_judgements
from ingest.salt import read_salt
from ingest.source import Source, superseded_why
from ingest.wording import flag_wordings

PRECEDENCE = Path(__file__).resolve().parent / "data" / "precedence.yml"


class Settled(msgspec.Struct):
    """What came of it, for a person to read."""

    identities: list[Resolved]
    relevance: Judged
    links: Linked
    ministries: int


def read_precedence(path: Path = PRECEDENCE) -> list[str]:
    """Source names, the one that holds the money first."""
    return msgspec.yaml.decode(path.read_bytes(), type=list[str])


def settle(engine: Engine, sources: Mapping[str, Source], home: Path, parents: Parents | None = None) -> Settled:
    """Resolve identities, tie what stays two, say what is money for media and what counts, in one transaction.

    Args:
        engine: the registry.
        sources: the declarations.
        home: the installation, for its decisions.
        parents: who stands above whom; the shipped file without it.

    Raises:
        ingest.decision_lines.DecisionError: two decisions contradict each other; nothing is changed.
    """
    decisions = load_decisions(home)
    judgements = load_judgements(home)
    order = read_precedence()
    above = parents or Parents.load()
    with writing(engine) as connection:
        salt = read_salt(home)
        named = name_ministries(connection, above)
        identities = resolve_registry(connection, decisions, salt)
        ministries = write_ministries(connection, named)
        write_parents(connection, above)
        write_lineages(connection, read_lineages())
        links = write_links(connection, decisions, salt, read_successions())
        relevance = judge(connection, sources, judgements)
        flag_wordings(connection)
        ids = {row[1]: row[0] for row in connection.execute(text("SELECT id, name FROM source ORDER BY id"))}
        for name, source_id in ids.items():
            recount(connection, source_id, superseded_why(sources, name))
        count_between(connection, [(ids[name], name) for name in order if name in ids])
    return Settled(identities, relevance, links, ministries)
