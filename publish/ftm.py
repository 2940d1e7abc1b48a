"""One FollowTheMoney entity: its id, its properties, and what their values may be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_LONGEST = {"title": 200, "purpose": 200, "name": 384, "alias": 384, "description": 65_000}
"""Letters that a property takes; a contract's whole wording is its description, its title and purpose are short."""
_LONGEST_STRING = 1_000
_ADDRESS = re.compile(r"https?://[^\s/]+\.[^\s/]+(?:/\S{0,900})?\Z")

Entity = dict[str, Any]


def made(schema: str, entity_id: str, properties: Mapping[str, Any]) -> Entity:
    """An entity without empty properties."""
    kept = {name: values for name, value in properties.items() if (values := _values(name, value))}
    return {"id": entity_id, "schema": schema, "properties": kept}


def _values(name: str, value: object) -> list[str]:
    """The texts of a property, each once, no longer than its type takes: a cut one ends with "…"."""
    listed = value if isinstance(value, list) else [value]
    texts = (" ".join(str(one).split()) for one in listed if one is not None)
    longest = _LONGEST.get(name, _LONGEST_STRING)
    return list(dict.fromkeys(t if len(t) <= longest else t[: longest - 1].rstrip() + "…" for t in texts if t))


def id_of(kind: str, uid: str) -> str:
    """The id of an entity: the same from release to release, as uids are."""
    return f"mediacontracts-{kind}-{uid}"


def is_address(text: str) -> bool:
    """Whether a text is an address that FollowTheMoney takes."""
    return bool(_ADDRESS.match(text))
