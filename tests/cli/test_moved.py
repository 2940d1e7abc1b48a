"""Addresses that were published lead on after a merge, also where two parties would have had one and the same slug."""

from __future__ import annotations

import re
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from commands import mediacontracts, mediacontracts_here, started

DOC = Path(__file__).parents[2] / "docs" / "add-a-source.md"
LONG = "Výmyslný věstník severních, východních a jižních krajů a měst"
"""Longer than a slug, so that what is printed behind it tells two names apart and their slugs do not."""
FILE = f"""\
Poř. č.;Číslo objednávky;Odbor;Dodavatel;IČO;Médium;Předmět;Podepsáno;Cena bez DPH (v tis. Kč)
1;OBJ-1/2024;Odbor výmyslů;Výmysl Média s.r.o.;01234567;{LONG}, ranní list;Inzerce;03.04.2024;1 250,50
2;OBJ-2/2024;Odbor výmyslů;Výmysl Média s.r.o.;07654321;{LONG}, noční okénko;Inzerce;28.12.2024;75,00
3;OBJ-3/2024;{LONG}, kancelář;Žlutý kůň a.s.;;Kůň.invalid;Článek;01.02.2024;12,00
4;OBJ-4/2024;{LONG}, sekretariát;Žlutý kůň a.s.;;Kůň.invalid;Článek;01.03.2024;13,00
"""
MERGED = {
    "outlet": ((f"{LONG}, ranní list", ""), (f"{LONG}, noční okénko", "")),
    "organisation": (("Výmysl Média s.r.o.", "01234567"), ("Výmysl Média s.r.o.", "07654321")),
    "body": ((f"{LONG}, kancelář", ""), (f"{LONG}, sekretariát", "")),
}
PAGES = {"outlet": ("outlet",), "organisation": ("recipient",), "body": ("payer", "ministry")}
TABLES = {"outlet": "outlets", "recipient": "recipients", "payer": "payers", "ministry": "ministries"}


def ran(home: Path, *arguments: str) -> str:
    done = mediacontracts_here(home, *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def uids(home: Path) -> dict[str, set[str]]:
    path = home / "releases" / "current" / "media_contracts.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as out:
        return {
            kind: {row[0] for row in out.execute(f"SELECT uid FROM {table} WHERE state = 'named'")}
            for kind, table in TABLES.items()
        }


class _Stays(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


@contextmanager
def served(home: Path) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    site = started(home, "serve", "--public", "--port", str(port))
    try:
        end = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/robots.txt", timeout=10).close()
                break
            except OSError:
                assert time.monotonic() < end
                assert site.poll() is None
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        site.terminate()
        try:
            site.wait(timeout=30)
        except subprocess.TimeoutExpired:
            site.kill()


def asked(address: str) -> tuple[int, str]:
    """Status of an address, and where it leads."""
    try:
        with urllib.request.build_opener(_Stays).open(address, timeout=30) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.headers.get("location", "")


@pytest.mark.slow
def test_every_published_address_leads_to_the_party_that_remains(tmp_path: Path) -> None:
    home = tmp_path / "home"
    declaration = re.search(r"```yaml\n(.+?)```", DOC.read_text(encoding="utf-8"), re.DOTALL)
    assert declaration
    (home / "sources").mkdir(parents=True)
    (home / "sources" / "cz_vymyslene.yml").write_text(declaration[1], encoding="utf-8")
    orders = tmp_path / "zakazky-2024.csv"
    orders.write_bytes(FILE.encode("cp1250"))
    ran(home, "ingest", "cz_vymyslene", str(orders))
    ran(home, "release")
    before = uids(home)
    with_hash = {kind: {uid for uid in found if re.search(r"-[0-9a-f]{6}$", uid)} for kind, found in before.items()}
    assert all(len(found) == 1 for kind, found in with_hash.items()), "one of each pair has a slug with a hash"

    lines = []
    for kind, ((left, left_id), (right, right_id)) in MERGED.items():
        told = ran(home, "decide", "same", left, right, "--kind", kind, "--country", "cz", "--left-id", left_id,
                   "--right-id", right_id, "--who", "A. B.", "--why", "one and the same")  # fmt: skip
        lines.append(re.search(r"kept as ([0-9a-f]{12})", told)[1])  # type: ignore[index]
    ran(home, "release")
    after = uids(home)
    gone = {kind: before[kind] - after[kind] for kind in before}
    assert all(len(found) == 1 for found in gone.values()), gone
    assert any(gone[kind] & with_hash[kind] for kind in gone), "one of them had a hash in its address"
    check(home, before, after)

    # the same after other processes made everything anew, and both pages are back when the decisions are taken back
    for command in ("rebuild", "release"):
        done = mediacontracts(home, command)
        assert done.returncode == 0, done.stderr
    assert uids(home) == after
    check(home, before, after)
    for line in lines:
        ran(home, "decide", "--undo", line, "--who", "A. B.", "--why", "they are two after all")
    ran(home, "release")
    assert uids(home) == before
    check(home, before, before)


def check(home: Path, published: dict[str, set[str]], current: dict[str, set[str]]) -> None:
    """Every published address answers: with its page, or by leading to the party that its pair has become."""
    with served(home) as address:
        for kind, found in published.items():
            for uid in found:
                status, there = asked(f"{address}/kk/{kind}/{uid}")
                if uid in current[kind]:
                    assert (status, there) == (200, ""), (kind, uid)
                    continue
                assert status == 301, (kind, uid)
                kept = there.removeprefix(f"/kk/{kind}/")
                assert kept in current[kind]
                assert kept[:14] == uid[:14], "the other of its pair"
                assert asked(f"{address}{there}") == (200, "")
                assert asked(f"{address}/{kind}/{uid}.json") == (301, f"/{kind}/{kept}.json")
                # what was filtered by it is filtered by what it has become
                assert asked(f"{address}/contracts?{kind}={uid}") == (200, "")
                assert asked(f"{address}/contracts.atom?{kind}={uid}") == (200, "")
        assert asked(f"{address}/outlet/never-was")[0] == 404
        assert asked(f"{address}/contracts?outlet=never-was")[0] == 400
