"""The arithmetic that sets a printed figure beside what it should be, exact and in words.

A verdict is about the printed figure alone: our value lies inside the precision it was stated with, or it does not.
What the rounding of the other figures could explain is said in words and changes no verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from db.words import ClaimVerdict, Precision
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


def _scale(values: Sequence[Decimal], unit: str) -> tuple[Decimal, str]:
    """Billions or millions where every value is short in them, else the unit itself."""
    for size, word in ((10**9, "bn"), (10**6, "mn")):
        if all(abs(value) >= size and value % (size // 100) == 0 for value in values):
            return Decimal(size), f" {word} {unit}"
    return Decimal(1), f" {unit}"


def _printed(figure: Figure, value: str, unit: str) -> str:
    word = {Precision.AT_LEAST: "at least ", Precision.AT_MOST: "at most "}.get(figure.precision, "")
    rounded = f" (rounded to {grouped(figure.rounded_to)})" if _is_rounded(figure) and figure.rounded_to else ""
    return f"printed {word}{value}{unit}{rounded}"


def _is_rounded(figure: Figure) -> bool:
    return figure.precision is Precision.ROUNDED


def _verdict(figure: Figure, value: Decimal | Fraction) -> ClaimVerdict:
    return ClaimVerdict.PASS if inside(figure, value) else ClaimVerdict.MISMATCH


def against_rows(figure: Figure, terms: RowsOf, held: Held) -> Outcome:
    """Set a figure beside what our counted records add up to."""
    years = "-".join(str(year) for year in sorted(set(terms.years)))
    if not held.records and not held.vanished:
        return Outcome(
            ClaimVerdict.DIFFERENT_SCOPE,
            "",
            "",
            f"no records of this scope are held: {terms.source} has none that count in {years}",
        )
    difference = held.total - figure.figure
    added_up = grouped(held.total) + (" with a sum" if terms.add == "records" else f" {figure.unit}")
    said = (
        f"{held.records:,} counted records of {terms.source} in {years}, "
        f"{'of them' if terms.add == 'records' else 'together'} {added_up}"
    )
    parts = [f"{said}, {_printed(figure, grouped(figure.figure), f' {figure.unit}')}; {_apart(difference, figure)}"]
    if held.without_sum:
        parts.append(f"{held.without_sum:,} of these records state no sum")
    if held.vanished or held.added or held.changed:
        parts.append(
            "the source was loaded again since; of the records of this scope "
            f"{held.vanished:,} vanished, {held.added:,} came later, {held.changed:,} changed"
        )
    return Outcome(_verdict(figure, held.total), plain(held.total), plain(difference), "; ".join(parts))


def against_addends(figure: Figure, terms: SumOf, known: Mapping[str, Figure]) -> Outcome:
    """Set a printed total beside the sum of its printed addends."""
    addends = [known[ref] for ref in terms.addends]
    values = [addend.figure for addend in addends]
    total = sum(values, Decimal(0))
    difference = total - figure.figure
    size, unit = _scale([*values, total, figure.figure], figure.unit)
    said = " + ".join(grouped(value / size) for value in values)
    parts = [
        f"{said} = {grouped(total / size)}{unit}, {_printed(figure, grouped(figure.figure / size), unit)}; "
        + _apart(difference, figure)
    ]
    slack = sum((a.rounded_to for a in addends if _is_rounded(a) and a.rounded_to), Decimal(0)) / 2
    if slack and difference:
        parts.append(f"the addends are rounded too, which alone can explain up to {_short(slack, figure.unit)}")
    return Outcome(_verdict(figure, total), plain(total), plain(difference), "; ".join(parts))


def against_shares(figure: Figure, terms: SharesOf, known: Mapping[str, Figure]) -> Outcome:
    """Set a printed whole beside the wholes that printed parts and shares imply."""
    parts: list[str] = []
    implied: list[Fraction] = []
    for share in terms.shares:
        part = known[share.part]
        implied.append(Fraction(part.figure) * 100 / Fraction(share.percent))
        low, high = _implied_range(part, share.percent)
        size, unit = _scale([part.figure], figure.unit)
        parts.append(
            f"{grouped(part.figure / size)}{unit} / {plain(share.percent)} % = {_rounded(implied[-1], size)}{unit} "
            f"(between {_rounded(low, size)} and {_rounded(high, size)} given the rounding of both)"
        )
    largest = max(range(len(implied)), key=lambda at: known[terms.shares[at].part].figure)
    step = (figure.rounded_to or Decimal(1)) / 10
    ours = _nearest(implied[largest], step)
    difference = ours - figure.figure
    size, unit = _scale([figure.figure], figure.unit)
    wrong = [value for value in implied if not inside(figure, value)]
    parts.append(f"{_printed(figure, grouped(figure.figure / size), unit)}; {_apart(difference, figure)}")
    verdict = ClaimVerdict.MISMATCH if wrong else ClaimVerdict.PASS
    return Outcome(verdict, plain(ours), plain(difference), "; ".join(parts))


def against_quotient(figure: Figure, terms: QuotientOf, known: Mapping[str, Figure]) -> Outcome:
    """Set a printed percentage or multiple beside the quotient of two printed figures."""
    part, whole = known[terms.part], known[terms.whole]
    value = Fraction(part.figure) * terms.times / Fraction(whole.figure)
    step = (figure.rounded_to or Decimal(1)) / 100
    ours = _nearest(value, step)
    difference = ours - figure.figure
    times = f" x {terms.times}" if terms.times != 1 else ""
    said = (
        f"{grouped(part.figure)} / {grouped(whole.figure)}{times} = {plain(ours)} {figure.unit}, "
        f"{_printed(figure, plain(figure.figure), f' {figure.unit}')}; {_apart(difference, figure)}"
    )
    return Outcome(_verdict(figure, value), plain(ours), plain(difference), said)


def without_records(terms: NoRecords) -> Outcome:
    """Say that nothing of ours has the scope of the figure."""
    return Outcome(ClaimVerdict.DIFFERENT_SCOPE, "", "", f"no records of this scope are held: {terms.why}")


def _apart(difference: Decimal, figure: Figure) -> str:
    if not difference:
        return "no difference"
    return f"difference {_short(abs(difference), figure.unit)}, ours is {'more' if difference > 0 else 'less'}"


def _short(value: Decimal, unit: str) -> str:
    size, word = _scale([value], unit)
    return f"{grouped(value / size)}{word}"


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


def scope_in_words(figure: Figure) -> str:
    """What a figure is set beside, for a reader."""
    terms = figure.check
    if isinstance(terms, NoRecords):
        return f"nothing of ours: {terms.why}"
    if isinstance(terms, SumOf):
        return f"the printed figures {', '.join(terms.addends)}, added up"
    if isinstance(terms, SharesOf):
        return "the wholes implied by " + ", ".join(f"{s.part} at {plain(s.percent)} %" for s in terms.shares)
    if isinstance(terms, QuotientOf):
        return f"{terms.part} divided by {terms.whole}, times {terms.times}"
    return _rows_in_words(figure, terms)


def _rows_in_words(figure: Figure, terms: RowsOf) -> str:
    what = {
        "amount": f"sums in {figure.unit}",
        "equivalent": f"the source's own equivalents in {figure.unit}",
        "records": "number of records with a sum",
    }[terms.add]
    years = " to ".join(str(year) for year in sorted(set(terms.years)))
    parts = [f"counted records of {terms.source}, {years}", what]
    for label, names in (
        ("payer", terms.payers),
        ("any payer but", terms.payers_not),
        ("recipient", terms.recipients),
        ("topic", terms.topics),
        ("any topic but", terms.topics_not),
    ):
        if names:
            parts.append(f"{label} {', '.join(f'«{name}»' if name else 'not stated' for name in names)}")
    return "; ".join(parts)
