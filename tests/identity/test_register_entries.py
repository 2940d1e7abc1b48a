"""A register of media tells outlets apart: `mediacontracts entries`, and the lines that are shipped for Serbia.

Outlets, firms and sums are invented, but for the real register of media.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from registries import ONE, OTHER, SOURCE, fresh, grouped, row, settled, state, sums, write
from sources import csv_of, ingested
from sqlalchemy import Engine, text

from cli.entering import entries
from db.engine import open_engine, registry_url
from db.migrate import migrate
from ingest.decision_lines import SHIPPED, undo_line, with_shipped
from ingest.declaration import read_source
from ingest.identity import load_decisions
from ingest.installation import SHIPPED_SOURCES
from ingest.media_register import Columns, Row, read_register
from ingest.names.decisions import FILES, Decisions
from ingest.names.identity_lines import Spelling, decision_line
from ingest.register_entries import Said, stated_entries
from ingest.settle import Settled, settle

PERSON_NUMBER = "850101300124"
"""A number of nobody, with the check digit of a natural person's."""

HEADINGS = ["Outlet", "Publisher", "Number", "Form"]
REGISTER = [
    ["ПУЛЬС", "ТОО «Первое»", ONE, "newspaper"],
    ["Радио Пульс", "ТОО «Второе»", OTHER, "radio"],
    ["Боз дала", "ТОО «Первое»", ONE, "newspaper"],
    ["Боздала.kz", "ТОО «Первое»", ONE, "portal"],
    ["Утро", "ТОО «Первое»", ONE, "newspaper"],
    ["«Утро»", "ТОО «Первое»", ONE, "newspaper"],
    ["Заря", "ТОО «Первое»", ONE, "newspaper"],
    ["Заря", "ТОО «Второе»", OTHER, "radio"],
    ["Заря", "ИП Вымыслов Б.", PERSON_NUMBER, "portal"],
    ["Луч", "ТОО «Первое»", ONE, "newspaper"],
    ["Луч", "ТОО «Второе»", OTHER, "radio"],
]
ROWS = [
    row("ТОО «Первое»", ONE, "Пульс", 1),
    row("ТОО «Второе»", OTHER, "Радио Пульс", 2),
    row("ТОО «Первое»", ONE, "Боз дала", 4),
    row("ТОО «Первое»", ONE, "Боздала.kz", 8),
    row("ТОО «Первое»", ONE, "Утро", 16),
    row("ТОО «Первое»", ONE, "«Утро»", 32),
    row("ТОО «Первое»", ONE, "Заря", 64),
    row("ТОО «Второе»", OTHER, "Заря", 128),
    row("ИП Вымыслов Б.", PERSON_NUMBER, "Заря", 256),
    row("ТОО «Третье»", "", "Заря", 512),
    row("ТОО «Третье»", "", "Радио Вымысел", 1024),
    row("ТОО «Четвёртое»", "", "Вымысел", 2048),
    row("ТОО «Первое»", ONE, "Луч", 4096),
]
TERMS = (
    "--outlet", "Outlet", "--publisher-id", "Number", "--form", "Form", "--country", "kz", "--who", "A. B.",
    "--why", "register of media, as of 2020", "--evidence", "https://register.invalid/",
)  # fmt: skip


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MEDIACONTRACTS_HOME", str(tmp_path))
    engine = fresh(tmp_path)
    ingested(engine, tmp_path, SOURCE, csv_of(*ROWS))
    settled(engine, tmp_path)
    engine.dispose()
    (tmp_path / "register.csv").write_bytes(csv_of(*REGISTER, headings=HEADINGS, delimiter=","))
    return tmp_path


def run(home: Path, *more: str) -> Result:
    return CliRunner().invoke(entries, [str(home / "register.csv"), *TERMS, *more])


def outlets(home: Path) -> list[int]:
    engine = open_engine(registry_url(home))
    settled(engine, home)
    found = grouped(sums(engine, "outlet", "outlet_name_id"))
    engine.dispose()
    return found


def said_of(home: Path) -> list[tuple[str, str]]:
    kept = (home / "decisions" / "identity.jsonl").read_text(encoding="utf-8").splitlines()
    return [(line["left"]["name"], line["right"]["name"]) for line in map(json.loads, kept)]


def test_what_the_register_enters_as_two_is_two_and_the_rest_stays_open(home: Path) -> None:
    before = outlets(home)
    assert before == [1, 2, 4, 8, 48, 960, 1024, 2048, 4096]
    looked = run(home, "--dry-run")
    assert looked.exit_code == 0, looked.output
    assert not (home / "decisions" / "identity.jsonl").exists()
    done = run(home)
    assert done.exit_code == 0, done.output
    assert "6 lines are kept: 2 about two names, 4 about outlets of one name" in done.output
    assert "1 pairs left open: the register does not hold both names" in done.output
    assert "3 pairs left open: of one name, paid to nobody who publishes it by the register" in done.output
    assert "1 pairs left open: the register may hold one outlet twice" in done.output
    # each publisher of "Заря" has its own, and what was paid to somebody else nobody knows
    assert outlets(home) == [1, 2, 4, 8, 48, 64, 128, 256, 512, 1024, 2048, 4096]
    kept = (home / "decisions" / "identity.jsonl").read_text(encoding="utf-8")
    assert [word for word in ("Вымыслов", PERSON_NUMBER) if word in kept] == []
    again = run(home)
    assert "0 lines are kept" in again.output
    assert (home / "decisions" / "identity.jsonl").read_text(encoding="utf-8") == kept


def test_lines_to_be_passed_on_hold_no_key_of_a_person(home: Path) -> None:
    done = run(home, "--shareable")
    assert done.exit_code == 0, done.output
    assert "person:" not in (home / "decisions" / "identity.jsonl").read_text(encoding="utf-8")
    assert not (home / "decisions" / "salt").exists()
    # the outlet of the natural person stays with the rest
    assert outlets(home) == [1, 2, 4, 8, 48, 64, 128, 768, 1024, 2048, 4096]


def test_what_people_decided_is_not_said_anew(home: Path) -> None:
    one, other = (Spelling("outlet", "kz", name) for name in ("Боз дала", "Боздала.kz"))
    path = home / "decisions" / "identity.jsonl"
    path.parent.mkdir()
    path.write_text(decision_line(one, other, "same", who="C. D.", when=date(2026, 1, 2), why="one masthead") + "\n")
    assert run(home).exit_code == 0
    assert ("Боз дала", "Боздала.kz") not in said_of(home)[1:]
    assert 12 in outlets(home)


def test_what_was_made_one_by_likeness_is_parted(engine: Engine, tmp_path: Path) -> None:
    # one firm is paid for both, so that nothing but the register knows better
    ingested(engine, tmp_path, SOURCE, csv_of(row("ТОО", ONE, "Журнал Вымысел", 1), row("ТОО", ONE, "Вымысел", 2)))
    settled(engine, tmp_path)
    assert grouped(sums(engine, "outlet", "outlet_name_id")) == [3]
    rows = [Row("Журнал Вымысел", "", "ТОО", ONE, "magazine"), Row("ВЫМЫСЕЛ", "", "ТОО", ONE, "portal")]
    said = Said("kz", "A. B.", date(2026, 1, 2), "a register", ())
    before = state(engine)
    (line,) = stated_entries(engine, Decisions([]), b"", rows, said).lines
    assert json.loads(line)["evidence"] == ["entry 1: Журнал Вымысел", "entry 2: ВЫМЫСЕЛ"]
    assert state(engine) == before  # asking changes nothing
    write(tmp_path, line)
    settled(engine, tmp_path)
    assert grouped(sums(engine, "outlet", "outlet_name_id")) == [1, 2]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--form", "Kind"), "no heading 'Kind'; it has Outlet, Publisher, Number, Form"),
        (("--who", " "), "who and why must not be blank"),
    ],
)
def test_what_cannot_stand_is_refused_whole(home: Path, arguments: tuple[str, ...], says: str) -> None:
    refused = run(home, *arguments)
    assert refused.exit_code == 1
    assert says in refused.output
    assert not (home / "decisions" / "identity.jsonl").exists()


COLUMNS = Columns("Naziv medija", "PODNOSILAC PROJEKTA", "", "MATIČNI BROJ PODNOSIOCA", "Forma")


@pytest.fixture(scope="module")
def register(real_data: Path) -> list[Row]:
    return read_register(real_data / "serbia-projektno-sufinansiranje" / "aprregmediji2020.xlsx", COLUMNS)


class Serbia:
    """The real payments, settled with the lines that are shipped."""

    def __init__(self, home: Path, real_data: Path) -> None:
        self.home = home
        self.source = read_source(SHIPPED_SOURCES / "rs_cofinancing.yml")
        self.engine = open_engine(registry_url(home))
        migrate(self.engine)
        ingested(self.engine, home, self.source, real_data / "serbia-projektno-sufinansiranje" / "v2_2015-2022.xlsx")
        self.done = self.settled()

    def settled(self) -> Settled:
        return settle(self.engine, {self.source.name: self.source}, self.home)

    def paid(self) -> dict[str, dict[int, int]]:
        """Dinars of all records by printed name and outlet."""
        found: dict[str, dict[int, int]] = defaultdict(dict)
        query = (
            "SELECT n.name, n.outlet_id, sum(coalesce(r.amount_minor, 0)) FROM record r "
            "JOIN outlet_name n ON n.id = r.outlet_name_id GROUP BY 1, 2"
        )
        with self.engine.connect() as connection:
            for name, outlet, total in connection.execute(text(query)):
                found[name][outlet] = int(total)
        return found

    def publishers(self, register: list[Row], *, persons: bool) -> dict[str, tuple[int, bool]]:
        """Of names that the register enters for several publishers: how many of these were paid for one, and whether
        any record of the name is left besides.

        Args:
            register: the register.
            persons: whether natural persons among them are told apart too.
        """
        entered: dict[str, set[str]] = defaultdict(set)
        for one in register:
            entered[one.left.casefold()].add(one.right_id)
        query = (
            "SELECT DISTINCT n.name, f.registry_id, e.is_person FROM record r "
            "JOIN outlet_name n ON n.id = r.outlet_name_id JOIN organisation_name f ON f.id = r.recipient_name_id "
            "JOIN organisation e ON e.id = f.organisation_id"
        )
        firms: dict[str, dict[str, bool]] = defaultdict(dict)
        with self.engine.connect() as connection:
            for name, number, person in connection.execute(text(query)):
                firms[name][number] = bool(person)
        found = {}
        for name, paid in firms.items():
            several = entered[name.casefold()]
            if len(several) > 1:
                told = {number for number in several & paid.keys() if persons or not paid[number]}
                found[name] = (len(told), bool(paid.keys() - told))
        return found


@pytest.fixture(scope="module")
def serbia(tmp_path_factory: pytest.TempPathFactory, real_data: Path) -> Iterator[Serbia]:
    found = Serbia(tmp_path_factory.mktemp("serbia"), real_data)
    yield found
    found.engine.dispose()


@pytest.mark.real
def test_names_of_several_publishers_lead_to_as_many_outlets(
    serbia: Serbia, register: list[Row], tmp_path: Path, real_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = open_engine(registry_url(tmp_path))
    migrate(alone)
    ingested(alone, tmp_path, serbia.source, real_data / "serbia-projektno-sufinansiranje" / "v2_2015-2022.xlsx")
    with alone.connect() as connection:
        query = (
            "SELECT n.name, sum(coalesce(r.amount_minor, 0)) FROM record r "
            "JOIN outlet_name n ON n.id = r.outlet_name_id GROUP BY 1"
        )
        before = {row[0]: int(row[1]) for row in connection.execute(text(query))}
    alone.dispose()
    names = serbia.publishers(register, persons=False)
    assert len(names) == 10
    paid = serbia.paid()
    for name, (told, rest) in names.items():
        assert (name, len(paid[name])) == (name, told + rest)
    assert {name: sum(found.values()) for name, found in paid.items()} == before
    # taken back, each line gives its sums back, and in force again it parts them again
    own = serbia.home / "decisions" / "identity.jsonl"
    own.parent.mkdir(exist_ok=True)
    shipped = load_decisions(serbia.home).active
    own.write_text(
        "".join(f"{undo_line(one.id, who='a test', when=date(2026, 1, 2), why='a test')}\n" for one in shipped),
        encoding="utf-8",
    )
    serbia.settled()
    assert {name: list(found.values()) for name, found in serbia.paid().items()} == {
        name: [total] for name, total in before.items()
    }
    own.unlink()
    serbia.settled()
    assert serbia.paid().keys() == paid.keys()
    assert {name: sorted(found.values()) for name, found in serbia.paid().items()} == {
        name: sorted(found.values()) for name, found in paid.items()
    }
    # with the register itself at hand, an installation tells the outlets of natural persons apart as well
    monkeypatch.setenv("MEDIACONTRACTS_HOME", str(serbia.home))
    file = real_data / "serbia-projektno-sufinansiranje" / "aprregmediji2020.xlsx"
    terms = ("--outlet", COLUMNS.left, "--publisher-id", COLUMNS.right_id, "--form", COLUMNS.form, "--country", "rs",
             "--who", "a test", "--why", "register of media, 2020", "--evidence", serbia.source.url)  # fmt: skip
    done = CliRunner().invoke(entries, [str(file), *terms])
    assert done.exit_code == 0, done.output
    serbia.settled()
    paid = serbia.paid()
    names = serbia.publishers(register, persons=True)
    for name, (told, rest) in names.items():
        assert (name, len(paid[name])) == (name, told + rest)
    assert sum(told for told, _ in names.values()) == 18
    assert {name: sum(found.values()) for name, found in paid.items()} == before
    own.unlink()
    serbia.settled()


@pytest.mark.real
def test_at_most_a_twentieth_of_the_names_wait_for_a_person(serbia: Serbia) -> None:
    outlets = serbia.done.identities[0]
    waiting = {one.name for left, right, _ in outlets.questions for one in (left, right)}
    assert len(waiting) / len(serbia.paid()) <= 0.05


@pytest.mark.real
def test_the_shipped_lines_are_what_the_register_gives(serbia: Serbia, register: list[Row]) -> None:
    (path,) = with_shipped([], FILES)
    kept = path.read_text(encoding="utf-8").splitlines()
    first = json.loads(kept[0])
    said = Said("rs", first["who"], date.fromisoformat(first["when"]), first["why"], (first["evidence"][0],))
    assert stated_entries(serbia.engine, Decisions([]), b"", register, said).lines == kept
    # and with them in force nothing that was made one by likeness is entered as two
    assert stated_entries(serbia.engine, load_decisions(serbia.home), b"", register, said).lines == []


def test_shipped_lines_are_of_organisations_and_say_where_they_are_from() -> None:
    shipped = Decisions.load(sorted(SHIPPED.glob(FILES)))
    assert {(one.verdict, one.relation) for one in shipped.active} == {("different", "spelling")}
    for one in shipped.active:
        assert [word.partition(" ")[0] for word in one.evidence[1:]].count("entry") == len(one.evidence) - 1 >= 2
        assert not any(end.id.startswith("person:") for end in (one.left, one.right))


def test_shipped_lines_agree_with_the_pairs_that_a_person_labelled() -> None:
    shipped = Decisions.load(sorted(SHIPPED.glob(FILES)))
    labelled: dict[frozenset[str], bool] = {}
    with (Path(__file__).parents[1] / "names" / "pairs_serbia.csv").open(encoding="utf-8", newline="") as file:
        for pair in csv.DictReader(file):
            labelled[frozenset({pair["left"].casefold(), pair["right"].casefold()})] = pair["same"] == "1"
    said = [frozenset({one.left.name.casefold(), one.right.name.casefold()}) for one in shipped.active]
    judged = {pair: labelled[pair] for pair in said if pair in labelled}
    assert len(judged) == 7
    # a magazine and a portal by the register, read as one by the person who had the names alone
    assert [sorted(pair) for pair, same in judged.items() if same] == [
        ["magazin odbrana i bezbednost", "odbrana i bezbednost"]
    ]
