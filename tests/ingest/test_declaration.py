"""A declaration that cannot be meant is refused by file and place; a draft stops nobody but itself."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import msgspec
import pytest

from ingest.column import TARGETS, Column, Target, keys_for
from ingest.declaration import DeclarationError, DraftError, drafts, read_source, read_sources
from ingest.installation import SHIPPED_SOURCES

SHIPPED = (SHIPPED_SOURCES / "rs_cofinancing.yml").read_text(encoding="utf-8")


def written(folder: Path, *changes: tuple[str, str]) -> Path:
    text = SHIPPED
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "rs_cofinancing.yml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("currency: RSD", "currency: Din", "no currency of ISO 4217: 'Din'"),
        ("lang: sr", "lang: Srpski", "lang is 'Srpski', no code of a language; write that of ISO 639"),
        ("lang: sr", "lang: SR", "lang is 'SR', no code of a language"),
        ("lang: sr", "lang: kz", "lang is 'kz', no code of a language"),
        ("to: outlet", "lang: Srpski, to: outlet", "lang is 'Srpski', no code of a language"),
        ("country: RS", "country: Srbija", "two letters of ISO 3166"),
        ("currency: RSD", "currency: RSD\ncurrency: EUR", "'currency' stands here twice"),
        ("currency: RSD", "\tcurrency: RSD", "a tab is no indent"),
        ("format: xlsx", "format: csv, encoding: latin2x", "no encoding of texts is called 'latin2x'"),
        ("format: xlsx", "format: csv, encoding: hex", "no encoding of texts is called 'hex'"),
        ("format: xlsx", "format: csv, encoding: unicode_escape", "no file is written in 'unicode_escape'"),
        ("format: xlsx", "format: csv, delimiter: ';;'", "delimiter: ';;' is no mark between two cells"),
        ("format: xlsx", "format: csv, delimiter: ''", "delimiter: '' is no mark between two cells"),
        ("format: xlsx", "format: csv, delimiter: '\"'", "is no mark between two cells"),
        ("format: xlsx", "format: xlsx, header_row: 0", "header_row: 0 is no row"),
        ("format: xlsx", "format: html, selector: '#'", "selector: '#' is no CSS selector"),
        ("  GODINA:", '  "GODINA\\u00a0": {to: detail}\n  GODINA:', "differ by spaces only"),
        ("GODINA: {to: year}", "GODINA: {to: opened_at}", "names no place whose clock is known"),
        ("GODINA: {to: year}", "GODINA: {to: opened_at, zone: Asia/Nowhere}", "zone: Asia/Nowhere. names no place"),
        ("{Produkcija: unknown", "{Produkcija: named", "why nobody is named"),
        ("identity:", "total_row: {column: GODNA, text: Ukupno}\nidentity:", "'GODNA'; did you mean 'GODINA'"),
        ("to: outlet", "pattern: '(\\d{4', to: outlet", "is no regular expression"),
        ("to: amount", "unit: 1000, unit_words: tys zl, to: amount", "do not stand in the heading"),
        ("licence:", "license:", "license: no such key here; did you mean .licence.?"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, old: str, new: str, message: str) -> None:
    with pytest.raises(DeclarationError, match=message) as raised:
        read_source(written(tmp_path, (old, new)))
    assert "rs_cofinancing.yml" in str(raised.value)


def test_a_heading_in_thousands_needs_its_unit(tmp_path: Path) -> None:
    heading = next(line for line in SHIPPED.splitlines() if "to: amount" in line)
    name = heading.strip().split(":")[0]
    path = written(tmp_path, (heading, heading.replace(name, '"Iznos (u tis. din)"')))
    with pytest.raises(DeclarationError, match=r"says .tis\.. but declares no `unit:`"):
        read_source(path)


def test_a_draft_names_what_is_open_and_stops_nobody(tmp_path: Path) -> None:
    path = written(tmp_path, ("currency: RSD", "currency: TODO"), ("country: RS", "country: TODO"))
    with pytest.raises(DraftError, match="still a draft: replace the TODO of country, currency"):
        read_source(path)
    assert read_sources(tmp_path) == {}
    assert list(drafts(tmp_path)) == ["rs_cofinancing"]


@pytest.mark.parametrize(
    ("old", "new", "messages"),
    [
        ("lang: sr", "lang: sr\nfreqency: daily", ["line 20: freqency: no such key", "did you mean 'frequency'?"]),
        ("frequency: yearly\n", "", ["is missing: frequency"]),
        ("to: outlet", "to: outlets", ["MEDIJA → to: 'outlets'", "did you mean 'outlet'?", "write one of: amount, "]),
        ("country: RS", "country: NO", ["line 4: country: a text is expected", "no (true or false); put it"]),
        ("measure: contracted", "measure: contract", ["did you mean 'contracted'?", "planned, announced, contracted"]),
        ("digits: 8", "digits: eight", ["digits: expected a whole number in figures, such as 1000, got the text"]),
        ("frequency: yearly", "frequency: 12", ["'12' is none of the words for it; write one of: daily, monthly"]),
        ("identity:\n", "rank: GODINA\nidentity:\n", ["rank: expected a list", "write [GODINA]"]),
        ("GODINA: {to: year}", "GODINA: year", ["GODINA: expected keys with their values, such as {to: …}"]),
        ("GODINA: {to: year}", "2024: {to: year}", ["columns → 2024: 2024 is read as the number", '"2024"']),
        ("title: Project", "title: A: Project", ["line 3: ", 'in quotes: "A: B"']),
        ("to: year", "to: year, decimal: ','", ["`decimal` means nothing for a column that goes to 'year'; take it"]),
        ("to: year", "to: amount, unit: 1000", ["`unit: 1000` needs `unit_words:`"]),
        ("  - GODINA", "  - GODNA", ["used but stand neither", "'GODNA'; did you mean 'GODINA'?"]),
    ],
    ids=str,
)  # fmt: skip
def test_errors_name_the_line_the_key_and_what_was_meant(
    tmp_path: Path, old: str, new: str, messages: list[str]
) -> None:
    with pytest.raises(DeclarationError) as raised:
        read_source(written(tmp_path, (old, new)))
    said = str(raised.value)
    assert said.startswith("rs_cofinancing.yml: ")
    assert [message for message in messages if message not in said] == [], said
    assert "`str`" not in said, "the words of the library that checks are none of a reader's"


def test_all_misfits_are_told_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, ("to: outlet", "to: outlets"), ("country: RS", "country: 7"))
    with pytest.raises(DeclarationError, match=r"(?s)country: .+outlets.+docs/declaration.md"):
        read_source(path)


@pytest.mark.parametrize(
    ("section", "message"),
    [
        ("min: {record: 3}", "expect → min → record: nothing of this name is counted"),
        ("min: {sum DIN: 3}", "nothing of this name is counted"),
        ("min: {records: 3}\n  fill: {outlets: 0.9}", "expect → fill → outlets: not looked at; write one of: payer"),
        ("min: {records: 3}\n  fill: {outlet: 90}", "90 is no share"),
    ],
)
def test_an_expectation_that_nothing_would_look_at_is_refused(tmp_path: Path, section: str, message: str) -> None:
    path = tmp_path / "rs_cofinancing.yml"
    path.write_text(f"{SHIPPED.partition('expect:')[0]}expect:\n  {section}\n", encoding="utf-8")
    with pytest.raises(DeclarationError, match=message):
        read_source(path)


def test_every_field_is_explained_and_takes_only_known_keys() -> None:
    keys = {field.encode_name for field in msgspec.structs.fields(Column)} - {"to"}
    assert set(TARGETS) == set(get_args(Target))
    assert {target for target in TARGETS if not keys_for(target) <= keys} == set()
    assert set().union(*map(keys_for, TARGETS)) == keys, "a key that no field takes"
