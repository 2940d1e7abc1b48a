"""What senders send, through the command: each is told with its file and place, and ends with the right exit code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from commands import mediacontracts_here
from sources import DECLARED, ROW, csv_of


def installation(folder: Path, **declared: Any) -> Path:
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    yml = yaml.safe_dump({**DECLARED, **declared}, allow_unicode=True)
    (folder / "sources" / "zz_invented.yml").write_text(yml, encoding="utf-8")
    return folder


@pytest.mark.parametrize("dry", [(), ("--dry-run",)], ids=["loaded", "dry"])
def test_a_file_that_is_named_twice_is_refused(tmp_path: Path, dry: tuple[str, ...]) -> None:
    home = installation(tmp_path / "home")
    one, other = tmp_path / "one.csv", tmp_path / "copy-of-one.csv"
    for path in (one, other):
        path.write_bytes(csv_of(ROW))
    for again in (one, other):
        done = mediacontracts_here(home, "ingest", "zz_invented", str(one), str(again), *dry)
        assert done.returncode == 2, done.stderr
        assert f"{again} is the same file as {one}" in done.stderr
