"""Amounts as sources print them, read into integer minor units or refused.

A misread unit turns thousands into millions, so nothing is inferred from size: the unit comes from the source's
declaration (`Unit`, written in its yml) or from a word in the cell, and where the two disagree the cell is refused.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

import msgspec

from db.currencies import MINOR_DIGITS
from db.words import AmountState, Precision
from ingest.values.money_words import (
    UnitWordError,
    UnitWords,
    minor_unit_of,
    read_unit_words,
    state_without_amount,
)
from ingest.values.number import (
    MINUS_SIGNS,
    SPACES,
    DecimalMark,
    NumberError,
    cell_number,
    lookalike_among_digits,
    read_digits,
    without_float_noise,
)
from ingest.values.text import clean

_DASHES = re.escape(MINUS_SIGNS)
_LARGEST = 2**63  # registry and release keep minor units in a signed 64-bit column
_LONGEST = 300  # characters of a cell
_NO_WORDS: Mapping[str, AmountState] = MappingProxyType({})

# One reading whatever the decimal mark: groups by spaces, at most two decimals. Nearly every cell is one of these.
_PLAIN = re.compile(
    r"([1-9][0-9]{0,2}(?:[ \u00a0\u202f\u2009][0-9]{3})+|[1-9][0-9]*)(?:([.,])([0-9]{1,2}))?", re.ASCII
)
_PLAIN_CELL = 14  # digits before the point that leave a float its two decimals
_NOT_DIGITS = str.maketrans("", "", " \u00a0\u202f\u2009")
_SPACE = re.compile(f"[{SPACES}]")
_NUMBER = re.compile(rf"([0-9]+(?:[ .,][0-9]+)*)(?:[{_DASHES}=]([0-9]{{2}})(?![0-9.,=/{_DASHES}]*[0-9]))?")
_ONLY_DASHES = re.compile(rf"[{_DASHES}\s]*")
_PARENTHESES = re.compile(r"\(([^()]*)\)([^()0-9]*)", re.DOTALL)


class AmountError(ValueError):
    """An amount with no reading, or with more than one. The message names the text and what to declare."""


class Unit(msgspec.Struct, frozen=True):
    """What a source declares about the amounts of one column. Nothing here is ever guessed.

    Attributes:
        currency: ISO 4217 code.
        factor: What one printed unit is worth in currency units: 1 000 under "тыс. тенге".
        factor_declared_in: Where the source says so, for the evidence ("тыс. тенге in the heading"). Needed with
            every factor other than 1.
        decimal: The decimal mark of the source; None when its spellings have one reading without it.
        minor_digits: Digits of the currency's minor unit; must be those of ISO 4217.
        parentheses_negative: Whether the source declares that "(1 234)" means minus 1 234.

    Raises:
        AmountError: A currency that is not in the table, wrong minor digits, a factor without its place.
    """

    currency: str
    factor: int = 1
    factor_declared_in: str = ""
    decimal: DecimalMark | None = None
    minor_digits: int = 2
    parentheses_negative: bool = False

    def __post_init__(self) -> None:
        """Refuse a declaration that contradicts itself or ISO 4217."""
        if MINOR_DIGITS.get(self.currency) is None:
            raise AmountError(
                f"currency {self.currency!r} has no known minor unit; write its code of ISO 4217, such as KZT"
            )
        if self.minor_digits != MINOR_DIGITS[self.currency]:
            raise AmountError(f"{self.currency} has {MINOR_DIGITS[self.currency]} minor digits (ISO 4217)")
        if self.factor < 1:
            raise AmountError(f"factor {self.factor} is not a whole number of currency units")
        if self.factor != 1 and not self.factor_declared_in:
            raise AmountError(f"factor {self.factor}: say in factor_declared_in where the source declares it")
        if self.decimal not in {None, ".", ","}:
            raise AmountError(f"decimal mark {self.decimal!r} is neither '.' nor ','")


class Amount(msgspec.Struct, frozen=True):
    """One amount as a source states it.

    Attributes:
        minor: Integer minor units (tiyn, kopecks, cents); None when no sum is stated.
        currency: ISO 4217 code.
        state: Stated, zero, below threshold, withheld or unknown.
        precision: Exact unless a word in the cell says otherwise ("около", "не менее").
        raw: The cell as it stood there.
        rule: The unit rule that was applied, in words, for the evidence.
    """

    minor: int | None
    currency: str
    state: AmountState
    precision: Precision
    raw: str
    rule: str


def read_amount(
    raw: str | Decimal | float | None,
    unit: Unit,
    *,
    blank: AmountState = AmountState.UNKNOWN,
    words: Mapping[str, AmountState] = _NO_WORDS,
) -> Amount:
    """Read one amount cell.

    Read are plain and grouped numbers, "1,2 млн тенге", "632 426-00" (minor units after a dash), "632 426 тенге 50
    тиын", "1 млн 200 тыс. тенге", a currency word or sign on either side, a minus of any kind, and words of
    exactness. "1,2 млн" is exact as far as its source says: how far a press figure was rounded is not printed.

    Args:
        raw: Text, or a typed number. A float is the number its cell shows; noise of spreadsheet arithmetic in the
            16th and 17th digit is removed when the 15-digit number is whole in minor units.
        unit: What the source declares.
        blank: What an empty cell or a lone dash means in this source.
        words: Further texts of text cells that the source declares, cleaned and in lower case:
            {"не выделялись": ZERO}.

    Returns:
        The amount with the rule that was applied.

    Raises:
        AmountError: The cell has no reading or two: units that contradict each other, an undeclared decimal mark,
            letters among digits, wrong grouping, two numbers, another currency, fractions of a minor unit.
    """
    if isinstance(raw, str):
        if len(raw) > _LONGEST:
            raise AmountError(f"{raw[:40]!r}… has {len(raw)} characters: no amount is that long")
        plain = _PLAIN.fullmatch(raw)
        if plain is not None and unit.minor_digits == 2 and not words:
            digits, mark, fraction = plain.groups()
            if mark is None or unit.decimal is None or mark == unit.decimal:
                return _plain_amount(raw, digits, fraction or "", unit)
        return _read_text(raw, unit, blank, words)
    if raw is None:
        return _without_sum("", unit, blank, "blank")
    return _read_cell(raw, unit)


def _plain_amount(raw: str, digits: str, fraction: str, unit: Unit) -> Amount:
    whole = int(digits if digits.isdigit() else digits.translate(_NOT_DIGITS))
    minor = (whole * 100 + int((fraction + "00")[:2])) * unit.factor
    if minor >= _LARGEST:
        raise AmountError(f"{raw!r} is larger than any sum of money kept here")
    return Amount(minor, unit.currency, AmountState.STATED, Precision.EXACT, raw, _declared_rule(unit))


@functools.lru_cache(maxsize=1024)
def _declared_rule(unit: Unit) -> str:
    return f"× {unit.factor:,}".replace(",", " ") + (
        f" ({unit.factor_declared_in})" if unit.factor_declared_in else ""
    )


def _without_sum(raw: str, unit: Unit, state: AmountState, rule: str) -> Amount:
    if state is AmountState.STATED:
        raise AmountError(f"{raw!r}: a cell without a number cannot be declared 'stated'")
    minor = 0 if state is AmountState.ZERO else None
    return Amount(minor, unit.currency, state, Precision.EXACT, raw, rule)


def _amount(raw: str, value: Decimal, unit: Unit, precision: Precision, rule: str) -> Amount:
    """Make the amount of a value in currency units."""
    minor = _whole_minor(value, unit)
    if minor is None:
        raise AmountError(
            f"{raw!r} ({rule}) is not a whole number of minor units of {unit.currency}, which has "
            f"{unit.minor_digits} decimals"
        )
    if abs(minor) >= _LARGEST:
        raise AmountError(f"{raw!r} is larger than any sum of money kept here")
    return Amount(minor, unit.currency, AmountState.STATED if minor else AmountState.ZERO, precision, raw, rule)


def _whole_minor(value: Decimal, unit: Unit) -> int | None:
    # integer arithmetic: Decimal operations round to the context's precision
    sign, digits, exponent = value.as_tuple()
    if not isinstance(exponent, int) or abs(exponent) > 60 or len(digits) > 60:
        return None
    shift = exponent + unit.minor_digits
    whole: int = int("".join(map(str, digits))) * 10 ** max(shift, 0)
    whole, rest = divmod(whole, 10 ** max(-shift, 0))
    if rest:
        return None
    return -whole if sign else whole


def _times(value: Decimal, factor: int) -> Decimal:
    sign, digits, exponent = value.as_tuple()
    product = int("".join(map(str, digits))) * factor
    return Decimal(f"{'-' if sign else ''}{product}E{exponent}")


def _read_cell(raw: Decimal | float, unit: Unit) -> Amount:
    if isinstance(raw, float):
        whole, _, fraction = repr(raw).partition(".")
        # "12.5", "12.34": the shortest spelling of the float is already whole in minor units
        if len(fraction) <= 2 and len(whole) <= _PLAIN_CELL and whole.isdigit() and whole != "0":
            return _plain_amount(f"{whole}.{fraction}", whole, fraction, unit)
    try:
        value = cell_number(raw)
    except NumberError as error:
        raise AmountError(f"amount cell: {error}") from error
    rule = _declared_rule(unit)
    if isinstance(raw, float) and _whole_minor(_times(value, unit.factor), unit) is None:
        shown = without_float_noise(raw)
        if shown is not None and _whole_minor(_times(shown, unit.factor), unit) is not None:
            value = shown
            rule += "; noise after the 15th digit of the floating cell removed"
    return _amount(
        repr(raw) if isinstance(raw, float) else str(raw), _times(value, unit.factor), unit, Precision.EXACT, rule
    )


def _read_text(raw: str, unit: Unit, blank: AmountState, words: Mapping[str, AmountState]) -> Amount:
    cleaned = clean(raw)
    declared = words.get(cleaned.casefold())
    if declared is not None:
        return _without_sum(raw, unit, declared, f"«{cleaned}» is declared by the source")
    if _ONLY_DASHES.fullmatch(raw):
        return _without_sum(raw, unit, blank, "dash" if raw.strip() else "blank")
    state = state_without_amount(cleaned)
    if state is not None:
        return _without_sum(raw, unit, state, f"«{cleaned}»")
    try:
        return _read_printed(raw, unit)
    except (NumberError, UnitWordError) as error:
        letter = lookalike_among_digits(raw)
        hint = f"; {letter!r} (U+{ord(letter):04X}) stands among digits" if letter else ""
        place = "" if str(error).startswith(repr(raw)) else f"{raw!r}: "
        raise AmountError(f"{place}{error}{hint if letter and repr(letter) not in str(error) else ''}") from error


def _read_printed(raw: str, unit: Unit) -> Amount:
    text = _SPACE.sub(" ", raw).strip()
    in_parentheses = _PARENTHESES.fullmatch(text)
    if in_parentheses:
        if not unit.parentheses_negative:
            raise NumberError("parentheses mean minus only where the source declares it (parentheses_negative)")
        text = f"{in_parentheses.group(1)} {in_parentheses.group(2)}".strip()
    numbers = list(_NUMBER.finditer(text))
    if not numbers:
        digit = next((letter for letter in text if letter.isdecimal()), "")
        if digit:
            raise NumberError(f"{digit!r} (U+{ord(digit):04X}) is a digit of another script; only 0 to 9 are read")
        raise NumberError("no number; where it says why there is none, declare its meaning (`instead:`)")
    before, negative = _before(text[: numbers[0].start()])
    if in_parentheses and (negative or before.precision):
        raise NumberError("parentheses and another sign")
    after = [text[number.end() : following.start()] for number, following in itertools.pairwise(numbers)]
    after.append(text[numbers[-1].end() :])
    precision, currencies = _agreed(before, [read_unit_words(part, "after") for part in after], unit)
    if (negative or in_parentheses) and precision is not Precision.EXACT:
        raise NumberError("a minus and a word of exactness together have two readings")
    if len(numbers) == 1 and not numbers[0].group(2):
        value, rule = _single(numbers[0].group(1), after[0], unit, named=bool(currencies))
    else:
        value, rule = _compound(numbers, after, unit, named=bool(currencies))
    return _amount(raw, -value if negative or in_parentheses else value, unit, precision, rule)


def _before(prefix: str) -> tuple[UnitWords, bool]:
    """Read what stands before the first digit: a sign, a currency, a word of exactness."""
    signed = prefix[-1:] != "" and prefix[-1] in MINUS_SIGNS
    words = read_unit_words(prefix[:-1] if signed else prefix, "before")
    if words.scale or words.minor:
        raise UnitWordError("a unit before its number")
    if words.ends_in_word and (signed or words.precision):
        raise UnitWordError(f"{prefix!r} touches the number")
    if signed and words.negative:
        raise UnitWordError("two minus signs")
    return words, signed or words.negative


def _agreed(before: UnitWords, after: list[UnitWords], unit: Unit) -> tuple[Precision, frozenset[str]]:
    """Check that all words of a cell agree, and with the declared currency."""
    sides = [before, *after]
    if any(words.negative for words in after):
        raise UnitWordError("a minus after the number")
    if any(words.precision for words in after[:-1]):
        raise UnitWordError("a word of exactness between two numbers")
    exactness = [words.precision for words in sides if words.precision is not None]
    if len(exactness) > 1:
        raise UnitWordError("two words of exactness")
    named = [words.currencies for words in sides if words.currencies]
    if len(named) > 1:
        raise UnitWordError("the currency stands there twice")
    if named and unit.currency not in named[0]:
        raise UnitWordError(f"the cell says {' or '.join(sorted(named[0]))}, the source declares {unit.currency}")
    return (exactness[0] if exactness else Precision.EXACT), (named[0] if named else frozenset())


def _single(digits: str, suffix: str, unit: Unit, *, named: bool) -> tuple[Decimal, str]:
    """Return the value of one number with its unit, in currency units, and the rule."""
    words = read_unit_words(suffix, "after")
    value = read_digits(digits, unit.decimal)
    if words.minor:
        if unit.currency not in minor_unit_of(suffix) or unit.factor != 1:
            raise UnitWordError(f"{suffix.strip()!r} is no part of the declared unit {unit.factor} {unit.currency}")
        return Decimal(f"{_whole_number(digits)}E-{unit.minor_digits}"), "minor units named in the cell"
    if words.scale:
        if unit.factor not in {1, words.scale}:
            raise UnitWordError(
                f"{words.scale_word!r} in the cell contradicts × {unit.factor} ({unit.factor_declared_in})"
            )
        return _times(value, words.scale), f"× {words.scale:,} ({words.scale_word} in the cell)".replace(",", " ")
    if named and unit.factor != 1:
        raise UnitWordError(
            f"the cell names the currency without a scale under × {unit.factor} ({unit.factor_declared_in})"
        )
    return _times(value, unit.factor), _declared_rule(unit)


def _compound(numbers: list[re.Match[str]], after: list[str], unit: Unit, *, named: bool) -> tuple[Decimal, str]:
    """Read "632 426-00", "632 426 тенге 50 тиын" and "1 млн 200 тыс. тенге": each number with its own unit."""
    if unit.factor != 1:
        raise UnitWordError(f"several units in a cell under × {unit.factor} ({unit.factor_declared_in})")
    minor_base = 10**unit.minor_digits
    total, previous = 0, 0
    for number, part in zip(numbers, after, strict=True):
        words = read_unit_words(part, "after")
        # "07 тиын": minor units are printed with their leading zero
        padded = words.minor and re.fullmatch(r"0[0-9]", number.group(1))
        whole = _whole_number(number.group(1)[1:] if padded else number.group(1))
        last = number is numbers[-1]
        if words.minor:
            if unit.currency not in minor_unit_of(part):
                raise UnitWordError(f"{part.strip()!r} is no minor unit of {unit.currency}")
            weight = 1
        elif words.scale or words.currencies:
            weight = (words.scale or 1) * minor_base
        elif number.group(2):
            weight = minor_base
        else:
            raise NumberError("two numbers in one cell")
        if words.currencies and not last and not minor_unit_of(after[-1]):
            raise NumberError("two sums in one cell")
        if (previous and whole * weight >= previous) or (previous == 0 and words.minor):
            raise NumberError("two numbers in one cell whose units do not descend")
        total += whole * weight
        if number.group(2):
            total += _minor_after_dash(number, words, whole, named=named, alone=len(numbers) == 1)
        previous = weight
    rule = "each number × its own unit in the cell" if len(numbers) > 1 else "minor units after the dash"
    return Decimal(f"{total}E-{unit.minor_digits}"), rule


def _whole_number(digits: str) -> int:
    value = read_digits(digits, None)
    if value != value.to_integral_value() or "," in digits or "." in digits:
        raise NumberError("decimals beside a smaller unit")
    return int(value)


def _minor_after_dash(number: re.Match[str], words: UnitWords, whole: int, *, named: bool, alone: bool) -> int:
    digits, minor = number.group(1), int(number.group(2))
    if not alone or words.scale or words.minor:
        raise NumberError("minor units after a dash beside another unit")
    # "2009-10" and "10-15" may be ranges; "-00", a grouped number, or a named currency leave one reading
    if minor and (whole <= minor or not (named or " " in digits)):
        raise NumberError("the dash may begin minor units or end a range")
    return minor
