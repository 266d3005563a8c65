"""The verbs people have: every one takes the workspace and the actor who asks."""

from coverage_map.pipeline.accounts import (
    actor_of,
    list_accounts,
    sign_in,
    sign_out,
)
from coverage_map.pipeline.actors import Actor, local_actor
from coverage_map.pipeline.card import read_card
from coverage_map.pipeline.export import (
    export_formats,
    export_gaps,
    export_name,
    export_sharing,
)
from coverage_map.pipeline.faults import write_faults
from coverage_map.pipeline.frame import read_frame, read_trail, unit_names, unit_places
from coverage_map.pipeline.gaps import read_gaps, read_sharing
from coverage_map.pipeline.imports import (
    ImportOutcome,
    accept_upload,
    check_upload,
    import_file,
    make_answers,
    read_upload,
    read_uploads,
    recheck_upload,
    try_file,
)
from coverage_map.pipeline.layers import boundary_layer, hillshade_layer, layer_path
from coverage_map.pipeline.overview import find_unit, read_overview, read_status
from coverage_map.pipeline.parsing import warm_up
from coverage_map.pipeline.setup import init_workspace
from coverage_map.pipeline.views import (
    Accepted,
    Card,
    Crumb,
    Frame,
    LayerRef,
    Overview,
    Sharing,
    Status,
    UploadCheck,
)
from coverage_map.pipeline.workspace import Workspace, is_workspace, open_workspace
from geodata.ingest import Answers, TableAnswer
from geodata.ingest.report import CheckedTable, Question

__all__ = [
    "Accepted",
    "Actor",
    "Answers",
    "Card",
    "CheckedTable",
    "Crumb",
    "Frame",
    "ImportOutcome",
    "LayerRef",
    "Overview",
    "Question",
    "Sharing",
    "Status",
    "TableAnswer",
    "UploadCheck",
    "Workspace",
    "accept_upload",
    "actor_of",
    "boundary_layer",
    "check_upload",
    "export_formats",
    "export_gaps",
    "export_name",
    "export_sharing",
    "find_unit",
    "hillshade_layer",
    "import_file",
    "init_workspace",
    "is_workspace",
    "layer_path",
    "list_accounts",
    "local_actor",
    "make_answers",
    "open_workspace",
    "read_card",
    "read_frame",
    "read_gaps",
    "read_overview",
    "read_sharing",
    "read_status",
    "read_trail",
    "read_upload",
    "read_uploads",
    "recheck_upload",
    "sign_in",
    "sign_out",
    "try_file",
    "unit_names",
    "unit_places",
    "warm_up",
    "write_faults",
]
