"""Runs the command as a user does: in a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def environment(home: Path, **more: str) -> dict[str, str]:
    """An environment with nothing in it but the installation."""
    return {"MEDIACONTRACTS_HOME": str(home), "PATH": os.environ.get("PATH", "/usr/bin:/bin"), **more}


def mediacontracts(home: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        env=environment(home, **more),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def started(home: Path, *arguments: str, **more: str) -> subprocess.Popen[bytes]:
    """Start one command and leave it running."""
    return subprocess.Popen(
        [sys.executable, "-m", "cli", *arguments],
        env=environment(home, **more),
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def page(address: str, server: subprocess.Popen[bytes], seconds: float = 60) -> str:
    """The page at an address, asked for until the server that is being started answers."""
    end = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return str(answer.read().decode())
        except (urllib.error.URLError, ConnectionError):
            assert server.poll() is None, f"the server ended with {server.returncode}"
            if time.monotonic() > end:
                raise
            time.sleep(0.1)
