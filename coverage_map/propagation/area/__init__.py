"""P.1812 for every pixel around a mast, fast: the same equations as the reference, compiled.

A radial is swept outward once. What a receiver needs of the ground before it - horizons, knife
edges, the smooth surface - is looked up in the upper hulls of the profile so far (``hull``), not
searched for again; all bands and heights of a mast share it. Every pixel is predicted once, at
its own distance, for the place where the nearest radial passes it: at most a quarter of a cell
aside. The ground is taken there too; a receiver on its own ground at the end of another's profile
would see a step before its feet.

The first run compiles for some tens of seconds; ``kernel_folder()`` exists once that is done.
"""

from coverage_map.propagation.area.compiled import kernel_folder
from coverage_map.propagation.area.loss_map import Ground, Mast, predict_area
from coverage_map.propagation.area.pattern import Pattern, make_pattern

__all__ = ["Ground", "Mast", "Pattern", "kernel_folder", "make_pattern", "predict_area"]
