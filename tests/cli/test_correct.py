"""`mediacontracts correct` from the command line to the release, and the same release again after a rebuild."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from commands import mediacontracts, mediacontracts_here

from cli.correcting import correct
from publish.corrections import FIELDS, CorrectionError
from publish.set_right import changed_columns
from tests.publish.reading import content_of

DOC = Path(__file__).parents[2] / "docs" / "add-a-source.md"
FILE = """\
Poř. č.;Číslo objednávky;Odbor;Dodavatel;IČO;Médium;Předmět;Podepsáno;Cena bez DPH (v tis. Kč)
1;OBJ-1/2024;Odbor výmyslů;Výmysl Média s.r.o.;01234567;Výmyslný večerník;Inzerce o létě;03.04.2024;1 250,50
2;OBJ-2/2024;Odbor výmyslů;Žlutý kůň a.s.;;Kůň.invalid;Výmyslný večerník bez dotací;28.12.2024;75,00
3;OBJ-3/2024;Odbor výmyslů;Žlutý kůň a.s.;;Kůň.invalid;Článek;01.02.2024;12,00
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with a file of invented orders, released once. Only to be read."""
    home = tmp_path_factory.mktemp("loaded") / "home"
    declaration = re.search(r"```yaml\n(.+?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)
    assert declaration
    (home / "sources").mkdir(parents=True)
    (home / "sources" / "cz_vymyslene.yml").write_text(declaration[1], encoding="utf-8")
    orders = home.parent / "zakazky-2024.csv"
    orders.write_bytes(FILE.encode("cp1250"))
    ran(home, "ingest", "cz_vymyslene", str(orders))
    ran(home, "release")
    return home


@pytest.fixture
def home(loaded: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    return shutil.copytree(loaded, tmp_path / "home", symlinks=True)


@pytest.fixture
def shown(home: Path) -> Iterator[sqlite3.Connection]:
    with closing(opened(home)) as connection:
        yield connection


def ran(home: Path, *arguments: str) -> str:
    done = mediacontracts_here(home, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def opened(home: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{(home / 'releases/current').resolve() / 'media_contracts.db'}?mode=ro", uri=True)


def holds(path: Path, words: str) -> bool:
    return words.casefold() in content_of(path).decode("utf-8", errors="ignore").casefold()


def hashes(home: Path) -> dict[str, str]:
    release = (home / "releases/current").resolve()
    found = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in release.iterdir()}
    return {"": release.name, **found}


def released_again(home: Path, loaded: Path) -> None:
    """Make the registry and the release anew, in other processes, after the release that stood before."""
    shutil.rmtree(home / "releases")
    shutil.copytree(loaded / "releases", home / "releases", symlinks=True)
    for command in ("rebuild", "release"):
        done = mediacontracts(home, command)
        assert done.returncode == 0, done.stderr


def stated(connection: sqlite3.Connection) -> tuple[str, int, str]:
    """A counted record with a sum: its uid, minor units, currency."""
    found: tuple[str, int, str] = connection.execute(
        "SELECT uid, amount_minor, currency FROM contracts WHERE counted = 1 AND amount_minor > 0 ORDER BY id LIMIT 1"
    ).fetchone()
    return found


def test_a_correction_is_released_rebuilt_and_undone(home: Path, loaded: Path, shown: sqlite3.Connection) -> None:
    uid, minor, currency = stated(shown)
    before = hashes(home)
    said = ran(home, "correct", uid, "amount", "12.50", "--why", "A test", "--evidence", "https://press.example/1")
    ref = said.split("kept as ")[1].split(";")[0]
    assert hashes(home) == before, "nothing is published before the next release"
    ran(home, "release")
    with closing(opened(home)) as out:
        assert out.execute("SELECT amount_minor, corrected FROM contracts WHERE uid = ?", (uid,)).fetchone() == (
            1250,
            1,
        )
        told = out.execute("SELECT ref, state, record_uid, field, old, new, why, evidence FROM corrections").fetchall()
    was = f"{minor // 100}.{minor % 100:02} {currency}"
    assert told == [(ref, "in force", uid, "amount", was, f"12.50 {currency}", "A test", "https://press.example/1")]
    manifest = json.loads(((home / "releases/current").resolve() / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["sums"] != manifest["sums_as_sources_say"]

    corrected = hashes(home)
    released_again(home, loaded)
    assert hashes(home) == corrected

    ran(home, "correct", "--undo", ref, "--why", "The source was right")
    ran(home, "release")
    with closing(opened(home)) as out:
        again = out.execute("SELECT amount_minor, corrected FROM contracts WHERE uid = ?", (uid,)).fetchone()
        states = out.execute("SELECT ref, state FROM corrections").fetchall()
    assert again == (minor, 0)
    assert states == [(ref, "taken back")], "that it was corrected once stays visible"


def test_a_takedown_is_in_no_file_and_told(home: Path, loaded: Path) -> None:
    outlet = "Výmyslný večerník"
    there = [path.name for path in (home / "releases/current").resolve().iterdir() if holds(path, outlet)]
    assert {"contracts.csv", "contracts-raw.csv", "contracts.parquet", "media_contracts.db"} <= set(there)
    ran(home, "correct", "--withdraw", outlet, "--why", "Asked for by the outlet")
    ran(home, "release")
    release = (home / "releases/current").resolve()
    for path in release.iterdir():
        assert not holds(path, outlet), path.name
    with closing(opened(home)) as out:
        told = out.execute("SELECT kind, state, why, places > 0 FROM corrections").fetchall()
    assert told == [("takedown", "in force", "Asked for by the outlet", 1)]
    withdrawn = hashes(home)
    released_again(home, loaded)
    assert hashes(home) == withdrawn


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ((), 2, "give RECORD FIELD VALUE, or --withdraw WORDS, or --undo REF"),
        (("UID", "amount", "1", "--undo", "x"), 2, "give RECORD FIELD VALUE"),
        (("UID", "amount"), 2, "give RECORD FIELD VALUE"),
        (("UID", "outlet", "Имя"), 1, "'outlet' cannot be corrected; amount, equivalent, year, signed_on, subject"),
        (("UID", "outlet", "Имя"), 1, "names of parties are decided (`mediacontracts decide`)"),
        (("UID", "amount", "12,5"), 1, "a point before the 2 decimals of CZK, such as 1200000.50; did you mean 12.5?"),
        (("UID", "amount", "13 000.50"), 1, "did you mean 13000.50?"),
        (
            ("UID", "amount", "1.005"),
            1,
            "'1.005' has too many decimals: write digits alone, with a point before",
        ),
        (("UID", "amount", "SUM"), 1, " CZK' already"),
        (("UID", "amount", "SUM.0"), 1, " CZK' already"),
        (("UID", "amount", "SUM.00 CZK"), 1, " CZK' already"),
        (("UID", "amount", "1 EUR"), 1, "cannot stand in its place"),
        (("UID", "year", "20012"), 1, "is no year"),
        (("UID", "signed_on", "31.12.2012"), 1, "is no date"),
        (("UID", "counted", "yes"), 1, "counted can only be set to 'no'"),
        (("0000000000000000", "amount", "1"), 1, "the registry has no record of this uid"),
        (("--withdraw", "абв"), 1, "at least 5 letters or digits"),
        (("--undo", "nothing"), 1, "no correction of this name is in force"),
    ],
    ids=str,
)
def test_wrong_use_is_told_and_keeps_nothing(
    loaded: Path, arguments: tuple[str, ...], code: int, message: str
) -> None:
    with closing(opened(loaded)) as out:
        uid, minor, _ = stated(out)
    told = [one.replace("UID", uid).replace("SUM", str(minor // 100)) for one in arguments]
    done = CliRunner().invoke(correct, [*told, "--why", "A test"], env={"MEDIACONTRACTS_HOME": str(loaded)})
    assert message in done.output
    assert done.exit_code == code
    assert not (loaded / "corrections" / "corrections.jsonl").exists()


def test_a_reason_is_needed(loaded: Path) -> None:
    done = mediacontracts_here(loaded, "correct", "--withdraw", "Имя Фамилия")
    assert done.returncode == 2
    assert "--why" in done.stderr
    empty = mediacontracts(loaded, "correct", "--withdraw", "Имя Фамилия", "--why", " ")
    assert "Traceback" not in empty.stderr
    assert empty.returncode == 1
    assert "says no reason" in empty.stderr


def test_a_record_alone_lists_what_can_be_corrected_and_keeps_nothing(loaded: Path) -> None:
    with closing(opened(loaded)) as out:
        uid, minor, currency = stated(out)
    said = ran(loaded, "correct", uid)
    assert [line.split()[0] for line in said.splitlines()[:-1]] == list(FIELDS)
    assert f"{minor // 100}.{minor % 100:02} {currency}" in said
    assert not (loaded / "corrections" / "corrections.jsonl").exists()


def test_a_currency_without_decimals_is_asked_for_in_whole_units() -> None:
    row = {"currency": "ISK", "amount_minor": 5, "amount_state": "stated"}
    assert changed_columns(row, "amount", "1200")["amount_minor"] == 1200
    with pytest.raises(CorrectionError, match="whole ISK in digits alone, such as 1200000"):
        changed_columns(row, "amount", "12.5")


def test_what_was_kept_is_said_with_both_values(home: Path) -> None:
    with closing(opened(home)) as out:
        uid, minor, currency = stated(out)
    said = ran(home, "correct", uid, "amount", "12.5", "--why", "A test")
    assert f"amount was {minor // 100}.{minor % 100:02} {currency}, becomes 12.50 {currency}" in said
    again = mediacontracts_here(home, "correct", uid, "amount", "13", "--why", "A test")
    assert again.returncode == 1
    assert "mediacontracts correct --undo " in again.stderr
