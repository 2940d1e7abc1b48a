"""How well and how fast names are resolved, beside three peers on the same labelled pairs in the same run.

    python -m benchmarks.names [--names 400000]

Quality: the held-out half of `tests/names/pairs_*.csv`; a peer gets the threshold that is best for it on that very
half, ours has none to choose. Speed: names as they come in, so preparing a name counts, as it does for the peers.
Scale: synthetic names from a seed, 100,000 entities in four spellings each.
"""

import argparse
import csv
import gc
import json
import random
import resource
import statistics
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz

from ingest.names.blocking import candidates, gather
from ingest.names.evaluate import evaluate_names
from ingest.names.normalise import normalise
from ingest.names.score import score

PAIRS = Path(__file__).parent.parent / "tests" / "names"
Pair = tuple[str, str, bool]
ROUNDS = 3


def labelled(part: str) -> list[Pair]:
    pairs = []
    for path in sorted(PAIRS.glob("pairs_*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            pairs += [(r["left"], r["right"], r["same"] == "1") for r in csv.DictReader(file) if r["part"] == part]
    return pairs


def kazakh_entities(part: str) -> tuple[list[str], list[str]]:
    """Return entity and name of every Kazakh name of a part, once each."""
    found: dict[tuple[str, str], None] = {}
    with (PAIRS / "pairs_kazakhstan.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            if row["part"] == part:
                found[row["left_entity"], row["left"]] = found[row["right_entity"], row["right"]] = None
    return [entity for entity, _ in found], [name for _, name in found]


def ours(left: str, right: str) -> float:
    suggestion = score(normalise(left), normalise(right))
    return {"auto": 1.0, "review": 0.5, "new": 0.0}[suggestion.band]


def token_sort(left: str, right: str) -> float:
    return fuzz.token_sort_ratio(left.lower(), right.lower()) / 100


def fingerprints_ratio() -> Callable[[str, str], float] | None:
    if not find_spec("fingerprints"):
        return None
    import fingerprints  # noqa: PLC0415 - in the bench environment only

    def compare(left: str, right: str) -> float:
        one, other = fingerprints.generate(left), fingerprints.generate(right)
        return fuzz.ratio(one, other) / 100 if one and other else 0.0

    return compare


def logic_v2() -> tuple[Callable[[str], object], Callable[[object, object], float]] | None:
    """Return what prepares a name and what compares two prepared names, as their users do it."""
    if not find_spec("nomenklatura"):
        return None
    from followthemoney import model  # noqa: PLC0415 - in the bench environment only
    from nomenklatura.matching import LogicV2  # noqa: PLC0415

    config = LogicV2.default_config()

    def entity(name: str) -> object:
        return model.get_proxy({"id": name or "x", "schema": "Organization", "properties": {"name": [name]}})

    def compare(left: object, right: object) -> float:
        return float(LogicV2.compare(left, right, config).score)

    return entity, compare


def best_f1(compare: Callable[[str, str], float], pairs: list[Pair]) -> dict[str, float]:
    """Return precision, recall and F1 at the threshold with the best F1 on ``pairs``."""
    scored = sorted(((compare(left, right), same) for left, right, same in pairs), reverse=True)
    true_pairs = sum(same for _, same in scored)
    best = {"precision": 0.0, "recall": 0.0, "f1": 0.0}
    right = 0
    for position, (value, same) in enumerate(scored, start=1):
        right += same
        if position < len(scored) and scored[position][0] == value:
            continue
        precision, recall = right / position, right / true_pairs
        f1 = 2 * precision * recall / (precision + recall) if right else 0.0
        if f1 > best["f1"]:
            best = {"precision": precision, "recall": recall, "f1": f1}
    return best


def at_auto(pairs: list[Pair]) -> dict[str, float]:
    """Return the measures of our own bands: nothing is chosen on these pairs."""
    values = [(ours(left, right), same) for left, right, same in pairs]
    merged = [same for value, same in values if value == 1.0]
    true_pairs = sum(same for _, same in values)
    precision, recall = sum(merged) / len(merged), sum(merged) / true_pairs
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / (precision + recall),
        "recall_with_review": sum(same for value, same in values if value > 0) / true_pairs,
    }


def pairs_per_second(
    compare: Callable[[Any, Any], object], pairs: list[tuple[Any, Any]], seconds: float = 1.0
) -> float:
    """Return the median rate of comparing pairs of names that were prepared before, as a resolver does it."""
    rates = []
    for _ in range(ROUNDS):
        done, start = 0, time.perf_counter()
        while (spent := time.perf_counter() - start) < seconds:
            for left, right in pairs:
                compare(left, right)
            done += len(pairs)
        rates.append(done / spent)
    return statistics.median(rates)


# --- synthetic names -------------------------------------------------------------------------------------------------

ONSETS = "бвгджзклмнпрстхшқғ"
VOWELS = "аеиоуыәөүі"
CODAS = ["", "", "", "н", "р", "л", "с", "т", "м", "к", "ш", "й"]
FORMS = ["ТОО «{}»", "АО «{}»", "«{}» ЖШС", "ИП «{}»", "«{}» АҚ", "{}"]
MEDIA = ["газета «{}»", "«{}» газеті", "ТОО «Газета «{}»", "{}"]
LATIN = str.maketrans({
    "а": "a", "ә": "a", "б": "b", "в": "v", "г": "g", "ғ": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i",
    "й": "y", "і": "i", "к": "k", "қ": "q", "л": "l", "м": "m", "н": "n", "о": "o", "ө": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ү": "u", "х": "kh", "ш": "sh", "ы": "y",
})  # fmt: skip
RUSSIAN = str.maketrans("әғқөүі", "агкоуи")
LOOKALIKES = str.maketrans("аеорсх", "aeopcx")


def word(rng: random.Random) -> str:
    syllables = rng.choice((2, 2, 3, 3, 4))
    return "".join(rng.choice(ONSETS) + rng.choice(VOWELS) + rng.choice(CODAS) for _ in range(syllables))


def swap(rng: random.Random, text: str) -> str:
    at = rng.randrange(1, max(2, len(text) - 2))
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :] if at + 1 < len(text) else text


def spelling(rng: random.Random, name: str) -> str:
    """Return one way to print a name: another form, script, order, a look-alike letter, a slip."""
    title = name.title()
    at = rng.randrange(len(name))
    # one other letter in a short name is another name
    slip = name if len(name) < 8 else name[:at] + rng.choice(VOWELS) + name[at + 1 :]
    return rng.choice([
        rng.choice(MEDIA).format(name.translate(LATIN).title()),
        rng.choice(FORMS).format(name).upper(),
        rng.choice(FORMS).format(title.translate(RUSSIAN)),
        rng.choice(FORMS).format(title.translate(LOOKALIKES)),
        rng.choice(FORMS).format(swap(rng, title)),
        rng.choice(FORMS).format(" ".join(reversed(title.split()))),
        rng.choice(MEDIA).format(title),
        rng.choice(FORMS).format(slip.title()),
    ])  # fmt: skip


def synthetic(count: int, seed: int = 20261123) -> tuple[list[int], list[str]]:
    """Return entities and names: four spellings of each entity."""
    rng = random.Random(seed)
    entities, names = [], []
    for entity in range(count // 4):
        name = " ".join(word(rng) for _ in range(rng.choice((1, 2, 2, 2, 3))))
        for _ in range(4):
            entities.append(entity)
            names.append(spelling(rng, name))
    return entities, names


def scale(count: int) -> dict[str, float]:
    entities, raw = synthetic(count)
    gc.collect()
    start = time.perf_counter()
    names = [normalise(text) for text in raw]
    normalised = time.perf_counter()
    groups = gather(names)
    group_of: dict[int, int] = {}
    for number, members in enumerate(groups.values()):
        for index in members:
            group_of[index] = number
    pairs = list(candidates(names, groups))
    blocked = time.perf_counter()
    bands = {"auto": 0, "review": 0, "new": 0}
    for left, right in pairs:
        bands[score(names[left], names[right]).band] += 1
    scored = time.perf_counter()
    # A true pair is found when both names have one key or a candidate links their keys.
    linked = {(min(a, b), max(a, b)) for left, right in pairs for a, b in ((group_of[left], group_of[right]),)}
    found = total = 0
    for first in range(0, len(raw), 4):
        for left in range(first, first + 4):
            for right in range(left + 1, first + 4):
                total += 1
                one, other = group_of.get(left, -1), group_of.get(right, -2)
                found += one == other or (min(one, other), max(one, other)) in linked
    assert len(entities) == len(raw)
    return {
        "names": len(raw), "normalise_s": normalised - start, "block_s": blocked - normalised,
        "score_s": scored - blocked, "total_s": scored - start, "candidates": len(pairs), "pair_recall": found / total,
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, **bands,
    }  # fmt: skip


def line(
    name: str, unit: str, value: float, target: float, *, peer: float | None = None, least: bool = True
) -> dict[str, Any]:
    ratio = value / peer if peer else None
    measured = ratio if ratio is not None else value
    return {"name": name, "unit": unit, "ours": value, "peer": peer, "ratio": ratio, "target": target,
            "met": measured >= target if least else measured <= target}  # fmt: skip


def run(count: int = 400_000) -> list[dict[str, Any]]:
    """Measure and return lines for `benchmarks/results.json`."""
    pairs = labelled("held-out")
    mine = at_auto(pairs)
    lines = [
        line("names: precision of automatic merging, held-out pairs", "share", mine["precision"], 0.98),
        line("names: recall of automatic merging, held-out pairs", "share", mine["recall"], 0.85),
        line("names: recall with review, held-out pairs", "share", mine["recall_with_review"], 0.97),
    ]
    clustered = evaluate_names(*kazakh_entities("held-out"))
    lines += [
        line("names: precision, held-out Kazakh names in clusters", "share", clustered["precision"], 0.98),
        line("names: recall, held-out Kazakh names in clusters", "share", clustered["recall"], 0.85),
        line("names: recall with review, same", "share", clustered["recall_with_review"], 0.97),
        line("names: share of names in review, same", "share", clustered["share_in_review"], 0.05, least=False),
    ]
    big = scale(count)
    lines += [
        line(f"names: {count} normalised, blocked and scored", "s", big["total_s"], 60.0, least=False),
        line(f"names: peak memory for {count}", "MB", big["rss_mb"], 1000.0, least=False),
        line("names: pair recall of blocking", "share", big["pair_recall"], 0.98),
    ]
    taken_apart = [(normalise(left), normalise(right)) for left, right, _ in pairs]
    speed = pairs_per_second(score, taken_apart)
    lines.append(line("names: pairs scored", "pairs/s", speed, 100_000))
    peers: dict[str, Callable[[str, str], float] | None] = {
        "token_sort": token_sort,
        "fingerprints": fingerprints_ratio(),
    }
    logic = logic_v2()
    if logic is not None:
        entity, compare_entities = logic
        peers["nomenklatura logic-v2"] = lambda left, right: compare_entities(entity(left), entity(right))
        entities = [(entity(left), entity(right)) for left, right, _ in pairs]
        rate = pairs_per_second(compare_entities, entities)
        lines.append(line("names: pairs scored beside logic-v2", "pairs/s", speed, 10.0, peer=rate))
    for peer, compare in peers.items():
        if compare is None:
            continue
        theirs = best_f1(compare, pairs)
        lines.append(line(f"names: F1 on held-out pairs beside {peer}", "F1", mine["f1"], 1.0, peer=theirs["f1"]))
    return lines


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--names", type=int, default=400_000)
    print(json.dumps(run(parser.parse_args().names), indent=1, ensure_ascii=False))
