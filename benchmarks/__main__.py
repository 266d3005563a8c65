"""Run every measurement: ``python -m benchmarks``; the others each have a module of their own."""

from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks import accuracy, assets, overview, pipeline, reading, withheld
from benchmarks.table import print_machine


def main() -> None:
    """Make the sample from nothing, measure what people wait for and what is understood."""
    print_machine()
    with TemporaryDirectory() as name:
        folder = Path(name) / "workspace"
        pipeline.measure(folder)
        overview.measure(folder)
    reading.measure()
    accuracy.print_worst(accuracy.measure())
    withheld.measure()
    assets.measure()


if __name__ == "__main__":
    main()
