"""Run every measurement: ``python -m benchmarks``."""

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import overview, pipeline
from benchmarks.table import print_machine


def main() -> None:
    """Make the sample from nothing, then measure what people wait for."""
    print_machine()
    with TemporaryDirectory() as name:
        folder = Path(name) / "workspace"
        pipeline.measure(folder)
        overview.measure(folder)


if __name__ == "__main__":
    main()
