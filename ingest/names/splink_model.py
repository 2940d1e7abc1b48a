"""The model that Splink estimates; the only module that imports the optional library, and only when it is asked."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.comparison_level_library import (
    CustomLevel,
    DamerauLevenshteinLevel,
    ElseLevel,
    ExactMatchLevel,
    JaroWinklerLevel,
    NullLevel,
)
from splink.comparison_library import CustomComparison
from splink.internals.comparison_level_creator import ComparisonLevelCreator

from ingest.names.normalise import Name

COMPARED: Final = ("name", "words", "medium", "legal_form", "parties")

_SEED: Final = 2012
_PAIRS_SAMPLED: Final = 2e6
_SHARE_FOUND: Final = 0.6  # of the true pairs, those spelled alike but for spaces, case and script
_TEXT, _TEXTS = pa.string(), pa.list_(pa.string())
_SCHEMA: Final = pa.schema(
    [
        ("unique_id", pa.int64()), ("name", _TEXT), ("consonants", _TEXT), ("first", _TEXT), ("words", _TEXTS),
        ("medium", _TEXT), ("legal_form", _TEXT), ("parties", _TEXTS),
    ]
)  # fmt: skip
_Levels = list[ComparisonLevelCreator | dict[str, Any]]
_WORDS_SHARED: Final = 'len(list_intersect("words_l", "words_r"))'


def predicted(
    known: Sequence[tuple[Name, Sequence[str]]], pairs: Sequence[tuple[int, int]]
) -> dict[tuple[int, int], Mapping[str, float]]:
    """Estimate the model on all names and apply it to some pairs.

    Args:
        known: names, each with the parties on the other side of its money.
        pairs: indexes of two of them, the smaller one first.

    Returns:
        for each pair ``probability``, and the weight in bits of each of `COMPARED`.
    """
    logging.getLogger("splink").setLevel(logging.ERROR)  # it tells of each estimate, which nobody asked for
    connection = duckdb.connect(":memory:", config={"threads": 1})  # several would add up in changing order
    try:
        database = DuckDBAPI(connection)
        records = [_record(at, name, parties) for at, (name, parties) in enumerate(known)]
        linker = Linker(
            database.register(pa.Table.from_pylist(records, _SCHEMA)), _settings(), log_level=logging.ERROR
        )
        _train(linker)
        asked = [{"match_key": "0", "join_key_l": left, "join_key_r": right} for left, right in dict.fromkeys(pairs)]
        linker.table_management.register_blocked_pairs_for_predict(database.register(pa.Table.from_pylist(asked)))
        rows = linker.inference.predict().as_record_list()
    finally:
        connection.close()
    return {
        (row["unique_id_l"], row["unique_id_r"]): {
            "probability": float(row["match_probability"]),
            **{column: float(row[f"mw_{column}"]) for column in COMPARED},
        }
        for row in rows
    }


def _record(at: int, name: Name, parties: Sequence[str]) -> dict[str, object]:
    return {
        "unique_id": at,
        "name": name.core or None,
        "consonants": name.skeleton or None,
        "first": name.tokens[0] if name.tokens else None,
        "words": sorted(set(name.tokens)),
        "medium": name.medium,
        "legal_form": name.legal_form,
        "parties": sorted(parties),
    }


def _train(linker: Linker) -> None:
    train = linker.training
    train.estimate_probability_two_random_records_match([block_on("name")], recall=_SHARE_FOUND)
    train.estimate_u_using_random_sampling(max_pairs=_PAIRS_SAMPLED, seed=_SEED)
    for column in ("consonants", "first"):
        train.estimate_parameters_using_expectation_maximisation(block_on(column))


def _settings() -> SettingsCreator:
    name: _Levels = [
        NullLevel("name"),
        ExactMatchLevel("name"),
        DamerauLevenshteinLevel("name", 1),
        JaroWinklerLevel("name", 0.92),
        JaroWinklerLevel("name", 0.8),
        ElseLevel(),
    ]
    words: _Levels = [
        _either_empty("words"),
        CustomLevel('"words_l" = "words_r"', "all words"),
        CustomLevel(f'{_WORDS_SHARED} = least(len("words_l"), len("words_r"))', "all words of one"),
        CustomLevel(f"{_WORDS_SHARED} > 0", "some words"),
        ElseLevel(),
    ]
    parties: _Levels = [
        _either_empty("parties"),
        CustomLevel('list_has_any("parties_l", "parties_r")', "a party in common"),
        ElseLevel(),
    ]
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            CustomComparison(name, "name"),
            CustomComparison(words, "words"),
            _same_or_not("medium"),
            _same_or_not("legal_form"),
            CustomComparison(parties, "parties"),
        ],
        retain_intermediate_calculation_columns=True,
        retain_matching_columns=False,
    )


def _either_empty(column: str) -> CustomLevel:
    level = CustomLevel(f'len("{column}_l") = 0 OR len("{column}_r") = 0')
    level.configure(is_null_level=True)
    return level


def _same_or_not(column: str) -> CustomComparison:
    return CustomComparison([NullLevel(column), ExactMatchLevel(column), ElseLevel()], column)
