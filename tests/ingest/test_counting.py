"""Which versions count, held against the rule written out plainly, for any history of a few contracts."""

from __future__ import annotations

from typing import NamedTuple

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sources import declare
from sqlalchemy import Engine, text

from db.archive import Captured, RunStarted
from db.words import AmountRole, Instrument, Measure, Relevance, Standing, YearBasis
from ingest.counting import recount
from ingest.load import Loader
from ingest.record import Batch, Party, Record, Sum

AT = "2026-11-24T11:00:00Z"
SUPERSEDED = "announced again"
FATES = ("vanished", "deleted at the source", "retracted")
SOURCE = declare(superseded_why=SUPERSEDED)


class Version(NamedTuple):
    """One stored version of a contract, and what happened to it."""

    root: str
    measure: Measure
    rank: str
    standing: Standing
    fate: str


VERSIONS = st.lists(
    st.builds(
        Version,
        st.sampled_from("ab"),
        st.sampled_from([Measure.CONTRACTED, Measure.PAID]),
        st.sampled_from(["1", "2", "3"]),
        st.sampled_from(Standing),
        st.sampled_from(["", "", "", *FATES]),
    ),
    max_size=7,
)


def expected(versions: list[Version]) -> list[str]:
    """Why each version does not count; "" where it does."""
    why: dict[int, str] = {}
    for group in {(one.root, one.measure) for one in versions}:
        places = [place for place, one in enumerate(versions) if (one.root, one.measure) == group]
        stored = sorted(places, key=lambda place: (versions[place].rank, f"{place:02d}"), reverse=True)
        alive = []
        for place in stored:
            one = versions[place]
            if one.fate:
                why[place] = one.fate
            elif one.standing is Standing.NEVER:
                why[place] = "status does not count"
            else:
                alive.append(place)
        if not alive:
            continue
        newest = versions[alive[0]].standing
        counting = [place for place in alive if versions[place].standing is Standing.COUNTS]
        if newest is Standing.VOID:
            why |= dict.fromkeys(alive, "status does not count")
            continue
        stands_in = newest is Standing.SUPERSEDED and stored[0] == alive[0]
        chosen = alive[:1] if stands_in else counting[:1]
        why |= {place: "" if place in chosen else SUPERSEDED for place in alive}
    return [why[place] for place in range(len(versions))]


def stored(engine: Engine, versions: list[Version]) -> list[str]:
    with engine.begin() as connection:
        for table in ("record_seen", "record_amount", "record_line", "record"):
            connection.execute(text(f"DELETE FROM {table}"))
    records = [
        Record(
            key=f"{place:02d}", root_key=one.root, rank=one.rank, standing=one.standing, measure=one.measure,
            instrument=Instrument.CONTRACT, relevance=Relevance.MEDIA, payer=Party("Выдуманный акимат"),
            amount=Sum(AmountRole.AMOUNT, 100, "KZT"), year=2020, year_basis=YearBasis.BUDGET, locator=str(place),
        )
        for place, one in enumerate(versions)
    ]  # fmt: skip
    for run in ("good", "wrong"):
        loader = Loader(engine, SOURCE, RunStarted(run=run, source=SOURCE.name, kind="ingest", at=AT))
        some = [r for r, one in zip(records, versions, strict=True) if (one.fate == "retracted") == (run == "wrong")]
        loader.load(
            Batch(source=SOURCE.name, capture=f"{run}/1", rows=len(some), records=some),
            Captured(ref=f"{run}/1", run=run, source=SOURCE.name, sha256="0" * 64, url="", at=AT, byte_count=0),
        )
    keys = {fate: [f"{n:02d}" for n, one in enumerate(versions) if one.fate == fate] for fate in FATES}
    with engine.begin() as connection:
        connection.execute(text("UPDATE run SET retracted_why = 'wrong file' WHERE ref = 'wrong'"))
        for key in keys["vanished"]:
            connection.execute(
                text("UPDATE record SET vanished_run_id = (SELECT id FROM run WHERE ref = 'good') WHERE key = :key"),
                {"key": key},
            )
        for key in keys["deleted at the source"]:
            connection.execute(text("UPDATE record SET deleted_at = :at WHERE key = :key"), {"at": AT, "key": key})
        recount(connection, loader.run.source_id, SUPERSEDED)
        found = connection.execute(text("SELECT counted, counted_why FROM record ORDER BY key")).all()
        assert recount(connection, loader.run.source_id, SUPERSEDED) == 0, "counting again changes nothing"
        connection.execute(text("UPDATE record SET vanished_run_id = NULL, deleted_at = NULL"))
        connection.execute(text("UPDATE run SET retracted_why = ''"))
        recount(connection, loader.run.source_id, SUPERSEDED)
        healed = [row[0] for row in connection.execute(text("SELECT counted_why FROM record ORDER BY key"))]
    assert healed == expected([one._replace(fate="") for one in versions]), "what came back counts as if never gone"
    assert all(counted == (why == "") for counted, why in found)
    return [why for _, why in found]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(versions=VERSIONS)
def test_any_history_counts_as_the_rule_says(engine: Engine, versions: list[Version]) -> None:
    assert stored(engine, versions) == expected(versions)
