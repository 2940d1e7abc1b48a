"""What an entity is known by before any decision: the key that its spelling alone gives it.

A release finds by it what a spelling was once published as, so it stands where the registry and the release see it.
"""

from __future__ import annotations

from typing import Final

PAID: Final = "|paid to "
"""What stands in a key between the name of one of several outlets printed alike and who is paid for it."""


def entity_key(country: str, name: str, id_scheme: str = "", registry_id: str = "") -> str:
    """The registry id where one is printed, else the exact spelling.

    Args:
        country: ISO 3166-1 alpha-2, upper case.
        name: the printed name.
        id_scheme: the register of the printed id.
        registry_id: that id; "" where none is printed.
    """
    return f"{id_scheme}:{registry_id}" if registry_id else f"{country}|{name}"


def paid_key(country: str, name: str, paid_to: str) -> str:
    """The key of one of several outlets that are printed alike: its name and who is paid for it (`OutletName`)."""
    return f"{country}|{name}{PAID}{paid_to}"


def apart_key(country: str, name: str) -> str:
    """The key of a second entity among the spellings that print one and the same registry id."""
    return f"{country}|{name}|apart"
