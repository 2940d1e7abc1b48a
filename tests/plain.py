"""Structs as plain values under the names of their fields, for golden files and comparisons."""

from __future__ import annotations

from typing import Any

import msgspec


def plain(value: object) -> Any:
    """As `msgspec.to_builtins`, but with names also where a struct is encoded without them."""
    if isinstance(value, msgspec.Struct):
        return {field: plain(getattr(value, field)) for field in value.__struct_fields__}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    return msgspec.to_builtins(value)
