"""Keeps in the registry which releases there have been, as their manifests say: the next release lists them.

Read from the folder of releases, which a backup keeps, so that a registry made anew lists the same ones.
"""

from __future__ import annotations

import json
from pathlib import Path

from sqlalchemy import Engine, insert, select

from db.engine import writing
from db.model import Release
from publish.manifest import sha256_of


def remember_releases(engine: Engine, out_dir: Path) -> int:
    """Add every release of the folder that the registry does not know; gives how many were added."""
    manifests = sorted(out_dir.glob("[!.]*/*manifest.json"))
    with writing(engine) as connection:
        known = set(connection.execute(select(Release.name)).scalars())
        new = [
            {
                "name": told["release"],
                "data_as_of": told["data_as_of"],
                "manifest_sha256": sha256_of(path),
                "records": told["tables"]["contracts"],
                "other_records": told["tables"]["other_records"],
            }
            for path in manifests
            if not path.parent.is_symlink() and (told := json.loads(path.read_bytes()))["release"] not in known
        ]
        if new:
            connection.execute(insert(Release), new)
    return len(new)
