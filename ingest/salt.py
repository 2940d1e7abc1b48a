"""The secret of an installation, under which decisions and addresses know natural persons without their numbers.

`decisions/salt` is made once and read by its owner alone. Whoever has it can try names and numbers against the keys,
so it is backed up with the decisions and published with nothing; without it the lines about persons find nobody.
"""

from __future__ import annotations

import secrets
from pathlib import Path

from db.whole_file import write_whole

_BYTES = 32


def salt_file(home: Path) -> Path:
    """Where an installation keeps it."""
    return home / "decisions" / "salt"


def read_salt(home: Path) -> bytes:
    """The secret; empty where the installation has none yet."""
    path = salt_file(home)
    return path.read_bytes() if path.exists() else b""


def kept_salt(home: Path) -> bytes:
    """The secret, made where the installation has none yet."""
    path = salt_file(home)
    if not path.exists():
        # whole and closed to others from its first moment: a half one would be another secret
        write_whole(path, secrets.token_bytes(_BYTES), mode=0o600)
    return path.read_bytes()
