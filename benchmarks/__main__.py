"""Run every benchmark, each in a process of its own, and write `benchmarks/results.json`.

    python -m benchmarks [loading crawling ...]

With names only those are measured anew; the other lines of the file stay as they are.
"""

import importlib
import json
import platform
import subprocess
import sys
from pathlib import Path

PARTS = ("loading", "crawling", "exporting", "names", "tables")
RESULTS = Path(__file__).parent / "results.json"


def measured(part: str) -> list[dict[str, object]]:
    """Measure one part in this process; each figure is printed as it is known."""
    lines: list[dict[str, object]] = importlib.import_module(f"benchmarks.{part}").run()
    return [{"part": part, **line} for line in lines]


def main(wanted: list[str]) -> None:
    """Measure and keep."""
    unknown = [part for part in wanted if part not in PARTS]
    if unknown:
        sys.exit(f"no benchmark called {', '.join(unknown)}; there are {', '.join(PARTS)}")
    kept = json.loads(RESULTS.read_text(encoding="utf-8")) if RESULTS.exists() else []
    lines = {part: [line for line in kept if line["part"] == part] for part in PARTS}
    for part in wanted or PARTS:
        print(f"measuring {part}", file=sys.stderr, flush=True)
        # a process each, so that peak memory and warm caches of one part do not reach the next
        said = subprocess.run([sys.executable, "-m", "benchmarks", "--one", part], stdout=subprocess.PIPE, check=True)
        lines[part] = json.loads(said.stdout)
        for line in lines[part]:
            print(f"  {'met   ' if line['met'] else 'MISSED'} {line['name']}: {told(line)}", file=sys.stderr)
        everything = [line for each in PARTS for line in lines[each]]
        RESULTS.write_text(json.dumps(everything, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"written to {RESULTS.name}; Python {platform.python_version()}", file=sys.stderr)


def told(line: dict[str, object]) -> str:
    """One figure as a person reads it."""
    if line["ratio"] is None:
        return f"{line['ours']} {line['unit']} (target {line['target']})"
    return f"{line['ratio']} of the peer (target {line['target']}); {line['ours']} and {line['peer']} {line['unit']}"


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measured(sys.argv[2]), ensure_ascii=False))
    else:
        main(sys.argv[1:])
