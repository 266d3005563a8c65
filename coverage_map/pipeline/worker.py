"""The process that works at jobs: one, started once and kept warm with its imports done.

What runs jobs is a ``concurrent.futures.Executor``; Dask's ``client.get_executor()`` is one too and
can take this one's place. Nothing else in the pipeline knows processes.
"""

import importlib
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ProcessPoolExecutor
from functools import cache

from coverage_map.pipeline.long_verbs import read_long_verbs

_lock = threading.Lock()


def submit(function: Callable[..., None], *args: object) -> Future[None]:
    """Hand a call to the worker; a worker that died is replaced by another."""
    with _lock:
        try:
            return _executor().submit(function, *args)
        except BrokenExecutor:
            _executor.cache_clear()
            return _executor().submit(function, *args)


def start_worker() -> None:
    """Start the worker and its imports, so that the first job does not wait for them."""
    submit(import_verbs)


def import_verbs() -> None:
    """Import every module a job may need."""
    for verb in read_long_verbs().values():
        importlib.import_module(verb.function.partition(":")[0])


@cache
def _executor() -> Executor:
    return ProcessPoolExecutor(
        max_workers=1,
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_begin,
    )


def _begin() -> None:
    follow_parent()
    import_verbs()


def follow_parent() -> None:
    """End this process when the process that started it is gone, however it went."""
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
