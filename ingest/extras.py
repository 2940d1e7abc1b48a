"""How an optional part of the program is brought in, told to whoever asked for it."""

from __future__ import annotations

import sys


def how_to_add(extra: str) -> str:
    """The command that adds an extra to this very installation.

    The interpreter is named in full: another pip would not find this program, which is on no registry, or would find
    another of its name.
    """
    return f"{sys.executable} -m pip install 'mediacontracts[{extra}]'"
