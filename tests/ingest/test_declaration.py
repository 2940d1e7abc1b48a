"""A declaration that cannot be meant is refused by file and place; a draft stops nobody but itself."""

from __future__ import annotations

from pathlib import Path

import pytest

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
        ("currency: RSD", "currency: Din", "no currency of ISO 4217: \\['Din'\\]"),
        ("country: RS", "country: Srbija", "two letters of ISO 3166"),
        ("currency: RSD", "currency: RSD\ncurrency: EUR", "'currency' stands here twice"),
        ("currency: RSD", "\tcurrency: RSD", "a tab is no indent"),
        ("format: xlsx", "format: csv, encoding: latin2x", "no encoding is called 'latin2x'"),
        ("to: outlet", "pattern: '(\\d{4', to: outlet", "is no regular expression"),
        ("to: amount", "unit: 1000, unit_words: tys zl, to: amount", "do not stand in the heading"),
        ("licence:", "license:", "unknown field `license`"),
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
