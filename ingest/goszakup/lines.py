"""The lines of a contract: what was bought, how much of it, for how much; never the sum of the whole contract."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ingest.goszakup.money import SumError, minor_units
from ingest.goszakup.texts import cleaned
from ingest.goszakup.wire import Plan, Unit
from ingest.record import Line

_NO_PLAN = Plan()


def lines_of(units: Sequence[Unit] | None, currency: str) -> tuple[tuple[Line, ...], int, str]:
    """The lines, how many the portal marks as deleted, and the region when all lines are delivered to one.

    The name of a service stands on the plan point, not on the unit (reference: type PlnPoint). A region is an oblast
    or a city of republican significance: the first two digits of a KATO code.
    """
    if not units:
        return (), 0, ""
    standing = [unit for unit in units if not unit.deleted]
    regions = {
        str(place.ref_kato_code)[:2]
        for unit in standing
        if unit.plans and unit.plans.plans_kato
        for place in unit.plans.plans_kato
        if place.ref_kato_code
    }
    region = regions.pop() if len(regions) == 1 else ""
    return tuple([_line(unit, currency) for unit in standing]), len(units) - len(standing), region


def _line(unit: Unit, currency: str) -> Line:
    plan = unit.plans or _NO_PLAN
    return Line(
        str(unit.id or ""),
        str(unit.pln_point_id or ""),
        str(plan.ref_enstru_code or ""),
        cleaned(plan.name_ru or plan.name_kz or ""),
        _joined(plan.desc_ru, plan.extra_desc_ru),
        _quantity(unit.quantity),
        unit.unit_name or str(plan.ref_units_code or ""),
        "; ".join([cleaned(place.full_delivery_place_name_ru or "") for place in plan.plans_kato or ()]),
        _minor(unit.total_sum_wnds, currency),
        _minor(unit.total_sum, currency),
    )


def _joined(short: str | None, further: str | None) -> str:
    first, second = cleaned(short or ""), cleaned(further or "")
    return f"{first}; {second}" if first and second and first != second else first or second


def _quantity(quantity: Decimal | None) -> str:
    if quantity is None:
        return ""
    text = format(quantity, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _minor(value: Decimal | None, currency: str) -> int | None:
    """A line's sum; quantity times price may be finer than a tiyn, then the line has none that could be added."""
    if value is None:
        return None
    try:
        return minor_units(value, currency)
    except SumError:
        return None
