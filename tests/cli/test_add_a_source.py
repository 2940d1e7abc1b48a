"""docs/add-a-source.md tried from scratch: its commands, its declaration, a file in another language."""

from __future__ import annotations

import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from commands import mediacontracts_here
from sqlalchemy import create_engine, text

DOC = Path(__file__).parents[2] / "docs" / "add-a-source.md"

FILE = """\
Poř. č.;Číslo objednávky;Odbor;Dodavatel;IČO;Médium;Předmět;Podepsáno;Cena bez DPH (v tis. Kč)
1;OBJ-1/2024;Odbor vnějších vztahů;Výmysl Média s.r.o.;01234567;Výmyslný večerník;Inzerce o létě;03.04.2024;1 250,50
2;OBJ-2/2024;Odbor vnejsich vztahu;Výmysl Média s.r.o.;1234567;neuvedeno;Rozhlasový spot;28.12.2024;75,00
3;OBJ-3/2024;Odbor vnějších vztahů;Žlutý kůň a.s.;;Kůň.invalid;Článek;01.02.2024;0
4;OBJ-4/2024;Odbor vnějších vztahů;Žlutý kůň a.s.;;Kůň.invalid;Článek;01.02.2024;1,2 mil.
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("incoming") / "zakazky-2024.csv"
    path.write_bytes(FILE.encode("cp1250"))
    return path


def test_the_seven_steps(home: Path, file: Path) -> None:
    doc = DOC.read_text(encoding="utf-8")
    commands = re.findall(r"^mediacontracts (.+)$", doc, re.MULTILINE)
    assert [c.split()[0] for c in commands] == ["new-source", "ingest", "ingest", "check", "release"]
    drafted = mediacontracts_here(home, "new-source", "cz_vymyslene", str(file))
    assert drafted.returncode == 0, drafted.stderr
    yml = home / "sources" / "cz_vymyslene.yml"
    draft = yml.read_text(encoding="utf-8")
    assert all(f'"{heading}"' in draft for heading in FILE.splitlines()[0].split(";"))
    refused = mediacontracts_here(home, "ingest", "cz_vymyslene", str(file), "--dry-run")
    assert refused.returncode == 1
    assert "TODO" in refused.stderr
    declaration = re.search(r"```yaml\n(.+?)```", doc, re.DOTALL)
    assert declaration
    yml.write_text(declaration[1], encoding="utf-8")
    looked = mediacontracts_here(home, "ingest", "cz_vymyslene", str(file), "--dry-run")
    assert looked.returncode == 0, looked.stderr
    assert "3 records, 1 rejected rows" in looked.stdout
    assert "sum of all rows, contracted: 1,325,500.00 CZK" in looked.stdout
    assert "amount: 1,250,500.00 CZK, read from '1 250,50', × 1 000 (v tis. Kč), contracted" in looked.stdout
    assert "recipient: Výmysl Média s.r.o., CZ-ICO 01234567" in looked.stdout
    assert "{" not in looked.stdout, "a record is shown in a person's words"
    for command in commands[2:]:
        done = mediacontracts_here(home, *command.replace("zakazky-2024.csv", str(file)).split())
        assert done.returncode == 0, (command, done.stderr)
    engine = create_engine(f"sqlite:///{home / 'registry.db'}")
    with engine.connect() as connection:
        found = connection.execute(
            text("SELECT amount_minor, signed_on, year, unit_rule FROM record ORDER BY id")
        ).all()
        firms = connection.execute(text("SELECT registry_id FROM organisation ORDER BY id")).scalars().all()
        payers = connection.execute(text("SELECT name FROM body")).scalars().all()
    engine.dispose()
    assert [tuple(row) for row in found] == [
        (125_050_000, "2024-04-03", 2024, "× 1 000 (v tis. Kč)"),
        (7_500_000, "2024-12-28", 2024, "× 1 000 (v tis. Kč)"),
        (0, "2024-02-01", 2024, "× 1 000 (v tis. Kč)"),
    ]
    assert firms == ["01234567", ""]
    assert payers == ["Odbor vnějších vztahů"]
    assert (home / "releases" / "current" / "contracts.csv").exists()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words: object) -> None:
        pass


def test_a_draft_from_an_address(home: Path, file: Path) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(file.parent)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/{file.name}"
        done = mediacontracts_here(home, "new-source", "cz_adresa", address)
        missing = mediacontracts_here(home, "new-source", "cz_nic", address + "x")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert done.returncode == 0, done.stderr
    assert (home / "incoming" / file.name).read_bytes() == file.read_bytes()
    assert "Dodavatel" in (home / "sources" / "cz_adresa.yml").read_text(encoding="utf-8")
    assert missing.returncode == 3
    assert "404" in missing.stderr
