"""A small release with invented bodies, outlets and figures, and a server over it.

Deterministic: everything follows from the position of a row, so that tests can reckon sums with SQL alone.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from db.fold import fold
from publish.metadata import database_metadata
from publish.schema import BY_NAME, create_statements, index_statements
from publish.site import plugin
from tests.site import office

CONTRACTS = 300
OUTLETS = [
    ("boz-dala", "Боз дала", "newspaper"), ("aq-qayyng", "Ақ қайың", "newspaper"),
    ("kok-dala-tv", "Көк дала ТВ", "tv"),
    ("zarya-stepi", "Заря степи", "newspaper"),
    ("radio-sary", "Радио Сары", "radio"), ("kokdala-invalid", "kokdala.invalid", "website"),
]  # fmt: skip
PAYERS = [
    ("akimat-kok-dala", "Акимат Көкдалинской области", "990340000101"),
    ("ministry-of-public-word", "Министерство общественного слова", "990340000202"),
    ("ministry-of-good-order", "Министерство доброго порядка", ""),
    ("upravlenie-vnutrenney-politiki", "Управление внутренней политики Көк дала", "990340000404"),
]
RECIPIENTS = [
    ("boz-dala-media", 'ТОО "Боз Дала Медиа"', "990440000505", 0),
    ("sana-baspa", 'ТОО "Сана баспа"', "990440000606", 0),
    ("ip-uly-dala", "ИП Ұлы дала", "", 1),
]
TOPICS = [
    ("law-and-order", "law and order", "Police, crime, road safety"),
    ("health", "health", "Health and healthy living"),
]
REGION = ("code", "valid_from", "valid_to", "name", "name_local", "name_en", "note")
REGIONS = [
    ("10", "2022-06-08", "", "область Абай", "Абай облысы", "Abai Region", "split from East Kazakhstan"),
    ("11", "", "", "Акмолинская область", "Ақмола облысы", "Akmola Region", ""),
    ("19", "2022-06-08", "", "Алматинская область", "Алматы облысы", "Almaty Region", "what was left in 2022"),
    ("27", "", "", "Западно-Казахстанская область", "Батыс Қазақстан облысы", "West Kazakhstan Region", ""),
    ("35", "2022-06-08", "", "Карагандинская область", "Қарағанды облысы", "Karaganda Region", ""),
    ("47", "", "", "Мангистауская область", "Маңғыстау облысы", "Mangystau Region", ""),
    ("61", "2018-06-19", "", "Туркестанская область", "Түркістан облысы", "Turkistan Region", ""),
    ("71", "", "", "город Астана", "Астана қаласы", "Astana city", ""),
    ("75", "", "", "город Алматы", "Алматы қаласы", "Almaty city", ""),
    ("79", "2018-06-19", "", "город Шымкент", "Шымкент қаласы", "Shymkent city", ""),
    ("51", "", "2018-06-19", "Южно-Казахстанская область", "", "South Kazakhstan Region", "succeeded by 61 and 79"),
    ("35", "", "2022-06-08", "Карагандинская область (до раздела)", "", "Karaganda before split", "succeeded by 35"),
]
"""Regions of the classifier: some of today, and two of those that were abolished."""
STATES = ("unknown", "withheld", "not applicable", "no recipient yet")
YEARS = [(0, "no date"), (1, "several years"), (2009, "2009"), (2010, "2010"), (2012, "2012"), (2013, "2013")]
SUBJECTS = [
    ("Освещение деятельности акима", "ru"), ("Құқық тәртібін насихаттау", "kk"), ('=HYPERLINK("http://evil")', ""),
    ('<script>alert(1)</script> & "quoted"', "ru"), ("-2+3 строки, с запятой\nи переводом строки", "ru"),
]  # fmt: skip


def uid_of(at: int) -> str:
    return hashlib.sha256(f"demo\n{at}".encode()).hexdigest()[:16]


def contract(at: int) -> dict[str, Any]:
    """Row `at` of the invented contracts; counted from 1."""
    paid = at % 7 == 0
    euro = at % 11 == 0
    withheld = at % 13 == 0
    year = YEARS[at // 6 % 6][0]
    subject, lang = SUBJECTS[at % 5]
    minor = None if withheld else 0 if at % 50 == 49 else (at * 7_919 + 1_234) * 100 + at % 100
    counted = int(at % 9 != 0 and year != 1)
    outlet, payer = at % 6, at // 3 % 4
    here = {"locator": office.LOCATOR, "capture_sha256": office.SHA} if at == office.AT else {}
    text = f"{OUTLETS[outlet][1]} | {fold(OUTLETS[outlet][1])} | {PAYERS[payer][1]} | {fold(PAYERS[payer][1])}"
    return {
        "id": at, "uid": uid_of(at), "outlet": 5 + outlet if at % 17 else 2, "ministry": 4 + payer % 3,
        "payer": 4 + payer, "recipient": 5 + at // 2 % 3 if at % 19 else 4, "intermediary": 3,
        "topic": 4 + at % 2 if at % 5 else 1,
        "region": (1, 4, 5 + at // 3 % 12)[at % 3], "source": 2 if at % 10 == 0 else 1, "year": year,
        "amount": None if minor is None else minor / 100, "amount_minor": minor, "currency": "EUR" if euro else "KZT",
        "measure": "paid" if paid else "contracted", "counted": counted,
        "counted_why": "" if counted else ("a sum over several years" if year == 1 else "superseded"),
        "equivalent_minor": at * 1_000 if euro is False and at % 8 == 0 else None,
        "equivalent_currency": "EUR" if euro is False and at % 8 == 0 else "",
        "amount_state": "withheld" if withheld else "zero" if minor == 0 else "stated",
        "amount_precision": "rounded" if at % 20 == 0 else "exact", "amount_role": "amount", "instrument": "contract",
        "subject": subject, "subject_lang": lang,
        "outlet_written": OUTLETS[outlet][1].upper() if at % 4 == 0 else OUTLETS[outlet][1],
        "payer_written": PAYERS[payer][1], "year_from": 2009 if year == 1 else None,
        "year_to": 2012 if year == 1 else None,
        "year_basis": "signed" if at % 2 else "budget", "signed_on": f"{year}-0{1 + at % 9}-15" if year > 1 else None,
        "number": f"{at}/12", "method": "из одного источника" if at % 2 else "тендер",
        "details": '{"Примечание": "нет"}',
        "relevance": "media", "standing": "counts", "root_uid": uid_of(at - at % 2), "source_key": f"key {at}",
        "first_seen_at": "2026-01-02T03:04:05+00:00", "changed_at": f"2026-01-{1 + at % 28:02}T03:04:05+00:00",
        "capture_sha256": hashlib.sha256(f"bytes {at // 100}".encode()).hexdigest(),
        "url": f"https://portal.invalid/contract/{at}",
        "fetched_at": "2026-01-02T03:04:05+00:00", "locator": f"page {1 + at // 25}, table 1, row {1 + at % 25}",
        "wording": {30: "look-alike letters; split letters", 60: "split letters"}.get(at, "plain"),
        "raw_amount": "для служебного пользования" if withheld else f"{at} тыс.",
        "unit_rule": "thousands of tenge in the heading",
        "search_text": text,
    } | here  # fmt: skip


def _insert(out: sqlite3.Connection, table: str, row: dict[str, Any]) -> None:
    filled = []
    for column in BY_NAME[table].columns:
        if column.name in row:
            filled.append(row[column.name])
        elif column.null:
            filled.append(None)
        else:
            filled.append(column.words[0] if column.words else 0 if column.kind == "INTEGER" else "")
    out.execute(BY_NAME[table].insert(), filled)


def _keys(out: sqlite3.Connection) -> None:
    def named(table: str, states: int, rows: list[dict[str, Any]]) -> None:
        for at, state in enumerate(STATES[:states], start=1):
            _insert(out, table, {"id": at, "uid": state.replace(" ", "-"), "name": state, "state": state})
        for at, row in enumerate(rows, start=states + 1):
            _insert(
                out,
                table,
                {"id": at, "state": "named", "country": "KZ", "folded": fold(row["name"]), "records": 40} | row,
            )

    named("outlets", 4, [{"uid": uid, "name": name, "medium": medium} for uid, name, medium in OUTLETS])
    bodies = [
        {"uid": uid, "name": name, "id_scheme": "KZ-BIN" if bin_ else "", "registry_id": bin_}
        for uid, name, bin_ in PAYERS
    ]
    named("payers", 3, bodies)
    named("ministries", 3, bodies[:3])
    firms = [
        {"uid": uid, "name": name, "id_scheme": "KZ-BIN" if bin_ else "", "registry_id": bin_, "is_person": person}
        for uid, name, bin_, person in RECIPIENTS
    ]
    named("recipients", 4, firms)
    named("intermediaries", 4, [])
    named("topics", 3, [{"uid": uid, "name": name, "description": text} for uid, name, text in TOPICS])
    named(
        "regions",
        3,
        [
            {
                "uid": "kz-99",
                "name": "Көкдалинская область",
                "name_local": "Көкдала облысы",
                "name_en": "Kök Dala region",
                "code": "99",
            },
            *(
                {"uid": "-".join(filter(None, ("kz", *row[:1], row[1]))), **dict(zip(REGION, row, strict=True))}
                for row in REGIONS
            ),
        ],
    )
    for at, name in YEARS:
        _insert(out, "years", {"id": at, "name": name, "records": 50})
    for at, code in enumerate(("KZT", "EUR"), start=1):
        _insert(out, "currencies", {"id": at, "code": code, "digits": 2, "minor_per_unit": 100})


def build(path: Path) -> None:
    """Write the release file."""
    with sqlite3.connect(path) as out:
        for statement in create_statements():
            out.execute(statement)
        for at, (name, title, invented) in enumerate(
            [("demo_portal", "Invented portal", 1), ("demo_list", "Invented list", 1)], 1
        ):
            _insert(
                out,
                "sources",
                {
                    "id": at,
                    "name": name,
                    "title": title,
                    "country": "KZ",
                    "publisher": "Nobody",
                    "licence": "CC0",
                    "publish": "facts",
                    "invented": invented,
                    "url": "https://portal.invalid/",
                    "records": 270,
                    "rejected_rows": 3,
                },
            )
        _keys(out)
        for at in range(1, CONTRACTS + 1):
            _insert(out, "contracts", contract(at))
        for at in range(1, 6):
            other = contract(at) | {
                "uid": hashlib.sha256(f"other {at}".encode()).hexdigest()[:16],
                "relevance": "undecided",
                "counted": 0,
            }
            _insert(out, "other_records", other)
        _books(out)
        for statement in index_statements():
            out.execute(statement)
    out.close()


def _books(out: sqlite3.Connection) -> None:
    told = json.loads((Path(__file__).parent / "books.json").read_text(encoding="utf-8"))
    for table, listed in told.items():
        for row in listed:
            _insert(out, table, row | ({"record_uid": uid_of(1)} if "record_uid" in row else {}))


@pytest.fixture(scope="session")
def release_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("release") / "sample_media_contracts.db"
    build(path)
    office.write_proofs(path.parent)
    return path


@contextmanager
def first_value_of(release: Path) -> Iterator[Callable[..., Any]]:
    """Asks a release with SQL alone, for the first column of the first row."""
    connection = sqlite3.connect(f"file:{release}?mode=ro", uri=True)
    try:
        yield lambda query, *values: connection.execute(query, values).fetchone()[0]
    finally:
        connection.close()


@pytest.fixture
def sql(release_file: Path) -> Iterator[Callable[..., Any]]:
    """The first column of the first row of a query on the release itself."""
    with first_value_of(release_file) as asked:
        yield asked


@pytest.fixture(scope="module")
def site_plugin() -> Iterator[None]:
    """The plugin, registered while one module of these tests runs; other folders open releases without it."""
    from datasette.plugins import pm

    pm.register(plugin, name="media-contracts-site-under-test")
    yield
    pm.unregister(plugin)


def server(release_file: Path, *, public: bool) -> Any:
    from datasette.app import Datasette

    settings = {"suggest_facets": False, "allow_download": False, "allow_csv_stream": False}
    if public:
        settings["default_allow_sql"] = False
    metadata = {"title": "Media contracts", "databases": {"sample_media_contracts": database_metadata()}}
    mounts = [("downloads", str(release_file.parent))]
    return Datasette([], immutables=[str(release_file)], metadata=metadata, settings=settings, static_mounts=mounts)


class Site:
    """Asks a server in this process and gives its answers."""

    def __init__(self, datasette: Any) -> None:
        self.datasette = datasette
        self._loop: Any = None

    def get(self, path: str, **headers: str) -> Any:
        import asyncio

        if self._loop is None:
            self._loop = asyncio.new_event_loop()
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return self._loop.run_until_complete(self.datasette.client.get(path, headers=named))

    def run(self, coroutine: Any) -> Any:
        self.get("/robots.txt")
        return self._loop.run_until_complete(coroutine)

    def close(self) -> None:
        for database in self.datasette.databases.values():
            database.close()
        if self.datasette.executor is not None:
            self.datasette.executor.shutdown()
        if self._loop is not None:
            self._loop.close()


@pytest.fixture(scope="module")
def site(release_file: Path, site_plugin: None) -> Iterator[Site]:
    made = Site(server(release_file, public=False))
    yield made
    made.close()


@pytest.fixture(scope="module")
def public_site(release_file: Path, site_plugin: None) -> Iterator[Site]:
    made = Site(server(release_file, public=True))
    yield made
    made.close()
