"""The bundled sample portal: an invented public register on loopback, for the demo to crawl."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import as_file, files

from cli.sample.contracts import sample_contracts
from cli.sample.pages import PageContract
from cli.sample.register import Register
from ingest.declaration import read_source
from ingest.source import Source

ROBOTS = "User-agent: *\nDisallow: /ru/cabinet\n"


def sample_source() -> Source:
    """The declaration of the sample portal; it says `invented: true`."""
    with as_file(files("cli.sample") / "kz_sample.yml") as path:
        return read_source(path)


@contextmanager
def sample_portal(contracts: Sequence[PageContract] | None = None) -> Iterator[str]:
    """Serve the sample portal on loopback while this holds.

    Args:
        contracts: What the register shows; by default the bundled sample.

    Yields:
        The portal's address, for GOSZAKUP_PORTAL_URL.
    """
    register = Register(sample_contracts() if contracts is None else contracts)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(register))
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def handler_of(register: Register) -> type[BaseHTTPRequestHandler]:
    """The HTTP side of a register."""

    class Handler(BaseHTTPRequestHandler):
        """Answers GET with the register's pages."""

        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body leave together; apart they wait for each other's acknowledgement

        def do_GET(self) -> None:
            page = ROBOTS if self.path == "/robots.txt" else register.page(self.path)
            body = (page or "<html>404</html>").encode()
            self.send_response(200 if page else 404)
            self.send_header("Content-Type", f"text/{'plain' if page == ROBOTS else 'html'}; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by http.server
            """Keep the demo's output to itself."""

    return Handler
