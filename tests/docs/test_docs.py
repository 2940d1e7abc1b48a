"""The documents say what the program does: log messages, commands, settings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import click

from cli.declaration_page import declaration_page
from cli.main import main_group
from cli.source_page import source_page
from ingest.column import TARGETS
from ingest.declaration import read_sources
from ingest.installation import SHIPPED_SOURCES

ROOT = Path(__file__).parents[2]
ROOMS = ("db", "ingest", "scrapers", "publish", "cli")
LOUD = {"warning", "error", "exception", "critical"}


def sources() -> Iterator[tuple[Path, ast.Module]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def logged() -> Iterator[tuple[Path, str]]:
    for path, tree in sources():
        for node in ast.walk(tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOUD):
                continue
            owner = node.func.value
            if not (isinstance(owner, ast.Name) and owner.id.strip("_").lower() in {"log", "logger"}):
                continue
            first = node.args[0]
            assert isinstance(first, ast.Constant), f"{path}: a log message must be a literal"
            yield path, str(first.value)


def test_every_log_message_is_explained() -> None:
    told = (ROOT / "docs" / "log-messages.md").read_text(encoding="utf-8")
    messages = list(logged())
    assert messages
    assert [(path.name, text) for path, text in messages if f"`{text}`" not in told] == []


def test_no_explained_message_is_gone() -> None:
    told = (ROOT / "docs" / "log-messages.md").read_text(encoding="utf-8").split("## Findings")[0]
    known = {text for _, text in logged()}
    assert [m for m in re.findall(r"^\| `(.+?)` \|", told, re.MULTILINE) if m not in known] == []


def test_every_finding_is_explained() -> None:
    told = (ROOT / "docs" / "log-messages.md").read_text(encoding="utf-8")
    tree = ast.parse((ROOT / "ingest" / "checks.py").read_text(encoding="utf-8"))
    rules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding":
            rule = node.args[1]
            text = rule.value if isinstance(rule, ast.Constant) else rule.values[0].value.strip()  # type: ignore[attr-defined]
            rules.add(str(text))
    assert rules
    assert [rule for rule in sorted(rules) if f"`{rule}" not in told] == []


def test_the_commands_of_the_readme_exist_and_all_stand_in_it() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^mediacontracts ([a-z-]+)", readme, re.MULTILINE))
    context = click.Context(main_group)
    commands = set(main_group.list_commands(context))
    assert named <= commands
    listed = re.search(r"<!-- commands -->\n(.+?)<!-- /commands -->", readme, re.DOTALL)
    assert listed
    assert set(re.findall(r"`([a-z-]+)`", listed[1])) == commands


def test_the_settings_of_the_readme_are_those_of_the_code() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    told = set(re.findall(r"`((?:MEDIACONTRACTS|GOSZAKUP|DATABASE)_[A-Z_]+)`", readme))
    used = set()
    for _, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                used |= set(re.findall(r"^(?:MEDIACONTRACTS|GOSZAKUP|DATABASE)_[A-Z_]+$", node.value))
    assert told == used


def test_the_page_of_sources_is_what_they_declare() -> None:
    assert (ROOT / "docs" / "sources.md").read_text(encoding="utf-8") == source_page(
        read_sources(SHIPPED_SOURCES).values()
    ), "run `python -m cli.source_page > docs/sources.md`"


def test_the_page_of_the_declaration_is_what_is_read() -> None:
    page = declaration_page()
    told = (ROOT / "docs" / "declaration.md").read_text(encoding="utf-8")
    assert told == page, "run `python -m cli.declaration_page > docs/declaration.md`"
    assert {f"| `{target}` |" for target in TARGETS if f"| `{target}` |" not in page} == set()


def test_links_between_documents_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]
    links = [
        (page, target)
        for page in pages
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    ]
    outward = ("http://", "https://", "mailto:")
    assert links
    assert [f"{p.name}: {t}" for p, t in links if not t.startswith(outward) and not (p.parent / t).exists()] == []
