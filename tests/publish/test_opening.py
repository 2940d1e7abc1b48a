"""Stock Datasette opens a release: labelled facets, a search that narrows, ready sums, CSV; and what is closed."""

from __future__ import annotations

import csv
import io
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from datasette.app import Datasette
from datasette.cli import cli as datasette_cli

from publish.opening import PUBLIC_SETTINGS, close, open_release
from publish.serve import NoReleaseError, PortTakenError, arguments, release_files, serve

PROJECT = Path(__file__).parents[2]


@pytest.fixture
def stock(released: Path) -> Iterator[Datasette]:
    """The file and the project's metadata.yml, Datasette's own settings, no plugin."""
    told = yaml.safe_load((PROJECT / "metadata.yml").read_text(encoding="utf-8"))
    site = Datasette([str(released / "media_contracts.db")], metadata=told)
    yield site
    close(site)


def get(site: Datasette, path: str) -> Any:
    import asyncio

    async def ask() -> Any:
        await site.invoke_startup()
        return await site.client.get(path)

    return asyncio.run(ask())


def test_facets_outlet_ministry_year_are_open_and_labelled(stock: Datasette) -> None:
    answer = get(stock, "/media_contracts/contracts.json?_size=0").json()
    facets = {
        facet["name"]: {r["label"]: r["count"] for r in facet["results"]} for facet in answer["facet_results"].values()
    }
    assert set(facets) == {"outlet", "ministry", "year"}
    assert facets["outlet"] == {"Қиял таңы": 7, "Мираж ТВ": 1, "withheld": 1, "unknown": 1}
    assert facets["ministry"] == {"Министерство вымысла": 9, "Управление примеров": 1}
    assert facets["year"] == {"2025": 7, "2024": 1, "no date": 1, "several years": 1}
    assert answer["filtered_table_rows_count"] == 10


@pytest.mark.parametrize(
    ("words", "count"),
    [("посевной", 1), ("Мираж", 2), ("қиял", 7), ("kial", 7), ("miraz", 2), ("примеров", 10), ("совершенно", 0)],
)
def test_a_search_narrows(stock: Datasette, words: str, count: int) -> None:
    answer = get(stock, f"/media_contracts/contracts.json?_size=0&_search={words}").json()
    assert answer["filtered_table_rows_count"] == count


def test_csv_has_all_rows_and_labels_and_is_saved_not_shown(stock: Datasette) -> None:
    answer = get(stock, "/media_contracts/contracts.csv?_labels=on&_stream=on&_dl=1")
    assert answer.headers["content-disposition"] == 'attachment; filename="contracts.csv"'
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(rows) == 10
    assert {row["outlet_label"] for row in rows} == {"Қиял таңы", "Мираж ТВ", "withheld", "unknown"}


def test_ready_sums_are_exact_and_apart(stock: Datasette) -> None:
    answer = get(stock, "/media_contracts/sum_by_outlet.json?_shape=objects").json()
    found = {
        (row["outlet"], row["measure"], row["currency"], row["sum_of"]): (
            row["records"],
            row["without_sum"],
            row["sum"],
        )
        for row in answer["rows"]
    }
    assert found == {
        ("Қиял таңы", "contracted", "KZT", "amount"): (2, 0, "1000000.01"),
        ("Мираж ТВ", "contracted", "KZT", "amount"): (1, 0, "2500000.02"),
        ("unknown", "contracted", "KZT", "amount"): (1, 0, "3.00"),
        ("withheld", "contracted", "KZT", "amount"): (1, 1, None),
        ("Қиял таңы", "paid", "KZT", "amount"): (1, 0, "0.05"),
        ("Қиял таңы", "contracted", "RSD", "amount"): (1, 0, "117000.00"),
        ("Қиял таңы", "announced", "", "amount"): (1, 1, None),
        ("Қиял таңы", "contracted", "EUR", "equivalent"): (1, 0, "1000.00"),
    }
    years = get(stock, "/media_contracts/sum_by_year.json?_shape=objects").json()["rows"]
    assert [(r["year"], r["sum"]) for r in years if r["currency"] == "KZT" and r["measure"] == "contracted"] == [
        ("no date", "0.00"),
        ("2025", "3500003.03"),
    ]
    ministries = get(stock, "/media_contracts/sum_by_ministry.json?_shape=objects").json()["rows"]
    assert ("Министерство вымысла", "3500003.03", 1) in {(r["ministry"], r["sum"], r["not_exact"]) for r in ministries}


def test_pages_say_what_a_column_holds(stock: Datasette) -> None:
    page = get(stock, "/media_contracts/contracts").text
    assert "Sum amount_minor of rows with counted = 1" in page
    assert "minor units of the column currency" in page
    assert ">Мираж ТВ</a>" in page
    assert get(stock, "/media_contracts").text.count("sum_by_") >= 3


def test_the_command_of_the_readme(released: Path) -> None:
    told = ["serve", str(released / "media_contracts.db"), "-m", str(PROJECT / "metadata.yml")]
    result = CliRunner().invoke(datasette_cli, [*told, "--get", "/media_contracts/contracts.json?_size=1"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["filtered_table_rows_count"] == 10


@pytest.mark.parametrize("public", [False, True])
def test_datasette_takes_our_settings(released: Path, monkeypatch: pytest.MonkeyPatch, *, public: bool) -> None:
    monkeypatch.setattr("publish.serve.SITE", released / "no plugins")
    told = arguments(released.parent / "current", public=public, port=0)
    result = CliRunner().invoke(datasette_cli, [*told, "--get", "/-/settings.json"])
    assert result.exit_code == 0, result.output
    settings = json.loads(result.output)
    assert settings["suggest_facets"] is False
    assert settings["default_allow_sql"] is not public
    assert settings["allow_csv_stream"] is not public
    assert settings["allow_download"] is not public


def test_what_is_closed_to_the_public(released: Path) -> None:
    database, metadata = release_files(released)
    site = open_release(database, metadata, PUBLIC_SETTINGS)
    try:
        assert get(site, "/media_contracts?sql=select+1").status_code == 403
        assert get(site, "/media_contracts/contracts?_where=1%3D1").status_code == 403
        assert get(site, "/media_contracts/contracts.csv?_stream=on").status_code == 400
        assert get(site, "/media_contracts.db").status_code == 403
        assert get(site, "/media_contracts/sum_by_year").status_code == 200
        assert get(site, "/media_contracts/contracts?_facet=payer").status_code == 200
    finally:
        close(site)


def test_the_plugins_of_the_site_are_loaded_if_they_are_there(released: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publish.serve.SITE", released)
    assert arguments(released, public=True, port=1)[-2:] == ["--plugins-dir", str(released)]


def test_nothing_to_serve(tmp_path: Path) -> None:
    with pytest.raises(NoReleaseError, match="run `mediacontracts release` first"):
        release_files(tmp_path / "current")


def test_nobody_is_told_an_address_where_another_program_listens(released: Path) -> None:
    told: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortTakenError, match=r"another program listens on this port; .* with --port"):
            serve(released, public=True, port=port, starting=told.append)
    assert told == []
