"""What the systemd units promise: the site shows what the timer released, and each program gets its own settings."""

from __future__ import annotations

from configparser import ConfigParser
from pathlib import Path

DEPLOY = Path(__file__).parents[2] / "deploy"


def unit(name: str) -> ConfigParser:
    read = ConfigParser(interpolation=None)
    read.optionxform = str  # type: ignore[assignment, method-assign] - keys of a unit keep their case
    read.read_string((DEPLOY / name).read_text(encoding="utf-8"))
    return read


def test_the_site_is_restarted_also_where_one_of_the_sources_failed() -> None:
    """`crawl --due` ends with 1 then, and has released what came from the others."""
    service = unit("mediacontracts-crawl.service")["Service"]
    assert service["ExecStopPost"] == "+/bin/systemctl try-restart mediacontracts-site.service"
    assert "ExecStartPost" not in service


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
