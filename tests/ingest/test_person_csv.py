"""A CSV file that a person wrote or saved: what every reader of one bears, and what is refused with a message."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.requests.given import bodies_of
from ingest.person_csv import PersonCsvError, read_person_csv
from publish.spreadsheet import csv_lines

DEFAULTS = {"body": "", "lang": "ru", "level": "", "address": ""}


def file(folder: Path, body: str | bytes) -> Path:
    path = folder / "list.csv"
    path.write_bytes(body if isinstance(body, bytes) else body.encode("utf-8"))
    return path


@pytest.mark.parametrize("mark", ["", "\N{ZERO WIDTH NO-BREAK SPACE}"])
@pytest.mark.parametrize("between", [",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_it_is_read_however_a_spreadsheet_saves_it(tmp_path: Path, mark: str, between: str, end: str) -> None:
    first, second = between.join(["body", "lang"]), between.join(["Выдуманное управление", "ru"])
    text = end.join([first, second, "", f'"Отдел{end}вымысла"{between}kk', "Х"])
    found = read_person_csv(file(tmp_path, mark + text))
    assert found.headings == ["body", "lang"]
    assert [(line.number, line.cells) for line in found.lines] == [
        (2, ["Выдуманное управление", "ru"]), (4, [f"Отдел{end}вымысла", "kk"]), (6, ["Х"]),
    ]  # fmt: skip
    assert found.missing(["lang", "level"]) == ["level"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "line 1: nothing here, not even headings"),
        (b"\r\n\r\n", "line 1: nothing here, not even headings"),
        ("имя".encode("cp1251"), "not UTF-8 text; save it as 'CSV UTF-8'"),
        (b'a,b\n1,2\n"x"y,2\n', "line 3: not readable as CSV"),
    ],
)
def test_what_is_no_such_file_is_told(tmp_path: Path, body: bytes, told: str) -> None:
    with pytest.raises(PersonCsvError) as caught:
        read_person_csv(file(tmp_path, body))
    assert str(caught.value).startswith(f"{tmp_path / 'list.csv'}: {told}")


def test_a_row_has_a_cell_for_each_heading_unless_it_may_end_early(tmp_path: Path) -> None:
    short = read_person_csv(file(tmp_path, "a,b\n1,2\n\n3\n"))
    with pytest.raises(PersonCsvError, match="line 4: 1 cells, but 2 headings"):
        short.rows()
    assert short.rows(may_end_early=True) == [(2, {"a": "1", "b": "2"}), (4, {"a": "3"})]
    long = read_person_csv(file(tmp_path, "a,b\n1,2,3\n"))
    for early in (True, False):
        with pytest.raises(PersonCsvError, match="line 2: 3 cells, but 2 headings"):
            long.rows(may_end_early=early)


@settings(deadline=None)
@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=5))
def test_what_we_write_is_read_back(tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]]) -> None:
    path = file(tmp_path_factory.mktemp("written"), csv_lines([["one", "other"], *rows]))
    assert [line.cells for line in read_person_csv(path).lines] == rows


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("имя\n".encode("cp1251"), "not UTF-8 text"),
        ("body,lang\nУправление,ru,x\n", "line 2: 3 cells, but 2 headings"),
        ("name\nУправление\n", "the columns are body"),
        ("body\n", "the columns are body"),
        ("body,place\nУправление,x\n", "the columns are body"),
        ("body\nУправление\n\nУправление\n", "list.csv: line 4: no body, one named before"),
        ("body,lang\nУправление,en\n", "list.csv: line 2: no body, one named before, or a lang not ru or kk"),
    ],
)
def test_a_list_of_bodies_that_cannot_be_used_is_told(tmp_path: Path, body: str | bytes, told: str) -> None:
    with pytest.raises(click.BadParameter, match=told):
        bodies_of(file(tmp_path, body), DEFAULTS)


def test_a_list_of_bodies_typed_by_hand(tmp_path: Path) -> None:
    path = file(tmp_path, "body;lang\nУправление вымысла\nОйдан шығарылған басқарма;kk\n")
    assert bodies_of(path, DEFAULTS) == [
        {**DEFAULTS, "body": "Управление вымысла"},
        {**DEFAULTS, "body": "Ойдан шығарылған басқарма", "lang": "kk"},
    ]
