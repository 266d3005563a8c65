"""Map layers made once from the register and the terrain, addressed by the hash of their bytes."""

from pathlib import Path
from tempfile import TemporaryDirectory

from coverage_map.pipeline.actors import Actor, allow
from coverage_map.pipeline.views import LayerRef
from coverage_map.pipeline.workspace import Workspace, load_register, raster_path
from coverage_map.tiles import write_hillshade, write_layer
from geodata.errors import StoreError
from geodata.store.engine import read, write
from geodata.store.ledger import add_layer, list_layers

BOUNDARY, HILLSHADE = "boundary", "hillshade"
TERRAIN = "terrain"
PUBLIC = "public"


def make_layers(workspace: Workspace) -> None:
    """Cut the register into vector tiles and shade the terrain where there is one."""
    register = load_register(workspace)
    with TemporaryDirectory() as folder:
        tiles = Path(folder) / "boundary.pmtiles"
        index = write_layer(register, tiles)
        bounds = [float(edge) for edge in register.units.total_bounds]
        counts = {level: len(codes) for level, codes in index.items()}
        _keep(workspace, tiles, BOUNDARY, {"bounds": bounds, "counts": counts})
        terrain = raster_path(workspace, TERRAIN)
        if terrain is not None:
            shaded = Path(folder) / "hillshade.png"
            edges = write_hillshade(terrain, shaded)
            _keep(workspace, shaded, HILLSHADE, {"bounds": list(edges), "counts": {}})


def _keep(workspace: Workspace, file: Path, kind: str, meta: dict[str, object]) -> None:
    key = workspace.store.vault.put_file(file)
    with write(workspace.store.ledger) as connection:
        add_layer(connection, key, kind, PUBLIC, meta)


def _newest(workspace: Workspace, kind: str) -> LayerRef | None:
    with read(workspace.store.ledger) as connection:
        found = list_layers(connection, kind, PUBLIC)
    if not found:
        return None
    meta = found[0]["meta"]
    return LayerRef(found[0]["hash"], tuple(meta["bounds"]), meta["counts"])


def boundary_layer(workspace: Workspace, actor: Actor) -> LayerRef:
    """Return the newest boundary layer: vector tiles of areas, townships and units."""
    allow(actor, "layer")
    layer = _newest(workspace, BOUNDARY)
    if layer is None:
        raise StoreError("no_register")
    return layer


def hillshade_layer(workspace: Workspace, actor: Actor) -> LayerRef | None:
    """Return the newest hill-shading picture, None where no terrain is loaded."""
    allow(actor, "layer")
    return _newest(workspace, HILLSHADE)


def layer_path(workspace: Workspace, actor: Actor, key: str) -> Path:
    """Return the file of a layer; StoreError when no layer has that hash."""
    allow(actor, "layer")
    with read(workspace.store.ledger) as connection:
        known = {row["hash"] for row in list_layers(connection, scope=PUBLIC)}
    if key not in known:
        raise StoreError("object_missing", name=key[:16])
    return workspace.store.vault.path(key)
