"""The review page over a real socket: what it shows and does, and what it refuses to a foreign page."""

from __future__ import annotations

import errno
import http.client
import re
import socket
import struct
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import NamedTuple
from urllib.parse import urlencode

import pytest

from cli.proofreading.server import LARGEST, PageServer
from cli.proofreading.sitting import Sitting
from cli.requests.desk import desk_of
from db.archive import Archive
from ingest.installation import Installation
from ingest.requests.entering import fold
from ingest.requests.events import journal_at
from ingest.requests.reviewing import lay_out
from tests.requests.answers import HEADER, ROWS, TOTAL, asked_and_answered, misread, paper, sent
from tests.tables.documents import archive, word

Go = Callable[..., str]


class Page(NamedTuple):
    """The server and the way to ask it as a browser does."""

    server: PageServer

    def ask(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> tuple[int, str]:
        """Status and text; `path` begins behind the token. A redirect is followed."""
        told = {"Host": self.server.host} | {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.server.server_port, timeout=30)
        body = None
        if fields is not None:
            body = urlencode(fields)
            told = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{self.server.host}"} | told
        connection.request("GET" if fields is None else "POST", path, body, told)
        answer = connection.getresponse()
        text = answer.read().decode("utf-8", "replace")
        connection.close()
        if answer.status == 303:
            return self.ask(answer.headers["Location"])
        return answer.status, text

    def at(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> tuple[int, str]:
        return self.ask(f"/{self.server.token}{path}", fields, **headers)

    @property
    def table(self) -> str:
        return f"/d/{self.server.sitting.sheets[0].sha256[:16]}/t/1"


def serving(home: Path, ref: str, *files: tuple[str, bytes]) -> PageServer:
    """The server of a sitting with these files, or with the documents taken already."""
    installation = Installation(home)
    with desk_of(installation, "answers_shown") as desk:
        request = desk.register.find(ref)
        known = [(one.file_name, desk.archive.get(digest)) for digest, one in request.documents.items()]
        sheets = [lay_out(desk, request, name, body) for name, body in (files or known)]
        source = desk.source
    return PageServer(Sitting(installation, source, ref, "A. B.", sheets))


@pytest.fixture
def page_of(home: Path, go: Go) -> Iterator[Callable[..., Page]]:
    running: list[tuple[PageServer, Thread]] = []

    def make(ref: str, *files: tuple[str, bytes]) -> Page:
        server = serving(home, ref, *files)
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        running.append((server, thread))
        return Page(server)

    yield make
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


CELL = {"row": "2", "column": "4", "text": "65 280,8", "why": "so on the page"}


def test_a_wrong_cell_is_set_right_and_the_total_turns_right(
    home: Path, go: Go, tmp_path: Path, page_of: Callable[..., Page]
) -> None:
    page = page_of(asked_and_answered(go, tmp_path, [*misread(ROWS), TOTAL], code=1))
    status, text = page.at(page.table)
    assert status == 200
    assert "1 of 2 printed totals add up" in text
    assert "printed 66 719.8, its rows give 66 669.8" in text
    status, text = page.at(f"{page.table}?row=2&column=4")
    assert '<textarea name="text" rows="2" maxlength="4000" autofocus>65 230,8</textarea>' in text
    status, text = page.at(f"{page.table}/correct", CELL)
    assert status == 200
    assert "2 of 2 printed totals add up" in text
    assert "read «65 230,8», set right by A. B.: so on the page" in text
    assert "not loaded yet" in text
    [kept] = journal_events(home, "corrected")
    assert (kept["was"], kept["text"], kept["who"], kept["page"]) == ("65 230,8", "65 280,8", "A. B.", 1)
    status, text = page.at(f"{page.table.rpartition('/t/')[0]}/load", {"table": "1"})
    assert status == 200
    assert "not loaded yet" not in text
    assert '<strong class="state">taken</strong>' in text


def journal_events(home: Path, kind: str) -> list[dict[str, object]]:
    import json

    lines = (home / "requests" / "requests.jsonl").read_text(encoding="utf-8").splitlines()
    return [line for line in map(json.loads, lines) if line["event"] == kind]


def columns(text: str) -> dict[str, str]:
    """The fields of the form of columns as a browser would send them unchanged."""
    form = text[text.index("/columns") :]
    form = form[: form.index("</form>")]
    fields = {}
    for name, inside in re.findall(r'<select name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r"<option selected>([^<]*)", inside)
        fields[name] = chosen[1] if chosen else ""
    return fields | dict(re.findall(r'<input name="([^"]+)" value="([^"]*)"', form))


def shown_in(text: str) -> str:
    """The mark of what stood against the table on the page."""
    found = re.search(r'<input type="hidden" name="shown" value="([^"]+)">', text)
    assert found is not None
    return found[1]


def test_only_what_was_shown_is_accepted(home: Path, go: Go, tmp_path: Path, page_of: Callable[..., Page]) -> None:
    page = page_of(asked_and_answered(go, tmp_path, [*misread(ROWS), TOTAL], code=1))
    _, before = page.at(page.table)
    # meanwhile, in another window, the other column is set wrong
    page.at(f"{page.table}/correct", CELL | {"row": "1", "column": "5", "text": "9 000,5"})
    accepted = {"why": "the body's own slip", "shown": shown_in(before)}
    status, text = page.at(f"{page.table}/accept", accepted)
    assert (status, "something else stands against it by now" in text) == (422, True)
    assert journal_events(home, "accepted") == []
    status, text = page.at(f"{page.table}/accept", accepted | {"shown": shown_in(text)})
    assert '<strong class="state">accepted</strong>' in text


def test_a_browser_that_leaves_and_an_address_that_is_none_say_nothing_on_the_terminal(
    go: Go, tmp_path: Path, page_of: Callable[..., Page], capfd: pytest.CaptureFixture[str]
) -> None:
    page = page_of(asked_and_answered(go, tmp_path, [*ROWS, TOTAL]))
    capfd.readouterr()
    host, port = "127.0.0.1", page.server.server_port
    with socket.create_connection((host, port), timeout=30) as line:
        line.sendall(f"GET http://[ HTTP/1.1\r\nHost: {page.server.host}\r\n\r\n".encode())
        assert b" 400 " in line.recv(100)
    with socket.create_connection((host, port), timeout=30) as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        asked = f"GET /{page.server.token}{page.table} HTTP/1.1\r\nHost: {page.server.host}\r\n\r\n"
        line.sendall(asked.encode() * 30)
    assert page.at(page.table)[0] == 200
    assert capfd.readouterr().err == ""


def test_a_full_disk_is_told_on_the_page(
    home: Path, go: Go, tmp_path: Path, page_of: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(asked_and_answered(go, tmp_path, [*misread(ROWS), TOTAL], code=1))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "requests.jsonl")

    monkeypatch.setattr("ingest.requests.events.append_lines", lambda *_, **__: full())
    status, text = page.at(f"{page.table}/correct", CELL)
    assert (status, "nothing was kept: [Errno 28] No space left on device" in text) == (503, True)


def test_a_new_document_is_decided_corrected_accepted_and_loaded(
    home: Path, go: Go, page_of: Callable[..., Page]
) -> None:
    ref = sent(go)
    page = page_of(ref, ("answer.pdf", paper([*misread(ROWS), TOTAL])))
    status, text = page.at(page.table)
    assert "no form says how to read this table" in text
    status, _ = page.at(page.table.rpartition("/t/")[0] + "/load", {"table": "1"})
    assert status == 422, "a table that is not decided is not loaded"
    told = columns(text)
    assert told["to-2"] == "recipient"
    assert (told["to-4"], told["measure-4"]) == ("amount", "contracted")
    status, text = page.at(f"{page.table}/columns", told | {"to-3": ""})
    assert (status, "column 3: say what it is" in text) == (422, True)
    status, text = page.at(f"{page.table}/columns", told | {"measure-4": "paid", "measure-5": "paid"})
    assert status == 200
    assert "amount, paid × 1000 KZT" in text
    assert '<strong class="state">blocked</strong>' in text
    status, text = page.at(f"{page.table}/accept", {"why": " "})
    assert (status, "give the reason" in text) == (422, True)
    shown = {"shown": shown_in(text)}
    status, text = page.at(f"{page.table}/accept", shown | {"why": "the body's own slip"})
    assert '<strong class="state">accepted</strong>' in text
    request = fold(journal_at(home).events()).find(ref)
    [document] = request.documents.values()
    assert [table.state for table in document.tables] == ["accepted"]
    assert [one.question.split()[0] for one in request.asked] == ["form"]
    # the next document with these headings needs nobody
    assert "4 new" in go("requests", "answer", ref, written(home, "b.docx"), "--yes", "--source", "answers_shown")


def written(home: Path, name: str) -> Path:
    path = home.parent / name
    path.write_bytes(word([HEADER, *[[n, f"{party} 2", *rest] for n, party, *rest in ROWS], TOTAL]))
    return path


def test_a_table_that_is_none_of_payments_is_left_out(home: Path, go: Go, page_of: Callable[..., Page]) -> None:
    ref = sent(go)
    page = page_of(ref, ("answer.docx", word([HEADER, *ROWS, TOTAL])))
    status, text = page.at(f"{page.table}/out", {"why": ""})
    assert status == 422
    status, text = page.at(f"{page.table}/out", {"why": "a list of posts"})
    assert "Left out: a list of posts" in text
    page.at(page.table.rpartition("/t/")[0] + "/load", {"table": "1"})
    [document] = fold(journal_at(home).events()).find(ref).documents.values()
    assert [(table.state, table.why) for table in document.tables] == [("left out", "a list of posts")]


def test_a_document_without_pages_names_ranges_and_a_file_inside_names_its_archive(
    home: Path, go: Go, page_of: Callable[..., Page]
) -> None:
    files = [("a.docx", word([HEADER, *ROWS, TOTAL])), ("b.zip", archive({"annex.pdf": paper([*ROWS, TOTAL])}))]
    page = page_of(sent(go), *files)
    status, text = page.at(page.table)
    assert "<svg" not in text
    assert "each row names its range" in text
    assert ">A2:E2<" in text
    other = page.server.sitting.sheets[1].sha256[:16]
    status, text = page.at(f"/d/{other}/t/1")
    assert status == 200
    assert "The table stands inside b.zip/annex.pdf" in text


HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


def test_markup_of_a_document_is_shown_as_text(home: Path, go: Go, page_of: Callable[..., Page]) -> None:
    rows = [["1", HOSTILE, "990340000103", "1", "2"], ROWS[1]]
    page = page_of(sent(go, body=f"Управление {HOSTILE}"), (f"{HOSTILE}.docx", word([HEADER, *rows, TOTAL])))
    page.at(f"{page.table}/correct", CELL | {"text": HOSTILE, "why": HOSTILE})
    for path in ("/", page.table, f"{page.table}?row=1&column=2", f"{page.table}?row=2&column=4"):
        status, text = page.at(path)
        assert status == 200
        assert "&lt;script&gt;alert(1)" in text
        assert "<script>alert" not in text
        assert "<img" not in text


@pytest.mark.parametrize(
    "refused",
    [
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://127.0.0.1"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
        ({"Sec_Fetch_Site": "same-site"}, 403),
        ({"Content_Type": "text/plain"}, 415),
        ({"Content_Type": "multipart/form-data; boundary=x"}, 415),
        ({"Content_Length": str(LARGEST + 1)}, 415),
        ({"Host": "localhost"}, 421),
        ({"Host": "review.elsewhere.example"}, 421),
    ],
)
def test_a_foreign_page_decides_nothing(
    home: Path, go: Go, tmp_path: Path, page_of: Callable[..., Page], refused: tuple[dict[str, str], int]
) -> None:
    headers, status = refused
    page = page_of(asked_and_answered(go, tmp_path, [*misread(ROWS), TOTAL], code=1))
    assert page.at(f"{page.table}/correct", CELL, **headers)[0] == status
    assert journal_events(home, "corrected") == []


def test_without_the_token_nothing_is_shown(home: Path, go: Go, tmp_path: Path, page_of: Callable[..., Page]) -> None:
    page = page_of(asked_and_answered(go, tmp_path, [*ROWS, TOTAL]))
    token = page.server.token
    for wrong in ("", "/", f"/{token[:-1]}", f"/{token}x", "/%D0%B0%D0%B1", "/../" + token):
        for path in ("/", page.table, f"{page.table.rpartition('/t/')[0]}/p/1.png", "/review.js"):
            assert page.ask(wrong + path)[0] in {400, 404}
        assert page.ask(wrong + page.table + "/correct", CELL)[0] in {400, 404}
    assert journal_events(home, "corrected") == []
    assert page.at(f"{page.table.rpartition('/t/')[0]}/p/1.png")[0] == 200
    assert page.at(f"{page.table.rpartition('/t/')[0]}/p/9.png")[0] == 404
    for path in ("/review.py", "/../server.py", "/%2e%2e/server.py", "/d/0000000000000000/t/1", f"{page.table}9"):
        assert page.at(path)[0] == 404


def test_every_answer_forbids_scripts_from_elsewhere_and_frames(
    home: Path, go: Go, tmp_path: Path, page_of: Callable[..., Page]
) -> None:
    page = page_of(asked_and_answered(go, tmp_path, [*ROWS, TOTAL]))
    connection = http.client.HTTPConnection("127.0.0.1", page.server.server_port, timeout=30)
    for path in (f"/{page.server.token}{page.table}", f"/{page.server.token}/review.js", "/nothing"):
        connection.request("GET", path, headers={"Host": page.server.host})
        answer = connection.getresponse()
        answer.read()
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["Cache-Control"] == "no-store"
        assert page.server.token not in answer.headers["Server"]
        if answer.headers.get("Connection") == "close":
            connection.close()
    connection.close()


def test_a_document_that_is_gone_is_told_and_breaks_nothing(
    home: Path, go: Go, tmp_path: Path, page_of: Callable[..., Page]
) -> None:
    page = page_of(asked_and_answered(go, tmp_path, [*misread(ROWS), TOTAL], code=1))
    digest = page.server.sitting.sheets[0].sha256
    [stored] = [path for path in (home / "archive").rglob(f"*{digest[4:]}*") if path.is_file()]
    moved = stored.rename(tmp_path / "moved")
    status, text = page.at(page.table)
    assert (status, "The page cannot be shown" in text) == (200, True)
    status, text = page.at(page.table.rpartition("/t/")[0] + "/load", {"table": "1"})
    assert status == 422
    assert digest[:8] in text
    runs = sum("RunStarted" in type(event).__name__ for event in Archive(home / "archive").events())
    assert runs == 1, "no run was begun that could not be ended"
    moved.rename(stored)
    assert "corrected" not in go("requests", "status")


def test_while_another_command_writes_the_page_says_so(
    home: Path, go: Go, tmp_path: Path, page_of: Callable[..., Page]
) -> None:
    page = page_of(asked_and_answered(go, tmp_path, [*misread(ROWS), TOTAL], code=1))
    with Installation(home).locked():
        status, text = page.at(f"{page.table}/correct", CELL)
    assert status == 409
    assert "another mediacontracts command is writing" in text
    assert "65 280,8" not in text.split('<h2 id="read">')[1].split("</table>")[0]
