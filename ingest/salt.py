"""The secret of an installation, under which decisions and addresses know natural persons without their numbers.

`decisions/salt` is made once and read by its owner alone. Whoever has it can try names and numbers against the keys,
so it is backed up with the decisions and published with nothing; without it the lines about persons find nobody.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

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
        path.parent.mkdir(parents=True, exist_ok=True)
        # whole and closed to others from its first moment: a half one would be another secret
        part = path.with_name(".salt.part")
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as out:
            out.write(secrets.token_bytes(_BYTES))
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    return path.read_bytes()
