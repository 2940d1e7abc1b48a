"""Serves a release with Datasette, under our settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from datasette.cli import cli as datasette_cli

from publish.opening import PUBLIC_SETTINGS, SETTINGS
from publish.schema import DATABASE

SITE = Path(__file__).parent / "site"
"""Plugins of the site, loaded if they are there."""


class NoReleaseError(Exception):
    """There is no release to serve."""


def release_files(release_dir: Path) -> tuple[Path, Path]:
    """The database and the metadata of a release.

    Args:
        release_dir: directory of a release, or the link `current`.

    Raises:
        NoReleaseError: it does not hold one.
    """
    directory = release_dir.resolve()
    found = sorted(directory.glob(f"*{DATABASE}.db")) if directory.is_dir() else []
    if not found:
        raise NoReleaseError(f"{release_dir}: no release here; run `mediacontracts release` first")
    database = found[0]
    return database, database.with_name(database.name.removesuffix(f"{DATABASE}.db") + "metadata.yml")


def arguments(release_dir: Path, *, public: bool, port: int, host: str = "127.0.0.1") -> list[str]:
    """What `datasette` is called with.

    The files of the release are served below `/downloads/`; to everybody they stand in for streamed CSV and for the
    download of the database.
    """
    database, metadata = release_files(release_dir)
    told = ["serve", "--immutable", str(database), "--metadata", str(metadata), "--host", host, "--port", str(port)]
    for name, value in (PUBLIC_SETTINGS if public else SETTINGS).items():
        told += ["--setting", name, _setting(value)]
    told += ["--static", f"downloads:{database.parent}"]
    if SITE.is_dir():
        told += ["--plugins-dir", str(SITE)]
    return told


def _setting(value: Any) -> str:  # noqa: ANN401 - a number or yes/no
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def serve(release_dir: Path, *, public: bool, port: int, host: str = "127.0.0.1") -> None:
    """Serve until interrupted.

    Raises:
        NoReleaseError: there is no release in `release_dir`.
    """
    datasette_cli.main(
        args=arguments(release_dir, public=public, port=port, host=host), prog_name="datasette", standalone_mode=False
    )
