"""Which versions belong to one contract, and which of them is the newest."""

from __future__ import annotations

import re
from functools import lru_cache

_NUMBER_SYS = re.compile(r"([0-9]{12}/[0-9]{3,})/([0-9]{2,})", re.ASCII)


@lru_cache(maxsize=64)
def split_number(number_sys: str) -> tuple[str, str]:
    """The part of `contractNumberSys` that all versions share, and the version.

    "000340001583/220023/01" is customer, year with serial, version: 00 the contract, 01 and on its supplementary
    agreements. Both parts are empty when the number has another shape.
    """
    found = _NUMBER_SYS.fullmatch(number_sys)
    return (found.group(1), found.group(2)) if found else ("", "")


def root_key(contract_id: int, root_id: int | None, number_sys: str) -> str:
    """What all versions of a contract share, also across a transfer of rights to another number.

    The portal's `rootId` is the id of the first version. Where it is not stated, a first version ("00") is its own
    root, and a later one is known by its number. It never looks like a bare contract id, so that the deletion of
    one version cannot be taken for that of all.
    """
    if root_id:
        return f"root/{root_id}"
    prefix, version = split_number(number_sys)
    if prefix and int(version):
        return f"root/{prefix}"
    return f"root/{contract_id}"


def rank(contract_id: int, number_sys: str) -> str:
    """Sorts the versions of a root: by version, then by id, which the portal gives in order of time."""
    _, version = split_number(number_sys)
    return f"{int(version or 0):05d}.{contract_id:015d}"
