"""Printed figures set beside other figures and beside rows: exact, and said in words."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from db.archive import Archive
from db.privacy import mask_person_ids
from db.words import ClaimVerdict, Precision
from ingest import claim_checks as c
from ingest import claim_terms as t
from ingest.claims import COLUMNS, check_claims, claims_report, load_claims, read_figures
from ingest.files import ingest_files
from ingest.reference import ReferenceFileError
from ingest.source import Source


def printed(value: int | str, precision: Precision = Precision.EXACT, rounded_to: int | None = None) -> t.Figure:
    return t.Figure(
        ref="X", country="KZ", subject="", period="", measure=None, figure=Decimal(value), currency="KZT", unit="KZT",
        precision=precision, rounded_to=Decimal(rounded_to) if rounded_to else None, source_url="", note="",
        check=t.NoRecords(why="test"),
    )  # fmt: skip


BN = 10**9


def test_addends_that_make_the_printed_total() -> None:
    figures = read_figures()
    done = c.against_addends(figures["KZ-04"], figures["KZ-04"].check, figures)  # type: ignore[arg-type]
    assert done.verdict is ClaimVerdict.PASS
    assert (done.ours, done.difference) == ("155761958000", "0")
    assert done.arithmetic == (
        "50,053,357,000 + 52,011,698,000 + 53,696,903,000 = 155,761,958,000 KZT, printed 155,761,958,000 KZT; "
        "no difference"
    )


def test_addends_that_do_not() -> None:
    figures = read_figures()
    done = c.against_addends(figures["KZ-05"], figures["KZ-05"].check, figures)  # type: ignore[arg-type]
    assert done.verdict is ClaimVerdict.MISMATCH
    assert (done.ours, done.difference) == ("144000000000", "-1200000000")
    assert "46 + 48 + 50 = 144 bn KZT, printed 145.2 bn KZT" in done.arithmetic
    assert "difference 1.2 bn KZT, ours is less" in done.arithmetic
    assert "the addends are rounded too, which alone can explain up to 1.5 bn KZT" in done.arithmetic


def test_shares_that_imply_another_whole() -> None:
    figures = read_figures()
    done = c.against_shares(figures["KZ-06"], figures["KZ-06"].check, figures)  # type: ignore[arg-type]
    assert done.verdict is ClaimVerdict.MISMATCH
    assert (done.ours, done.difference) == ("162700000000", "9700000000")
    assert "69 bn KZT / 42.4 % = 162.7 bn KZT (between 161.4 and 164.1 given the rounding of both)" in done.arithmetic
    assert "51 bn KZT / 31.4 % = 162.4 bn KZT" in done.arithmetic


def test_shares_that_fit() -> None:
    known = {"a": printed(25 * BN, Precision.ROUNDED, BN)}
    terms = t.SharesOf(shares=(t.Share(part="a", percent=Decimal("25.0")),))
    done = c.against_shares(printed(100 * BN, Precision.ROUNDED, BN), terms, known)
    assert (done.verdict, done.ours, done.difference) == (ClaimVerdict.PASS, "100000000000", "0")


def test_more_than_double() -> None:
    figures = read_figures()
    done = c.against_quotient(figures["US-03"], figures["US-03"].check, figures)  # type: ignore[arg-type]
    assert (done.verdict, done.ours) == (ClaimVerdict.PASS, "2.31")


def test_a_figure_of_another_scope_says_which_records_would_be_needed() -> None:
    done = c.without_records(t.NoRecords(why="the answers of 2012 are not among the sources held"))
    assert done.verdict is ClaimVerdict.DIFFERENT_SCOPE
    assert done.arithmetic.startswith("no records of this scope are held: the answers of 2012")


@settings(max_examples=200, deadline=None)
@given(figure=st.integers(0, 10**15), quantum=st.integers(1, 10**12), ours=st.integers(0, 10**15))
def test_a_value_is_inside_exactly_within_half_of_what_was_rounded_to(figure: int, quantum: int, ours: int) -> None:
    assert c.inside(printed(figure), Decimal(ours)) is (figure == ours)
    rounded = printed(figure, Precision.ROUNDED, quantum)
    assert c.inside(rounded, Decimal(ours)) is (2 * abs(figure - ours) <= quantum)
    assert c.inside(printed(figure, Precision.AT_LEAST), Decimal(ours)) is (ours >= figure)
    assert c.inside(printed(figure, Precision.AT_MOST), Decimal(ours)) is (ours <= figure)


@settings(max_examples=150, deadline=None)
@given(values=st.lists(st.integers(1, 10**14), min_size=2, max_size=6), off=st.integers(-(10**6), 10**6))
def test_a_sum_passes_only_where_it_is_the_printed_one(values: list[int], off: int) -> None:
    known = {str(at): printed(value) for at, value in enumerate(values)}
    done = c.against_addends(printed(sum(values) + off), t.SumOf(addends=tuple(known)), known)
    assert (done.verdict is ClaimVerdict.PASS) is (off == 0)
    assert Decimal(done.difference) == -off
    assert Decimal(done.ours) == sum(values)


@settings(max_examples=100, deadline=None)
@given(value=st.decimals(allow_nan=False, allow_infinity=False, min_value=0, max_value=10**15, places=2))
def test_a_number_in_words_is_the_same_number(value: Decimal) -> None:
    assert Decimal(c.plain(value)) == value
    assert Decimal(c.grouped(value).replace(",", "")) == value


SOURCE: dict[str, Any] = {
    "name": "zz_invented",
    "title": "Invented grants",
    "country": "RS",
    "publisher": "Nobody",
    "obtained": "Made for tests.",
    "url": "https://example.invalid/",
    "licence": {"name": "none", "publish": "facts"},
    "frequency": "never",
    "relevance": "media",
    "measure": "contracted",
    "instrument": "grant",
    "currency": "RSD",
    "year_basis": "decision",
    "invented": True,
    "table": {"format": "csv", "delimiter": ";"},
    "identity": ["Payer", "Year", "Recipient"],
    "columns": {
        "Payer": {"to": "payer"},
        "Year": {"to": "year"},
        "Recipient": {"to": "recipient"},
        "Topic": {"to": "source_topic"},
        "Sum": {"to": "amount"},
        "Euro": {"to": "equivalent", "currency": "EUR", "decimal": "."},
    },
    "expect": {"min": {"records": 1}},
}
EDITION = [
    "Dol;2020;Izmišljena TV;vesti;1000;8.50",
    "Dol;2020;Izmišljeni list;;2000;17.00",
    "Dol;2021;Izmišljena TV;vesti;0;0",
    "Breg;2020;Izmišljena TV;sport;3000;25.50",
    "Breg;2021;Izmišljena TV;vesti;500;4.25",
]
CLAIMS = {
    "RS-eur": ("51.00", "EUR", "exact", "", "{source: zz_invented, years: [2020, 2020], add: equivalent}"),
    "RS-rsd": ("6500", "RSD", "exact", "", "{source: zz_invented, years: [2020, 2021], add: amount}"),
    "RS-awards": ("4", "", "exact", "", "{source: zz_invented, years: [2020, 2021], add: records}"),
    "RS-news": (
        "1500", "RSD", "exact", "", "{source: zz_invented, years: [2020, 2021], add: amount, topics: [vesti]}",
    ),
    "RS-not-news": (
        "5000", "RSD", "exact", "", "{source: zz_invented, years: [2020, 2021], add: amount, topics_not: [vesti]}",
    ),
    "RS-blank": ("2000", "RSD", "exact", "", "{source: zz_invented, years: [2020, 2020], add: amount, topics: ['']}"),
    "RS-dol": ("3000", "RSD", "exact", "", "{source: zz_invented, years: [2020, 2021], add: amount, payers: [Dol]}"),
    "RS-others": (
        "3500", "RSD", "exact", "", "{source: zz_invented, years: [2020, 2021], add: amount, payers_not: [Dol]}",
    ),
    "RS-tv": (
        "4000", "RSD", "rounded", "1000",
        "{source: zz_invented, years: [2020, 2020], add: amount, recipients: [Izmišljena TV]}",
    ),
    "RS-wrong": ("7000", "RSD", "exact", "", "{source: zz_invented, years: [2020, 2021], add: amount}"),
    "RS-none": ("7000", "RSD", "exact", "", "{source: zz_invented, years: [2019, 2019], add: amount}"),
    "RS-unloaded": ("7000", "RSD", "exact", "", "{source: zz_nothing, years: [2020, 2020], add: amount}"),
}  # fmt: skip


def claims_file(tmp_path: Path) -> Path:
    import csv

    path = tmp_path / "figures.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        for ref, (figure, currency, precision, rounded_to, terms) in CLAIMS.items():
            writer.writerow({
                "ref": ref, "country": "RS", "subject": "invented", "period": "2020-2021", "figure": figure,
                "measure": "contracted" if currency else "", "currency": currency, "unit": currency or "projects",
                "precision": precision, "rounded_to": rounded_to, "source_url": "https://press.example/1",
                "check": "rows", "terms": terms,
            })  # fmt: skip
    return path


def ingest(engine: Engine, tmp_path: Path, lines: list[str], minute: int) -> None:
    path = tmp_path / "invented.csv"
    path.write_text("\n".join(["Payer;Year;Recipient;Topic;Sum;Euro", *lines]), encoding="utf-8")
    source = msgspec.convert(SOURCE, Source)
    ingest_files(engine, Archive(tmp_path / "archive"), source, [path], at=f"2026-11-24T10:{minute:02d}:00Z")


def test_counted_rows_of_a_scope_on_both_databases(engine: Engine, tmp_path: Path) -> None:
    path = claims_file(tmp_path)
    ingest(engine, tmp_path, EDITION, 0)
    with engine.begin() as connection:
        with pytest.raises(ReferenceFileError, match="RS-awards is not loaded"):
            check_claims(connection, path)
        assert load_claims(connection, path) == len(CLAIMS)
        assert {row["verdict"] for row in claims_report(connection)} == {"not checked"}
        done = check_claims(connection, path)
    assert {ref: str(o.verdict) for ref, o in done.items() if o.verdict is not ClaimVerdict.PASS} == {
        "RS-wrong": "MISMATCH", "RS-none": "DIFFERENT SCOPE", "RS-unloaded": "DIFFERENT SCOPE",
    }  # fmt: skip
    assert (done["RS-eur"].ours, done["RS-tv"].ours, done["RS-awards"].ours) == ("51", "4000", "4")
    assert done["RS-wrong"].arithmetic == (
        "5 counted records of zz_invented in 2020-2021, together 6,500 RSD, printed 7,000 RSD; "
        "difference 500 RSD, ours is less"
    )


def test_a_source_published_again_is_said_so(engine: Engine, tmp_path: Path) -> None:
    path = claims_file(tmp_path)
    ingest(engine, tmp_path, EDITION, 0)
    # one sum corrected, one row gone, one row new
    ingest(engine, tmp_path, ["Dol;2020;Izmišljena TV;vesti;1100;9.35", *EDITION[2:], "Breg;2020;Novi;;10;0.10"], 1)
    with engine.begin() as connection:
        load_claims(connection, path)
        done = check_claims(connection, path)
    assert (done["RS-eur"].verdict, done["RS-eur"].difference) == (ClaimVerdict.MISMATCH, "-16.05")
    assert done["RS-eur"].arithmetic.endswith(
        "the source was loaded again since; of the records of this scope 1 vanished, 1 came later, 1 changed"
    )
    assert done["RS-none"].verdict is ClaimVerdict.DIFFERENT_SCOPE


def test_claims_follow_their_file_and_the_report_gives_them_in_order(sqlite_engine: Engine, tmp_path: Path) -> None:
    path = claims_file(tmp_path)
    with sqlite_engine.begin() as connection:
        load_claims(connection)
        check_claims(connection)
        assert load_claims(connection, path) == len(CLAIMS)  # those of the shipped file leave with their checks
        check_claims(connection, path)
        assert load_claims(connection, path) == len(CLAIMS)
        report = claims_report(connection)
        assert connection.execute(text("SELECT count(*) FROM claim")).scalar_one() == len(CLAIMS)
    assert [row["ref"] for row in report] == sorted(CLAIMS)
    assert set(report[0]) >= {
        "figure",
        "unit",
        "precision",
        "rounded_to",
        "verdict",
        "ours",
        "difference",
        "arithmetic",
    }


def test_no_sum_is_taken_for_the_number_of_a_person(sqlite_engine: Engine) -> None:
    figures = read_figures()
    assert mask_person_ids(c.plain(figures["CO-01"].figure)) != c.plain(figures["CO-01"].figure)  # it looks like one
    with sqlite_engine.begin() as connection:
        load_claims(connection)
        check_claims(connection)
        for table in ("claim", "claim_check"):
            for row in connection.execute(text(f"SELECT * FROM {table}")):
                assert [mask_person_ids(str(cell)) for cell in row] == [str(cell) for cell in row]
        report = {row["ref"]: row["figure"] for row in claims_report(connection)}
    assert report == {ref: c.plain(figure.figure) for ref, figure in figures.items()}


def test_without_any_source_the_printed_figures_are_still_checked_against_each_other(sqlite_engine: Engine) -> None:
    with sqlite_engine.begin() as connection:
        load_claims(connection)
        done = check_claims(connection)
    verdicts = {ref: str(outcome.verdict) for ref, outcome in done.items()}
    expected = {
        "KZ-04": "PASS", "KZ-05": "MISMATCH", "KZ-06": "MISMATCH", "KZ-16": "PASS", "KZ-35": "PASS", "US-03": "PASS",
        "BR-01": "DIFFERENT SCOPE", "RS-01": "DIFFERENT SCOPE",
    }  # fmt: skip
    assert {ref: verdicts[ref] for ref in expected} == expected
