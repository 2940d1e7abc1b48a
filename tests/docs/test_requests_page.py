"""Every command of docs/requests.md is run as it stands there."""

from __future__ import annotations

import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from commands import environment, mediacontracts_here

from cli.main import main_group
from cli.requests import requests
from tests.requests.answers import HEADER, ROWS, TOTAL, misread, paper
from tests.tables.cluster import Cluster
from tests.tables.documents import workbook

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "requests.md").read_text(encoding="utf-8")
BLOCKED = {"answer", "correct"}
"""Commands that may end with 1: a table of the answers stays blocked until it is accepted."""


def commands() -> list[str]:
    blocks = re.findall(r"```\n(.*?)```", PAGE, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("mediacontracts ")]


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    one = Cluster()
    one.add()
    yield one
    one.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the files that the page names: one total ten times off, one cell misread."""
    (tmp_path / "bodies.csv").write_text("body,lang\nВыдуманное управление,ru\n", encoding="utf-8")
    (tmp_path / "answer.pdf").write_bytes(paper([*ROWS, [*TOTAL[:4], "20 005,0"]]))
    other = [[n, f"{name} 2", *rest] for n, name, *rest in misread(ROWS)]
    (tmp_path / "annex.xlsx").write_bytes(workbook([HEADER, *other, TOTAL]))
    return tmp_path


@pytest.mark.slow
def test_every_command_of_the_page_runs_in_its_order(folder: Path, cluster: Cluster) -> None:
    home, ref = folder / "home", ""
    said = {}
    for written in commands():
        line = written.replace("tcp://127.0.0.1:8786", cluster.address).replace("2026-0001", ref or "2026-0001")
        arguments = shlex.split(line)[1:]
        name = arguments[1] if arguments[0] == "requests" else arguments[0]
        code, told = run(folder, home, arguments)
        assert code in ({0, 1} if name in BLOCKED else {0}), f"{line}\n{told}"
        if name == "new":
            ref = told.split()[0]
        said[name] = told
    assert set(said) >= {
        "new",
        "letter",
        "sent",
        "answer",
        "accept",
        "review",
        "correct",
        "status",
        "tables",
        "release",
    }
    assert "table 1: accepted" in said["accept"]
    assert "read «65 230,8», now «65 280,8»" in said["correct"]
    assert said["tables"].count('"needs_review"') == 2
    with closing(sqlite3.connect(home / "registry.db")) as registry:
        assert registry.execute("SELECT count(*) FROM record WHERE counted = 1").fetchone() == (8,)


def run(folder: Path, home: Path, arguments: list[str]) -> tuple[int, str]:
    """Run a command in the folder; a page that is served is ended like a person does, once it is there."""
    if "review" not in arguments:
        done = mediacontracts_here(home, *arguments, say="\n" * 6, folder=folder)
        return done.returncode, done.stdout + done.stderr
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", *arguments],
        cwd=folder, env=environment(home, PYTHONPATH=str(ROOT)),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    told = process.stdout.readline()
    assert "http://127.0.0.1:" in told
    os.kill(process.pid, signal.SIGINT)
    out, _ = process.communicate("\n" * 6, timeout=120)
    return process.returncode, told + out


def test_the_commands_that_the_page_names_exist() -> None:
    named = set(re.findall(r"`(?:mediacontracts )?requests ([a-z]+)", PAGE)) | set(
        re.findall(r"^mediacontracts requests ([a-z]+)", PAGE, re.MULTILINE)
    )
    assert named
    assert named <= set(requests.commands)
    assert set(re.findall(r"`mediacontracts ([a-z]+)", PAGE)) <= set(main_group.list_commands(None))  # type: ignore[arg-type]
