"""Amounts: every spelling with one reading is read, every other is refused."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.words import AmountState, Precision
from ingest.values.amount import AmountError, Unit, read_amount


def short(value: object) -> str:
    return repr(value)[:40]


TENGE = Unit("KZT", factor_declared_in="тенге in the heading")
THOUSANDS = Unit("KZT", 1000, "тыс. тенге in the heading")
COMMA = Unit("BRL", decimal=",")
ACCOUNTING = Unit("KZT", decimal=",", parentheses_negative=True)

READ = [
    (TENGE, "632 426", 632_426_00),
    (TENGE, "632\u00a0426\u00a0000,5", 632_426_000_50),
    (TENGE, "632\u2009426", 632_426_00),
    (TENGE, "632\u202f426,07", 632_426_07),
    (TENGE, "80\u00a0330 123", 80_330_123_00),
    (TENGE, " 4 603.20 ", 4_603_20),
    (TENGE, "9742860089 тг", 9_742_860_089_00),
    (TENGE, "1,2 млн тенге", 1_200_000_00),
    (TENGE, "650,9 млн. тенге", 650_900_000_00),
    (TENGE, "1 037 736,97 тыс.тг", 1_037_736_970_00),
    (TENGE, "1,5 млрд теңге", 1_500_000_000_00),
    (TENGE, "3 миллиона тенге", 3_000_000_00),
    (TENGE, "3 миллион теңге", 3_000_000_00),
    (TENGE, "17 мың теңге", 17_000_00),
    (TENGE, "2 million KZT", 2_000_000_00),
    (TENGE, "5 тыc. тeнге", 5_000_00),  # Latin c and e inside the words
    (TENGE, "₸ 1 234", 1_234_00),
    (TENGE, "KZT500", 500_00),
    (TENGE, "632\u00a0426-00 тг.", 632_426_00),
    (TENGE, "632 426-50", 632_426_50),
    (TENGE, "632 426=00", 632_426_00),
    (TENGE, "632 426 тенге 50 тиын", 632_426_50),
    (TENGE, "632 426 тенге 5 тиын", 632_426_05),
    (TENGE, "50 тиын", 50),
    (TENGE, "1 млн 200 тыс. тенге", 1_200_000_00),
    (TENGE, "5 тыс. 200 тенге", 5_200_00),
    (TENGE, "1.234.567", 1_234_567_00),
    (TENGE, "1,234,567.5", 1_234_567_50),
    (TENGE, "-5", -5_00),
    (TENGE, "−5,5", -5_50),
    (TENGE, "–5 тг", -5_00),
    (TENGE, "‑5", -5_00),
    (TENGE, "-₸5", -5_00),
    (TENGE, 632426, 632_426_00),
    (TENGE, Decimal("4603.2"), 4_603_20),
    (TENGE, Decimal("1E+3"), 1_000_00),
    (TENGE, 4603.2, 4_603_20),
    (TENGE, 0.1 + 0.2, 30),
    (TENGE, 1.1 * 3, 3_30),
    (TENGE, 12345678901234.56, 12_345_678_901_234_56),
    (THOUSANDS, "65 280,8", 65_280_800_00),
    (THOUSANDS, "55 068 113,2", 55_068_113_200_00),
    (THOUSANDS, "1,2345", 1_234_50),
    (THOUSANDS, "5,5 тыс. тенге", 5_500_00),
    (THOUSANDS, 1439.0, 1_439_000_00),
    (THOUSANDS, 0.1 + 0.2, 300_00),
    (COMMA, "1.234.567,89", 1_234_567_89),
    (COMMA, "1.234", 1_234_00),
    (COMMA, "R$ 1.234,50", 1_234_50),
    (COMMA, "-R$ 5,00", -5_00),
    (ACCOUNTING, "(1 234)", -1_234_00),
    (ACCOUNTING, "(5,5) тенге", -5_50),
    (Unit("RUB"), "12 500 руб. 07 коп.", 12_500_07),
    (Unit("USD"), "5 долл. США", 5_00),
    (Unit("MXN", decimal="."), "$1,234.50", 1_234_50),
]

REFUSED = [
    (THOUSANDS, "1,2 млн", "contradicts"),
    (THOUSANDS, "500 тенге", "without a scale"),
    (THOUSANDS, "500-00", "several units"),
    (THOUSANDS, "500 тенге 50 тиын", "several units"),
    (THOUSANDS, "50 тиын", "no part of the declared unit"),
    (TENGE, "1,234", "declare the decimal mark"),
    (TENGE, "1.234", "declare the decimal mark"),
    (TENGE, "1 234,567", "declare the decimal mark"),
    (TENGE, "1.234,567", "declare the decimal mark"),
    (TENGE, "12О 500", "looks like|stands among digits|'О' is no unit"),
    (TENGE, "1 2З4", "'З'"),
    (TENGE, "5l", "'l'"),
    (TENGE, "6б0", "'б'"),
    (TENGE, "І2", "'І'"),
    (TENGE, "12 34 567", "groups of three"),
    (TENGE, "1234 567", "groups of three"),
    (TENGE, "1 234 56", "groups of three"),
    (TENGE, "12,34,567", "groups of three"),
    (TENGE, "007", "groups of three"),
    (TENGE, "0 123", "groups of three"),
    (TENGE, "1  234", "two numbers"),
    (TENGE, "1\n234", "two numbers"),
    (TENGE, "1 234\t567", "two numbers"),
    (TENGE, "100-200", "stands apart"),
    (TENGE, "100 – 200", "stands apart"),
    (TENGE, "2009-10", "end a range"),
    (TENGE, "10-15 тг", "end a range"),
    (TENGE, "500 до 600", "'до' is no unit"),
    (TENGE, "5 тыс. 200", "two numbers"),
    (TENGE, "100 тыс. 50 тыс. тенге", "do not descend"),
    (TENGE, "5 тг 5 тг", "twice"),
    (TENGE, "5 млн тенге 7 тыс тенге", "twice"),
    (TENGE, "1 234,50 тенге 50 тиын", "decimals beside a smaller unit"),
    (TENGE, "5 тенге 150 тиын", "do not descend"),
    (TENGE, "5 тенге 50 коп.", "no minor unit of KZT"),
    (TENGE, "5 руб.", "source declares KZT"),
    (TENGE, "$5", "source declares KZT"),
    (TENGE, "1e5", "'e' is no unit"),
    (TENGE, "NaN", "no number"),
    (TENGE, "inf", "no number"),
    (TENGE, "10²", "'²'"),
    (TENGE, "１２", "digit of another script"),
    (TENGE, "٥٨٥٫٧٥٤", r"'٥' \(U\+0665\) is a digit of another script; only 0 to 9 are read"),
    (TENGE, "5 %", "'%'"),
    (TENGE, "5 тенге в месяц", "'в'"),
    (TENGE, "1 000 с НДС", "'с'"),
    (TENGE, "1 234.", r"'\.'"),
    (TENGE, "1 234 *", r"'\*'"),
    (TENGE, "- 5", "stands apart"),
    (TENGE, "--5", "stands apart"),
    (TENGE, "5-", "stands apart"),
    (TENGE, "KZT-500", "touches"),
    (TENGE, "до5", "touches"),
    (TENGE, "более -5", "two readings"),
    (TENGE, "млн 5", "before its number"),
    (TENGE, "нет", "no number"),
    (TENGE, "(1 234)", "parentheses"),
    (ACCOUNTING, "(-5)", "another sign"),
    (ACCOUNTING, "(1 234", r"'\('"),
    (ACCOUNTING, "(12) 345", r"'\('"),
    (TENGE, Decimal("1E-999999"), "minor units"),
    (COMMA, "1.23", "as decimal mark, this is written with"),
    (COMMA, "1,234", "minor units"),
    (Unit("KZT", decimal="."), "1,5", "as decimal mark, this is written with"),
    (TENGE, "0,001 тенге", "minor units"),
    (TENGE, "0,000000001 млн", "minor units"),
    (TENGE, 0.001, "minor units"),
    (TENGE, 100 / 3, "minor units"),
    (TENGE, 123456789012.3504, "minor units"),
    (TENGE, 1e15, "15 digits"),
    (TENGE, math.nan, "not a number"),
    (TENGE, -math.inf, "not a number"),
    (TENGE, Decimal("NaN"), "not a number"),
    (TENGE, Decimal("0.001"), "minor units"),
    (TENGE, Decimal("1E+999999"), "minor units"),
    (TENGE, True, "truth value"),
    (TENGE, "99999999999999999999", "larger"),
    (TENGE, 10**18, "larger"),
    (TENGE, "9" * 5000, "that long"),
]


@pytest.mark.parametrize(("unit", "raw", "minor"), READ, ids=short)
def test_reads_what_is_explicit(unit: Unit, raw: Any, minor: int) -> None:
    amount = read_amount(raw, unit)
    assert (amount.minor, amount.currency, amount.state) == (minor, unit.currency, AmountState.STATED)
    assert amount.precision is Precision.EXACT
    assert amount.raw == (raw if isinstance(raw, str) else repr(raw) if isinstance(raw, float) else str(raw))
    assert amount.rule


@pytest.mark.parametrize(("unit", "raw", "reason"), REFUSED, ids=short)
def test_refuses_the_rest_with_a_reason(unit: Unit, raw: Any, reason: str) -> None:
    with pytest.raises(AmountError, match=reason):
        read_amount(raw, unit)


@pytest.mark.parametrize(
    ("raw", "precision"),
    [
        ("около 5 млн тенге", Precision.ROUNDED),
        ("~5 млн", Precision.ROUNDED),
        ("5 млн теңгеге жуық", Precision.ROUNDED),
        ("шамамен 5 млн теңге", Precision.ROUNDED),
        ("более 5 млн тенге", Precision.AT_LEAST),
        ("Свыше 5 млн", Precision.AT_LEAST),
        ("не менее 5 млн", Precision.AT_LEAST),
        ("5 млн теңгеден астам", Precision.AT_LEAST),
        ("not less than 5 million", Precision.AT_LEAST),
        ("до 5 млн", Precision.AT_MOST),
        ("не более 5 млн", Precision.AT_MOST),
        ("5 млн теңгеге дейін", Precision.AT_MOST),
    ],
)
def test_words_of_exactness(raw: Any, precision: Precision) -> None:
    amount = read_amount(raw, TENGE)
    assert (amount.minor, amount.precision) == (5_000_000_00, precision)


@pytest.mark.parametrize(
    "raw",
    ["ДСП", "дсп.", "Д.С.П.", "ДCП", "«Для служебного пользования»", "(для  служебного\nпользования)",
     "Для служебного пользования (ДСП)",
     "қызмет бабында пайдалану үшін", "Қызмет бабында пайдалану үшін"],
)  # fmt: skip
def test_withheld_is_a_state_of_its_own(raw: Any) -> None:
    amount = read_amount(raw, TENGE, blank=AmountState.ZERO)
    assert (amount.minor, amount.state, amount.raw) == (None, AmountState.WITHHELD, raw)


def test_withheld_beside_a_number_is_refused() -> None:
    with pytest.raises(AmountError):
        read_amount("ДСП 500", TENGE)


@pytest.mark.parametrize("raw", [None, "", "  ", "\u00a0", "-", "–", "—", " - ", "---"])
def test_blank_is_not_zero_unless_declared(raw: Any) -> None:
    assert read_amount(raw, TENGE).state is AmountState.UNKNOWN
    assert read_amount(raw, TENGE).minor is None
    declared = read_amount(raw, TENGE, blank=AmountState.ZERO)
    assert (declared.minor, declared.state) == (0, AmountState.ZERO)
    with pytest.raises(AmountError, match="stated"):
        read_amount(raw, TENGE, blank=AmountState.STATED)


@pytest.mark.parametrize("raw", ["0", "0,00", "0.0", "-0", 0, 0.0, -0.0, Decimal(0), "0 тенге"])
def test_zero_is_a_state_of_its_own(raw: Any) -> None:
    amount = read_amount(raw, THOUSANDS if raw != "0 тенге" else TENGE)
    assert (amount.minor, amount.state) == (0, AmountState.ZERO)


def test_words_a_source_declares() -> None:
    words = {"не выделялись": AmountState.ZERO, "-": AmountState.BELOW_THRESHOLD}
    assert read_amount("Не  выделялись", TENGE, words=words).minor == 0
    assert read_amount("-", TENGE, words=words).state is AmountState.BELOW_THRESHOLD
    assert read_amount("", TENGE, words=words).state is AmountState.UNKNOWN
    assert read_amount("1", TENGE, words={"1": AmountState.WITHHELD}).state is AmountState.WITHHELD
    with pytest.raises(AmountError, match="no number"):
        read_amount("не выделялись", TENGE)


def test_rule_tells_the_unit_and_where_it_came_from() -> None:
    assert read_amount("5", THOUSANDS).rule == "× 1 000 (тыс. тенге in the heading)"
    assert read_amount("5 млн", TENGE).rule == "× 1 000 000 (млн in the cell)"
    assert "15th digit" in read_amount(0.1 + 0.2, TENGE).rule
    assert "15th digit" not in read_amount(0.3, TENGE).rule


@pytest.mark.parametrize(
    ("declaration", "reason"),
    [
        ({"currency": "XAU"}, "no known minor unit"),
        ({"currency": "kzt"}, "no known minor unit"),
        ({"currency": "KZT", "minor_digits": 0}, "2 minor digits"),
        ({"currency": "KZT", "factor": 1000}, "factor_declared_in"),
        ({"currency": "KZT", "factor": 0}, "whole number"),
        ({"currency": "KZT", "decimal": ";"}, "neither"),
    ],
)
def test_unit_must_be_declared_in_full(declaration: dict[str, Any], reason: str) -> None:
    with pytest.raises(AmountError, match=reason):
        Unit(**declaration)


# -- properties ------------------------------------------------------------------------------------------------------

SPACES = [" ", "\u00a0", "\u2009", "\u202f", "\u2007"]
minors = st.one_of(st.integers(1, 10**6), st.integers(1, 10**15), st.integers(1, 10**9).map(lambda n: n * 1000))


def grouped(whole: int, space: str) -> str:
    return f"{whole:,}".replace(",", space)


def decimals(value: Decimal, mark: str) -> tuple[str, str]:
    whole, _, fraction = format(value, "f").partition(".")
    fraction = fraction.rstrip("0")
    return whole, mark + fraction if fraction else ""


@settings(max_examples=200, deadline=None)
@given(
    minors, st.sampled_from(SPACES), st.sampled_from([".", ","]), st.booleans(), st.sampled_from(["", "-", "−", "–"])
)
def test_round_trip_plain_and_grouped(minor: int, space: str, mark: str, declared: bool, minus: str) -> None:
    text = f"{minus}{grouped(minor // 100, space)}{mark}{minor % 100:02}"
    expected = -minor if minus else minor
    assert read_amount(text, Unit("KZT", decimal=mark if declared else None)).minor == expected
    assert read_amount(f"{text} тенге", TENGE).minor == expected
    assert read_amount(f"₸ {text}", TENGE).minor == expected


@settings(max_examples=200, deadline=None)
@given(minors, st.sampled_from([".", ","]))
def test_round_trip_declared_mark(minor: int, mark: str) -> None:
    other = "," if mark == "." else "."
    text = f"{grouped(minor // 100, other)}{mark}{minor % 100:02}"
    assert read_amount(text, Unit("BRL", decimal=mark)).minor == minor


@settings(max_examples=200, deadline=None)
@given(
    minors,
    st.sampled_from([(3, "тыс."), (3, "тыс"), (3, "мың"), (6, "млн."), (6, "миллион"), (9, "млрд"), (9, "billion")]),
    st.sampled_from(SPACES),
    st.sampled_from(["", "тенге", "тг.", "теңге", "₸", "KZT"]),
    st.sampled_from([" ", "\u00a0", ""]),
)
def test_round_trip_scale_in_the_cell(minor: int, scale: tuple[int, str], space: str, currency: str, gap: str) -> None:
    exponent, word = scale
    value = Decimal(minor).scaleb(-2 - exponent)
    whole, fraction = decimals(value, ",")
    text = f"{grouped(int(whole), space)}{fraction}{gap}{word} {currency}"
    assert read_amount(text, Unit("KZT", decimal=",")).minor == minor
    try:
        assert read_amount(text, TENGE).minor == minor
    except AmountError:
        assert len(fraction) == 4  # a comma and three digits have two readings


@settings(max_examples=200, deadline=None)
@given(minors, st.sampled_from([1000, 10**6, 10**9]), st.sampled_from(SPACES))
def test_round_trip_factor_in_the_heading(minor: int, factor: int, space: str) -> None:
    whole, fraction = decimals(Decimal(minor) / 100 / factor, ",")
    unit = Unit("KZT", factor, "heading", decimal=",")
    assert read_amount(f"{grouped(int(whole), space)}{fraction}", unit).minor == minor


@settings(max_examples=200, deadline=None)
@given(minors.filter(lambda n: n >= 100_000), st.sampled_from(["-", "–", "="]), st.sampled_from(SPACES))
def test_round_trip_minor_units_apart(minor: int, dash: str, space: str) -> None:
    whole, rest = divmod(minor, 100)
    printed = grouped(whole, space)
    assert read_amount(f"{printed}{dash}{rest:02} тг.", TENGE).minor == minor
    assert read_amount(f"{printed} тенге {rest:02} тиын", TENGE).minor == minor
    assert read_amount(f"{printed}{dash}{rest:02}", TENGE).minor == minor


@settings(max_examples=200, deadline=None)
@given(st.integers(-(10**14), 10**14))
def test_round_trip_float_cells(minor: int) -> None:
    # a spreadsheet keeps 15 significant digits: any such sum comes back
    assert read_amount(minor / 100, TENGE).minor == minor
    assert read_amount(Decimal(minor) / 100, TENGE).minor == minor


@settings(max_examples=200, deadline=None)
@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=6))
def test_float_noise_of_a_sum_is_never_read_wrong(parts: list[int]) -> None:
    cell = sum(part / 100 for part in parts)
    try:
        amount = read_amount(cell, TENGE)
    except AmountError:
        return
    assert amount.minor == sum(parts)


@settings(max_examples=200, deadline=None)
@given(st.floats(allow_nan=True, allow_infinity=True))
def test_any_float_is_exact_or_refused(cell: float) -> None:
    try:
        amount = read_amount(cell, TENGE)
    except AmountError:
        return
    assert amount.minor is not None
    assert abs(Decimal(amount.minor).scaleb(-2) - Decimal(cell)) <= 16 * Decimal(math.ulp(cell))


LOOKALIKES = "ОоOoІіIlЗзБбBВSЧ|"


@st.composite
def mutated(draw: st.DrawFn) -> tuple[Unit, str, int]:
    """A spelling, its true value, and the spelling with one change that keeps the value or destroys the reading."""
    minor = draw(minors)
    factor = draw(st.sampled_from([1, 1, 1000]))
    mark = draw(st.sampled_from([".", ","]))
    space = draw(st.sampled_from([*SPACES, ""]))
    whole, fraction = decimals(Decimal(minor) / 100 / factor, mark)
    text = grouped(int(whole), space) + fraction
    suffix = draw(st.sampled_from(["", " тыс. тенге", " тыс.тг"])) if factor == 1000 else draw(
        st.sampled_from(["", " тенге", " тг.", "₸"])
    )  # fmt: skip
    unit = draw(
        st.sampled_from(
            [Unit("KZT", factor, "heading"), Unit("KZT", factor, "heading", decimal=mark)]
            + ([Unit("KZT")] if suffix and factor == 1000 else [])
        )
    )
    places = [i for i, c in enumerate(text) if c.isdigit()]
    marks = [i for i, c in enumerate(text) if not c.isdigit()]
    kind = draw(
        st.sampled_from(["lookalike", "shift", "drop", "double", "swap", "break", "contradict", "twice", "foreign"])
    )
    at = draw(st.sampled_from(marks)) if marks else None
    if kind == "lookalike":
        i = draw(st.sampled_from(places))
        text = text[:i] + draw(st.sampled_from(LOOKALIKES)) + text[i + 1 :]
    elif kind == "shift" and at and at + 1 < len(text) and text[at] == space:
        text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
    elif kind == "drop" and at and text[at] == space:
        text = text[:at] + text[at + 1 :]
    elif kind == "double" and at:
        text = text[:at] + text[at] + text[at:]
    elif kind == "swap" and at and text[at] == mark and unit.decimal is None:
        text = text[:at] + ("," if mark == "." else ".") + text[at + 1 :]
    elif kind == "break" and at:
        text = text[:at] + draw(st.sampled_from(["\n", "\t", "'", "’", "_", "/", ";", ":", "·"])) + text[at + 1 :]
    elif kind == "contradict":
        suffix = draw(st.sampled_from([" млн тенге", " млрд", " трлн"])) if unit.factor == 1000 else " тиын тенге"
    elif kind == "twice":
        text = f"{text}{draw(st.sampled_from([' / ', ';', ' – ', ' и ', ' (', chr(10)]))}{text}"
    elif kind == "foreign":
        suffix = draw(st.sampled_from([" руб.", " USD", " €", " %", " шт.", " га"]))
    return unit, text + suffix, minor


@settings(max_examples=200, deadline=None)
@given(mutated())
def test_a_mutated_spelling_is_never_read_wrong(case: tuple[Unit, str, int]) -> None:
    unit, text, minor = case
    try:
        amount = read_amount(text, unit)
    except AmountError:
        return
    assert amount.minor == minor, f"{text!r} read as {amount.minor} by {amount.rule}"


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789 ,.-–=()\u00a0\nОlтысмлнтенге₸$", max_size=14))
def test_any_text_is_read_or_refused_never_another_error(text: str) -> None:
    try:
        amount = read_amount(text, THOUSANDS)
    except AmountError:
        return
    assert (amount.minor is None) == (amount.state in {AmountState.UNKNOWN, AmountState.WITHHELD})
    digits = "".join(c for c in text if c in "0123456789")
    if amount.minor:
        # whatever was read holds exactly the digits of the text: none invented, none lost
        assert str(abs(amount.minor)).rstrip("0") == digits.lstrip("0").rstrip("0")
