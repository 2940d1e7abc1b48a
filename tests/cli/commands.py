"""Runs the command as a user does, through its entry point.

`mediacontracts` starts a process of its own: for what only a process shows, such as a signal, a lock, what an
interrupted run leaves, and that another process comes to the same bytes. `mediacontracts_here` runs the same entry
point without the second that an interpreter takes to begin: for what a command says, keeps and ends with.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import chdir, redirect_stderr, redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from unittest.mock import patch

from cli.main import main

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


def mediacontracts_here(
    home: Path, *arguments: str, say: str = "", folder: Path = ROOT, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run one command to its end in this process, with what a person says to it; a defect is raised as it is."""
    out, err = (TextIOWrapper(BytesIO(), encoding="utf-8") for _ in range(2))
    code: object = 0
    with (
        patch.dict(os.environ, environment(home, **more), clear=True),
        patch.object(sys, "argv", ["mediacontracts", *arguments]),
        patch.object(sys, "stdin", StringIO(say)),
        redirect_stdout(out), redirect_stderr(err), chdir(folder),
    ):  # fmt: skip
        try:
            main()
        except SystemExit as ended:
            code = ended.code
    assert isinstance(code, int)
    said, told = (_text(stream) for stream in (out, err))
    return subprocess.CompletedProcess(arguments, code, said, told)


def _text(stream: TextIOWrapper) -> str:
    stream.seek(0)
    return stream.read()


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
