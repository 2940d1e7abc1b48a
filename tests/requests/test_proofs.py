"""Pictures of pages as proof: the right row, and nothing that must not be shown."""

from __future__ import annotations

import io
import json
import warnings
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from reportlab.lib.utils import ImageReader

from db.archive import Archive, Captured
from db.model.requests import TableState
from db.privacy import MASK, mask_person_ids
from db.proof_names import picture_name, table_name
from ingest.declaration import read_sources
from ingest.installation import SHIPPED_SOURCES
from ingest.requests import proofs
from ingest.requests.answer_image import document_proofs
from ingest.requests.entering import fold
from ingest.requests.events import Answered, DocumentTaken, Drawn, Sent, TableSeen
from ingest.requests.not_shown import person_id_spans
from ingest.requests.picture_order import ProofOrder
from ingest.requests.proofs import keep_proofs
from ingest.requests.register import Register
from ingest.source import Source
from tests.db.test_journal import full_at
from tests.requests.conftest import INVENTED
from tests.tables.documents import HEADER, ROWS, TOTAL, Paper, archive, letter, ruled_pdf, turned, word, workbook

PERSON = "850101300124"
"""A number of nobody, with the check digit of a natural person's."""
SHA = "0123456789abcdef" * 4
WHITE, BLACK = 255, 0


def made(data: bytes, name: str = "answer.pdf", **changes: Any) -> dict[str, bytes]:
    return document_proofs(data, ProofOrder(**{"name": name, "sha256": SHA, "tables": (1,), **changes}))


def picture(files: dict[str, bytes], page: int = 1) -> Image.Image:
    return Image.open(io.BytesIO(files[f"{SHA[:16]}-p{page}.png"])).convert("L")


def rows(files: dict[str, bytes], page: int = 1) -> dict[str, list[int]]:
    told = json.loads(files[f"{SHA[:16]}-p{page}.json"])
    assert (told["width"], told["height"]) == picture(files, page).size
    found: dict[str, list[int]] = told["rows"]
    return found


def greys(shown: Image.Image, box: Sequence[float]) -> set[int]:
    """The greys of a part of a picture given as left, top, width, height."""
    left, top, width, height = box
    colours = shown.crop((int(left), int(top), int(left + width), int(top + height))).getcolors(256)
    assert colours
    return {grey for _, grey in colours if isinstance(grey, int)}


def points(left: float, top: float, right: float, bottom: float) -> list[float]:
    return [edge * 110 / 72 for edge in (left, top, right - left, bottom - top)]


@pytest.mark.parametrize("quarter", [0, 90, 180, 270])
def test_each_row_is_where_its_ink_is_whichever_way_the_page_is_turned(quarter: int) -> None:
    files = made(turned(ruled_pdf([*ROWS, TOTAL]), quarter))
    shown, found = picture(files), rows(files)
    assert set(found) == {"1.1", "1.2", "1.3"}
    assert all(min(greys(shown, box)) < 80 for box in found.values())
    heights = sorted(max(box[3], box[2]) for box in found.values())
    assert heights[-1] < 1.4 * heights[0] + 40


def test_a_row_cut_by_a_page_break_is_shown_on_both_pages() -> None:
    paper = Paper()
    paper.row(HEADER)
    for number in range(1, 45):
        if number == 23:
            paper.page()
        paper.row([str(number), *ROWS[0][1:]])
    files = made(paper.done())
    assert {name[17:] for name in files} == {"p1.png", "p1.json", "p2.png", "p2.json"}
    assert {**rows(files), **rows(files, 2)}.keys() == {f"1.{number}" for number in range(1, 45)}
    assert all(len(content) < 150_000 for content in files.values())


def test_the_number_of_a_natural_person_is_painted_over_wherever_it_stands() -> None:
    paper = Paper()
    start = paper.words(50, 40, "Исполнитель: ")
    middle = paper.words(start, 40, PERSON[:6])
    end = paper.words(middle + 4, 40, PERSON[6:])
    for row in (HEADER, ["1", f"ИП «Самғар», ИИН {PERSON}", "акты", "65 280,8"], TOTAL):
        paper.row(row)
    files = made(paper.done())
    shown = picture(files)
    assert greys(shown, points(start + 1, 33, middle - 1, 41)) == {BLACK}
    assert greys(shown, points(middle + 5, 33, end - 1, 41)) == {BLACK}
    plain = picture(made(ruled_pdf([["1", "ИП «Самғар», ИИН", "акты", "65 280,8"], TOTAL])))
    left, top, width, height = rows(files)["1.1"]
    assert len(greys(plain, (left, top, width, height))) > 2
    ink = sum(shown.crop((left, top, left + width, top + height)).histogram()[:40])
    assert ink > 2 * sum(plain.crop((left, top, left + width, top + height)).histogram()[:40])


def stamp(paper: Paper, x: float, y: float, size: float) -> None:
    black = ImageReader(Image.new("RGB", (64, 64), "black"))
    paper.canvas.drawImage(black, x, 842 - y - size, size, size)


def test_stamps_and_signatures_are_left_away() -> None:
    paper = Paper()
    for row in (HEADER, *ROWS, TOTAL):
        paper.row(row)
    stamp(paper, 300, 400, 90)
    files = made(paper.done())
    assert greys(picture(files), points(301, 401, 389, 489)) == {WHITE}
    assert set(rows(files)) == {"1.1", "1.2", "1.3"}


def test_a_picture_of_a_page_below_its_text_shows_only_the_tables() -> None:
    paper = Paper()
    stamp(paper, 0, 0, 595)
    for row in (HEADER, *ROWS, TOTAL):
        paper.row(row)
    shown = picture(made(paper.done()))
    assert greys(shown, points(0, 300, 595, 590)) == {WHITE}


@pytest.mark.parametrize("words", ["Самғар ТВ", "самғар тв", "САМҒАР  ТВ"])
def test_a_page_with_withdrawn_words_has_no_picture(words: str) -> None:
    document = ruled_pdf([*ROWS, TOTAL])
    assert made(document, withdrawn=(words,)) == {}
    assert made(word([HEADER, *ROWS, TOTAL]), "answer.docx", withdrawn=(words,)) == {}
    assert made(document, withdrawn=("Нет такого СМИ",)) == made(document)


def test_a_document_without_pages_is_shown_as_it_was_read() -> None:
    told = json.loads(made(word([HEADER, *ROWS, TOTAL], above=f"ИИН {PERSON}"), "a.docx")[f"{SHA[:16]}-t1.json"])
    assert told["rows"] == [*ROWS, TOTAL]
    assert told["header"] == [HEADER]
    assert told["kinds"] == ["data"] * 3 + ["total"]
    assert MASK in told["title"]


@pytest.mark.parametrize("wrap", [archive, letter])
def test_a_page_inside_an_archive_or_letter_has_its_picture(wrap: Callable[..., bytes]) -> None:
    alone = made(ruled_pdf())
    outer = "a.eml" if wrap is letter else "a.zip"
    inside = made(wrap({"annex.pdf": ruled_pdf(), "list.xlsx": workbook([HEADER, *ROWS])}), outer, tables=(1, 2))
    name = picture_name(SHA, 1, f"{outer}/annex.pdf")
    assert inside[f"{name}.png"] == alone[f"{picture_name(SHA, 1)}.png"]
    assert json.loads(inside[f"{name}.json"]) == json.loads(alone[f"{picture_name(SHA, 1)}.json"])
    assert json.loads(inside[table_name(SHA, 2)])["document"] == f"{outer}/list.xlsx"
    assert len(inside) == 3


def test_two_files_of_one_name_in_an_archive_have_no_picture_that_could_be_the_others() -> None:
    twice = io.BytesIO(archive({"annex.pdf": ruled_pdf()}))
    with zipfile.ZipFile(twice, "a") as more, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # zipfile warns of the name that stands twice
        more.writestr("annex.pdf", ruled_pdf(ROWS[:1]))
    inside = made(twice.getvalue(), "a.zip", tables=(1, 2))
    assert set(inside) == {table_name(SHA, 1), table_name(SHA, 2)}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([PERSON, "850101 300 124", "850101\n300124", MASK, "990340000103", "55-55-55", "№ 1"]))
)
def test_spans_are_what_the_mask_hides(parts: list[str]) -> None:
    text = " и ".join(parts)
    out, last = [], 0
    for start, end in person_id_spans(text):
        out += [text[last:start], MASK]
        last = end
    assert "".join([*out, text[last:]]) == mask_person_ids(text)


def taken(archived: Archive, body: bytes, state: TableState = TableState.TAKEN) -> Register:
    """A register with one document, whose capture stands in the archive's journal."""
    digest = archived.put(body)
    told = {"request": "2026-0001", "payer": "Выдуманное управление"}
    captured = Captured(
        ref="run/1", run="run", source="answers_sample", sha256=digest, url="", at="2026-03-20T08:00:00Z",
        byte_count=len(body), file_name="answer.pdf", request=told, reader="answer",
    )  # fmt: skip
    archived.write(captured)
    common = {"request": "2026-0001", "at": "2026-03-20T08:00:00Z"}
    table = TableSeen(number=1, place="page 1#1", heading=(), rows=4, rows_hash="x", state=state, records=3, page=1)
    day = date(2026, 3, 6)
    return fold([
        Drawn(body="Выдуманное управление", subject="заказ", years=(2024,), basis="kz-access", **common),
        Sent(on=day, channel="portal", **common),
        Answered(on=day, state="in full", **common),
        DocumentTaken(sha256=digest, file_name="answer.pdf", byte_count=len(body), capture="run/1", tables=(table,),
                      **common),
    ])  # fmt: skip


def source(tmp_path: Path, publish: str) -> dict[str, Source]:
    folder = tmp_path / publish
    folder.mkdir(exist_ok=True)
    declared = INVENTED.replace("publish: facts", f"publish: {publish}")
    (folder / "answers_sample.yml").write_text(declared, encoding="utf-8")
    return read_sources(folder)


def test_only_sources_that_give_files_are_shown_and_what_is_gone_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archived, folder = Archive(tmp_path / "archive"), tmp_path / "proofs"
    register = taken(archived, ruled_pdf())
    assert keep_proofs(folder, archived, register, source(tmp_path, "facts")) == []
    files = keep_proofs(folder, archived, register, source(tmp_path, "files"))
    assert [path.suffix for path in files] == [".json", ".png"]
    before = {path: path.stat().st_mtime_ns for path in files}
    keep_proofs(folder, archived, register, source(tmp_path, "files"))
    assert {path: path.stat().st_mtime_ns for path in files} == before
    # a word withdrawn since takes the picture away, and so does a licence
    assert keep_proofs(folder, archived, register, source(tmp_path, "files"), withdrawn=["Самғар ТВ"]) == []
    assert not any(path.exists() for path in files)
    monkeypatch.setattr(proofs, "SECONDS", 0.01)
    told: list[str] = []
    assert keep_proofs(folder, archived, register, source(tmp_path, "files"), progress=told.append) == []
    assert len(told) == 1
    assert told[0].startswith("no picture for 2026-0001: answer.pdf: timeout")


@pytest.mark.parametrize("left", [b"", b'{"0123'])
def test_a_list_of_proofs_that_was_cut_short_is_made_anew(tmp_path: Path, left: bytes) -> None:
    archived, folder = Archive(tmp_path / "archive"), tmp_path / "proofs"
    register = taken(archived, ruled_pdf())
    files = keep_proofs(folder, archived, register, source(tmp_path, "files"))
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / "made.json").write_bytes(left)
    assert keep_proofs(folder, archived, register, source(tmp_path, "files")) == files
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_full_disk_leaves_no_half_picture(tmp_path: Path) -> None:
    archived, folder = Archive(tmp_path / "archive"), tmp_path / "proofs"
    register = taken(archived, ruled_pdf())
    files = keep_proofs(folder, archived, register, source(tmp_path, "files"))
    whole = {path: path.read_bytes() for path in files}
    picture = next(path for path in files if path.suffix == ".png")
    picture.unlink()
    with full_at(len(whole[picture]) // 2), pytest.raises(OSError, match=r"\.png"):
        keep_proofs(folder, archived, register, source(tmp_path, "files"))
    assert keep_proofs(folder, archived, register, source(tmp_path, "files")) == files
    assert {path: path.read_bytes() for path in files} == whole


def test_kazakh_answers_are_shown_since_official_documents_belong_to_nobody() -> None:
    licence = read_sources(SHIPPED_SOURCES)["kz_answers"].licence
    assert licence.publish == "files"
    assert "article 8" in licence.name
