"""Who serves and who disturbs: networks, channels and cells, numbered for arrays."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from coverage_map.signal.cells import Cell


@dataclass(frozen=True)
class Network:
    """One operator's network of one generation."""

    operator: str
    technology: str


@dataclass(frozen=True, eq=False)
class Roster:
    """Everything in fixed order; a cell's rank is its place among sorted record ids."""

    cells: tuple[Cell, ...]
    networks: tuple[Network, ...]
    channels: tuple[str, ...]
    rank: Mapping[str, int] = field(repr=False)
    channel_of: tuple[int, ...] = field(repr=False)  # by rank

    def served_by(self, cell: Cell) -> list[int]:
        """Return which networks a cell serves; a shared cell serves several."""
        return [
            number
            for number, network in enumerate(self.networks)
            if network.technology == cell.technology and network.operator in cell.operators
        ]


def enrol(cells: Iterable[Cell]) -> Roster:
    """Number all cells, their networks and channels; the order given plays no part."""
    known = sorted({cell.record_id: cell for cell in cells}.values(), key=lambda c: c.record_id)
    networks = sorted({(o, cell.technology) for cell in known for o in cell.operators})
    channels = sorted({cell.channel for cell in known})
    return Roster(
        cells=tuple(known),
        networks=tuple(Network(*each) for each in networks),
        channels=tuple(channels),
        rank={cell.record_id: rank for rank, cell in enumerate(known)},
        channel_of=tuple(channels.index(cell.channel) for cell in known),
    )
