"""Readable, stable addresses made from names: «Айқын» becomes ``aiqyn``.

A slug is fixed at first publication, so it has to come out the same on every machine: it depends on the name
and, only where two entities would share it, on a hash of the entity's own key. It never counts up.
"""

import hashlib
import re
import unicodedata
from collections.abc import Container
from typing import Final

from db.fold import clean, repair_lookalikes

MAX_LENGTH: Final = 60

_READABLE: Final = str.maketrans(
    {
        "а": "a", "ә": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "ґ": "g", "д": "d", "е": "e", "ё": "yo",
        "є": "ye", "ж": "zh", "з": "z", "и": "i", "й": "i", "і": "i", "ї": "yi", "к": "k", "қ": "q", "л": "l",
        "м": "m", "н": "n", "ң": "n", "о": "o", "ө": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
        "ұ": "u", "ү": "u", "ў": "u", "ф": "f", "х": "kh", "һ": "h", "ц": "ts", "ч": "ch", "ш": "sh",
        "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya",
        "ђ": "dj", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c", "џ": "dz",
        "đ": "dj", "ı": "i", "ß": "ss", "ø": "o", "ł": "l", "æ": "ae", "œ": "oe",
    }
)  # fmt: skip
_RUSSIAN_ENDINGS: Final = re.compile(r"(?<=[а-я])[иы]й\b")
_NOT_PLAIN: Final = re.compile(r"[^a-z0-9]+")


def readable(name: str) -> str:
    """Return ``name`` in lower-case ASCII letters and digits joined by hyphens; "" if nothing readable is left.

    Letters that have no Latin spelling here, such as Georgian ones, are left out. Digits alone, of a name that has
    letters, are no name: of "რადიო 5" nothing is left.
    """
    text = repair_lookalikes(clean(name)).casefold()
    text = _RUSSIAN_ENDINGS.sub("y", text).translate(_READABLE)
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = text.translate(_READABLE).replace("'", "").replace("’", "")
    plain = _NOT_PLAIN.sub("-", text).strip("-")
    if not re.search("[a-z]", plain) and any(map(str.isalpha, name)):
        return ""
    if len(plain) <= MAX_LENGTH:
        return plain
    cut = plain[:MAX_LENGTH]
    # Cut between words unless the first word alone is longer than the limit.
    return (cut if plain[MAX_LENGTH] == "-" else cut.rpartition("-")[0] or cut).strip("-")


def slug(name: str, taken: Container[str] = (), *, key: str = "") -> str:
    """Return a slug for ``name`` that is not in ``taken``.

    Args:
        name: the name as published.
        taken: slugs already given to other entities of the same kind.
        key: what identifies the entity (country and registry id, or the decision's subject). It feeds the
            suffix, so the same entity gets the same suffix whatever the order of publication. Defaults to the name.

    Raises:
        ValueError: the name and key hold nothing to make a slug from.
    """
    identity = key or clean(name)
    if not identity:
        raise ValueError("a slug needs a name or a key: both are empty")
    base = readable(name)
    digest = hashlib.sha256(identity.encode()).hexdigest()
    if base and base not in taken:
        return base
    for length in range(6, len(digest) + 1):
        candidate = f"{base or 'x'}-{digest[:length]}"
        if candidate not in taken:
            return candidate
    raise ValueError(f"every slug for {name!r} with key {identity!r} is taken: give the entity a key of its own")
