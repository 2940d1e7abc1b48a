"""When the records of a table count: nothing stands against it, or a person accepted all that does."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Protocol

import msgspec

from db.model.requests import TableState

COUNTING = frozenset({TableState.TAKEN, TableState.ACCEPTED})
"""States of a table whose records count."""


class Acceptance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a person accepted of a table, with the reason."""

    blocks: tuple[str, ...]
    why: str


class _Accepting(Protocol):
    @property
    def blocks(self) -> tuple[str, ...]: ...
    @property
    def why(self) -> str: ...


def accepted_why(accepted: Iterable[_Accepting], blocks: Collection[str]) -> str:
    """The newest reason with which all that stands against a table was accepted; empty where something was not."""
    reasons = [one.why for one in accepted if set(blocks) <= set(one.blocks)]
    return reasons[-1] if reasons else ""
