"""Reads many documents at once, on this machine or on the machines of a Dask cluster; the tables are the same.

Wherever a document is read, it is read in a bounded process of its own. A worker of a cluster that dies loses nothing:
what it had is read by another.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import msgspec

from db.archive import name_of
from ingest.extras import how_to_add
from ingest.tables.model import DocumentRefused, Table
from ingest.tables.safety import MAX_BYTES, Answer, ReadOrder, read_isolated

_CONNECT_SECONDS = 15
_AHEAD = 2
"""Documents sent for each place of a cluster, so that none waits for the next."""
Read = Callable[[bytes, ReadOrder], bytes]


class ClusterError(Exception):
    """A cluster that cannot be used; the message says what to do."""


def read_many(
    paths: Sequence[Path], *, scan: bool = False, scheduler: str = ""
) -> Iterator[tuple[Path, list[Table] | DocumentRefused]]:
    """Read documents, as many at once as there are processors; in the order of the paths.

    Args:
        paths: the files.
        scan: read pictures of pages with character recognition.
        scheduler: address of a Dask scheduler, such as `tcp://127.0.0.1:8786`; this machine when left out.

    Gives:
        Each path with its tables, or with the refusal of the document.

    Raises:
        ClusterError: the scheduler cannot be reached, has no workers, or runs another version of this program.
        OSError: a file cannot be opened.
    """
    with _on_cluster(scheduler) if scheduler else _here() as (read, at_once):

        def one(path: Path) -> list[Table] | DocumentRefused:
            try:
                told = read(path.read_bytes(), ReadOrder(name_of(path), scan=scan))
                return msgspec.json.decode(told, type=Answer).given()
            except DocumentRefused as error:
                return error

        pool = ThreadPoolExecutor(max_workers=at_once)  # each thread waits for a process
        try:
            yield from zip(paths, pool.map(one, paths), strict=True)
        finally:
            pool.shutdown(cancel_futures=True)


@contextmanager
def _here() -> Iterator[tuple[Read, int]]:
    yield read_isolated, len(os.sched_getaffinity(0))


@contextmanager
def _on_cluster(address: str) -> Iterator[tuple[Read, int]]:
    try:
        # an optional extra without types
        dask, distributed = importlib.import_module("dask"), importlib.import_module("distributed")
    except ImportError as error:
        raise ClusterError(
            f"reading on a cluster needs the extra: {how_to_add('cluster')}; without --scheduler the documents are "
            "read on this machine"
        ) from error
    # a document travels inside its task, so that the task can be given to another worker
    told = {"distributed.admin.large-graph-warning-threshold": f"{2 * MAX_BYTES} B"}
    with dask.config.set(told):
        try:
            client = distributed.Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
        except (OSError, TimeoutError, ValueError) as error:
            raise ClusterError(f"{address}: no Dask scheduler answers there ({error})") from error
        with client:
            try:
                client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
            except TimeoutError as error:
                raise ClusterError(f"{address}: the scheduler has no workers; start one with `dask worker`") from error
            places = sum(client.nthreads().values())
            yield _sent(client, distributed), _AHEAD * max(places, 1)


def _sent(client: Any, distributed: Any) -> Read:  # noqa: ANN401 - both of an optional extra
    program = version("mediacontracts")

    def read(body: bytes, order: ReadOrder) -> bytes:
        future = client.submit(read_on_worker, body, order, program, pure=False)
        try:
            told: bytes = future.result()
        except distributed.KilledWorker as error:
            advice = f"the workers that read it died, one after another ({error}); give them more memory"
            raise DocumentRefused(order.name, "killed", advice) from None
        except (distributed.CancelledError, distributed.comm.CommClosedError, OSError) as error:
            raise ClusterError(f"the scheduler went away while {order.name} was read ({error})") from error
        except ImportError as error:
            raise ClusterError(f"a worker lacks what reading needs ({error}); install mediacontracts there") from error
        return told

    return read


def read_on_worker(body: bytes, order: ReadOrder, program: str) -> bytes:
    """Read one document on a worker of a cluster, in a bounded process as everywhere; gives an `Answer` as JSON.

    Raises:
        ImportError: the worker has another version of this program, whose tables might differ.
    """
    own = version("mediacontracts")
    if own != program:
        raise ImportError(f"mediacontracts {own} where {program} is needed")
    try:
        return read_isolated(body, order)
    except DocumentRefused as error:
        return msgspec.json.encode(Answer(name=error.name, reason=error.reason, advice=error.advice))
