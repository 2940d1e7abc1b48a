"""The wheel, installed into an empty environment, runs the demo and serves it: nothing needs the checkout."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from commands import ROOT, free_port, page


def uv(*arguments: str, cwd: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "uv", *arguments], cwd=cwd, capture_output=True, text=True, check=False, timeout=500
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_the_demo_runs_from_the_wheel(tmp_path: Path) -> None:
    uv("build", "--wheel", "--no-build-isolation", "--python", sys.executable, "-o", str(tmp_path), cwd=ROOT)
    [wheel] = tmp_path.glob("*.whl")
    uv("venv", "--python", sys.executable, str(tmp_path / "venv"), cwd=tmp_path)
    python = str(tmp_path / "venv" / "bin" / "python")
    uv("pip", "install", "--python", python, "--require-hashes", "-r", str(ROOT / "requirements" / "runtime.txt"),
       cwd=tmp_path)  # fmt: skip
    uv("pip", "install", "--python", python, "--no-deps", str(wheel), cwd=tmp_path)
    port = free_port()
    site = subprocess.Popen(
        [str(tmp_path / "venv" / "bin" / "mediacontracts"), "demo", "--port", str(port)],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "MEDIACONTRACTS_HOME": str(tmp_path / "home")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        start = page(f"http://127.0.0.1:{port}/", site)
        assert "ample" in start, "the sample does not say that it is one"
        database = next((tmp_path / "home" / "releases" / "current").glob("*.db")).stem
        table = page(f"http://127.0.0.1:{port}/{database}/contracts.json?_shape=array&_size=3&_facet=outlet", site)
        assert len(re.findall(r'"uid":', table)) == 3
    finally:
        site.terminate()
        site.wait(timeout=30)


def test_every_command_has_an_example() -> None:
    import click

    from cli.main import main_group

    context = click.Context(main_group)
    bare = []
    for name in main_group.list_commands(context):
        command = main_group.get_command(context, name)
        assert command is not None, name
        told = [command]
        if isinstance(command, click.Group):
            told += list(command.commands.values())
        bare += [f"{name} {c.name}" for c in told if "mediacontracts " not in (c.help or "")]
    assert bare == []
