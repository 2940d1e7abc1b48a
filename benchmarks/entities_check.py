"""Holds a file of entities against the followthemoney package: every schema, property, value and reference.

Run in the bench environment, which has the package: `.venv-bench/bin/python benchmarks/entities_check.py FILE`.
Prints JSON: lines by schema and what is wrong; exit code 1 if anything is.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from importlib import import_module
from pathlib import Path
from typing import Any

_SHOWN = 20
# the package is no part of the environment that types are checked in
followthemoney = import_module("followthemoney")
model = followthemoney.model
InvalidData: type[Exception] = import_module("followthemoney.exc").InvalidData


def check(path: Path) -> dict[str, Any]:
    """Check every line of a file; references are held against the schema that the property points at."""
    schemas: dict[str, str] = {}
    lines: Counter[str] = Counter()
    wrong: list[str] = []
    with path.open(encoding="utf-8") as file:
        for number, text in enumerate(file, start=1):
            entity = json.loads(text)
            lines[entity["schema"]] += 1
            if entity["id"] in schemas:
                wrong.append(f"line {number}: {entity['id']} occurs twice")
            schemas[entity["id"]] = entity["schema"]
    with path.open(encoding="utf-8") as file:
        for number, text in enumerate(file, start=1):
            wrong += [f"line {number}: {told}" for told in _wrong(json.loads(text), schemas)]
    return {
        "package": f"followthemoney {followthemoney.__version__}",
        "lines": lines.total(),
        "by_schema": dict(sorted(lines.items())),
        "wrong": len(wrong),
        "first": wrong[:_SHOWN],
    }


def _wrong(entity: dict[str, Any], schemas: dict[str, str]) -> list[str]:
    schema = model.get(entity["schema"])
    if schema is None:
        return [f"no schema {entity['schema']}"]
    found = [f"{name} is required" for name in schema.required if not entity["properties"].get(name)]
    try:
        schema.validate(entity)
    except InvalidData as error:
        found.append(f"{entity['id']}: {vars(error).get('errors', error)}")
    for name, values in entity["properties"].items():
        prop = schema.get(name)
        if prop is None or prop.stub:
            found.append(f"{schema.name} has no property {name}")
            continue
        for value in values:
            if prop.type.name != "entity" and prop.type.clean(value) is None:
                found.append(f"{name}: {value!r} is no {prop.type.name}")
            if len(value) > (prop.max_length or len(value)):
                found.append(f"{name}: longer than {prop.max_length}")
            if prop.type.name == "entity":
                target = schemas.get(value)
                if target is None or not model[target].is_a(prop.range):
                    found.append(f"{name}: {value} is {target}, not {prop.range.name if prop.range else ''}")
    return found


if __name__ == "__main__":
    outcome = check(Path(sys.argv[1]))
    print(json.dumps(outcome, ensure_ascii=False, indent=1))
    sys.exit(1 if outcome["wrong"] else 0)
