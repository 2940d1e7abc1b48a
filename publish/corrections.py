"""Corrections and takedowns: what we set right or withdrew, as lines of a file that every release is built with.

A correction replaces one value of one record and shows both: the table `corrections` keeps what the source says. A
takedown withdraws words wherever they would be published, and says publicly that, when and why it was done, without
the words. Nothing of it touches the registry, so a rebuild gives the same release again.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

import msgspec

from db.whole_file import add_line
from publish.withdrawal import Withdrawal

FIELDS: dict[str, str] = {
    "amount": "digits with a point before the decimals, or unknown, withheld, below threshold",
    "equivalent": "digits with a point before the decimals",
    "year": "four digits, or 'no date'",
    "signed_on": "a day, such as 2012-12-31",
    "subject": "a text",
    "number": "a text",
    "counted": "no",
}
"""What of a record can be corrected, and what can be written there."""

OTHERWISE = (
    "names of parties are decided (`mediacontracts decide`), media or not and topics are judged "
    "(`mediacontracts judge`), a wrong load is taken out (`mediacontracts retract`)"
)
"""How to set right what is no field of these."""

LEAST_LETTERS = 5
"""Words shorter than this would be withdrawn from texts that have nothing to do with them."""


class CorrectionError(Exception):
    """A correction cannot be kept or applied; the message says what to do."""


class Correction(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One line of the file: a correction, a takedown, or the taking back of an earlier line.

    Attributes:
        why: the reason, published.
        at: instant of the entry, ISO 8601 UTC.
        record: uid of the record that is corrected.
        field: one of `FIELDS`.
        was: what the source says, as `corrections.old` shows it; a source that changes it overtakes the correction.
        new: what should stand instead.
        evidence: where that can be seen, published.
        words: the words that are withdrawn; never published.
        undoes: `ref` of the earlier line that is taken back.
    """

    why: str
    at: str
    record: str = ""
    field: str = ""
    was: str = ""
    new: str = ""
    evidence: str = ""
    words: tuple[str, ...] = ()
    undoes: str = ""

    @property
    def ref(self) -> str:
        """Its lasting name: it does not tell the words that were withdrawn, since the instant goes in with them."""
        told = (self.at, self.record, self.field, self.new, str(len(self.words)), self.undoes)
        return sha256("\n".join(told).encode()).hexdigest()[:12]

    @property
    def day(self) -> str:
        """Day of the entry, ISO 8601."""
        return self.at[:10]


def read_corrections(path: Path) -> list[Correction]:
    """Read the corrections of an installation, oldest first.

    Raises:
        CorrectionError: a line cannot be read, corrects what cannot be corrected, or two correct one value.
    """
    if not path.exists():
        return []
    decoder = msgspec.json.Decoder(Correction)
    found: list[Correction] = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            found.append(checked(decoder.decode(line), found))
        except (msgspec.DecodeError, CorrectionError) as error:
            told = f"{path} line {number}: {error}"
            raise CorrectionError(f"{told}; mend the line, or restore the file from a backup") from None
    return found


def add_correction(path: Path, correction: Correction) -> None:
    """Append one line, on disk when this returns.

    Raises:
        CorrectionError: it cannot stand beside the lines that are there.
    """
    checked(correction, read_corrections(path))
    # the file holds withdrawn words: nobody else on this machine needs to read it
    add_line(path, msgspec.json.encode(correction), mode=0o600)


def standing(corrections: Iterable[Correction]) -> list[Correction]:
    """Lines that correct or withdraw and were not taken back."""
    kept = list(corrections)
    undone = {one.undoes for one in kept}
    return [one for one in kept if not one.undoes and one.ref not in undone]


def checked(one: Correction, before: list[Correction]) -> Correction:
    """A line that may stand after those before it.

    Raises:
        CorrectionError: it may not.
    """
    if not one.why.strip():
        raise CorrectionError("says no reason; the reason is published, so give one")
    if one.undoes:
        if one.undoes not in {known.ref for known in standing(before)}:
            raise CorrectionError(f"{one.undoes}: no correction of this name is in force")
    elif one.words:
        _checked_words(one)
    else:
        if one.field not in FIELDS:
            raise CorrectionError(f"{one.field!r} cannot be corrected; {', '.join(FIELDS)} can be, and {OTHERWISE}")
        same = [known.ref for known in standing(before) if (known.record, known.field) == (one.record, one.field)]
        if same:
            raise CorrectionError(
                f"{one.field} of {one.record} is corrected already; take that back first: "
                f"mediacontracts correct --undo {same[0]} --why …"
            )
        if one.was == one.new:
            raise CorrectionError(f"{one.field} of {one.record} is {one.new!r} already")
    return one


def _checked_words(one: Correction) -> None:
    for words in one.words:
        if sum(sign.isalnum() for sign in words) < LEAST_LETTERS:
            raise CorrectionError(f"at least {LEAST_LETTERS} letters or digits are needed, or too much would go")
    told = f"{one.why} {one.evidence}"
    if Withdrawal(one.words).hidden(told) != told:
        raise CorrectionError("the reason and the evidence are published: they must not hold the withdrawn words")
