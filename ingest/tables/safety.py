"""Documents come from outside: each is read in a child process with bounded time and memory.

Archives (and office files, which are archives) are judged by their directory before anything is inflated.
Nothing of a document is run, and nothing it points to is fetched.
"""

import io
import os
import re
import resource
import signal
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

import msgspec

from ingest.tables.model import DocumentRefused, Table

MAX_BYTES = 100 * 1024 * 1024
MAX_INFLATED = 256 * 1024 * 1024
MAX_MEMBER = 200 * 1024 * 1024
MAX_RATIO = 300
MAX_MEMBERS = 2_000
MAX_DEPTH = 3
MAX_ANSWER = 256 * 1024 * 1024
SECONDS = 120
MEMORY = 2 * 1024 * 1024 * 1024
_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)


def check_size(data: bytes, name: str) -> None:
    """Refuses empty and oversized files.

    Raises:
        DocumentRefused: empty or larger than `MAX_BYTES`.
    """
    if not data:
        raise DocumentRefused(name, "empty", "the file has no bytes; fetch it again or ask the body for it")
    if len(data) > MAX_BYTES:
        raise DocumentRefused(name, "too-large", f"{len(data)} bytes; at most {MAX_BYTES} are read")


def check_archive(data: bytes, name: str) -> list[zipfile.ZipInfo]:
    """Judges a ZIP archive by its directory alone and returns the directory.

    Raises:
        DocumentRefused: broken, or it would inflate beyond what a document can hold.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise DocumentRefused(name, "broken", f"it is no readable archive ({error})") from error
    if len(members) > MAX_MEMBERS:
        raise DocumentRefused(name, "too-large", f"it has {len(members)} members; at most {MAX_MEMBERS} are read")
    total = sum(m.file_size for m in members)
    if total > MAX_INFLATED or any(m.file_size > MAX_MEMBER for m in members):
        raise DocumentRefused(name, "bomb", f"it would inflate to {total} bytes; at most {MAX_INFLATED} are read")
    for m in members:
        if m.file_size > 10 * 1024 * 1024 and m.file_size > MAX_RATIO * max(m.compress_size, 1):
            raise DocumentRefused(name, "bomb", f"{m.filename} inflates more than {MAX_RATIO} times")
    return members


def check_office(data: bytes, name: str) -> None:
    """Refuses office files whose XML declares a document type: none needs one, entity attacks do.

    Raises:
        DocumentRefused: as `check_archive`, or `entities`.
    """
    members = check_archive(data, name)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for m in members:
            if not m.filename.lower().endswith((".xml", ".rels", ".vml")):
                continue
            try:
                with archive.open(m) as part:
                    head = part.read(65_536)
            except (RuntimeError, zipfile.BadZipFile, OSError, NotImplementedError, EOFError, ValueError) as error:
                raise DocumentRefused(name, "broken", f"{m.filename} cannot be unpacked ({error})") from error
            if _DOCTYPE.search(head.replace(b"\x00", b"")):
                raise DocumentRefused(name, "entities", f"{m.filename} declares a document type; ask for a clean copy")


def _environment() -> Mapping[str, str]:
    """Only what the child needs: no secret of the parent reaches a process that parses foreign files."""
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "LANG", "LC_ALL", "TMPDIR", "TESSDATA_PREFIX"}}
    return {
        **kept,
        "PYTHONPATH": os.pathsep.join(p or str(Path.cwd()) for p in sys.path),
        "OMP_THREAD_LIMIT": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }


def limit_process(memory: int, seconds: int) -> None:
    """Bounds this process, which is about to parse a foreign document: address space, processor time, no core file.

    Args:
        memory: bytes.
        seconds: processor time.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run_isolated(module: str, order: bytes, data: bytes, *, name: str, seconds: float) -> bytes:
    """What a module writes that was given a document on its standard input, in a process of its own.

    The module bounds itself with `limit_process`. A process that is ended from outside (a machine short of memory,
    a hand that slipped) is started once more.

    Args:
        module: run as `python -P -m module ORDER`, which takes nothing from the folder one stands in.
        order: what it is to do, as text.
        data: the bytes of the document.
        name: its name, for messages.
        seconds: wall-clock limit.

    Raises:
        DocumentRefused: `timeout`, `too-large`, `killed` or `broken`: the process did not come to its end.
    """
    code, answer, complaint = _ran(module, order, data, name, seconds)
    if code == -signal.SIGKILL:
        code, answer, complaint = _ran(module, order, data, name, seconds)
    if code != 0:
        raise _died(code, complaint, name)
    return answer


def _ran(module: str, order: bytes, data: bytes, name: str, seconds: float) -> tuple[int, bytes, bytes]:
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module, no shell
        [sys.executable, "-P", "-m", module, order.decode()],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_environment(),
        start_new_session=True,
    ) as child:
        try:
            answer, complaint = child.communicate(data, timeout=seconds)
        except subprocess.TimeoutExpired as error:
            _end(child)
            raise DocumentRefused(name, "timeout", f"not done within {seconds} seconds; split the document") from error
        except BaseException:
            _end(child)
            raise
    return child.returncode, answer, complaint


def _end(child: subprocess.Popen[bytes]) -> None:
    """Ends the child and whatever it started."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        child.kill()
    child.wait()


def _died(code: int, complaint: bytes, name: str) -> DocumentRefused:
    text = complaint.decode("utf-8", "replace")
    if code == -signal.SIGXCPU:
        return DocumentRefused(name, "timeout", "it took more time than a document may; split it")
    if code == -signal.SIGKILL:
        return DocumentRefused(name, "killed", "its reader was ended twice from outside; give the machine more memory")
    if "MemoryError" in text or "memory allocation" in text or "bad_alloc" in text:
        return DocumentRefused(name, "too-large", "it took more memory than a document may; split it")
    last = text.strip().splitlines()[-1:] or [f"exit {code}"]
    return DocumentRefused(name, "broken", f"its reader broke down ({last[0][:300]})")


class ReadOrder(msgspec.Struct, frozen=True):
    """What the reader of tables is to do: the document's name, whether pictures are read, and its bounds."""

    name: str
    scan: bool = False
    memory: int = MEMORY
    seconds: int = SECONDS


class Answer(msgspec.Struct, omit_defaults=True):
    """What the child says: tables, or why there are none."""

    tables: list[Table] = []
    name: str = ""
    reason: str = ""
    advice: str = ""

    def given(self) -> list[Table]:
        """The tables.

        Raises:
            DocumentRefused: there are none, for the reason that the answer gives.
        """
        if self.reason:
            raise DocumentRefused(self.name, self.reason, self.advice)
        return self.tables


def read_isolated(data: bytes, order: ReadOrder) -> bytes:
    """Reads a document in a child process; gives an `Answer` as JSON, as the child wrote it.

    Raises:
        DocumentRefused: empty or too large to be begun, or the child had to be ended.
    """
    check_size(data, order.name)
    told = msgspec.json.encode(order)
    return run_isolated("ingest.tables.child", told, data, name=order.name, seconds=order.seconds)
