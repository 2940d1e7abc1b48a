"""Serves a release with Datasette, under our settings."""

from __future__ import annotations

import errno
import os
import re
import socket
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml
from datasette.cli import cli as datasette_cli

from publish.opening import PUBLIC_SETTINGS, SETTINGS
from publish.schema import DATABASE

SITE = Path(__file__).parent / "site"
"""Plugins of the site, loaded if they are there."""


CONTACT = "MEDIACONTRACTS_CONTACT"
"""Setting with the address to which readers report errors; every record page shows it."""
PLUGIN = "media-contracts-site"
"""Name under which the site finds its settings in Datasette's metadata."""
_ADDRESS = re.compile(r"[^\s@<>\"'?&]+@[^\s@<>\"'?&]+\.[^\s@<>\"'?&]+")


class ContactError(ValueError):
    """The contact address is none."""


class NoReleaseError(Exception):
    """There is no release to serve."""


class PortTakenError(Exception):
    """Another program listens where the site is to be served."""


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


def ensure_free(host: str, port: int) -> None:
    """See that nothing listens there yet, before anybody is told that the site does.

    Raises:
        PortTakenError: something does.
        OSError: the host has no such address, or the port may not be used.
    """
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except OSError as error:
                if error.errno != errno.EADDRINUSE:
                    raise
                raise PortTakenError(
                    f"{host}:{port}: another program listens on this port; end it, or give a free one with --port"
                ) from None


def with_contact(metadata: Path, contact: str, directory: Path) -> Path:
    """Metadata of a release with the contact address of whoever serves it.

    Args:
        metadata: `metadata.yml` of the release, which stays as it is.
        contact: an e-mail address.
        directory: where the changed copy is written.

    Raises:
        ContactError: `contact` is no e-mail address.
    """
    if not _ADDRESS.fullmatch(contact):
        raise ContactError(f"{CONTACT}={contact}: give one e-mail address, such as data@example.org")
    told = yaml.safe_load(metadata.read_text(encoding="utf-8"))
    told.setdefault("plugins", {}).setdefault(PLUGIN, {})["contact"] = contact
    changed = directory / metadata.name
    changed.write_text(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), encoding="utf-8")
    return changed


def arguments(
    release_dir: Path, *, public: bool, port: int, host: str = "127.0.0.1", metadata: Path | None = None
) -> list[str]:
    """What `datasette` is called with.

    The files of the release are served below `/downloads/`; to everybody they stand in for streamed CSV and for the
    download of the database.
    """
    database, released = release_files(release_dir)
    told = [
        "serve",
        "--immutable",
        str(database),
        "--metadata",
        str(metadata or released),
        "--host",
        host,
        "--port",
        str(port),
    ]
    for name, value in (PUBLIC_SETTINGS if public else SETTINGS).items():
        told += ["--setting", name, _setting(value)]
    told += ["--static", f"downloads:{database.parent}"]
    if SITE.is_dir():
        told += ["--plugins-dir", str(SITE)]
    return told


def _setting(value: Any) -> str:  # noqa: ANN401 - a number or yes/no
    return ("on" if value else "off") if isinstance(value, bool) else str(value)


def serve(
    release_dir: Path,
    *,
    public: bool,
    port: int,
    host: str = "127.0.0.1",
    starting: Callable[[str], None] = lambda _address: None,
) -> None:
    """Serve until interrupted, with the contact address of the environment if it names one.

    Args:
        release_dir: directory of a release, or the link `current`.
        public: whether to everybody.
        port: to listen on.
        host: to listen on.
        starting: told the address of the site once nothing stands in the way of serving it.

    Raises:
        NoReleaseError: there is no release in `release_dir`.
        ContactError: the contact address is none.
        PortTakenError: another program listens there.
    """
    _, metadata = release_files(release_dir)
    contact = os.environ.get(CONTACT, "").strip()
    with TemporaryDirectory() as directory:
        shown = with_contact(metadata, contact, Path(directory)) if contact else metadata
        told = arguments(release_dir, public=public, port=port, host=host, metadata=shown)
        ensure_free(host, port)
        starting(f"http://{host}:{port}/")
        datasette_cli.main(args=told, prog_name="datasette", standalone_mode=False)
