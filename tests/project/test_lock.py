"""The lock files: hashed, without a registry's name, and permissively licensed at run time."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))

PERMISSIVE = re.compile(
    r"\b(MIT|MIT-CMU|MIT-0|BSD|BSD-2-Clause|BSD-3-Clause|Apache|Apache-2\.0|ISC|PSF|PSFL|PSF-2\.0|Python-2\.0|ZPL|HPND|"
    r"Zope|Unlicense|0BSD|CC0-1\.0|Artistic|Public Domain)\b",
    re.IGNORECASE,
)
COPYLEFT = re.compile(r"\b(A?GPL|LGPL|MPL|EUPL|CDDL|SSPL)", re.IGNORECASE)
NAMED = {
    "certifi": "MPL-2.0: a list of root certificates, unchanged, which is data and binds no program",
    "python-dateutil": "dual: Apache-2.0 or BSD-3-Clause",
}


def locked(path: Path) -> dict[str, str]:
    """Names and markers of the packages of a lock file."""
    text = path.read_text(encoding="utf-8")
    return {
        m[1]: m[2] or "" for m in re.finditer(r"^([A-Za-z0-9_.-]+)==[^ ;\\]+ ?(?:; ([^\\\n]+))?", text, re.MULTILINE)
    }


@pytest.mark.parametrize("path", LOCKS, ids=lambda p: p.name)
def test_every_requirement_is_hashed(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    entries = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)[1:]
    assert entries
    assert [e.split()[0] for e in entries if "--hash=sha256:" not in e] == []


@pytest.mark.parametrize("path", LOCKS, ids=lambda p: p.name)
def test_no_lock_names_a_registry_or_a_path(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert re.findall(r"https?://|index-url|find-links|file:|@ /", text) == []


def licence(name: str) -> str:
    found = metadata(name)
    stated = [found.get("License-Expression") or "", *(
        c for c in found.get_all("Classifier") or [] if c.startswith("License ::")
    )]  # fmt: skip
    short = found.get("License") or ""
    return " / ".join([*stated, short if len(short) < 200 else short[:80]])


def test_runtime_licences_are_permissive() -> None:
    odd, absent = {}, {}
    for name, marker in locked(ROOT / "requirements" / "runtime.txt").items():
        try:
            stated = licence(name)
        except PackageNotFoundError:
            absent[name] = marker
            continue
        if name not in NAMED and (COPYLEFT.search(stated) or not PERMISSIVE.search(stated)):
            odd[name] = stated
    assert odd == {}
    assert {name for name, marker in absent.items() if not marker} == set(), "locked but not installed"


def needed(names: set[str]) -> set[str]:
    """These packages and all that they need on this machine, as their own metadata state it."""
    found: set[str] = set()
    waiting = {canonicalize_name(name) for name in names}
    while waiting:
        name = waiting.pop()
        found.add(name)
        for stated in map(Requirement, metadata(name).get_all("Requires-Dist") or []):
            if stated.marker is None or stated.marker.evaluate({"extra": ""}):
                waiting.add(canonicalize_name(stated.name))
        waiting -= found
    return found


def test_licences_of_what_an_installation_may_add_are_permissive() -> None:
    """Extras stand in no lock file of their own: a cluster, a second opinion, scans, PostgreSQL."""
    told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    added = needed({Requirement(one).name for listed in told.values() for one in listed})
    assert {"distributed", "splink", "duckdb"} <= added
    stated = {name: licence(name) for name in added - set(NAMED)}
    assert {n: s for n, s in stated.items() if COPYLEFT.search(s) or not PERMISSIVE.search(s)} == {}


def test_packages_with_a_reason_are_still_locked() -> None:
    assert set(NAMED) <= set(locked(ROOT / "requirements" / "runtime.txt"))
