"""The words of the field that every room uses, as closed vocabularies.

OCDS and FollowTheMoney words are used where they have one: *payer* is OCDS `buyer`, *recipient* OCDS `supplier`,
*body* FollowTheMoney `PublicBody`, *organisation* FollowTheMoney `LegalEntity`.
"""

from __future__ import annotations

from enum import StrEnum


class Measure(StrEnum):
    """What a sum measures. Sums of two measures are never added together."""

    PLANNED = "planned"
    ANNOUNCED = "announced"
    CONTRACTED = "contracted"
    PAID = "paid"
    LIST_PRICE = "list price"
    BARTER = "barter"


class Instrument(StrEnum):
    """The legal form in which money goes to an outlet."""

    CONTRACT = "contract"
    STATE_TASK = "state task"
    STATE_ORDER = "state order"
    GRANT = "grant"
    SUBSIDY = "subsidy"
    OTHER = "other"


class AmountState(StrEnum):
    """What a source says about a sum. A blank is not a zero, and what is withheld is not unknown."""

    STATED = "stated"
    ZERO = "zero"
    BELOW_THRESHOLD = "below threshold"
    WITHHELD = "withheld"
    UNKNOWN = "unknown"


class Precision(StrEnum):
    """How exactly a source states a sum."""

    EXACT = "exact"
    ROUNDED = "rounded"
    AT_LEAST = "at least"
    AT_MOST = "at most"


class AmountRole(StrEnum):
    """The part one sum plays on a row that states several."""

    AMOUNT = "amount"
    GROSS = "gross"
    TAX = "tax"
    NET = "net"
    WITH_VAT = "with VAT"
    WITHOUT_VAT = "without VAT"
    EQUIVALENT = "equivalent"
    PLANNED = "planned"
    PAID = "paid"
    PAID_WITHOUT_VAT = "paid without VAT"
    UNIT_PRICE = "unit price"


class PartyState(StrEnum):
    """Whether a party of a record is named, and if not, why not."""

    NAMED = "named"
    UNKNOWN = "unknown"
    WITHHELD = "withheld"
    NOT_APPLICABLE = "not applicable"
    NONE_YET = "no recipient yet"


class Relevance(StrEnum):
    """Whether a record is money for media. General procurement starts undecided."""

    MEDIA = "media"
    NOT_MEDIA = "not media"
    UNDECIDED = "undecided"


class Wording(StrEnum):
    """What keeps a wording from being found by a search, or from telling anything once it is found.

    Facts about letters, never a reproach: typing errors make them too.
    """

    LOOK_ALIKE = "look-alike letters"
    SPLIT = "split letters"
    DIGITS = "digits for letters"
    INVISIBLE = "invisible characters"
    SAYS_NOTHING = "says nothing"
    EMPTY_DESCRIPTION = "empty description"


PLAIN_WORDING = "plain"
"""What stands where nothing of `Wording` was found."""


class YearState(StrEnum):
    """Whether a record has one year."""

    STATED = "stated"
    NO_DATE = "no date"
    SEVERAL_YEARS = "several years"


class YearBasis(StrEnum):
    """Which date of the source gives the year of a record; never the day of crawling."""

    BUDGET = "budget"
    DECISION = "decision"
    SIGNED = "signed"
    ANNOUNCED = "announced"
    PAID = "paid"
    PERIOD = "period"


class PartyRole(StrEnum):
    """The parts a body, an organisation or an outlet plays on a record."""

    PAYER = "payer"
    ORGANISER = "organiser"
    RECIPIENT = "recipient"
    INTERMEDIARY = "intermediary"
    OUTLET = "outlet"


class LinkRelation(StrEnum):
    """What one party is to another that it stays apart from: "the other is the party's publisher, owner, …"."""

    PUBLISHER = "publisher"
    OWNER = "owner"
    SUCCESSOR = "successor"
    MERGER = "merger"


class LinkedKind(StrEnum):
    """What a party of a link is. A group is known by decisions alone and stands above organisations."""

    OUTLET = "outlet"
    ORGANISATION = "organisation"
    BODY = "body"
    GROUP = "group"
    PERSON = "person"


class Standing(StrEnum):
    """What a record's own status means for the sum of its root.

    Of the records with one `root_key` and measure, the newest (by `rank`) decides: `counts` counts; `superseded`
    counts only when nothing newer is stored (a hole in the crawl, shown as such); `void` means that the whole root
    does not count; `never` is passed over.
    """

    COUNTS = "counts"
    SUPERSEDED = "superseded"
    VOID = "void"
    NEVER = "never"


class RunState(StrEnum):
    """How a run ended. Only a finished run whose checks passed may lead to a release."""

    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"


class ClaimVerdict(StrEnum):
    """What comes of setting a published figure beside our rows."""

    PASS = "PASS"  # noqa: S105 - a verdict, not a password
    MISMATCH = "MISMATCH"
    DIFFERENT_SCOPE = "DIFFERENT SCOPE"
