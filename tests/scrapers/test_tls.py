"""Certificates are checked, and the portal's own chain can be named by GOSZAKUP_CA_BUNDLE."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
import ssl
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from cli.sample.contracts import customers, sample_contracts
from cli.sample.register import Register
from cli.sample_portal import handler_of
from ingest.crawl_plan import CrawlPlan
from scrapers.crawl import crawl
from tests.scrapers.kept import QUICK, Kept, now, source


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 that no system trusts, with its key behind it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "invented authority")])
    begin = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(begin)
        .not_valid_after(dt.datetime(2050, 1, 1, tzinfo=dt.UTC))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "portal.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + private)
    return path


@pytest.fixture
def address(certificate: Path) -> Iterator[str]:
    """The sample portal behind that certificate."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler_of(Register(sample_contracts()[:2])))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


PLAN = source(crawl=CrawlPlan(customers=tuple(customers())))


def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path, address: str) -> None:
    result = crawl(
        PLAN, tmp_path, Kept, now=now, access="html", environment={"GOSZAKUP_PORTAL_URL": address}, pace=QUICK
    )
    assert (result.state, result.rows) == ("failed", 0)
    assert "GOSZAKUP_CA_BUNDLE" in result.reason


def test_the_named_bundle_vouches_for_it(tmp_path: Path, address: str, certificate: Path) -> None:
    before = os.environ.get("SSL_CERT_FILE")
    environment = {"GOSZAKUP_PORTAL_URL": address, "GOSZAKUP_CA_BUNDLE": str(certificate)}
    result = crawl(PLAN, tmp_path, Kept, now=now, access="html", environment=environment, pace=QUICK)
    assert (result.state, result.rows) == ("finished", 2)
    assert os.environ.get("SSL_CERT_FILE") == before
