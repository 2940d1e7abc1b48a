"""What becomes of the cells under one heading: the fields a column can go to, and what may be said about each."""

from __future__ import annotations

from typing import Literal

import msgspec

from db.words import PartyState

Target = Literal[
    "payer", "payer.id", "ministry", "organiser", "recipient", "recipient.id", "intermediary", "intermediary.id",
    "outlet", "medium", "level", "year", "month", "signed_on", "period_from", "period_to", "opened_at", "closed_at",
    "amount", "equivalent", "gross", "tax", "net", "with VAT", "without VAT", "planned", "paid", "unit price",
    "source_topic", "subject", "region", "method", "status", "number", "version", "url", "plan_point", "code",
    "description", "quantity", "unit", "place", "detail", "measure", "instrument", "precision",
]  # fmt: skip

TARGETS: dict[str, str] = {
    "payer": "The body whose money it is. Needed on every row, by a column or under `constants:`.",
    "payer.id": "Its number in a register.",
    "ministry": "The ministry or akimat above the payer, where the source names it.",
    "organiser": "The body that runs the purchase for the payer.",
    "recipient": "Who got the money: a legal entity or a person.",
    "recipient.id": "Its number in a register.",
    "intermediary": "An agency between payer and recipient.",
    "intermediary.id": "Its number in a register.",
    "outlet": "The title, channel or site in which it appeared.",
    "medium": "What the outlet is: newspaper, television, site.",
    "level": "Level of the payer: national, regional, district.",
    "year": "The year the sum belongs to; `2009-2012` gives several years.",
    "month": "A month with its year; gives year and period.",
    "signed_on": "Day of the signature.",
    "period_from": "First day of the period that is paid for.",
    "period_to": "Last day of it.",
    "opened_at": "Moment from which bids were taken, in local time.",
    "closed_at": "Moment until which they were.",
    "amount": "The sum of the record, unless `amount:` of the source names another field.",
    "equivalent": "The publisher's own conversion into another currency.",
    "gross": "Sum before deductions.",
    "tax": "Tax in it.",
    "net": "Sum after deductions.",
    "with VAT": "Sum with value added tax.",
    "without VAT": "Sum without it.",
    "planned": "Sum that was planned for the row.",
    "paid": "Sum that was paid on the row.",
    "unit price": "Price of one piece.",
    "source_topic": "The source's own class or topic.",
    "subject": "What was ordered, in the source's words.",
    "region": "Region, as written.",
    "method": "How it was bought: tender, one source.",
    "status": "State of the contract, as written; `standing:` says what it means for counting.",
    "number": "Number of the contract or project.",
    "version": "Number of its version.",
    "url": "Address of this one record.",
    "plan_point": "Line of a purchase plan.",
    "code": "Code of the goods or services.",
    "description": "Further description of what was ordered.",
    "quantity": "How many.",
    "unit": "Of what: pieces, hours, square centimetres.",
    "place": "Where it was delivered.",
    "detail": "Anything else worth keeping; shown on the record under its heading, or under `as:`.",
    "measure": "The row's own measure, in our words, instead of the source's `measure:`.",
    "instrument": "The row's own instrument, in our words.",
    "precision": "How exact the sum is, in our words: exact, rounded, at least, at most.",
}
"""Every field that a heading can go to, with what it means."""

SUMS = frozenset(
    {"amount", "equivalent", "gross", "tax", "net", "with VAT", "without VAT", "planned", "paid", "unit price"}
)
PARTIES = frozenset({"payer", "ministry", "organiser", "recipient", "intermediary", "outlet"})
IDS = frozenset({"payer.id", "recipient.id", "intermediary.id"})
DAYS = frozenset({"signed_on", "period_from", "period_to"})
MOMENTS = frozenset({"opened_at", "closed_at"})
OUR_WORDS = frozenset({"measure", "instrument", "precision"})

_ALLOWED: tuple[tuple[frozenset[str], frozenset[str]], ...] = (
    (
        SUMS,
        frozenset(
            {"pattern", "decimal", "currency", "unit", "unit_words", "blank", "instead", "parentheses_negative"}
        ),
    ),
    (PARTIES, frozenset({"pattern", "states", "lang", "lookup", "as"})),
    (IDS, frozenset({"pattern", "scheme", "pseudo", "digits", "as"})),
    (frozenset({"year", "month"}), frozenset({"pattern"})),
    (DAYS, frozenset({"pattern", "order", "century_from"})),
    (MOMENTS, frozenset({"pattern", "zone"})),
    (OUR_WORDS, frozenset()),
    (frozenset({"subject"}), frozenset({"pattern", "lookup", "lang"})),
    (frozenset({"detail"}), frozenset({"pattern", "lookup", "as"})),
)


def keys_for(target: str) -> frozenset[str]:
    """The keys of a column that mean something for this field; another one would be passed over in silence."""
    return next((keys for targets, keys in _ALLOWED if target in targets), frozenset({"pattern", "lookup"}))


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What becomes of the cells under one heading. A heading may have a list of such rules, one for each field.

    Attributes:
        to: the field, one of those listed below.
        pattern: a regular expression whose first group is taken out of the cell; a cell that is not blank and does
            not match is rejected, as is one of more than 1000 letters. Like every expression of a declaration it must
            not repeat a group that holds a repeat or a choice itself.
        decimal: the decimal mark of the sums: `"."` or `","`. Without it a sum that can be read two ways is rejected.
        currency: code of ISO 4217, where it is not the source's.
        unit: what one printed unit is worth: 1000 under "thousand".
        unit_words: the words of the heading that say so; needed with `unit`.
        blank: what a blank cell or a dash means: unknown (without this), zero, withheld, below threshold, or rejected.
        instead: texts that stand instead of a sum, with what they mean: {secret: withheld}.
        parentheses_negative: true where (1 234) means minus 1 234.
        scheme: the register that a number belongs to, such as KZ-BIN or CZ-ICO.
        pseudo: numbers that the source writes where it has none; they identify nobody.
        digits: how many digits such a number has; shorter ones lost their zeros in front and get them back.
        states: cells that say why nobody is named: unknown, withheld, not applicable, no recipient yet.
        lang: language of the words, where it is not the source's: ru, kk, en.
        zone: time zone of the place, such as Asia/Almaty.
        order: order of day, month and year in figures: dmy, ymd or mdy.
        century_from: first year of the hundred that years of two digits fall in: 1970.
        lookup: name of a list under `lookups:` that sets single values right.
        as: the name that a detail is shown under, instead of the heading.
    """

    to: Target
    pattern: str = ""
    decimal: Literal[".", ","] | None = None
    currency: str = ""
    unit: int = 1
    unit_words: str = ""
    blank: Literal["unknown", "zero", "withheld", "below threshold", "rejected", ""] = ""
    instead: dict[str, Literal["unknown", "zero", "withheld", "below threshold"]] = {}
    parentheses_negative: bool = False
    scheme: str = ""
    pseudo: tuple[str, ...] = ()
    digits: int = 0
    states: dict[str, PartyState] = {}
    lang: str = ""
    zone: str = ""
    order: Literal["ymd", "dmy", "mdy"] | None = None
    century_from: int | None = None
    lookup: str = ""
    as_: str = msgspec.field(name="as", default="")

    def keys_without_meaning(self) -> list[str]:
        """Keys that are written here and mean nothing for the field, in alphabetical order."""
        bare = Column(to=self.to)
        given = {
            field.encode_name
            for field in msgspec.structs.fields(type(self))
            if getattr(self, field.name) != getattr(bare, field.name)
        }
        return sorted(given - keys_for(self.to))
