"""What a server that is shown to everybody refuses, and the headers every answer has."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from publish.site.web.security import CONTENT_SECURITY_POLICY, refusal

DB = "/sample_media_contracts"
SQL = [
    "with recursive r(x) as (select 1 union all select x+1 from r) select * from r",
    "select zeroblob(500000000)",
    "select hex(randomblob(400000000))",
    "select printf('%.*c', 900000000, 'x')",
    "select instr(zeroblob(200000000), 'x')",
    "select group_concat(subject) from contracts",
    "select load_extension('x')",
    "attach 'x.db' as y",
    "pragma database_list",
    "select * from pragma_database_list",
    "delete from contracts",
    "vacuum into 'x.db'",
    "select readfile('/etc/passwd')",
]
REFUSED = [
    *(f"{DB}?sql={quote(sql)}" for sql in SQL),
    *(f"{DB}.json?sql={quote(sql)}" for sql in SQL[:3]),
    f"{DB}/contracts?_where=1=1", f"{DB}/contracts.json?_where=1=1",
    f"{DB}.db", f"{DB}/contracts.csv?_stream=on", f"{DB}/contracts.csv", f"{DB}/contracts.csv?_labels=on",
    f"{DB}/contracts?_facet=a&_facet=b&_facet=c&_facet=d&_facet=e", f"{DB}/contracts?_facet_array=details",
    f"{DB}/contracts?_facet_date=signed_on", f"{DB}/contracts?_facet=outlet&_facet_size=max",
    f"{DB}/contracts?_through=" + quote('{"table":"x","column":"y","value":"z"}'), f"{DB}/contracts?_trace=1",
    f"{DB}/contracts?" + "&".join(f"_facet=c{n}" for n in range(60)), f"{DB}/contracts?x=" + "y" * 60_000,
    "/-/databases.json", "/-/databases", "/-/threads.json", "/-/threads", "/-/versions.json", "/-/plugins.json",
    "/-/settings.json", "/-/metadata.json", "/-/config.json", "/-/actor.json", "/-/patterns", "/-/messages",
    "/-/permissions", "/-/allow-debug", "/-/logout", "/-/auth-token?token=x", "/_memory", "/_memory?sql=select+1",
    "/_internal", "/-/site/000000000000/../../../etc/passwd", "/-/site/000000000000/..%2f..%2fschema.py",
    "/ru/-/databases.json", f"/kk{DB}.db", f"/ru{DB}?sql=select+1",
    f"{DB}/../../etc/passwd", "/downloads/../../etc/passwd",
]  # fmt: skip


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path[:60])
def test_refused(public_site: Any, release_file: Path, path: str) -> None:
    answer = public_site.get(path)
    if answer.status_code == 302:  # %2f becomes ~2F before anything is looked for
        answer = public_site.get(answer.headers["location"])
    assert answer.status_code in (400, 403, 404, 414), answer.status_code
    assert str(release_file.parent) not in answer.text
    assert "root:" not in answer.text


@pytest.mark.parametrize(
    "path",
    ["/", "/nowhere", f"{DB}?sql=select+1", "/-/versions.json", f"{DB}/contracts", f"{DB}/contracts.json",
     "/contracts.csv",
     "/outlet/boz-dala.json", "/-/site/x", f"{DB}/contracts/999999"],
)  # fmt: skip
def test_every_answer_has_the_headers_and_tells_nothing_of_the_server(
    public_site: Any, release_file: Path, path: str
) -> None:
    answer = public_site.get(path)
    assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "same-origin"
    assert "access-control-allow-origin" not in answer.headers
    text = answer.text
    assert str(release_file.parent) not in text
    assert not re.search(r"(?i)datasette\s*v?\d|sqlite\s*\d|python/?\s*3|Traceback", text)


def test_an_error_of_the_server_tells_everybody_nothing(
    public_site: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from publish.site.pages import party

    def broken(*_args: Any) -> None:
        raise RuntimeError("secret /srv/place of the server")

    monkeypatch.setattr(party, "find", broken)
    answer = public_site.get("/outlet/zarya-stepi")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "It is in the log of this server" in answer.text
    assert "secret" in capsys.readouterr().err, "its keeper reads it in the log"


def test_a_local_server_answers_a_researcher(site: Any) -> None:
    answer = site.get(f"{DB}.json?sql=select+count(*)+as+n+from+contracts&_shape=array")
    assert json.loads(answer.text) == [{"n": 300}]


def test_javascript_addresses_are_no_links(site: Any) -> None:
    for path in ("/contracts", "/sample_media_contracts/contracts"):
        assert not re.search(r'href="\s*(?:javascript|data):', site.get(path).text, re.IGNORECASE)


def test_rules_do_not_stop_a_researcher_at_home() -> None:
    assert refusal(DB, "sql=select+1", public=False) is None
    assert refusal(DB, "sql=select+1", public=True) is not None
