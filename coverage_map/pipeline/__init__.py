"""The verbs people have: every one takes the workspace and the actor who asks.

``__init__.pyi`` names them and the modules they stand in, one line a verb. A module is imported
when one of its verbs is first asked for, so that the command line can refuse or explain at once.
"""

import ast
from importlib import import_module
from importlib.resources import files


def _read_rooms() -> dict[str, str]:
    """Return in which module each verb stands, by the imports of the stub."""
    stub = (files(__name__) / "__init__.pyi").read_text(encoding="utf-8")
    return {
        alias.name: str(line.module)
        for line in ast.parse(stub).body
        if isinstance(line, ast.ImportFrom)
        for alias in line.names
    }


_ROOMS = _read_rooms()


def __getattr__(name: str) -> object:
    if name == "__all__":
        return sorted(_ROOMS)
    if name not in _ROOMS:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    verb: object = getattr(import_module(_ROOMS[name]), name)
    globals()[name] = verb
    return verb


def __dir__() -> list[str]:
    return sorted({*globals(), *_ROOMS})


def load() -> None:
    """Import every room now, as a server does before the first person asks."""
    for name in _ROOMS:
        __getattr__(name)
