"""Made-up profiles for the tests of propagation."""

import numpy as np
from hypothesis import strategies as st

from coverage_map.propagation import Link, Path, Zone


def flat_path(length_km: float, points: int = 101, zone: Zone = Zone.INLAND) -> Path:
    """Return bare, level ground at 34° N."""
    return Path(
        distance_km=np.linspace(0, length_km, points),
        terrain_m=np.zeros(points),
        clutter_m=np.zeros(points),
        zone=np.full(points, zone),
        tx_latitude_deg=34.0,
    )


def hilly_path(seed: int, length_km: float, points: int) -> Path:
    """Return hills, houses and now and then sea, at uneven steps."""
    rng = np.random.default_rng(seed)
    steps = rng.uniform(0.5, 1.5, points - 1)
    distance_km = np.concatenate([[0.0], np.cumsum(steps)]) * (length_km / steps.sum())
    terrain_m = np.cumsum(rng.normal(0, 12, points)) + 100
    clutter_m = rng.choice([0.0, 0.0, 10.0, 15.0, 20.0], points)
    zone = rng.choice([Zone.INLAND, Zone.INLAND, Zone.COASTAL, Zone.SEA], points // 5 + 1)
    return Path(
        distance_km=distance_km,
        terrain_m=terrain_m,
        clutter_m=clutter_m,
        zone=np.repeat(zone, 5)[:points],
        tx_latitude_deg=float(rng.uniform(-60, 60)),
        azimuth_deg=float(rng.uniform(0, 360)),
    )


paths = st.builds(
    hilly_path,
    seed=st.integers(0, 10_000),
    length_km=st.floats(0.3, 300),
    points=st.integers(5, 120),
)
links = st.builds(
    Link,
    frequency_ghz=st.floats(0.03, 6),
    tx_height_m=st.floats(1, 300),
    rx_height_m=st.floats(1, 300),
    polarisation=st.sampled_from(["horizontal", "vertical"]),
    time_percent=st.floats(1, 50),
    location_percent=st.floats(1, 99),
)
