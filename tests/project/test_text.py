"""What the project's files may not hold: paths of a machine, registry hosts, unexplained skips."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
FORBIDDEN = {
    "a path of one machine": re.compile(r"/work/|/root/|/home/[a-z]"),
    "a registry's host": re.compile(r"pypi\.org|pythonhosted|registry\.npmjs|deb\.debian"),
    "a token": re.compile(r"Bearer [A-Za-z0-9]{16,}|ghp_[A-Za-z0-9]{20}"),
}
EXCUSED = {"tests/project/test_text.py"}


def texts() -> list[tuple[str, str]]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    found = []
    for name in listed:
        path = ROOT / name
        if not name or name in EXCUSED or "/vendor/" in name or not path.is_file():
            continue
        try:
            found.append((name, path.read_text(encoding="utf-8")))
        except UnicodeDecodeError:
            continue
    return found


def test_nothing_of_a_machine_or_a_registry() -> None:
    seen = [
        (name, what, match[0])
        for name, text in texts()
        for what, pattern in FORBIDDEN.items()
        if (match := pattern.search(text))
    ]
    assert seen == []


def test_skips_say_why() -> None:
    bare = [
        name
        for name, text in texts()
        if name.startswith("tests/") and re.search(r"mark\.skip(\(\)|\b(?!\(|if))|pytest\.skip\(\)", text)
    ]
    assert bare == []
