"""Read uploads in a child process that knows neither store nor network.

A file that crashes its reader takes the child with it, not the app; the next file gets a new one.
"""

import logging
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from threading import Lock

from coverage_map.pipeline.memory import Memory
from coverage_map.pipeline.worker import follow_parent
from geodata.errors import CoverageMapError, FileRefusedError, Place
from geodata.ingest import Answers, CheckedTable, check_file
from geodata.register import Register

_lock = Lock()
_log = logging.getLogger(__name__)


@cache
def _executor() -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(max_workers=1, mp_context=context, initializer=_begin)


def _begin() -> None:
    follow_parent()
    # A reader that dies says so in its own words; what people read is the refusal.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    _import_readers()


def warm_up() -> None:
    """Start the child and its imports, so that the first upload does not wait for them."""
    _executor().submit(_import_readers)


def _import_readers() -> None:
    import geodata.ingest
    import geodata.matching  # noqa: F401


def check_in_child(
    content: bytes,
    name: str,
    register: Register,
    owner: str,
    answers: Answers | None,
    memory: Memory | None = None,
) -> list[CheckedTable]:
    """Run ``geodata.ingest.check_file`` in the child; a crash there is a refused file.

    memory: what the owner's files are read with beside the answers.

    Raises:
        FileRefusedError: the file cannot be read, or its reader crashed on it.
    """
    said = memory or Memory()
    call = (content, name, register, owner, answers, said.profiles, said.decisions, said.known)
    with _lock:
        try:
            future = _executor().submit(check_file, *call)
            failure = future.exception()
        except BrokenProcessPool as crash:
            _executor.cache_clear()
            raise FileRefusedError("file_crashed_reader", Place(file=name)) from crash
    if failure is None:
        return future.result()
    if not isinstance(failure, CoverageMapError):
        _log.error("the reader failed on a file", exc_info=failure)
        raise FileRefusedError("file_crashed_reader", Place(file=name)) from failure
    raise failure
