"""Where the portal is, what opens it and what proves it: settings of a crawl, refused where they cannot be meant."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import datetime
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

import msgspec

from scrapers.job import PlanError

API_URL = "https://ows.goszakup.gov.kz"
PORTAL_URL = "https://goszakup.gov.kz"


class Doors(msgspec.Struct, frozen=True):
    """The addresses of the interfaces and of the pages; the token and the file of certificates, each or blank."""

    api_url: str
    portal_url: str
    token: str
    ca_bundle: str


def doors_of(environment: Mapping[str, str], now: str) -> Doors:
    """Read GOSZAKUP_API_URL, GOSZAKUP_PORTAL_URL, GOSZAKUP_TOKEN and GOSZAKUP_CA_BUNDLE; nothing is asked of anybody.

    Args:
        environment: the settings.
        now: ISO 8601 UTC, to tell a certificate that has expired.

    Raises:
        PlanError: an address is none, a token would cross the net unprotected or is none, or the file of certificates
            is not there or holds none that is valid.
    """
    token = environment.get("GOSZAKUP_TOKEN", "").strip()
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise PlanError("GOSZAKUP_TOKEN holds a space, a line break or a letter that no token has; copy it once more")
    found = Doors(
        api_url=_address("GOSZAKUP_API_URL", environment.get("GOSZAKUP_API_URL") or API_URL),
        portal_url=_address("GOSZAKUP_PORTAL_URL", environment.get("GOSZAKUP_PORTAL_URL") or PORTAL_URL),
        token=token,
        ca_bundle=environment.get("GOSZAKUP_CA_BUNDLE", ""),
    )
    if token and not _is_protected(found.api_url):
        raise PlanError("GOSZAKUP_API_URL begins with http: the token would be readable on its way; use https")
    if found.ca_bundle:
        _check_bundle(Path(found.ca_bundle), now)
    return found


def _address(name: str, value: str) -> str:
    if not _is_address(value):
        raise PlanError(f"{name} is no address of a portal; write it as https://host, without a name or a question")
    return value.rstrip("/")


def _is_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        further = parts.username or parts.query or parts.fragment or parts.port == 0
    except ValueError:  # a port that is none
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and not further and len(value.split()) == 1


def _is_protected(address: str) -> bool:
    parts = urlsplit(address)
    if parts.scheme == "https" or parts.hostname == "localhost":
        return True
    try:
        return ip_address(parts.hostname or "").is_loopback
    except ValueError:
        return False


def _check_bundle(path: Path, now: str) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cafile=path)
    except OSError as error:  # SSLError is one too
        why = error.strerror if type(error) is not ssl.SSLError else "it holds no certificate in PEM form"
        raise PlanError(f"GOSZAKUP_CA_BUNDLE: {path} cannot be used: {why}") from None
    ends = [ssl.cert_time_to_seconds(str(one["notAfter"])) for one in context.get_ca_certs()]
    if ends and max(ends) < datetime.fromisoformat(now).timestamp():
        raise PlanError(f"GOSZAKUP_CA_BUNDLE: every certificate in {path} has expired; get the portal's new ones")
