"""Run the command line by ``python -m coverage_map``."""

from coverage_map.cli import main

main()
