"""Settings of a crawl that cannot be meant are refused by name before anything is asked."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from scrapers.doors import doors_of
from scrapers.job import PlanError
from tests.portal.double import TOKEN, portal_double
from tests.scrapers.kept import crawled, events, now


def authority(path: Path, until: dt.datetime) -> Path:
    """A file with one root certificate."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "invented authority")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC)).not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GOSZAKUP_API_URL", "ows.goszakup.gov.kz", "is no address"),
        ("GOSZAKUP_PORTAL_URL", "ftp://portal.invalid", "is no address"),
        ("GOSZAKUP_PORTAL_URL", "https://name:secret@portal.invalid", "is no address"),
        ("GOSZAKUP_PORTAL_URL", "https://portal.invalid:99999", "is no address"),
        ("GOSZAKUP_PORTAL_URL", "https://a portal.invalid", "is no address"),
        ("GOSZAKUP_API_URL", "http://portal.invalid", "the token would be readable"),
        ("GOSZAKUP_TOKEN", "two words", "no token has"),
        ("GOSZAKUP_TOKEN", "line\r\nbreak", "no token has"),
        ("GOSZAKUP_TOKEN", "аbc", "no token has"),  # a Cyrillic а
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused(tmp_path: Path, name: str, value: str, said: str) -> None:
    with portal_double() as double:
        with pytest.raises(PlanError, match=f"{name}.*{said}") as refused:
            crawled(double, tmp_path, "rest", environment=double.environment(**{name: value}))
        assert double.asked == []
    assert TOKEN not in str(refused.value)
    assert "secret" not in str(refused.value)
    assert events(tmp_path) == []


def test_a_token_may_go_to_this_machine_unprotected_and_to_others_by_https() -> None:
    for address in ("http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000", "https://portal.invalid/"):
        found = doors_of({"GOSZAKUP_API_URL": address, "GOSZAKUP_TOKEN": " abc\n"}, now())
        assert (found.api_url, found.token) == (address.rstrip("/"), "abc")


def test_a_bundle_that_proves_nothing_is_named_with_the_reason(tmp_path: Path) -> None:
    """The crawl said to set GOSZAKUP_CA_BUNDLE when it was set, to a file that is not there."""
    (tmp_path / "notes.pem").write_text("no certificate", encoding="utf-8")
    expired = authority(tmp_path / "expired.pem", dt.datetime(2024, 6, 30, tzinfo=dt.UTC))
    valid = authority(tmp_path / "valid.pem", dt.datetime(2024, 7, 2, tzinfo=dt.UTC))
    for path, said in (
        (tmp_path / "nowhere.pem", "No such file"),
        (tmp_path, "Is a directory"),
        (tmp_path / "notes.pem", "holds no certificate"),
        (expired, "has expired"),
    ):
        with pytest.raises(PlanError, match=f"GOSZAKUP_CA_BUNDLE.*{path.name}.*{said}"):
            doors_of({"GOSZAKUP_CA_BUNDLE": str(path)}, now())
    assert doors_of({"GOSZAKUP_CA_BUNDLE": str(valid)}, now()).ca_bundle == str(valid)


@pytest.mark.parametrize("way", ["graphql", "rest", "html"])
def test_a_first_day_that_is_yet_to_come_is_no_full_crawl(tmp_path: Path, way: str) -> None:
    """It asked for everything, called itself complete, and took what it did not see for vanished."""
    with portal_double() as double:
        with pytest.raises(PlanError, match=r"kz_double.*2025-01-01.*yet to come"):
            crawled(double, tmp_path, way, since="2025-01-01")
        assert double.asked == []


def test_a_first_day_before_the_state_whose_portal_it_is_is_refused(tmp_path: Path) -> None:
    with portal_double() as double, pytest.raises(PlanError, match=r"kz_double.*0001-01-01, before 1991"):
        crawled(double, tmp_path, "rest", since="0001-01-01")
