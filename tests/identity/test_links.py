"""Who publishes, owns and follows whom: replayed from lines, the same whatever the order, and gone when undone.

Outlets, firms and sums are invented.
"""

from __future__ import annotations

import stat
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sources import csv_of, declare, ingested
from sqlalchemy import Engine, text

from cli.deciding import decide
from db.archive import Archive
from db.engine import open_engine, registry_url
from db.migrate import migrate
from ingest.decision_lines import undo_line
from ingest.identity import load_decisions
from ingest.names.identity_lines import Kind, Spelling, decision_line, person_key
from ingest.replay import replay
from ingest.salt import kept_salt
from ingest.settle import Settled, settle

SOURCE = declare(persons={"patterns": ["^ИП "], "why": "sole traders are natural persons"})
BIN = "991240999991"
PERSON = "850101300124"
"""A number of nobody, with the check digit of a natural person's."""
FIRM, HEIR, GROUP = "ТОО «Боз Дала Медиа»", "ТОО «Боз Дала Жаңа»", "Группа «Степь»"
IMPRINT = "https://register.invalid/imprint"
BY = ("--who", "A. B.", "--why", "read the imprint", "--when", "2026-01-02", "--country", "kz")


def row(recipient: str, bin_: str, outlet: str, total: int) -> list[str]:
    return ["Акимат Кок Дала", "2024", recipient, bin_, outlet, "Освещение", str(total), ""]


ROWS = [
    row(FIRM, BIN, "Боз дала", 1),
    row(HEIR, "", "Көк дала", 2),
    row("ИП Вымыслова А.", "", "Қиял таңы", 4),
    row("ИП Вымыслов Б.", PERSON, "-", 8),
]


def line(
    left: tuple[Kind, str],
    right: tuple[Kind, str],
    relation: str,
    since: str = "",
    until: str = "",
    *,
    number: str = "",
) -> str:
    one, other = Spelling(left[0], "kz", left[1]), Spelling(right[0], "kz", right[1], number)
    return decision_line(
        one, other, "same", who="A. B.", when=date(2026, 1, 2), why="read the imprint", relation=relation,  # type: ignore[arg-type]
        evidence=[IMPRINT, "a second place"], since=since, until=until,
    )  # fmt: skip


LINES = (
    line(("outlet", "Боз дала"), ("organisation", FIRM), "publisher", "2010", "2019-05"),
    line(("organisation", FIRM), ("organisation", HEIR), "successor", "2019-05?"),
    line(("organisation", HEIR), ("group", GROUP), "owner"),
    line(("group", GROUP), ("body", "Акимат Кок Дала"), "owner", "2001-02-03"),
    line(("outlet", "Көк дала"), ("organisation", "ТОО «Еще Никто»"), "publisher"),
)


def write(home: Path, *lines: str) -> None:
    path = home / "decisions" / "identity.jsonl"
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{one}\n" for one in lines)


def settled(engine: Engine, home: Path) -> Settled:
    return settle(engine, {SOURCE.name: SOURCE}, home)


def links(engine: Engine) -> list[tuple[str, ...]]:
    """Every link, its ends by kind, name and the key of the entity that the registry has for them."""
    ends = ", ".join(
        f"{p}.kind, {p}.name, coalesce({p}o.key, {p}r.key, {p}b.key, '')" for p in ("p", "q")
    )  # fmt: skip
    joined = " ".join(
        f"JOIN linked_party {p} ON {p}.id = l.{column} LEFT JOIN outlet {p}o ON {p}o.id = {p}.outlet_id "
        f"LEFT JOIN organisation {p}r ON {p}r.id = {p}.organisation_id LEFT JOIN body {p}b ON {p}b.id = {p}.body_id"
        for p, column in (("p", "party_id"), ("q", "other_id"))
    )
    with engine.connect() as connection:
        found = connection.execute(
            text(f"SELECT l.relation, {ends}, l.since, l.until, l.evidence FROM party_link l {joined} ORDER BY l.id")
        )
        return [tuple(one) for one in found]


EVIDENCE = f"{IMPRINT}\na second place"
EXPECTED = [
    ("publisher", "outlet", "Боз дала", "KZ|Боз дала", "organisation", FIRM, f"KZ-BIN:{BIN}", "2010", "2019-05",
     EVIDENCE),
    ("successor", "organisation", FIRM, f"KZ-BIN:{BIN}", "organisation", HEIR, f"KZ|{HEIR}", "2019-05?", "", EVIDENCE),
    ("owner", "organisation", HEIR, f"KZ|{HEIR}", "group", GROUP, "", "", "", EVIDENCE),
    ("owner", "group", GROUP, "", "body", "Акимат Кок Дала", "KZ|Акимат Кок Дала", "2001-02-03", "", EVIDENCE),
    ("publisher", "outlet", "Көк дала", "KZ|Көк дала", "organisation", "ТОО «Еще Никто»", "", "", "", EVIDENCE),
]  # fmt: skip


def fresh(home: Path) -> Engine:
    home.mkdir(exist_ok=True)
    engine = open_engine(registry_url(home))
    migrate(engine)
    return engine


def test_links_lead_to_entities_or_stand_under_the_name_of_the_line(engine: Engine, tmp_path: Path) -> None:
    ingested(engine, tmp_path, SOURCE, csv_of(*ROWS))
    write(tmp_path, *LINES)
    done = settled(engine, tmp_path)
    # a name that one BIN alone is printed with needs no BIN in the line
    assert links(engine) == EXPECTED
    assert done.links.links == 5
    assert [note.partition(": line ")[2] for note in done.links.notes] == [
        "5: no source names the organisation ТОО «Еще Никто» (yet)"
    ]
    settled(engine, tmp_path)
    assert links(engine) == EXPECTED


def test_grown_and_made_at_once_have_the_same_links(engine: Engine, tmp_path: Path) -> None:
    write(tmp_path, *LINES[:3])  # decisions that come before the data
    assert settled(engine, tmp_path).links.links == 3
    assert [one[3] for one in links(engine)] == ["", "", ""]
    for minute in range(1, 4):
        ingested(engine, tmp_path, SOURCE, csv_of(*ROWS[-minute:]), minute=minute)
        settled(engine, tmp_path)
    write(tmp_path, *LINES[3:])
    ingested(engine, tmp_path, SOURCE, csv_of(*ROWS), minute=5)
    settled(engine, tmp_path)
    at_once = fresh(tmp_path / "at-once")
    replay(at_once, Archive(tmp_path / "archive"), {SOURCE.name: SOURCE})
    settled(at_once, tmp_path)
    assert links(engine) == links(at_once) == EXPECTED
    at_once.dispose()


def test_undoing_a_line_takes_its_link_and_its_group_away(engine: Engine, tmp_path: Path) -> None:
    ingested(engine, tmp_path, SOURCE, csv_of(*ROWS))
    write(tmp_path, *LINES[:2])
    settled(engine, tmp_path)
    before = links(engine)
    write(tmp_path, LINES[2])
    settled(engine, tmp_path)
    assert len(links(engine)) == 3
    owner = load_decisions(tmp_path).links[-1].id
    write(tmp_path, undo_line(owner, who="A. B.", when=date(2026, 1, 3), why="another firm of that name"))
    settled(engine, tmp_path)
    assert links(engine) == before
    with engine.connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM linked_party WHERE kind = 'group'")).scalar_one() == 0


def test_two_that_are_tied_do_not_merge_by_themselves(sqlite_engine: Engine, tmp_path: Path) -> None:
    names = ("газета «Боз дала»", "«Боз дала» газеті")
    ingested(sqlite_engine, tmp_path, SOURCE, csv_of(*(row(FIRM, BIN, name, 1) for name in names)))
    count = text("SELECT count(DISTINCT outlet_id) FROM outlet_name")
    settled(sqlite_engine, tmp_path)
    with sqlite_engine.connect() as connection:
        assert connection.execute(count).scalar_one() == 1
    write(tmp_path, line(("outlet", names[0]), ("outlet", names[1]), "successor", "2015"))
    assert settled(sqlite_engine, tmp_path).links.notes == []
    with sqlite_engine.connect() as connection:
        assert connection.execute(count).scalar_one() == 2
    assert [one[:3] for one in links(sqlite_engine)] == [("successor", "outlet", names[0])]


def test_spellings_of_one_party_are_one_end(sqlite_engine: Engine, tmp_path: Path) -> None:
    ingested(sqlite_engine, tmp_path, SOURCE, csv_of(*ROWS))
    one, other = Spelling("group", "kz", GROUP), Spelling("group", "kz", "Дала тобы")
    renamed = decision_line(one, other, "same", who="A. B.", when=date(2026, 1, 2), why="renamed", relation="rename")
    owns = [
        line(("organisation", FIRM), ("group", GROUP), "owner"),
        line(("outlet", "Көк дала"), ("group", other.name), "owner"),
    ]
    write(tmp_path, *owns, renamed)
    settled(sqlite_engine, tmp_path)
    assert {one[5] for one in links(sqlite_engine)} == {GROUP}


def test_two_that_are_tied_stay_two_though_one_number_is_printed_beside_both(engine: Engine, tmp_path: Path) -> None:
    bodies = declare(columns={**_columns(), "BIN": {"to": "payer.id", "scheme": "KZ-BIN"}})
    names = ("Отдел вымысла", "Бөлім")
    rows = [[name, "2024", FIRM, BIN, "Боз дала", "Освещение", "1", ""] for name in names]
    ingested(engine, tmp_path, bodies, csv_of(*rows))
    count = text("SELECT count(DISTINCT body_id) FROM body_name")
    settle(engine, {bodies.name: bodies}, tmp_path)
    with engine.connect() as connection:
        assert connection.execute(count).scalar_one() == 1
    one, other = (Spelling("body", "kz", name, BIN) for name in names)
    tied = decision_line(
        one, other, "same", who="A. B.", when=date(2026, 1, 2), why="renamed by a decree", relation="successor",
        evidence=[IMPRINT],
    )  # fmt: skip
    write(tmp_path, tied)
    assert settle(engine, {bodies.name: bodies}, tmp_path).links.notes == []
    with engine.connect() as connection:
        assert connection.execute(count).scalar_one() == 2
    assert [(found[2], found[5]) for found in links(engine)] == [names]


def test_a_tie_of_two_that_lead_to_one_entity_is_told_and_not_made(sqlite_engine: Engine, tmp_path: Path) -> None:
    ingested(sqlite_engine, tmp_path, SOURCE, csv_of(*ROWS))
    # the second name is printed nowhere, its number beside the first one alone
    write(tmp_path, line(("organisation", FIRM), ("organisation", "ТОО «Боз»"), "merger", number=BIN))
    done = settled(sqlite_engine, tmp_path)
    assert links(sqlite_engine) == []
    (note,) = done.links.notes
    assert "line 1: ties as merger two that are one party" in note


def _columns() -> dict[str, dict[str, object]]:
    names = {"Payer": "payer", "Year": "year", "Recipient": "recipient", "Outlet": "outlet", "Subject": "subject"}
    return {
        **{name: {"to": to} for name, to in names.items()},
        "Sum": {"to": "amount", "decimal": ","},
        "Euro": {"to": "equivalent", "currency": "EUR", "decimal": ","},
    }


def test_a_natural_person_is_an_end_by_key_alone(engine: Engine, tmp_path: Path) -> None:
    ingested(engine, tmp_path, SOURCE, csv_of(*ROWS))
    salt = kept_salt(tmp_path)
    keys = [person_key(salt, said) for said in ("ИП Вымыслова А.", PERSON, "Никому не известный")]
    write(tmp_path, *(line(("outlet", "Қиял таңы"), ("organisation", key), "owner") for key in keys))
    settled(engine, tmp_path)
    found = [(one[4], one[5], bool(one[6])) for one in links(engine)]
    assert found == [("person", "ИП Вымыслова А.", True), ("person", "ИП Вымыслов Б.", True), ("person", "", False)]


def test_bodies_that_took_over_from_one_another_are_tied_with_dates(engine: Engine, tmp_path: Path) -> None:
    ministries = [
        ("Министерство культуры и информации Республики Казахстан", "2008"),
        ("Министерство информации и коммуникаций РК", "2017"),
        ("Комитет информации Министерства информации и общественного развития РК", "2021"),
    ]
    rows = [[payer, year, FIRM, BIN, "Боз дала", "Освещение", "1", ""] for payer, year in ministries]
    ingested(engine, tmp_path, SOURCE, csv_of(*rows))
    settled(engine, tmp_path)
    found = [(one[0], one[2], bool(one[3]), one[5], bool(one[6]), one[7]) for one in links(engine)]
    sport, culture = "Министерство культуры, информации и спорта РК", "Министерство культуры и информации РК"
    communications = "Министерство информации и коммуникаций РК"
    development = "Министерство информации и общественного развития РК"
    assert found == [
        ("successor", sport, False, f"{culture} (2006–2010)", True, "2006-03-27"),
        ("successor", f"{culture} (2006–2010)", True, "Министерство связи и информации РК", False, "2010-03-12?"),
        ("successor", "Министерство по инвестициям и развитию РК", False, communications, True, "2016-05-06"),
        ("successor", communications, True, development, True, "2019-02-25?"),
        ("successor", development, True, f"{culture} (2023–)", False, "2023-09-01"),
    ]
    with engine.connect() as connection:
        told = connection.execute(text("SELECT DISTINCT decision, decided_by, why FROM party_link")).all()
    assert [tuple(one) for one in told] == [("", "lineages.csv", "information ministry of Kazakhstan")]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEDIACONTRACTS_HOME", str(tmp_path))
    engine = open_engine(registry_url(tmp_path))
    migrate(engine)
    ingested(engine, tmp_path, SOURCE, csv_of(*ROWS))
    engine.dispose()
    return tmp_path


def run(*arguments: str, given: str | None = None) -> Result:
    return CliRunner().invoke(decide, [*arguments, *BY], input=given)


def kept(home: Path) -> str:
    path = home / "decisions" / "identity.jsonl"
    return path.read_text(encoding="utf-8") if path.exists() else ""


PUBLISHER = ("--right-kind", "organisation", "--relation", "publisher", "--evidence", IMPRINT)


def test_a_link_is_kept_with_the_id_that_is_printed_and_its_dates(home: Path) -> None:
    done = run("same", "Боз дала", FIRM, *PUBLISHER, "--since", "2014", "--until", "unknown")
    assert done.exit_code == 0, done.output
    assert f"printed with the id {BIN}" in done.output
    (link,) = load_decisions(home).links
    assert (link.left.kind, link.right.kind, link.right.id) == ("outlet", "organisation", BIN)
    assert (link.since, link.until, link.evidence) == ("2014", "", (IMPRINT,))
    refused = run("same", "Боз дала", FIRM, *PUBLISHER, "--since", "2015")
    assert refused.exit_code == 1
    assert "identity.jsonl: line 1" in refused.output
    assert "identity.jsonl: line 2" in refused.output
    assert len(kept(home).splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("same", "Боз дапа", "Көк дала"), "no source prints the outlet 'Боз дапа' in KZ; near are 'Боз дала'"),
        (("same", "Zzzz", "Көк дала"), "no source prints the outlet 'Zzzz' in KZ; give --allow-unknown"),
        (("same", "Боз дала", FIRM, *PUBLISHER, "--right-id", "040540000004"),
         f"is not printed with the id 040540000004, but with {BIN}"),
        (("same", "Боз дала", "ИП Вымыслова А.", *PUBLISHER), "give --right-person"),
        (("same", "Боз дала", PERSON, *PUBLISHER), "give --right-person"),
        (("same", "Боз дала", FIRM, *PUBLISHER[:4]), "needs evidence"),
        (("same", "Боз дала", FIRM, *PUBLISHER, "--since", "today"), "is no date"),
        (("same", "Боз дала", "Көк дала", "--left-person"), "a natural person is an organisation here"),
        (("same", "Боз дала", "Никто", *PUBLISHER, "--right-person"), "the right one as a natural person"),
    ],
)  # fmt: skip
def test_what_the_registry_does_not_know_is_refused(home: Path, arguments: tuple[str, ...], says: str) -> None:
    refused = run(*arguments)
    assert refused.exit_code == 1, refused.output
    assert says in refused.output
    assert kept(home) == ""


def test_an_unknown_name_is_kept_where_it_is_said_that_it_may_be(home: Path) -> None:
    done = run("same", "Боз дапа", "Көк дала", "--allow-unknown")
    assert done.exit_code == 0, done.output
    assert "no source prints the outlet 'Боз дапа' in KZ (yet)" in done.output


def test_a_group_is_new_once_and_near_names_are_asked_about(home: Path) -> None:
    owner = ("--kind", "organisation", "--right-kind", "group", "--relation", "owner", "--evidence", IMPRINT)
    first = run("same", FIRM, GROUP, *owner)
    assert first.exit_code == 0, first.output
    assert f"a new group: {GROUP!r}" in first.output
    again = run("same", HEIR, GROUP, *owner)
    assert again.exit_code == 0, again.output
    assert "new group" not in again.output
    slip = run("same", HEIR, "Группа «Степъ»", *owner)
    assert slip.exit_code == 1
    assert f"near are {GROUP!r}" in slip.output


@pytest.mark.parametrize(
    ("said", "key_of"),
    [("ИП Вымыслов Б.", PERSON), (PERSON, PERSON), ("ИП ВЫМЫСЛОВА А.", "ИП Вымыслова А.")],
)
def test_a_natural_person_is_kept_without_name_or_number(home: Path, said: str, key_of: str) -> None:
    done = run("same", "Қиял таңы", "-", *PUBLISHER, "--right-person", given=f"{said}\n")
    assert done.exit_code == 0, done.output
    text_of = kept(home) + done.output
    assert [word for word in (said, said.casefold(), PERSON, "Вымыслов") if word in text_of] == []
    salt = home / "decisions" / "salt"
    assert stat.S_IMODE(salt.stat().st_mode) == 0o600
    (link,) = load_decisions(home).links
    assert link.right.name == person_key(salt.read_bytes(), key_of)
    engine = open_engine(registry_url(home))
    settled(engine, home)
    ((_, *_, kind, name, key, _, _, _),) = links(engine)
    engine.dispose()
    assert (kind, bool(key)) == ("person", True)
    assert name.startswith("ИП Вымыслов")
