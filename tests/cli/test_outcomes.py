"""Every error that a room can raise ends a command with a message and an exit code, never with a traceback."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from commands import ROOT, environment, mediacontracts, mediacontracts_here

from cli import outcomes
from cli.main import main_group
from db.archive import Archive, RunStarted

# Errors that a room catches itself: a value that cannot be read rejects its row, a page its capture.
WITHIN = {
    "NumberError", "YearError", "UnitWordError", "BinError", "DateError", "AmountError", "CellError", "ContractError",
    "SumError", "CardError", "RowError", "PageTooBusy", "SampleDone", "FilterIgnoredError", "FilterError",
    "TooManyRowsError", "LinkError",
    # a defect of a reader, which must be seen whole
    "RowsLostError",
    # told as a LayoutChangedError where a workbook is opened
    "MarksError",
    # told as a VerificationError where a release is built
    "UntypedValueError",
    # answered by the site as a page
    "publish.site.web.reading.NoReleaseError",
}  # fmt: skip


def errors_of_the_rooms() -> dict[str, type[Exception]]:
    found = {}
    for room in ("db", "ingest", "scrapers", "publish"):
        package = importlib.import_module(room)
        for info in pkgutil.walk_packages(package.__path__, f"{room}."):
            if ".migrations" in info.name or info.name.endswith("__main__"):
                continue
            module = importlib.import_module(info.name)
            for name, value in vars(module).items():
                if inspect.isclass(value) and issubclass(value, Exception) and value.__module__ == info.name:
                    found[f"{info.name}.{name}"] = value
    return found


def test_every_error_has_an_outcome() -> None:
    known = outcomes.REFUSED + outcomes.WRONG_USE + outcomes.TRY_AGAIN
    found = errors_of_the_rooms()
    assert len(found) > 30
    forgotten = [
        name
        for name, error in found.items()
        if not issubclass(error, known) and name not in WITHIN and error.__name__ not in WITHIN
    ]
    assert forgotten == []


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("serve",), 2, "no release here; run `mediacontracts release` first"),
        (("release",), 1, "nothing is loaded"),
        (("retract", "nobody", "--why", "x"), 2, "nobody"),
        (("ingest", "no_such", __file__), 2, "no source is called 'no_such'"),
        (("ingest", "rs_cofinancing", __file__), 1, "test_outcomes.py"),
        (("ingest", "kz_goszakup", __file__), 2, "is crawled, not ingested"),
        (("crawl", "kz_goszakup"), 2, "GOSZAKUP_TOKEN is not set"),
        (("tables", __file__), 1, "test_outcomes.py"),
    ],
)
def test_wrong_use_is_told(tmp_path: Path, arguments: tuple[str, ...], code: int, message: str) -> None:
    done = mediacontracts_here(tmp_path, *arguments)
    assert "Traceback" not in done.stderr
    assert message in done.stderr
    assert done.returncode == code
    assert "http://127" not in done.stderr + done.stdout, "an address at which nothing answers"


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = mediacontracts(tmp_path / "file" / "home", "check")
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "file" in done.stderr


def test_a_registry_that_does_not_answer_is_told(tmp_path: Path) -> None:
    done = mediacontracts_here(tmp_path, "check", DATABASE_URL="postgresql+pg8000://nobody@127.0.0.1:9/none")
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr


A_DEFECT = """
from ingest.installation import Installation
from cli.main import main

def broken(installation):
    address = installation.database_url
    raise RuntimeError("a defect")

Installation.engine = broken
main()
"""


def test_a_defect_shows_no_local_variables(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", A_DEFECT, "check"],
        env=environment(tmp_path, DATABASE_URL="postgresql://user:geheim@127.0.0.1/none"),
        cwd=ROOT, capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.endswith("RuntimeError: a defect\n")
    assert "locals" not in done.stderr
    assert "geheim" not in done.stderr


def test_the_list_of_commands_is_whole_quick_and_not_cut_off() -> None:
    code = (
        "import sys; from click.testing import CliRunner; from cli.main import main_group;"
        "print(CliRunner().invoke(main_group, ['--help']).output);"
        "print('SLOW' if {'sqlalchemy', 'scrapy', 'lxml'} & set(sys.modules) else 'QUICK')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    context = click.Context(main_group)
    assert [name for name in main_group.list_commands(context) if f"\n  {name} " not in done.stdout] == []
    assert done.stdout.count("...") == 1, "the line of usage has the only dots"
    assert done.stdout.rstrip().endswith("QUICK")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ingest", "kz_goszakup", "--dry-run"), "is crawled, not ingested: mediacontracts crawl kz_goszakup"),
        (("ingest", "kz_answers"), "mediacontracts requests answer REQUEST FILE"),
        (("ingest", "rs_cofinancing", "--dry-run"), "name the files of rs_cofinancing"),
        (("crawl", "kz_goszakup", "--since", "01.11.2026"), "does not match the format '%Y-%m-%d'"),
        (("crawl", "rs_cofinancing"), "it comes in with: mediacontracts ingest rs_cofinancing FILE…"),
        (("crawl", "kz_answers"), "it comes in with: mediacontracts requests answer REQUEST FILE…"),
        (("serve", "--port", "99999"), "99999 is not in the range 1<=x<=65535"),
        (("crawl", "--due", "--sample", "3"), "--since and --sample go with named sources"),
    ],
    ids=str,
)
def test_wrong_use_is_told_with_what_to_do(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    done = mediacontracts_here(tmp_path, *arguments)
    assert done.returncode == 2, done.stderr
    assert message in done.stderr


def test_the_sample_is_never_mixed_with_an_installation(tmp_path: Path) -> None:
    Archive(tmp_path / "archive").write(
        RunStarted(run="r", source="rs_cofinancing", kind="ingest", at="2026-11-24T10:00:00Z")
    )
    done = mediacontracts_here(tmp_path, "demo", "--no-serve")
    assert done.returncode == 2, done.stderr
    assert "holds rs_cofinancing, and the invented sample must not be mixed with them" in done.stderr
    assert not (tmp_path / "registry.db").exists()


@pytest.mark.parametrize("inside", ["", "backup", "archive/backup"])
def test_a_backup_is_not_laid_into_what_it_is_a_backup_of(tmp_path: Path, inside: str) -> None:
    home = tmp_path / "home"
    (home / "archive").mkdir(parents=True)
    done = mediacontracts_here(home, "backup", str(home / inside))
    assert done.returncode == 2
    assert "would be lost with it; name a folder elsewhere" in done.stderr
    assert [one.name for one in home.rglob("*")] == ["archive"]
