"""The Xuchang sample: a real register, modelled shapes, and files as carriers send them.

What is real and what is modelled stands in README.md beside this file. Nothing outside the tests
reads the ``truth`` folder.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from geodata.register import write_register
from geodata.sample.carriers import write_uploads
from geodata.sample.city import build_city
from geodata.sample.landcover import write_landcover
from geodata.sample.source_tables import read_source
from geodata.sample.terrain import write_terrain

Progress = Callable[[str, int, int], None]
_STEPS = 4


def build_sample(folder: Path, seed: int = 2023, progress: Progress | None = None) -> None:
    """Build the sample city in a folder; the same values for the same seed.

    Writes ``register/`` (see geodata.register), ``terrain.tif`` (int16 metres, EPSG:4490, one arc
    second, Cloud Optimized), ``landcover.tif`` (ESA WorldCover's codes on the same grid),
    ``uploads/<owner>/<file>`` with ``uploads.json`` (the order of import and the answers a person
    would give) and ``truth/*.parquet`` for tests. ``progress`` is called
    with its message's id, how many steps are done and how many there are.
    """

    def tell(done: int) -> None:
        if progress is not None:
            progress("progress.sample", done, _STEPS)

    folder.mkdir(parents=True, exist_ok=True)
    # One stream a part: a change in one part leaves the others as they were.
    streams = np.random.default_rng(seed).spawn(4)
    city_stream, terrain_stream, upload_stream, cover_stream = streams
    source = read_source()
    tell(0)
    city = build_city(source, city_stream)
    tell(1)
    write_register(city.register, folder / "register")
    tell(2)
    west, south, east, north = city.register.counties.total_bounds
    write_terrain(
        folder / "terrain.tif",
        source.relief,
        (west, south, east, north),
        source.model["terrain"],
        terrain_stream,
    )
    write_landcover(
        folder / "landcover.tif",
        folder / "terrain.tif",
        city.register,
        source.model["landcover"],
        cover_stream,
    )
    tell(3)
    write_uploads(city, folder, upload_stream)
    tell(4)
