"""A registry of invented outlets and bodies, written through SQLAlchemy, the same on both databases."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, insert

from db import model as m
from db.engine import open_engine, registry_url
from db.migrate import migrate
from db.sentences import Added, Number, Sentence, Told, written
from publish import verify as verify_module
from publish.release import build_release

FIRST_RUN = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
SECOND_RUN = datetime(2026, 4, 1, 8, 0, tzinfo=UTC)
LAST_RUN_END = SECOND_RUN + timedelta(minutes=5)

PERSON_NUMBERS = ("990101300013", "850615400125", "700320350042")
"""Numbers of natural persons who do not exist: the fifth digit is below 4 and the check digit holds."""


def uid(source: str, key: str) -> str:
    return sha256(f"{source}\n{key}".encode()).hexdigest()[:16]


SOURCE = {
    "title": "Register of invented contracts",
    "country": "KZ",
    "publisher": "Invented Office",
    "obtained": "typed for a test",
    "url": "https://portal.example/",
    "licence": "CC0-1.0",
    "licence_url": "https://creativecommons.org/publicdomain/zero/1.0/",
    "publish": "files",
    "frequency": "monthly",
    "caveats": "Nothing in it happened.",
    "invented": False,
}
RECORD: dict[str, Any] = {
    "slice": "", "identity": "", "version": "1", "facts_hash": b"f" * 16, "raw_hash": b"r" * 16,
    "measure": "contracted", "instrument": "contract", "relevance": "media", "relevance_by": "source",
    "standing": "counts", "standing_why": "", "rank": "", "counted": True, "counted_why": "",
    "payer_name_id": 1, "ministry_id": 2, "ministry_name_id": None, "organiser_name_id": None,
    "recipient_state": "named", "recipient_name_id": 1, "intermediary_state": "not applicable",
    "intermediary_name_id": None,
    "outlet_state": "named", "outlet_name_id": 1, "year_state": "stated", "year": 2025, "year_to": None,
    "year_basis": "signed", "signed_on": "2025-02-03", "period_from": None, "period_to": None, "opened_at": None,
    "closed_at": None, "amount_state": "stated", "amount_precision": "exact", "amount_role": "with VAT",
    "amount_minor": 0, "currency": "KZT", "equivalent_minor": None, "equivalent_currency": "", "source_topic": "",
    "subject": "", "subject_lang": "ru", "region_id": None, "region_text": "", "method": "", "method_code": "",
    "status": "", "status_code": "", "number": "", "details": "", "capture_id": 1, "locator": "", "url": "",
    "raw_amount": "", "unit_rule": "unit 1", "first_run_id": 1, "changed_run_id": 1,
    "vanished_run_id": None, "deleted_at": None,
}  # fmt: skip


def records() -> list[dict[str, Any]]:
    """Twelve records: every state of amount, year and party, a version that does not count, two measures."""
    changes: list[dict[str, Any]] = [
        {"amount_minor": 1_000_000_01, "subject": "Публикации о посевной кампании", "raw_amount": "1 000 000,01"},
        {"amount_minor": 2_500_000_02, "outlet_name_id": 2, "subject": "Телесюжеты", "region_id": 1},
        {"amount_minor": 900_000_00, "key": "k1-old", "root_key": "k1", "standing": "superseded",
         "counted": False, "counted_why": "superseded"},
        {"amount_minor": 5, "year": 2024, "ministry_id": 1, "payer_name_id": 3, "measure": "paid"},
        {"amount_minor": None, "amount_state": "withheld", "outlet_state": "withheld", "outlet_name_id": None},
        {"amount_minor": 0, "amount_state": "zero", "year_state": "no date", "year": None, "year_basis": "period"},
        {"amount_minor": 77_00, "year_state": "several years", "year": 2023, "year_to": 2025, "counted": False,
         "counted_why": "several years"},
        {"amount_minor": 117_000_00, "currency": "RSD", "equivalent_minor": 1_000_00, "equivalent_currency": "EUR"},
        {"amount_minor": None, "amount_state": "unknown", "currency": "", "recipient_state": "no recipient yet",
         "recipient_name_id": None, "measure": "announced", "instrument": "state order"},
        {"amount_minor": 300, "amount_precision": "rounded", "intermediary_state": "named",
         "intermediary_name_id": 2, "outlet_state": "unknown", "outlet_name_id": None},
        {"amount_minor": 4_000_00, "relevance": "undecided", "relevance_by": "", "subject": "Бумага"},
        {"amount_minor": 8_000_00, "relevance": "not media", "relevance_by": "rule paper", "vanished_run_id": 2},
    ]  # fmt: skip
    made = []
    for number, change in enumerate(changes, start=1):
        record = {**RECORD, "key": f"k{number}", "root_key": f"k{number}", **change}
        made.append({**record, "id": number, "source_id": 1, "locator": f"row {number}", "number": f"№ {number}"})
    return made


def request(number: int, ref: str, name: int, state: str, sent_on: str | None = "2026-01-12") -> dict[str, Any]:
    """One information request to an invented body."""
    return {
        "id": number, "ref": ref, "body_name_id": name, "level": "local", "subject": "Кому и сколько заплачено",
        "lang": "ru", "legal_basis": "закон о доступе", "channel": "post", "number": "12-3", "sent_on": sent_on,
        "due_on": "2026-01-27", "extended_to": None, "answered_on": None, "days_taken": None, "days_late": None,
        "state": state, "as_of": "2026-02-01", "ground": "", "wording": "", "forwarded_to": "", "fee_minor": None,
        "fee_currency": "", "pages": None, "appealed_on": None, "appealed_to": "", "appeal_outcome": "",
    }  # fmt: skip


def linked_parties() -> list[dict[str, Any]]:
    """An outlet, its publisher, the group and the firm above it, two bodies, and a person whom no source names."""
    none = {"country": "KZ", "outlet_id": None, "organisation_id": None, "body_id": None}
    return [
        {**none, "id": 1, "key": "outlet:KZ|Қиял таңы", "kind": "outlet", "name": "Қиял таңы", "outlet_id": 1},
        {**none, "id": 2, "key": "organisation:KZ-BIN:150540012348", "kind": "organisation", "name": "ТОО «Выдумка»",
         "organisation_id": 1},
        {**none, "id": 3, "key": "group:KZ|Группа «Вымысел»", "kind": "group", "name": "Группа «Вымысел»"},
        {**none, "id": 4, "key": "organisation:KZ|ТОО «Небыль»", "kind": "organisation", "name": "ТОО «Небыль»"},
        {**none, "id": 5, "key": "KZ|person:0123456789abcdef01234567", "kind": "person", "name": ""},
        {**none, "id": 6, "key": "outlet:KZ|Мираж ТВ", "kind": "outlet", "name": "Мираж ТВ", "outlet_id": 2},
        {**none, "id": 7, "key": "body:KZ|Министерство вымысла", "kind": "body", "name": "Министерство вымысла",
         "body_id": 2},
        {**none, "id": 8, "key": "body:KZ|Министерство небылиц", "kind": "body", "name": "Министерство небылиц"},
    ]  # fmt: skip


def party_links() -> list[dict[str, Any]]:
    """Who publishes, owns and follows whom among them."""
    made = [
        ("publisher", 1, 2, "2014", "2019-05-31"), ("owner", 2, 4, "2010-02", ""), ("owner", 4, 3, "", ""),
        ("owner", 6, 5, "2020?", ""), ("successor", 8, 7, "2016-05-06", ""),
    ]  # fmt: skip
    return [
        {"id": at, "decision": f"00000000000{at}", "relation": relation, "party_id": party, "other_id": other,
         "since": since, "until": until, "decided_by": "A. B.", "decided_on": "2026-01-02", "why": "read the imprint",
         "evidence": f"https://register.invalid/{at}\nthe imprint"}
        for at, (relation, party, other, since, until) in enumerate(made, start=1)
    ]  # fmt: skip


def default_rows() -> dict[type[Any], list[dict[str, Any]]]:
    """All rows of the invented registry by table, in an order that foreign keys allow."""
    run = {
        "source_id": 1, "kind": "crawl", "state": "finished", "reason": "", "window_from": "", "window_to": "",
        "updated": 0, "unchanged": 0, "vanished": 0, "responses": 3, "responses_bad": 0, "retracted_why": "",
    }  # fmt: skip
    capture = {"source_id": 1, "file_name": "", "http_status": 200, "byte_count": 10, "retracted_why": ""}
    spelled = {"country": "KZ", "lang": "ru", "id_scheme": "", "registry_id": ""}
    return {
        m.Source: [{"id": 1, "name": "kz_invented", **SOURCE}],
        m.Run: [
            {**run, "id": 1, "ref": "run-1", "started_at": FIRST_RUN, "finished_at": FIRST_RUN, "rows": 13,
             "inserted": 12, "rejected": 1},
            {**run, "id": 2, "ref": "run-2", "started_at": SECOND_RUN, "finished_at": LAST_RUN_END, "rows": 0,
             "inserted": 0, "rejected": 0},
        ],
        m.Capture: [
            {**capture, "id": 1, "ref": "c-1", "run_id": 1, "sha256": "ab" * 32, "url": "https://portal.example/1",
             "fetched_at": FIRST_RUN},
        ],
        m.Region: [
            {"id": 1, "country": "KZ", "code": "55", "name": "Область Примерная", "name_local": "Үлгі облысы",
             "name_en": "Sample Region", "valid_from": "2022-06-08", "valid_to": "", "note": ""},
        ],
        m.Body: [
            {"id": 1, "key": "KZ-BIN:070440004564", "country": "KZ", "name": "Управление примеров",
             "id_scheme": "KZ-BIN", "registry_id": "070440004564", "level": "local"},
            {"id": 3, "key": "KZ|Акимат безмолвия", "country": "KZ", "name": "Акимат безмолвия", "id_scheme": "",
             "registry_id": "", "level": "local"},
            {"id": 2, "key": "KZ|Министерство вымысла", "country": "KZ", "name": "Министерство вымысла",
             "id_scheme": "", "registry_id": "", "level": "central"},
        ],
        m.BodyName: [
            {**spelled, "id": 1, "body_id": 1, "name": "Управление примеров"},
            {**spelled, "id": 2, "body_id": 1, "name": "ГУ «Управление примеров»"},
            {**spelled, "id": 3, "body_id": 2, "name": "Министерство вымысла"},
            {**spelled, "id": 4, "body_id": 3, "name": "Акимат безмолвия"},
        ],
        m.Organisation: [
            {"id": 1, "key": "KZ-BIN:150540012348", "country": "KZ", "name": "ТОО «Выдумка»", "id_scheme": "KZ-BIN",
             "registry_id": "150540012348", "legal_form": "ТОО", "is_person": False},
            {"id": 2, "key": "KZ|Агентство «Мираж»", "country": "KZ", "name": "Агентство «Мираж»", "id_scheme": "",
             "registry_id": "", "legal_form": "", "is_person": False},
        ],
        m.OrganisationName: [
            {**spelled, "id": 1, "organisation_id": 1, "name": "ТОО «Выдумка»"},
            {**spelled, "id": 2, "organisation_id": 2, "name": "Агентство «Мираж»"},
        ],
        m.Outlet: [
            {"id": 1, "key": "KZ|Қиял таңы", "country": "KZ", "name": "Қиял таңы", "medium": "newspaper"},
            {"id": 2, "key": "KZ|Мираж ТВ", "country": "KZ", "name": "Мираж ТВ", "medium": "television"},
        ],
        m.OutletName: [
            {"id": 1, "outlet_id": 1, "country": "KZ", "name": "Қиял таңы", "lang": "kk"},
            {"id": 2, "outlet_id": 2, "country": "KZ", "name": "Мираж ТВ", "lang": "ru"},
        ],
        m.LinkedParty: linked_parties(),
        m.PartyLink: party_links(),
        m.Record: records(),
        m.RecordSeen: [{"record_id": record["id"], "run_id": 2} for record in records()],
        m.RecordAmount: [
            {"record_id": 1, "role": "with VAT", "currency": "KZT", "minor": 1_000_000_01, "state": "stated",
             "raw": "1 000 000,01", "rule": "unit 1"},
            {"record_id": 1, "role": "without VAT", "currency": "KZT", "minor": 892_857_15, "state": "stated",
             "raw": "892 857,15", "rule": "unit 1"},
            {"record_id": 11, "role": "planned", "currency": "KZT", "minor": None, "state": "unknown", "raw": "",
             "rule": ""},
        ],
        m.RecordLine: [
            {"record_id": 1, "position": 1, "line_key": "l-1", "plan_point": "p-1", "code": "581310.000",
             "name": "Публикация", "description": "полоса", "quantity": "12.5", "unit": "полоса", "place": "",
             "minor": 1_000_000_01, "minor_without_vat": None},
        ],
        m.Revision: [
            {"id": 1, "record_id": 2, "run_id": 2, "field": "amount_minor", "old": "240000000", "new": "250000002"},
            {"id": 2, "record_id": 12, "run_id": 2, "field": "status", "old": None, "new": "closed"},
        ],
        m.RejectedRow: [
            {"id": 1, "source_id": 1, "capture_id": 1, "run_id": 1, "locator": "row 13", "reason": "no amount",
             "raw": "ТОО «Выдумка» | —"},
        ],
        m.Claim: [
            {"id": 1, "ref": "invented-1", "country": "KZ", "subject": "Управление примеров", "period": "2025",
             "figure": "3.5", "unit": "million KZT", "precision": "rounded", "wording": "около 3,5 млн",
             "source_url": "https://press.example/1",
             "scope_said": written([Sentence("nothing of ours: {why}", {"why": Told("all contracts")})]),
             "rounded_to": "0.1"},
            {"id": 2, "ref": "invented-2", "country": "KZ", "subject": "Управление примеров", "period": "2024",
             "figure": "1", "unit": "million KZT", "precision": "at least", "wording": "более 1 млн",
             "source_url": "https://press.example/2", "scope_said": "", "rounded_to": ""},
        ],
        m.ClaimCheck: [
            {"claim_id": 1, "verdict": "PASS", "ours": "3.50000003", "difference": "0.00000003",
             "arithmetic_said": written([Sentence("{addends} = {total}", {
                 "addends": Added(("1,000,000.01", "2,500,000.02")), "total": Number("3.50000003", "mn", "KZT")})])},
        ],
        m.InformationRequest: [request(1, "2026-0001", 1, "in part"), request(2, "2026-0002", 1, "in full"),
                               request(3, "2026-0003", 4, "silent"), request(4, "2026-0004", 4, "draft", sent_on=None),
                               request(5, "2026-0005", 4, "withdrawn")],
        m.RequestYear: [
            {"request_id": 1, "year": 2011, "state": "in part", "ground": "без приложений"},
            {"request_id": 2, "year": 2011, "state": "in full", "ground": ""},
            {"request_id": 2, "year": 2012, "state": "for official use", "ground": "ДСП"},
            {"request_id": 3, "year": 2011, "state": "silent", "ground": ""},
            {"request_id": 4, "year": 2013, "state": "draft", "ground": ""},
        ],
        m.Document: [{"id": 1, "request_id": 2, "capture_id": 1, "sha256": "ef" * 32, "file_name": "a.pdf",
                      "byte_count": 3, "taken_at": FIRST_RUN}],
        m.BodyOpenness: [
            {"body_id": 1, "asked": 2, "waiting": 0, "in_full": 1, "in_part": 1, "says_none": 0, "official_use": 0,
             "refused": 0, "forwarded": 0, "silent": 0, "late": 0, "days_median": 5, "grounds": "ДСП",
             "full_share": 5000, "full_low": 900, "full_high": 9100, "rank": None},
        ],
        m.Release: [
            {"id": 1, "name": "2026-03-01-0123456789", "data_as_of": "2026-03-01T08:00:00Z",
             "manifest_sha256": "cd" * 32, "records": 1, "other_records": 0},
        ],
    }  # fmt: skip


Rows = dict[type[Any], list[dict[str, Any]]]
Build = Callable[..., Path]


@pytest.fixture
def rows() -> Rows:
    """The rows of the invented registry, to be changed by a test before `fill_registry` writes them."""
    return default_rows()


def write_rows(engine: Engine, given: Rows) -> None:
    """Write rows into an empty registry; uids follow from source and key."""
    names = {source["id"]: source["name"] for source in given[m.Source]}
    for record in given[m.Record]:
        record.setdefault("uid", uid(names[record["source_id"]], record["key"]))
    with engine.begin() as connection:
        for table, listed in given.items():
            if listed:
                connection.execute(insert(table), listed)


@pytest.fixture
def fill_registry() -> Callable[[Engine, Rows], None]:
    """Write rows into an empty registry."""
    return write_rows


@pytest.fixture
def person_numbers() -> tuple[str, ...]:
    """Numbers of natural persons, invented."""
    return PERSON_NUMBERS


@pytest.fixture
def unopened(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the opening in Datasette, which takes a second, where a test is about something else."""
    monkeypatch.setattr(verify_module, "broken_pages", lambda *_: [])


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation with one release, opened and verified: `registry.db`, `out/`, `s.jsonl`. Only to be read."""
    folder = tmp_path_factory.mktemp("home")
    engine = open_engine(registry_url(folder))
    migrate(engine)
    write_rows(engine, default_rows())
    build_release(engine, folder / "out", slugs=folder / "s.jsonl")
    engine.dispose()
    return folder


@pytest.fixture(scope="session")
def released(home: Path) -> Path:
    """The directory of that release. Only to be read."""
    return (home / "out/current").resolve()


@pytest.fixture
def own_home(home: Path, tmp_path: Path) -> Path:
    """A copy of the installation, to be changed."""
    return shutil.copytree(home, tmp_path / "home", symlinks=True)


def _as_person(rows: Rows, name: str) -> str:
    number = PERSON_NUMBERS[0]
    named = name.format(number=number)
    rows[m.Organisation][0].update(
        key=f"KZ-IIN:{number}", name=named, id_scheme="KZ-IIN", registry_id=number, is_person=True, legal_form=""
    )
    rows[m.OrganisationName][0].update(name=named, id_scheme="KZ-IIN", registry_id=number)
    return number


@pytest.fixture
def as_person() -> Callable[[Rows, str], str]:
    """Make the first recipient of the rows a natural person; gives the number, which `{number}` in the name is."""
    return _as_person


@pytest.fixture
def build(
    sqlite_engine: Engine,
    fill_registry: Callable[[Engine, Rows], None],
    rows: Rows,
    tmp_path: Path,
    unopened: None,
) -> Build:
    """Write the rows as a test has changed them and build their release; gives its directory."""

    def made(**more: Any) -> Path:
        fill_registry(sqlite_engine, rows)
        slugs = tmp_path / "s.jsonl"
        return build_release(sqlite_engine, tmp_path / "out", slugs=slugs, salt=b"s" * 32, **more).directory

    return made
