"""The process that reads one document: `python -m ingest.tables.child ORDER < document > answer`."""

import gc
import sys

import msgspec

from ingest.tables.formats import document_tables
from ingest.tables.model import DocumentRefused
from ingest.tables.safety import MAX_ANSWER, Answer, ReadOrder, limit_process


def main() -> int:
    """Limits itself, reads the document from standard input, writes an `Answer` as JSON."""
    order = msgspec.json.decode(sys.argv[1], type=ReadOrder)
    limit_process(order.memory, order.seconds)
    gc.disable()  # one document and out; letters are plain tuples and hold no cycles
    name = order.name
    try:
        answer = Answer(tables=document_tables(sys.stdin.buffer.read(), name, scan=order.scan))
    except DocumentRefused as error:
        answer = Answer(name=error.name, reason=error.reason, advice=error.advice)
    except RecursionError:
        answer = Answer(name=name, reason="broken", advice="it is nested deeper than a document can be")
    except MemoryError:
        answer = Answer(
            name=name, reason="too-large", advice="reading it took more memory than a document may; split it"
        )
    out = msgspec.json.encode(answer)
    if len(out) > MAX_ANSWER:
        out = msgspec.json.encode(
            Answer(name=name, reason="too-large", advice="its tables are larger than a document may hold")
        )
    sys.stdout.buffer.write(out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
