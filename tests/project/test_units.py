"""What the systemd units promise: the site shows what the timer released, and each program gets its own settings."""

from __future__ import annotations

import shlex
import subprocess
from configparser import ConfigParser
from pathlib import Path

from publish.swap import show

DEPLOY = Path(__file__).parents[2] / "deploy"


def unit(name: str) -> ConfigParser:
    read = ConfigParser(interpolation=None)
    read.optionxform = str  # type: ignore[assignment, method-assign] - keys of a unit keep their case
    read.read_string((DEPLOY / name).read_text(encoding="utf-8"))
    return read


def site_is_restarted(folder: Path) -> bool:
    """Whether what the crawl unit runs at its end restarts the site, in a folder with releases and a note."""
    service = unit("mediacontracts-crawl.service")["Service"]
    assert "ExecStartPost" not in service, "`crawl --due` ends with 1 where one source failed and others were released"
    assert service["ExecStopPost"] == "+/bin/sh /opt/mediacontracts/deploy/restart-site.sh"
    program, said = folder / "systemctl", folder / "said"
    program.write_text(f'#!/bin/sh\necho "$@" >>"{said}"\n', encoding="utf-8")
    program.chmod(0o755)
    said.write_text("", encoding="utf-8")
    run = ["/bin/sh", str(DEPLOY / "restart-site.sh"), str(folder / "releases" / "current"), str(folder / "release")]
    subprocess.run(run, env={"PATH": f"{folder}:/usr/bin:/bin"}, check=True, timeout=60)
    told = said.read_text(encoding="utf-8")
    assert told in ("", "try-restart mediacontracts-site.service\n")
    return bool(told)


def test_the_site_is_restarted_after_a_new_release_and_only_then(tmp_path: Path) -> None:
    """It was restarted every hour, and nobody could reach it for the seconds that takes."""
    releases = tmp_path / "releases"
    for name in ("first", "second"):
        (releases / name).mkdir(parents=True)
    show(releases, releases / "first")
    assert site_is_restarted(tmp_path)  # it never noted what it opened
    start = unit("mediacontracts-site.service")["Service"]["ExecStartPre"].removeprefix("-")
    start = start.replace("/srv/mediacontracts", str(tmp_path)).replace("/run/mediacontracts-site", str(tmp_path))
    subprocess.run(shlex.split(start), check=True, timeout=60)
    assert not site_is_restarted(tmp_path)
    show(releases, releases / "first")
    assert not site_is_restarted(tmp_path)
    show(releases, releases / "second")
    assert site_is_restarted(tmp_path)


def test_the_site_is_told_its_contact_and_not_the_token() -> None:
    crawl, site = (unit(f"mediacontracts-{name}.service")["Service"] for name in ("crawl", "site"))
    assert crawl["EnvironmentFile"] != site["EnvironmentFile"]
    told = (DEPLOY / "README.md").read_text(encoding="utf-8")
    assert "`GOSZAKUP_TOKEN=…` goes into `/etc/mediacontracts.env`" in told
    assert crawl["EnvironmentFile"] == "-/etc/mediacontracts.env"
    assert "`MEDIACONTRACTS_CONTACT=…` into `/etc/mediacontracts-site.env`" in told
    assert site["EnvironmentFile"] == "-/etc/mediacontracts-site.env"


def test_both_units_keep_one_installation() -> None:
    homes = {unit(f"mediacontracts-{name}.service")["Service"]["Environment"] for name in ("crawl", "site")}
    assert homes == {"MEDIACONTRACTS_HOME=/srv/mediacontracts"}
