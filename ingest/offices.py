"""The akimat or ministry above an office whose name says whose it is, where `bodies.csv` has no line for it.

«Управление внутренней политики Северо-Казахстанской области» is a part of the akimat of that region, and so are the
district's section and the office of its akim; «Комитет информации Министерства …» is a part of the ministry it names.
Nothing else is concluded from a name: a «департамент» of a region is mostly a local arm of a ministry in the capital.
Names are read by `ingest.names.normalise`, so that language, order and abbreviation do not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache

import msgspec

from ingest.names.normalise import normalise
from ingest.reference import DATA, read_rows

AKIMATS = DATA / "akimats.csv"
"""The akimats of regions, with the dates of their names."""

_COLUMNS = ("country", "code", "name", "valid_from", "valid_to", "evidence")
_UNITS = frozenset({"department", "section"})
_REGION = "region:"
_ALMATY = "region:75"


class Akimat(msgspec.Struct, frozen=True):
    """The akimat of a region under one of its names; dates as in `bodies.csv`."""

    country: str
    code: str
    name: str
    valid_from: str
    valid_to: str
    evidence: str


def read_akimats() -> tuple[Akimat, ...]:
    """Read the akimats.

    Raises:
        ingest.reference.ReferenceFileError: the file is not as described.
    """
    return tuple(Akimat(**row) for row in read_rows(AKIMATS, _COLUMNS))


@lru_cache(maxsize=16_384)
def codes_of(name: str) -> frozenset[str]:
    """What a body's name says (see `ingest.names.government`); nothing for a name that is no body's."""
    read = normalise(name)
    return frozenset(read.tokens) if read.kind == "body" else frozenset()


def region_above(name: str) -> str | None:
    """The code of the region whose akimat stands above an office, if its name says so."""
    codes = codes_of(name)
    regions = [code for code in codes if code.startswith(_REGION)]
    if len(regions) != 1 or "ministry" in codes or "committee" in codes:
        return None
    # the cities renamed their departments of internal policy; known for Almaty
    of_policy = "internal_policy" in codes or ({"social", "development"} <= codes and regions[0] == _ALMATY)
    local = bool(codes & {"akimat", "akim_office"}) or (of_policy and bool(codes & _UNITS))
    return regions[0].removeprefix(_REGION) if local else None


def akimat_above(akimats: Iterable[Akimat], country: str, name: str, holds: Callable[[str, str], bool]) -> str | None:
    """The name of the akimat above an office.

    Args:
        akimats: see `read_akimats`.
        country: ISO 3166-1 alpha-2.
        name: the office as a source prints it.
        holds: says whether two dates of the file enclose, beyond doubt, all days that are asked about.
    """
    region = region_above(name)
    if region is None:
        return None
    found = (one for one in akimats if one.country == country and one.code == region)
    return next((one.name for one in found if holds(one.valid_from, one.valid_to)), None)


def ministry_named(name: str, ministries: Iterable[str]) -> str | None:
    """The ministry that a name means: its own under another spelling, or the one a committee says it is part of.

    Args:
        name: a body as a source prints it.
        ministries: the ministries that existed on all days that are asked about, under the name of the file.
    """
    codes = codes_of(name)
    if "ministry" not in codes:
        return None
    named = {codes_of(ministry): ministry for ministry in ministries}
    if "committee" not in codes:
        return named.get(codes)
    # what the committee is for stands beside the ministry's own subjects
    within = [of for of in named if of <= codes]
    return named[max(within, key=len)] if within else None
