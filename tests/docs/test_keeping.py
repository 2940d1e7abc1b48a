"""docs/keeping.md tried from top to bottom: every command on it, in its order, on an installation of its own."""

from __future__ import annotations

import re
import shlex
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from commands import free_port, mediacontracts, mediacontracts_here, page, started

PAGE = (Path(__file__).parents[2] / "docs" / "keeping.md").read_text(encoding="utf-8")
ELSEWHERE = ["git pull", "make setup"]
YML = """\
name: hu_kepzelt
title: Media contracts of an imagined town
country: HU
publisher: Képzelt Város Önkormányzata
obtained: Downloaded from the town's page.
url: https://kepzelt.invalid/szerzodesek
licence: {name: none stated, publish: facts}
frequency: yearly
relevance: undecided
measure: contracted
instrument: contract
currency: HUF
year_basis: signed
lang: hu
table: {format: csv, delimiter: ";", encoding: cp1250}
identity: [Szám]
columns:
  Szám: {to: number}
  Megrendelő: {to: payer}
  Vállalkozó: {to: recipient}
  Médium: {to: outlet}
  Tárgy: {to: subject}
  Kelt: [{to: signed_on, order: ymd}, {to: year, pattern: '^(\\d{4})'}]
  Összeg (ezer Ft): {to: amount, decimal: ",", unit: 1000, unit_words: ezer Ft}
expect:
  min: {records: 1}
"""
HEAD = "Szám;Megrendelő;Vállalkozó;Médium;Tárgy;Kelt;Összeg (ezer Ft)"
ROWS = [
    "KT-12/2024;Képzelt Város;Mesebeli Kiadó Kft.;Mesebeli Hírlap;Hirdetés az újságban;2024.03.15.;1 250,5",
    "KT-13/2024;Képzelt Város;Szőke Őz Bt.;Őz Rádió;Szőke Őz műsora;2024.04.02.;850",
    "KT-14/2024;Képzelt Város;Mesebeli Kiadó Kft.;Mesebeli Hirlap;Közlemény;2024.12.01.;12.000,25",
]
EDITIONS = {
    "kiadas-1.csv": ROWS,
    "kiadas-2.csv": [ROWS[0].replace("1 250,5", "125 050"), ROWS[1]],
    "kiadas-3.csv": ROWS,
}


def commands() -> list[tuple[str, int]]:
    """Every line of a block of code and the exit code it is said to end with."""
    lines = [
        line
        for block in re.findall(r"^```\n(.+?)^```$", PAGE, re.DOTALL | re.MULTILINE)
        for line in block.splitlines()
    ]
    return [(line.split("#")[0].strip() if "# ends" in line else line, int("# ends with 1" in line)) for line in lines]


def ran() -> list[tuple[str, int]]:
    """The commands that are run to their end."""
    return [(line, code) for line, code in commands() if "mediacontracts" in line and "serve" not in line]


class Keeper:
    """Runs the lines of the page and fills in what a person reads off the line before."""

    def __init__(self, folder: Path, address: str) -> None:
        self.home, self.folder = folder / "home", folder
        self.address = address
        self.kept = ""
        self.lines: list[str] = []

    def filled(self, line: str) -> str:
        names = {
            "RUN": lambda: self.newest("SELECT ref FROM run ORDER BY id DESC LIMIT 1"),
            "UID": lambda: self.newest("SELECT uid FROM record WHERE key LIKE 'KT-12%'"),
            "REF": lambda: self.kept, "ID": lambda: self.kept, "FOLDER": lambda: str(self.folder / "backup"),
            "NEW": lambda: str(self.folder / "new"), "ADDRESS": lambda: self.address,
        }  # fmt: skip
        line = re.sub(r"\b(RUN|UID|REF|ID|FOLDER|NEW|ADDRESS)\b", lambda found: names[found[1]](), line)
        return re.sub(r"\bkiadas-\d\.csv", lambda found: str(self.folder / found[0]), line)

    def newest(self, query: str) -> str:
        with closing(sqlite3.connect(self.home / "registry.db")) as registry:
            return str(registry.execute(query).fetchone()[0])

    def run(self, line: str, code: int = 0) -> str:
        before, _, arguments = self.filled(line).partition("mediacontracts ")
        given = dict(one.split("=", 1) for one in before.split())
        home = Path(given.pop("MEDIACONTRACTS_HOME", str(self.home)))
        # what is made anew is made by other processes, whose sets have another order
        run = mediacontracts if given or home != self.home or "rebuild" in arguments else mediacontracts_here
        done = run(home, *shlex.split(arguments), **given)
        assert done.returncode == code, f"{line}: {done.stderr}"
        said = done.stdout + done.stderr
        self.kept = found[1] if (found := re.search(r"kept as (\w+)", said)) else self.kept
        return said


def serves(home: Path, line: str) -> str:
    """Start the command that serves, ask for the first page, stop it."""
    port = free_port()
    server = started(home, *line.replace("8001", str(port)).split()[1:])
    try:
        return page(f"http://127.0.0.1:{port}/", server)
    finally:
        server.terminate()
        server.wait(30)


@pytest.mark.postgres
@pytest.mark.slow
def test_every_command_of_the_page(tmp_path: Path, postgresql: str) -> None:
    keeper = Keeper(tmp_path, postgresql)
    (keeper.home / "sources").mkdir(parents=True)
    (keeper.home / "sources" / "hu_kepzelt.yml").write_text(YML, encoding="utf-8")
    for name, rows in EDITIONS.items():
        (tmp_path / name).write_bytes("\r\n".join([HEAD, *rows]).encode("cp1250"))
    said: list[tuple[str, str]] = []
    other = []
    for line, code in commands():
        if "mediacontracts serve" in line:
            assert "Media contracts" in serves(keeper.home, line)
        elif "mediacontracts" not in line:
            other.append(line)
        elif line.startswith("mediacontracts backup"):
            before = keeper.run("mediacontracts release")  # so that what follows can be compared with it
            said.append((line, keeper.run(line)))
        else:
            said.append((line, keeper.run(line, code)))
    assert other == ELSEWHERE, "a command that this test does not run"
    release = re.search(r"release (\S+):", before)
    assert release
    assert said[-1][0] == "DATABASE_URL=ADDRESS mediacontracts release"
    assert f"release {release[1]}:" in said[-1][1], "PostgreSQL gives another release"
    assert f"release {release[1]}:" in keeper.run("MEDIACONTRACTS_HOME=NEW mediacontracts release")
    stopped = [told for (line, told), (_, code) in zip(said, ran(), strict=True) if code]
    assert ["fewer rows" in told for told in stopped] == [True]
    with closing(sqlite3.connect(keeper.home / "releases" / "current" / "media_contracts.db")) as out:
        states = out.execute("SELECT kind, state, field FROM corrections ORDER BY id").fetchall()
        every = out.execute("SELECT * FROM contracts UNION ALL SELECT * FROM other_records").fetchall()
    assert states == [("correction", "taken back", "amount"), ("takedown", "in force", "")]
    assert len(every) == 3
    assert "Szőke Őz" not in str(every)
    again = mediacontracts_here(keeper.home, "rebuild", DATABASE_URL=postgresql)
    assert again.returncode == 2
    assert "holds 4 runs already" in again.stderr


def test_a_run_that_is_none_is_not_accepted(tmp_path: Path) -> None:
    done = mediacontracts_here(tmp_path, "check", "--accept", "nothing", "--why", "a test")
    assert done.returncode == 2
    assert "no run is called 'nothing'" in done.stderr
    assert not (tmp_path / "corrections").exists()
