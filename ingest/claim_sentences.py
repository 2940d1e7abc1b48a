"""How the checks of printed figures are put into words: every message once, to be filled in and translated."""

from __future__ import annotations

from typing import Final

from db.words import Precision

COUNTED: Final = {
    "amount": "{records} counted records of {source} in {years}, together {total}",
    "equivalent": "{records} counted records of {source} in {years}, together {total}",
    "records": "{records} counted records of {source} in {years}, of them {total} with a sum",
}
"""By what is added up."""
PRINTED: Final = {
    Precision.EXACT: ", printed {value}",
    Precision.ROUNDED: ", printed {value} (rounded to {step})",
    Precision.AT_LEAST: ", printed at least {value}",
    Precision.AT_MOST: ", printed at most {value}",
}
NO_DIFFERENCE: Final = "no difference"
OURS_IS_MORE: Final = "difference {value}, ours is more"
OURS_IS_LESS: Final = "difference {value}, ours is less"
WITHOUT_SUM: Final = "{records} of these records state no sum"
LOADED_AGAIN: Final = (
    "the source was loaded again since; of the records of this scope {vanished} vanished, {added} came later, "
    "{changed} changed"
)
ADDED_UP: Final = "{addends} = {total}"
ADDENDS_ARE_ROUNDED: Final = "the addends are rounded too, which alone can explain up to {value}"
IMPLIED: Final = "{part} / {percent} % = {whole} (between {low} and {high} given the rounding of both)"
QUOTIENT: Final = "{part} / {whole} = {value}"
QUOTIENT_TIMES: Final = "{part} / {whole} x {times} = {value}"
NONE_HELD: Final = "no records of this scope are held: {why}"
NONE_COUNT: Final = "no records of this scope are held: {source} has none that count in {years}"

NOTHING_OF_OURS: Final = "nothing of ours: {why}"
FIGURES_ADDED: Final = "the printed figures {refs}, added up"
WHOLES_IMPLIED: Final = "the wholes implied by {shares}"
DIVIDED: Final = "{part} divided by {whole}, times {times}"
COUNTED_IN: Final = "counted records of {source}, {years}"
ADDED_OF_ROWS: Final = {
    "amount": "sums in {unit}",
    "equivalent": "the source's own equivalents in {unit}",
    "records": "number of records with a sum",
}
ONLY: Final = {
    "payers": "payer {names}",
    "payers_not": "any payer but {names}",
    "recipients": "recipient {names}",
    "topics": "topic {names}",
    "topics_not": "any topic but {names}",
}
SCALES: Final = {"bn": 10**9, "mn": 10**6}

MESSAGES: Final = frozenset(
    {
        *COUNTED.values(), *PRINTED.values(), NO_DIFFERENCE, OURS_IS_MORE, OURS_IS_LESS, WITHOUT_SUM, LOADED_AGAIN,
        ADDED_UP, ADDENDS_ARE_ROUNDED, IMPLIED, QUOTIENT, QUOTIENT_TIMES, NONE_HELD, NONE_COUNT, NOTHING_OF_OURS,
        FIGURES_ADDED, WHOLES_IMPLIED, DIVIDED, COUNTED_IN, *ADDED_OF_ROWS.values(), *ONLY.values(), *SCALES,
    }
)  # fmt: skip
"""All that can be said, for the catalogues of the site."""
