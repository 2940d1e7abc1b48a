"""The arithmetic that sets a printed figure beside what it should be, exact and in words.

A verdict is about the printed figure alone: our value lies inside the precision it was stated with, or it does not.
What the rounding of the other figures could explain is said in words and changes no verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from db.sentences import Added, Names, Number, Sentence, Told
from db.words import ClaimVerdict, Precision
from ingest import claim_sentences as say
from ingest.claim_terms import Figure, Held, NoRecords, Outcome, QuotientOf, RowsOf, SharesOf, SumOf


def inside(figure: Figure, value: Decimal | Fraction) -> bool:
    """Whether a value lies inside the precision that a figure is stated with."""
    ours, theirs = Fraction(value), Fraction(figure.figure)
    if figure.precision is Precision.AT_LEAST:
        return ours >= theirs
    if figure.precision is Precision.AT_MOST:
        return ours <= theirs
    half = Fraction(figure.rounded_to) / 2 if figure.precision is Precision.ROUNDED and figure.rounded_to else 0
    return abs(ours - theirs) <= half


def plain(value: Decimal) -> str:
    """A decimal without exponent and without zeros after the point that say nothing."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def grouped(value: Decimal) -> str:
    """A decimal as it is read: "86,148,595"."""
    return f"{Decimal(plain(value)):,f}"


def _scale(values: Sequence[Decimal]) -> tuple[Decimal, str]:
    """Billions or millions where every value is short in them, else the unit itself."""
    for word, size in say.SCALES.items():
        if all(abs(value) >= size and value % (size // 100) == 0 for value in values):
            return Decimal(size), word
    return Decimal(1), ""


def _short(value: Decimal, unit: str) -> Number:
    size, word = _scale([value])
    return Number(grouped(value / size), word, unit)


def _count(value: int) -> Number:
    return Number(f"{value:,}")


def _printed(figure: Figure, value: Number) -> Sentence:
    if figure.precision is Precision.ROUNDED and figure.rounded_to:
        return Sentence(say.PRINTED[figure.precision], {"value": value, "step": Number(grouped(figure.rounded_to))})
    precision = Precision.EXACT if figure.precision is Precision.ROUNDED else figure.precision
    return Sentence(say.PRINTED[precision], {"value": value})


def _is_rounded(figure: Figure) -> bool:
    return figure.precision is Precision.ROUNDED


def _verdict(figure: Figure, value: Decimal | Fraction) -> ClaimVerdict:
    return ClaimVerdict.PASS if inside(figure, value) else ClaimVerdict.MISMATCH


def _years(terms: RowsOf, between: str) -> str:
    return between.join(str(year) for year in sorted(set(terms.years)))


def against_rows(figure: Figure, terms: RowsOf, held: Held) -> Outcome:
    """Set a figure beside what our counted records add up to."""
    scope = {"source": terms.source, "years": _years(terms, "-")}
    if not held.records and not held.vanished:
        return Outcome(ClaimVerdict.DIFFERENT_SCOPE, "", "", (Sentence(say.NONE_COUNT, scope),))
    difference = held.total - figure.figure
    total = Number(grouped(held.total), unit="" if terms.add == "records" else figure.unit)
    said = [
        Sentence(say.COUNTED[terms.add], scope | {"records": _count(held.records), "total": total}),
        _printed(figure, Number(grouped(figure.figure), unit=figure.unit)),
        _apart(difference, figure),
    ]
    if held.without_sum:
        said.append(Sentence(say.WITHOUT_SUM, {"records": _count(held.without_sum)}))
    if held.vanished or held.added or held.changed:
        moved = {"vanished": held.vanished, "added": held.added, "changed": held.changed}
        said.append(Sentence(say.LOADED_AGAIN, {name: _count(value) for name, value in moved.items()}))
    return Outcome(_verdict(figure, held.total), plain(held.total), plain(difference), tuple(said))


def against_addends(figure: Figure, terms: SumOf, known: Mapping[str, Figure]) -> Outcome:
    """Set a printed total beside the sum of its printed addends."""
    addends = [known[ref] for ref in terms.addends]
    values = [addend.figure for addend in addends]
    total = sum(values, Decimal(0))
    difference = total - figure.figure
    size, word = _scale([*values, total, figure.figure])
    said = [
        Sentence(
            say.ADDED_UP,
            {
                "addends": Added(tuple(grouped(value / size) for value in values)),
                "total": Number(grouped(total / size), word, figure.unit),
            },
        ),
        _printed(figure, Number(grouped(figure.figure / size), word, figure.unit)),
        _apart(difference, figure),
    ]
    slack = sum((a.rounded_to for a in addends if _is_rounded(a) and a.rounded_to), Decimal(0)) / 2
    if slack and difference:
        said.append(Sentence(say.ADDENDS_ARE_ROUNDED, {"value": _short(slack, figure.unit)}))
    return Outcome(_verdict(figure, total), plain(total), plain(difference), tuple(said))


def against_shares(figure: Figure, terms: SharesOf, known: Mapping[str, Figure]) -> Outcome:
    """Set a printed whole beside the wholes that printed parts and shares imply."""
    said: list[Sentence] = []
    implied: list[Fraction] = []
    for share in terms.shares:
        part = known[share.part]
        implied.append(Fraction(part.figure) * 100 / Fraction(share.percent))
        low, high = _implied_range(part, share.percent)
        size, word = _scale([part.figure])
        given = {
            "part": Number(grouped(part.figure / size), word, figure.unit),
            "percent": Number(plain(share.percent)),
            "whole": Number(_rounded(implied[-1], size), word, figure.unit),
            "low": Number(_rounded(low, size)),
            "high": Number(_rounded(high, size)),
        }
        said.append(Sentence(say.IMPLIED, given))
    largest = max(range(len(implied)), key=lambda at: known[terms.shares[at].part].figure)
    step = (figure.rounded_to or Decimal(1)) / 10
    ours = _nearest(implied[largest], step)
    difference = ours - figure.figure
    said += [_printed(figure, _short(figure.figure, figure.unit)), _apart(difference, figure)]
    wrong = [value for value in implied if not inside(figure, value)]
    verdict = ClaimVerdict.MISMATCH if wrong else ClaimVerdict.PASS
    return Outcome(verdict, plain(ours), plain(difference), tuple(said))


def against_quotient(figure: Figure, terms: QuotientOf, known: Mapping[str, Figure]) -> Outcome:
    """Set a printed percentage or multiple beside the quotient of two printed figures."""
    part, whole = known[terms.part], known[terms.whole]
    value = Fraction(part.figure) * terms.times / Fraction(whole.figure)
    step = (figure.rounded_to or Decimal(1)) / 100
    ours = _nearest(value, step)
    difference = ours - figure.figure
    given = {
        "part": Number(grouped(part.figure)),
        "whole": Number(grouped(whole.figure)),
        "value": Number(plain(ours), unit=figure.unit),
    }
    said = (
        Sentence(say.QUOTIENT, given)
        if terms.times == 1
        else Sentence(say.QUOTIENT_TIMES, given | {"times": Number(str(terms.times))}),
        _printed(figure, Number(plain(figure.figure), unit=figure.unit)),
        _apart(difference, figure),
    )
    return Outcome(_verdict(figure, value), plain(ours), plain(difference), said)


def without_records(terms: NoRecords) -> Outcome:
    """Say that nothing of ours has the scope of the figure."""
    return Outcome(ClaimVerdict.DIFFERENT_SCOPE, "", "", (Sentence(say.NONE_HELD, {"why": Told(terms.why)}),))


def _apart(difference: Decimal, figure: Figure) -> Sentence:
    if not difference:
        return Sentence(say.NO_DIFFERENCE)
    message = say.OURS_IS_MORE if difference > 0 else say.OURS_IS_LESS
    return Sentence(message, {"value": _short(abs(difference), figure.unit)})


def _nearest(value: Fraction, step: Decimal) -> Decimal:
    """The multiple of `step` next to a value."""
    return round(value / Fraction(step)) * step


def _rounded(value: Fraction, size: Decimal) -> str:
    return grouped(_nearest(value / Fraction(size), Decimal("0.1")))


def _implied_range(part: Figure, percent: Decimal) -> tuple[Fraction, Fraction]:
    """The wholes that a part and a share can imply, both being rounded to their last printed digit."""
    half_part = Fraction(part.rounded_to) / 2 if _is_rounded(part) and part.rounded_to else Fraction(0)
    exponent = percent.as_tuple().exponent
    half_share = Fraction(10) ** int(exponent) / 2
    value, share = Fraction(part.figure), Fraction(percent)
    return (value - half_part) * 100 / (share + half_share), (value + half_part) * 100 / (share - half_share)


def scope_of(figure: Figure) -> tuple[Sentence, ...]:
    """What a figure is set beside, for a reader."""
    terms = figure.check
    if isinstance(terms, NoRecords):
        return (Sentence(say.NOTHING_OF_OURS, {"why": Told(terms.why)}),)
    if isinstance(terms, SumOf):
        return (Sentence(say.FIGURES_ADDED, {"refs": ", ".join(terms.addends)}),)
    if isinstance(terms, SharesOf):
        shares = ", ".join(f"{share.part} / {plain(share.percent)} %" for share in terms.shares)
        return (Sentence(say.WHOLES_IMPLIED, {"shares": shares}),)
    if isinstance(terms, QuotientOf):
        given = {"part": terms.part, "whole": terms.whole, "times": str(terms.times)}
        return (Sentence(say.DIVIDED, given),)
    return (
        Sentence(say.COUNTED_IN, {"source": terms.source, "years": _years(terms, "-")}),
        Sentence(say.ADDED_OF_ROWS[terms.add], {} if terms.add == "records" else {"unit": figure.unit}),
        *(
            Sentence(message, {"names": Names(getattr(terms, field))})
            for field, message in say.ONLY.items()
            if getattr(terms, field)
        ),
    )
