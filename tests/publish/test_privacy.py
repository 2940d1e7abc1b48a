"""No number of a natural person is in any file of a release, wherever a source had put it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from db import model as m
from db.sentences import Sentence, Told, written
from publish.release import build_release
from publish.slugs import SlugError, Slugs
from tests.publish.reading import content_of

Rows = dict[type[Any], list[dict[str, Any]]]
Fill = Callable[[Engine, Rows], None]

pytestmark = pytest.mark.usefixtures("unopened")

# columns that hold our own words, hashes, numbers of rows or dates: a source writes nothing of its own there
OURS = {
    "uid", "facts_hash", "raw_hash", "measure", "instrument", "relevance", "standing", "year_state", "year_basis",
    "amount_state", "amount_precision", "amount_role", "recipient_state", "intermediary_state", "outlet_state",
    "currency", "equivalent_currency", "signed_on", "period_from", "period_to", "opened_at", "closed_at",
    "deleted_at", "sha256", "ref", "kind", "state", "window_from", "window_to", "role", "field", "verdict",
    "precision", "publish", "id_scheme", "country", "lang", "subject_lang", "code", "name_local", "name_en",
    "valid_from", "valid_to", "note", "licence", "licence_url", "frequency", "data_as_of", "manifest_sha256",
    "rank", "slice", "counted_why", "sent_on", "due_on", "extended_to", "answered_on", "as_of", "appealed_on",
    "fee_currency", "relation", "since", "until", "decided_on",
}  # fmt: skip


def poisoned(rows: Rows, numbers: tuple[str, ...]) -> Rows:
    """Every text a source could have written holds numbers of persons, in one piece and in pieces."""
    first, second, third = numbers
    poison = f"ИИН {first}, {second[:6]} {second[6:]}; {third[:4]}-{third[4:8]}-{third[8:]}"
    left_alone = OURS | {"key", "root_key", "identity", "registry_id"}
    for table, listed in rows.items():
        if table is m.Release:
            continue
        for at, row in enumerate(listed):
            for field, value in row.items():
                named = field == "name" and table in {m.Source, m.Region}
                if isinstance(value, str) and field not in left_alone and not named:
                    row[field] = f"{value} {poison} {at}" if field != "details" else f'{{"iin": "{first}"}}'
                if field.endswith("_said"):
                    row[field] = written([Sentence("nothing of ours: {why}", {"why": Told(poison)})])
            if table is m.RejectedRow:
                row["locator"] = f"/rows/{first}"
    for record in rows[m.Record]:
        record["key"] = f"{record['key']}|{first}"
        record["root_key"] = f"{record['root_key']}|{second}"
    rows[m.Organisation][0] |= {
        "key": f"KZ-IIN:{first}", "id_scheme": "KZ-IIN", "registry_id": first, "is_person": True,
    }  # fmt: skip
    rows[m.Organisation][1] |= {"key": f"KZ|Агентство {second}"}
    rows[m.Revision][0] |= {"field": "recipient.id", "old": f"KZ-IIN:{first}", "new": f"KZ-IIN:{third}"}
    return rows


def test_no_number_of_a_person_in_any_byte(
    engine: Engine, tmp_path: Path, rows: Rows, fill_registry: Fill, person_numbers: tuple[str, ...]
) -> None:
    fill_registry(engine, poisoned(rows, person_numbers))
    slugs = tmp_path / "slugs.jsonl"
    result = build_release(engine, tmp_path / "out", slugs=slugs, salt=b"of this installation")
    files = [*result.directory.iterdir(), slugs]
    assert len(files) == 15
    pieces = [piece for number in person_numbers for piece in (number, f"{number[:6]} {number[6:]}")]
    pieces += [f"{number[:4]}-{number[4:8]}-{number[8:]}" for number in person_numbers]
    for path in files:
        content = content_of(path)
        for piece in pieces:
            assert piece.encode() not in content, f"{piece} in {path.name}"
            assert piece.encode("utf-16-le") not in content, f"{piece} in {path.name}"
    with sqlite3.connect(result.directory / "media_contracts.db") as out:
        masked = out.execute("SELECT count(*) FROM contracts WHERE subject LIKE '%••••••••••••%'").fetchone()[0]
        persons = out.execute("SELECT is_person, id_scheme, registry_id FROM recipients WHERE id > 4").fetchall()
        terms = out.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', 'contracts_fts', 'row')")
        terms = out.execute("SELECT term FROM temp.terms WHERE term GLOB '[0-9]*'").fetchall()
    out.close()
    assert masked == 10
    assert persons == [(1, "", "")]
    assert not {term for (term,) in terms} & set(person_numbers)


def test_numbers_of_organisations_are_published(
    sqlite_engine: Engine, tmp_path: Path, rows: Rows, fill_registry: Fill
) -> None:
    fill_registry(sqlite_engine, rows)
    result = build_release(sqlite_engine, tmp_path / "out", slugs=tmp_path / "s.jsonl")
    with sqlite3.connect(result.directory / "media_contracts.db") as out:
        found = out.execute("SELECT registry_id FROM recipients WHERE uid = 'too-vydumka'").fetchall()
    out.close()
    assert found == [("150540012348",)]


def test_a_persons_slug_needs_the_salt_and_keeps_its_name(tmp_path: Path, person_numbers: tuple[str, ...]) -> None:
    key = f"KZ-IIN:{person_numbers[0]}"
    path = tmp_path / "slugs.jsonl"
    with pytest.raises(SlugError, match="salt"):
        Slugs(path).of("organisation", key, "ИП Пример", is_person=True)
    slugs = Slugs(path, b"salt")
    uid = slugs.of("organisation", key, "ИП Пример", is_person=True)
    other = slugs.of("organisation", f"KZ-IIN:{person_numbers[1]}", "ИП Пример", is_person=True)
    slugs.save()
    assert uid == "ip-primer"
    assert other.startswith("ip-primer-")
    again = Slugs(path, b"salt")
    assert again.of("organisation", key, "Переименован", is_person=True) == uid
    assert other not in {
        slugs_of.of("organisation", f"KZ-IIN:{person_numbers[1]}", "ИП Пример", is_person=True)
        for slugs_of in [_with_taken(tmp_path / "other.jsonl")]
    }, "the suffix follows from the salt"


def _with_taken(path: Path) -> Slugs:
    slugs = Slugs(path, b"another salt")
    slugs.of("organisation", "KZ|ИП Пример", "ИП Пример")
    return slugs


def test_pieces_of_a_number_in_a_name_do_not_meet_in_a_slug(tmp_path: Path, person_numbers: tuple[str, ...]) -> None:
    number = person_numbers[0]
    uid = Slugs(tmp_path / "s.jsonl").of("outlet", "KZ|x", f"{number[:6]}, {number[6:]}")
    assert uid.startswith("x-")


def test_slugs_never_take_the_name_of_a_state(tmp_path: Path) -> None:
    assert Slugs(tmp_path / "s.jsonl").of("outlet", "KZ|Unknown", "Unknown") != "unknown"


@pytest.mark.parametrize(
    ("line", "says"),
    [("nonsense", "line 1: not an object"), ('{"kind": "outlet"}', "line 1: not an object"),
     ('{"kind": "outlet", "key": "a", "uid": "unknown"}', "given twice")],
)  # fmt: skip
def test_a_damaged_file_of_slugs_is_refused(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "s.jsonl").write_text(line + "\n", encoding="utf-8")
    with pytest.raises(SlugError, match=says):
        Slugs(tmp_path / "s.jsonl")
