"""Whether two antennas see each other over the ground and what stands on it."""

from coverage_map.propagation.bullington import BullingtonEdge, bullington_edge
from coverage_map.propagation.clutter import surface_with_clutter_m
from coverage_map.propagation.near_field import with_inner_point
from coverage_map.propagation.path import Floats, Link, Path
from coverage_map.propagation.radio_climate import median_effective_radius_km


def main_edge(path: Path, link: Link, delta_n: float, surface_m: Floats) -> BullingtonEdge:
    """Return the knife edge that stands for a surface along the path (P.1812 §4.3.1)."""
    return bullington_edge(
        path.distance_km,
        surface_m,
        float(path.terrain_m[0]) + link.tx_height_m,
        float(path.terrain_m[-1]) + link.rx_height_m,
        median_effective_radius_km(delta_n),
        link.frequency_ghz,
    )


def has_line_of_sight(path: Path, link: Link, delta_n: float) -> bool:
    """Say whether the straight ray clears ground and clutter, P.1812 eq. (13), (14)."""
    path = with_inner_point(path)
    return main_edge(path, link, delta_n, surface_with_clutter_m(path)).line_of_sight
