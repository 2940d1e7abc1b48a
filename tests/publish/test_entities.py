"""The entities and the names file of a release: sums are those of the release, references lead somewhere, no numbers
of natural persons. Outlets, bodies and sums are invented.
"""

from __future__ import annotations

import csv
import json
import subprocess
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from db import model as m
from publish.corrections import Correction, add_correction
from publish.names_file import COLUMNS
from publish.release import build_release
from publish.spreadsheet import restored

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / ".venv-bench" / "bin" / "python"
Rows = dict[type[Any], list[dict[str, Any]]]
Fill = Callable[[Engine, Rows], None]
AsPerson = Callable[[Rows, str], str]
Build = Callable[..., Path]


def entities(directory: Path) -> list[dict[str, Any]]:
    text = (directory / "entities.ftm.json").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def of(found: list[dict[str, Any]], schema: str) -> list[dict[str, Any]]:
    return [one["properties"] for one in found if one["schema"] == schema]


def names(directory: Path) -> list[dict[str, str]]:
    with (directory / "names.csv").open(encoding="utf-8-sig", newline="") as file:
        return [{name: restored(cell) for name, cell in row.items()} for row in csv.DictReader(file)]


def test_amounts_by_currency_and_measure_are_the_sums_of_the_release(released: Path) -> None:
    sums: Counter[tuple[str, str]] = Counter()
    found = entities(released)
    for one in found:
        properties = one["properties"]
        if "amount" in properties:
            measure = "paid" if one["schema"] == "Payment" else properties["status"][0]
            minor = Decimal(properties["amount"][0]) * 100
            assert minor == int(minor)
            sums[properties["currency"][0], measure] += int(minor)
    told = json.loads((released / "manifest.json").read_text(encoding="utf-8"))
    stated = {(one["currency"], one["measure"]): one["sum_minor"] for one in told["sums"] if one["rows_with_sum"]}
    assert stated
    assert dict(sums) == stated
    assert len(of(found, "Contract")) == sum(one["rows"] for one in told["sums"]) + 1  # one has no currency


def test_the_manifest_lists_both_files_with_their_lines(released: Path) -> None:
    files = json.loads((released / "manifest.json").read_text(encoding="utf-8"))["files"]
    assert files["entities.ftm.json"]["rows"] == len(entities(released)) > 20
    assert files["names.csv"]["rows"] == len(names(released)) > 5


def test_every_reference_leads_to_an_entity_and_no_id_occurs_twice(released: Path) -> None:
    found = entities(released)
    ids = {one["id"]: one["schema"] for one in found}
    assert len(ids) == len(found)
    parts = {
        "authority": {"PublicBody"}, "payer": {"PublicBody"}, "contract": {"Contract"},
        "subject": {"Contract", "Company", "Person"}, "owner": {"Company", "Organization"}, "asset": {"Company"},
        "predecessor": {"PublicBody"}, "successor": {"PublicBody"},
        "supplier": {"Company", "Organization", "LegalEntity", "Person"},
        "beneficiary": {"Company", "Organization", "LegalEntity", "Person"},
        "object": {"Organization", "LegalEntity", "Company", "Person"},
    }  # fmt: skip
    used = Counter(
        name for one in found for name, kinds in parts.items() for at in one["properties"].get(name, ())
        if ids[at] in kinds
    )  # fmt: skip
    there = Counter(name for one in found for name in parts for _ in one["properties"].get(name, ()))
    assert used == there
    assert set(used) == set(parts)


def test_the_states_of_an_amount_stay_apart(released: Path) -> None:
    found = of(entities(released), "ContractAward")
    told = {one.get("summary", [""])[0]: one.get("amount") for one in found}
    assert told["amount: zero"] == ["0.00"]
    assert told["amount: withheld"] is None
    assert told["amount: rounded"] == ["3.00"]
    announced = [one for one in of(entities(released), "Contract") if one["status"] == ["announced"]]
    assert [one["summary"] for one in announced] == [["amount: unknown"]]


def test_links_have_dates_evidence_and_the_schema_that_fits(released: Path) -> None:
    found = entities(released)
    named = {one["id"]: one["properties"].get("name", [""])[0] for one in found}

    def ties(schema: str, first: str, second: str) -> list[tuple[str, ...]]:
        kept = [one for one in of(found, schema) if "description" in one]
        told = ("role", "startDate", "endDate")
        return sorted(
            (*(named[one[end][0]] for end in (first, second)), *(one.get(name, [""])[0] for name in told))
            for one in kept
        )

    assert ties("Ownership", "owner", "asset") == [
        ("Группа «Вымысел»", "ТОО «Небыль»", "owner", "", ""),
        ("ТОО «Небыль»", "ТОО «Выдумка»", "owner", "2010-02", ""),
    ]
    assert ties("Succession", "predecessor", "successor") == [
        ("Министерство небылиц", "Министерство вымысла", "successor", "2016-05-06", "")
    ]
    # an outlet is no asset there; an unsure date is good to its year
    assert ties("UnknownLink", "subject", "object") == [
        ("natural person", "Мираж ТВ", "owner", "2020", ""),
        ("ТОО «Выдумка»", "Қиял таңы", "publisher", "2014", "2019-05-31"),
    ]
    (succession,) = of(found, "Succession")
    assert succession["sourceUrl"] == ["https://register.invalid/5"]
    assert succession["description"] == ["read the imprint", "the imprint"]
    assert [one for one in named if "person:" in one or "0123456789abcdef" in one] == []


def test_spellings_are_aliases(released: Path) -> None:
    bodies = {one["name"][0]: one for one in of(entities(released), "PublicBody")}
    assert bodies["Управление примеров"]["alias"] == ["ГУ «Управление примеров»"]
    assert bodies["Управление примеров"]["registrationNumber"] == ["070440004564"]


@pytest.mark.parametrize(
    ("change", "schema"),
    [
        ({"name": "ЖШС «Қиял»", "registry_id": "", "id_scheme": "", "legal_form": ""}, "Company"),
        ({"name": "«Қиял» ЖШС", "registry_id": "", "id_scheme": "", "legal_form": ""}, "Company"),
        ({"name": "Дом вымысла", "legal_form": ""}, "Organization"),
        ({"name": "Дом вымысла", "registry_id": "", "id_scheme": "", "legal_form": ""}, "LegalEntity"),
        ({"name": "ИП Выдуманный", "is_person": True, "legal_form": ""}, "Person"),
    ],
)
def test_what_kind_of_party_is_said_only_where_it_is_known(
    build: Build, rows: Rows, change: dict[str, Any], schema: str
) -> None:
    rows[m.Organisation][0].update(change)
    rows[m.OrganisationName][0]["name"] = change["name"]
    found = entities(build())
    assert [one["schema"] for one in found if one["properties"].get("name") == [change["name"]]] == [schema]


def test_no_number_of_a_natural_person(
    build: Build, rows: Rows, person_numbers: tuple[str, ...], as_person: AsPerson
) -> None:
    _, other, third = person_numbers
    as_person(rows, "ИП Выдуманный {number}")
    rows[m.OutletName][0]["name"] = f"Қиял {other}"
    rows[m.Record][0]["subject"] = f"договор {third}"
    directory = build()
    for name in ("entities.ftm.json", "names.csv"):
        text = (directory / name).read_text(encoding="utf-8-sig")
        assert not [one for one in person_numbers if one in text]
    persons = of(entities(directory), "Person")
    assert [one["name"] for one in persons] == [["ИП Выдуманный ••••••••••••"], ["natural person"]]
    assert not [one for one in persons if "registrationNumber" in one]
    person = next(row for row in names(directory) if row["spelling"].startswith("ИП Выдуманный"))
    assert person["source"] == "kz_invented"


def test_withdrawn_words_are_in_neither_file(build: Build, tmp_path: Path) -> None:
    path = tmp_path / "corrections.jsonl"
    words = ("Қиял таңы", "Телесюжеты")
    add_correction(path, Correction(why="asked for", at="2026-05-01T00:00:00Z", words=words))
    directory = build(corrections=path)
    for name in ("entities.ftm.json", "names.csv"):
        text = (directory / name).read_text(encoding="utf-8-sig")
        assert not [one for one in words if one in text]
    assert "[withdrawn]" in (directory / "names.csv").read_text(encoding="utf-8-sig")


@pytest.mark.usefixtures("unopened")
def test_the_same_registry_gives_the_same_bytes(
    engine: Engine, fill_registry: Fill, rows: Rows, tmp_path: Path, released: Path
) -> None:
    # on SQLite and on PostgreSQL, and with rows written in another order
    for listed in rows.values():
        listed.sort(key=lambda row: -row.get("id", 0)) if listed and listed[0].get("id") else None
    fill_registry(engine, rows)
    directory = build_release(engine, tmp_path / "out", slugs=tmp_path / "s.jsonl", salt=b"s" * 32).directory
    for name in ("entities.ftm.json", "names.csv"):
        assert (directory / name).read_bytes() == (released / name).read_bytes()


def test_names_say_who_wrote_them_and_when(released: Path) -> None:
    assert (released / "names.csv").read_bytes().startswith(b"\xef\xbb\xbf" + ",".join(COLUMNS).encode())
    found = {(row["kind"], row["spelling"]): row for row in names(released)}
    body = found["body", "Управление примеров"]
    assert (body["uid"], body["name"], body["source"]) == ("upravlenie-primerov", "Управление примеров", "kz_invented")
    assert (body["first_seen_at"], body["last_seen_at"]) == ("2026-03-01T08:00:00Z", "2026-04-01T08:00:00Z")
    assert body["records"] == "11"
    silent = found["body", "ГУ «Управление примеров»"]
    assert (silent["name"], silent["source"], silent["records"]) == ("Управление примеров", "", "0")


def test_a_spelling_of_two_sources_has_a_row_for_each(build: Build, rows: Rows) -> None:
    rows[m.Source].append({**rows[m.Source][0], "id": 2, "name": "kz_invented_too"})
    rows[m.Record][0].update(source_id=2, first_run_id=2)
    rows[m.RecordSeen][1].update(run_id=1)
    rows[m.OutletName][1]["name"] = "=Мираж ТВ"
    directory = build()
    outlet = [row for row in names(directory) if row["uid"] == "qiyal-tany"]
    assert [(row["source"], row["first_seen_at"]) for row in outlet] == [
        ("kz_invented", "2026-03-01T08:00:00Z"),
        ("kz_invented_too", "2026-04-01T08:00:00Z"),
    ]
    assert sum(int(row["records"]) for row in outlet) == 9
    mirage = next(row for row in names(directory) if row["spelling"] == "=Мираж ТВ")
    assert mirage["last_seen_at"] == "2026-03-01T08:00:00Z"
    assert "'=Мираж ТВ" in (directory / "names.csv").read_text(encoding="utf-8-sig")


@pytest.mark.skipif(not BENCH.exists(), reason="followthemoney is in the bench environment only: run `make bench`")
def test_followthemoney_takes_every_line_and_sees_a_wrong_one(build: Build, rows: Rows, tmp_path: Path) -> None:
    long = "Слово " * 400
    rows[m.Record][0].update(subject=long, number=long, method=long, url="row 7 of a file", period_from="2025-01-01")
    rows[m.Record][3].update(url="https://portal.example/лот?id=7 8", period_to="2025-02-01")
    rows[m.OrganisationName][0]["name"] = rows[m.Organisation][0]["name"] = f"ТОО «{long}»"
    path = build() / "entities.ftm.json"

    def checked(file: Path) -> subprocess.CompletedProcess[str]:
        command = [str(BENCH), str(ROOT / "benchmarks" / "entities_check.py"), str(file)]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    good = checked(path)
    assert good.returncode == 0, good.stdout + good.stderr
    assert json.loads(good.stdout)["lines"] == len(path.read_text(encoding="utf-8").splitlines())
    bad = tmp_path / "bad.json"
    first, _, rest = path.read_text(encoding="utf-8").partition("\n")
    entity = json.loads(first)
    entity["properties"] |= {"country": ["Atlantis"], "colour": ["red"], "name": []}
    bad.write_text(f"{json.dumps(entity)}\n{rest}", encoding="utf-8")
    told = checked(bad)
    assert told.returncode == 1
    assert [word for word in ("Atlantis", "colour", "name is required") if word not in told.stdout] == []
