"""Real tables: Moscow programme annexes that must add up, cell truths of others, pages that cannot be read."""

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pdfplumber
import pytest

from ingest.tables.amounts import reading_of
from ingest.tables.formats import document_tables
from ingest.tables.lettering import line_text, lines_of
from ingest.tables.model import DocumentRefused, Table
from ingest.tables.pdf import open_pdf, pdf_grids
from ingest.tables.pdf_page import read_page
from ingest.tables.semantics import fill_down
from ingest.tables.stitching import stitch
from tests.tables.scoring import Score, adjacency, exact_cells, grid_relations, icdar_truth

pytestmark = pytest.mark.real

# Programme "Information city", thousand roubles of 2012 … 2016, annexes 6 and 7 of the programme of the city
PROGRAMME = ["55068113.2", "60839202.4", "65875475.7", "71141678.0", "76849703.0"]
MEDIA = ["10183365.0", "10587722.3", "11070578.1", "11616124.4", "12222107.9"]


def one(path: Path) -> Table:
    (table,) = document_tables(path.read_bytes(), path.name)
    return table


def years(table: Table) -> list[int]:
    columns = [k for k, c in enumerate(table.columns) if c.role == "amount" and c.year is not None]
    assert [table.columns[k].year for k in columns] == [2012, 2013, 2014, 2015, 2016]
    assert {(table.columns[k].unit.currency, table.columns[k].unit.factor) for k in columns} == {("RUB", 1000)}
    return columns


def values(table: Table, row: int) -> list[Decimal]:
    out = []
    for k in years(table):
        read = reading_of(table.columns[k].unit, [r[k] for r in table.rows])
        out.append(read(table.rows[row][k]) or Decimal(0))
    return out


def test_moscow_subprogrammes_add_up_to_the_programme_in_all_years(real_data: Path) -> None:
    table = one(real_data / "cyrillic-messy-xls" / "infogorod_table7.xls")
    labels = fill_down(table.rows, table.merges, len(table.header))
    everything = [r for r, row in enumerate(labels) if row[2] == "всего"]
    programme = [r for r in everything if labels[r][0] == "Государственная программа"]
    parts = [r for r in everything if r not in programme]
    assert [values(table, r) for r in programme] == [[Decimal(v) for v in PROGRAMME]]
    assert len(parts) == 6
    sums = [sum(column) for column in zip(*(values(table, r) for r in parts), strict=True)]
    assert sums == [Decimal(v) for v in PROGRAMME]


def test_every_total_of_the_moscow_tables_agrees_with_its_rows(real_data: Path) -> None:
    for number, totals in (("7", 35), ("6", 30)):
        table = one(real_data / "cyrillic-messy-xls" / f"infogorod_table{number}.xls")
        assert table.kinds[0] == "numbering"
        assert len(table.totals) == totals
        assert {t.verdict for t in table.totals} == {"equal"}


def test_the_media_subprogramme_is_the_same_in_both_moscow_tables(real_data: Path) -> None:
    seven = one(real_data / "cyrillic-messy-xls" / "infogorod_table7.xls")
    six = one(real_data / "cyrillic-messy-xls" / "infogorod_table6.xls")
    name = "Развитие средств массовой информации и рекламы"
    (row7,) = [r for r, row in enumerate(seven.rows) if row[1] == name]
    (row6,) = [r for r, row in enumerate(six.rows) if row[0] == name]
    assert values(seven, row7) == values(six, row6) == [Decimal(v) for v in MEDIA]
    leaves = range(row6 + 3, len(six.rows))
    assert len(leaves) == 14
    assert [sum(column) for column in zip(*(values(six, r) for r in leaves), strict=True)] == [
        Decimal(v) for v in MEDIA
    ]


def grids(path: Path) -> list[list[str]]:
    return [row for grid in stitch(pdf_grids(path.read_bytes(), path.name)) for row in grid.cells]


@pytest.mark.parametrize(
    ("name", "recall"),
    [
        ("Publication_of_award_of_Bids_for_Transport_Sector__August_2016", 1.0),
        ("argentina_diputados_voting_record", 1.0),
        ("frx_2012_disclosure", 1.0),
        ("spanning_cells", 1.0),
        ("spreadsheet_no_bounding_frame", 0.95),
        ("twotables", 0.95),
        ("schools", 0.98),
    ],
)
def test_cells_of_printed_tables(real_data: Path, name: str, recall: float) -> None:
    """The truths hold the first page of some documents only, so recall is what they can tell."""
    folder = real_data / "pdf-tables-tabula" / "pairs"
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        truth = list(csv.reader(file))
    if all(not row[0] for row in truth):
        truth = [row[1:] for row in truth]
    assert exact_cells(truth, grids(folder / f"{name}.pdf")).recall >= recall


def test_award_notices_are_one_table_over_five_pages(real_data: Path) -> None:
    name = "Publication_of_award_of_Bids_for_Transport_Sector__August_2016.pdf"
    (table,) = document_tables((real_data / "pdf-tables-tabula" / "pairs" / name).read_bytes(), name)
    numbers = [row[0] for row in table.rows if row[0].strip(".").isdigit()]
    assert [int(n.strip(".")) for n in numbers] == list(range(1, len(numbers) + 1))


def test_icdar_structure_is_read_better_than_by_ruled_lines_alone(real_data: Path) -> None:
    score = Score(0, 0, 0)
    folder = real_data / "pdf-tables-tabula" / "icdar2013"
    for number in ("002", "005", "008", "014", "016", "017", "019", "023", "027"):
        pdf = folder / f"eu-{number}.pdf"
        truth = icdar_truth(folder / f"eu-{number}-str.xml")
        score = score.plus(adjacency(truth, grid_relations(pdf_grids(pdf.read_bytes(), pdf.name))))
    assert score.f1 >= 0.95
    assert score.truth > 1000


def test_a_repeated_header_over_sixteen_pages_is_read_once(real_data: Path) -> None:
    name = "WARN-Report-for-7-1-2015-to-03-25-2016.pdf"
    table = document_tables((real_data / "pdf-tables-pdfplumber" / name).read_bytes(), name)[0]
    assert table.header[0][0] == "Notice Date"
    assert all(row != table.header[0] for row in table.rows)
    with pdfplumber.open(real_data / "pdf-tables-pdfplumber" / name) as document:
        last = document.pages[13].extract_tables()[0][-1]
    ours = [["".join(text.split()) for text in row] for row in table.rows]
    assert ["".join((text or "").split()) for text in last] in ours


def test_turned_page_is_read_like_the_upright_one(real_data: Path) -> None:
    folder = real_data / "pdf-tables-pdfplumber"
    upright, turned = (
        document_tables((folder / f"nics-background-checks-2015-11{end}.pdf").read_bytes(), end)[0]
        for end in ("", "-rotated")
    )
    assert turned.rows == upright.rows
    assert len(upright.rows) > 10


@pytest.mark.parametrize(
    ("name", "reason"),
    [("empty.pdf", "empty"), ("password-example.pdf", "encrypted"), ("issue-203-decimalize.pdf", "no-text")],
)
def test_documents_that_are_refused(real_data: Path, name: str, reason: str) -> None:
    with pytest.raises(DocumentRefused) as refused:
        document_tables((real_data / "pdf-tables-pdfplumber" / name).read_bytes(), name)
    assert refused.value.reason == reason
    assert name in str(refused.value)


def test_doubled_letters_are_read_once(real_data: Path) -> None:
    """The title page draws each letter four times to look bold."""
    name = "issue-842-example.pdf"
    document = open_pdf((real_data / "pdf-tables-pdfplumber" / name).read_bytes(), name)
    lines = [line_text(line) for line in lines_of(read_page(document, 0).letters)]
    document.close()
    assert [text for text in lines if text] == [
        "安徽安利合成革股份有限公司",
        "ANHUI ANLI ARTIFICIAL LEATHER CO.,LTD.",
        "2011 年年度报告",
        "股票代码：300218",
        "股票简称：安利股份",
        "披露日期：2012 年 3 月 27 日",
    ]


@pytest.mark.parametrize("number", [1, 5, 9])
def test_kazakh_tender_annexes_are_read_cell_by_cell_as_by_the_oracle(real_data: Path, number: int) -> None:
    path = real_data / "kz-goszakup-samples" / f"appendix_{number}.pdf"
    grids = [grid for grid in pdf_grids(path.read_bytes(), path.name) if not grid.ink]
    ours = Counter("".join(text.split()) for grid in grids for row in grid.cells for text in row if text)
    theirs: Counter[str] = Counter()
    with pdfplumber.open(path) as document:
        for page in document.pages:
            cells = [text for table in page.extract_tables() for row in table for text in row]
            theirs.update("".join(text.split()) for text in cells if text and text.strip())
    assert ours == theirs
    assert sum(ours.values()) > 40


def test_bilingual_protocols_hold_the_lot_sums_as_printed(real_data: Path) -> None:
    path = real_data / "kz-goszakup-samples" / "buy_pi_0624_0934_10079496.html"
    tables = document_tables(path.read_bytes(), path.name)
    assert len(tables) == 8
    for table in (tables[0], tables[4]):  # Kazakh and Russian
        assert table.rows[0][5] == "9742860089"
        assert (table.columns[5].unit.currency, table.columns[5].unit.factor) == ("KZT", 1)
    assert all("script" not in text for t in tables for row in t.rows for text in row)
