from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from db.privacy import MASK, check_digit, is_person_id, mask_person_ids
from ingest.values.bin import BinError, BusinessId, read_bin

# public bodies and companies, and two made-up numbers
VALID = [
    "000340001583", "961140000556", "090940000967", "000740001307", "051040005150", "110340001853", "940740000911",
    "971040001050", "990740002243", "991240999991", "150540999965",
]  # fmt: skip


def person(first_eleven: str = "85010130012") -> str:
    """Make up a person's number: the check digit is computed, the person is not."""
    return f"{first_eleven}{check_digit(first_eleven)}"


PERSON = person()


@pytest.mark.parametrize("number", VALID)
def test_known_numbers(number: str) -> None:
    assert check_digit(number[:11]) == int(number[11])
    assert read_bin(number) == BusinessId(number, "organisation", padded=False)
    assert mask_person_ids(f"БИН {number}") == f"БИН {number}"


@pytest.mark.parametrize(
    "raw",
    ["БИН 000340001583", "бин: 000340001583", "БСН 000340001583", "БИН/ИИН 000340001583", "0003 4000 1583",
     "\u00a0000340001583 ", "000 340\u00a0001 583", "БИН № 000340001583"],
)  # fmt: skip
def test_dirty_spellings(raw: Any) -> None:
    assert read_bin(raw) == BusinessId("000340001583", "organisation", padded=False)


@pytest.mark.parametrize(
    ("raw", "value"),
    [("90940000967", "090940000967"), (90940000967, "090940000967"), (51040005150.0, "051040005150"),
     (340001583, "000340001583")],
)  # fmt: skip
def test_lost_zeros_are_put_back(raw: Any, value: str) -> None:
    assert read_bin(raw) == BusinessId(value, "organisation", padded=True)


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("000340001584", "check digit"),
        ("00340001583", "no lost leading zero"),
        ("340001583", "9 digits"),
        ("90940000968", "check digit"),
        ("0003400015830", "13 digits"),
        ("", "no digits"),
        ("БИН", "no digits"),
        ("О00340001583", "digits"),
        ("000340001583, 961140000556", "digits"),
        ("000-340-001-583", "digits"),
        (340001583.5, "fraction"),
        (-340001583, "negative"),
        (True, "truth value"),
        (float("nan"), "fraction"),
        ("000370001583", "fifth digit 7"),
    ],
)
def test_refuses_the_rest(raw: Any, reason: str) -> None:
    with pytest.raises(BinError, match=reason):
        read_bin(raw)


def test_padding_needs_a_date_as_well() -> None:
    # month 99 in the made-up number: the check digit alone would let it pass
    eleven = "09994000096"
    number = f"{eleven}{check_digit(eleven)}"
    assert read_bin(number).value == number
    with pytest.raises(BinError, match="no date"):
        read_bin(number.lstrip("0"))


def test_a_person_is_told_and_never_named_in_an_error() -> None:
    assert read_bin(PERSON).kind == "person"
    wrong = PERSON[:11] + str((int(PERSON[11]) + 1) % 10)
    with pytest.raises(BinError) as refused:
        read_bin(wrong)
    assert wrong[:6] not in str(refused.value)


def test_some_numbers_are_never_issued() -> None:
    numbers = (f"8501013{serial:04}" for serial in range(2000))
    never = [number for number in numbers if check_digit(number) is None]
    assert never
    assert not any(is_person_id(f"{number}{digit}") for number in never for digit in range(10))
    with pytest.raises(ValueError, match="eleven"):
        check_digit("123")


@settings(max_examples=200, deadline=None)
@given(st.from_regex(r"[0-9]{11}", fullmatch=True), st.sampled_from([*range(10), 11]), st.integers(1, 9))
def test_one_wrong_digit_is_seen(first_eleven: str, place: int, change: int) -> None:
    assume(check_digit(first_eleven) is not None)
    number = f"{first_eleven}{check_digit(first_eleven)}"
    wrong = number[:place] + str((int(number[place]) + change) % 10) + number[place + 1 :]
    first = sum((i + 1) * int(d) for i, d in enumerate(number[:11])) % 11
    second = sum((i + 1) * int(d) for i, d in enumerate(wrong[:11])) % 11
    assume(first != 10 and second != 10)  # the second weights are another code
    assert check_digit(wrong[:11]) != int(wrong[11])


# -- masking ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spelling",
    [
        PERSON,
        " ".join([PERSON[:6], PERSON[6:]]),
        "\u00a0".join([PERSON[:6], PERSON[6:9], PERSON[9:]]),
        "-".join([PERSON[:4], PERSON[4:8], PERSON[8:]]),
        "–".join([PERSON[:6], PERSON[6:]]),
        " - ".join([PERSON[:6], PERSON[6:]]),
        " ".join(PERSON),
        "\n".join([PERSON[:9], PERSON[9:]]),
        "\u200b".join([PERSON[:6], PERSON[6:]]),
        PERSON.translate(str.maketrans("0123456789", "０１２３４５６７８９")),
    ],
)
def test_every_spelling_of_a_person_id_is_masked(spelling: str) -> None:
    assert mask_person_ids(spelling) == MASK
    assert mask_person_ids(f"ИП, ИИН{spelling}, оплата 2011 г.") == f"ИП, ИИН{MASK}, оплата 2011 г."
    assert mask_person_ids(f"5 {spelling} 2011") == f"5 {MASK} 2011"
    assert mask_person_ids(f"{spelling}; {spelling}") == f"{MASK}; {MASK}"


@pytest.mark.parametrize(
    "text",
    ["", "тенге", f"1{PERSON}", f"{PERSON}1", f"KZ86{PERSON}99", "000340001583", "850101300999", "2009-2011",
     "1 234 567",
     f"{PERSON[:6]}, {PERSON[6:]}", f"{PERSON[:6]}    {PERSON[6:]}", f"{PERSON[:4]}x{PERSON[4:]}"],
)  # fmt: skip
def test_other_text_is_left_alone(text: str) -> None:
    assert is_person_id("850101300999") is False
    assert mask_person_ids(text) == text


@settings(max_examples=200, deadline=None)
@given(
    st.from_regex(r"[0-9]{4}[0-3][0-9]{6}", fullmatch=True),
    st.text(alphabet="аб, .;\n", max_size=6),
    st.text(alphabet="аб, .;\n", max_size=6),
    st.lists(st.sampled_from(["", "", "", " ", "-", "\u00a0", "\u2009"]), min_size=11, max_size=11),
)
def test_no_person_id_survives(first_eleven: str, before: str, after: str, between: list[str]) -> None:
    assume(check_digit(first_eleven) is not None)
    number = person(first_eleven)
    spelled = "".join(digit + gap for digit, gap in zip(number, [*between, ""], strict=True))
    masked = mask_person_ids(f"{before}{spelled}{after}")
    assert masked == f"{before}{MASK}{after}"
    assert mask_person_ids(masked) == masked


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="0123456789 -\u00a0а", max_size=40))
def test_nothing_but_digits_is_ever_hidden(text: str) -> None:
    masked = mask_person_ids(text)
    kept = masked.split(MASK)
    assert text.startswith(kept[0])
    assert text.endswith(kept[-1])
    position = 0
    for part in kept:
        position = text.index(part, position) + len(part)
