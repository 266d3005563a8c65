"""Files named on a command line: refused before anything else is done if they are none."""

from collections.abc import Iterable
from pathlib import Path

from geodata.errors import Place, UsageError


def require_files(files: Iterable[Path]) -> None:
    """Refuse a path that is no file; UsageError ``file_missing`` names the first."""
    for file in files:
        if not file.is_file():
            raise UsageError("file_missing", Place(file=str(file)))
