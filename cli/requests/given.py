"""What the commands of requests are given: lists of bodies, years, fees, the sender of letters."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import click
import msgspec

from db.model.requests import RequestState
from db.whole_file import write_whole
from ingest.installation import Installation
from ingest.person_csv import PersonCsvError, read_person_csv
from ingest.requests.events import Drawn
from ingest.requests.letters import LetterError, Sender, as_docx, as_pdf, write_letter
from ingest.values.amount import AmountError, Unit, read_amount

_SUBJECT = {
    "ru": "государственный информационный заказ и иные средства, выделенные средствам массовой информации",
    "kk": "мемлекеттік ақпараттық тапсырыс және бұқаралық ақпарат құралдарына бөлінген өзге де қаражат",
}


def default_subject(lang: str) -> str:
    """What is asked for when nothing else is said."""
    return _SUBJECT[lang]


def years_of(text: str) -> tuple[int, ...]:
    """Years from 2024, 2020-2024 or 2019,2021."""
    years: set[int] = set()
    for part in text.split(","):
        found = re.fullmatch(r"\s*(\d{4})(?:\s*[-–]\s*(\d{4}))?\s*", part)
        if not found or int(found[2] or found[1]) < int(found[1]):
            raise click.BadParameter(f"{text!r}: write years as 2024, 2020-2024 or 2019,2021")
        years.update(range(int(found[1]), int(found[2] or found[1]) + 1))
    return tuple(sorted(years))


def bodies_of(listed: Path | None, given: dict[str, Any]) -> list[dict[str, str]]:
    """The bodies to ask: the one that was named, or the rows of a CSV with the column `body`.

    Raises:
        click.BadParameter: it cannot be read, a column is missing or unknown, a row has no body, or a body stands
            there twice.
    """
    defaults = {name: given[name] for name in ("lang", "level", "address")}
    if listed is None:
        return [{"body": given["body"], **defaults}]
    try:
        file = read_person_csv(listed)
        rows = file.rows(may_end_early=True)
    except PersonCsvError as error:
        raise click.BadParameter(str(error)) from None
    if not rows or file.missing(["body"]) or set(file.headings) - {"body", *defaults}:
        raise click.BadParameter(f"{listed.name}: the columns are body and, if you like, lang, level, address")
    bodies: list[dict[str, str]] = []
    for number, row in rows:
        body = {"body": "", **defaults} | {name: text.strip() for name, text in row.items() if text.strip()}
        if not body["body"] or body["body"] in {one["body"] for one in bodies} or body["lang"] not in _SUBJECT:
            raise click.BadParameter(
                f"{listed.name}: line {number}: no body, one named before, or a lang not ru or kk"
            )
        bodies.append(body)
    return bodies


def year_states(texts: tuple[str, ...]) -> dict[int, RequestState]:
    """Years that were answered otherwise, from YEAR=STATE."""
    found: dict[int, RequestState] = {}
    for text in texts:
        year, _, state = text.partition("=")
        try:
            found[int(year)] = RequestState(state.strip())
        except ValueError:
            raise click.BadParameter(f"{text!r}: write YEAR=STATE, for example 2021=refused") from None
    return found


def fee_of(text: str) -> tuple[int | None, str]:
    """A fee in tenge as minor units and currency."""
    if not text:
        return None, ""
    try:
        minor = read_amount(text, Unit("KZT", decimal=",")).minor
    except AmountError as error:
        raise click.BadParameter(str(error)) from None
    if minor is None or minor < 0:
        raise click.BadParameter(f"{text!r}: a fee is a sum in tenge, 0 or more")
    return minor, "KZT"


def sender_of(installation: Installation, name: str, reply_to: str) -> Sender:
    """Who asks: as given now, else as kept from the last letter."""
    kept = installation.home / "requests" / "sender.yml"
    before = msgspec.yaml.decode(kept.read_bytes(), type=Sender) if kept.exists() else Sender("", "")
    sender = Sender(name or before.name, reply_to or before.reply_to)
    if not sender.name or not sender.reply_to:
        raise click.UsageError("say who asks and where the answer goes: --sender NAME --reply-to ADDRESS")
    if sender != before:
        write_whole(kept, msgspec.yaml.encode(sender))
    return sender


def write_letters(
    drawn: Drawn, sender: Sender, on: date, *, lang: str, number: str, formats: str, out: Path
) -> list[Path]:
    """Write the letter of one request in one language; the file is named by its reference, never by the body."""
    letter = write_letter(drawn, sender, on, lang=lang, number=number)
    made = {"docx": as_docx, "pdf": as_pdf}
    chosen = list(made) if formats == "both" else [formats]
    out.mkdir(parents=True, exist_ok=True)
    files = []
    for ending in chosen:
        path = out / f"{drawn.request}-{lang}.{ending}"
        try:
            path.write_bytes(made[ending](letter))
        except OSError as error:
            raise LetterError(f"{path}: {error}") from None
        files.append(path)
    return files
