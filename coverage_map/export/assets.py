"""Where the front-end files lie that pages and printed sheets are made with."""

from importlib.resources import files
from pathlib import Path

from geodata.errors import ExportError, Place


def asset(name: str) -> Path:
    """Return the path of a file below ``coverage_map/assets``.

    Raises ExportError where it was never fetched (``make assets`` does it).
    """
    path = Path(str(files("coverage_map"))) / "assets" / name
    if not path.is_file():
        raise ExportError("export_asset", Place(file=name))
    return path
