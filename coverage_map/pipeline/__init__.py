"""The verbs people have: every one takes the workspace and the actor who asks."""

from coverage_map.pipeline.accounts import (
    actor_of,
    list_accounts,
    sign_in,
    sign_out,
)
from coverage_map.pipeline.actors import Actor, local_actor
from coverage_map.pipeline.assets import (
    asset_places,
    decide_assets,
    near_assets,
    read_asset_decisions,
    read_assets,
)
from coverage_map.pipeline.card import read_card
from coverage_map.pipeline.decisions import decide_units, keep_decisions, read_decisions
from coverage_map.pipeline.difference import preview_acceptance, read_difference
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
    check_upload,
    find_handed_in,
    known_units,
    make_answers,
    read_upload,
    receive_upload,
    recheck_upload,
    try_file,
)
from coverage_map.pipeline.job_results import (
    accepted_of,
    changed_places,
    changes_of,
    compare_args,
    difference_of,
    preview_args,
)
from coverage_map.pipeline.jobs import (
    Job,
    cancel_job,
    last_job,
    list_jobs,
    read_job,
    run_here,
    same_job,
    start_job,
)
from coverage_map.pipeline.layers import boundary_layer, hillshade_layer, layer_path
from coverage_map.pipeline.long_verbs import is_quick
from coverage_map.pipeline.overview import find_unit, read_overview, read_status
from coverage_map.pipeline.parsing import warm_up
from coverage_map.pipeline.profiles import delete_profile, read_profiles, rename_profile
from coverage_map.pipeline.returned import return_upload
from coverage_map.pipeline.settlements import (
    Published,
    confirm_township,
    decide_settlements,
    publish_settlements,
    read_settlement_differences,
    read_settlements,
    read_township_states,
    reopen_township,
)
from coverage_map.pipeline.setup import init_workspace
from coverage_map.pipeline.submissions import (
    ImportOutcome,
    accept_upload,
    import_file,
    may,
    read_submission,
    read_submissions,
    send_back,
    submit_upload,
    withdraw_upload,
)
from coverage_map.pipeline.templates import make_template
from coverage_map.pipeline.totals import read_totals
from coverage_map.pipeline.views import (
    Accepted,
    Card,
    Crumb,
    Difference,
    EarlierUpload,
    Frame,
    LayerRef,
    Overview,
    Sharing,
    Status,
    Submission,
    UploadCheck,
)
from coverage_map.pipeline.worker import start_worker
from coverage_map.pipeline.workspace import Workspace, is_workspace, open_workspace
from geodata.ingest import Answers, TableAnswer
from geodata.ingest.archive import bundle_files
from geodata.ingest.report import CheckedTable, CrsScore, Question

__all__ = [
    "Accepted",
    "Actor",
    "Answers",
    "Card",
    "CheckedTable",
    "CrsScore",
    "Crumb",
    "Difference",
    "EarlierUpload",
    "Frame",
    "ImportOutcome",
    "Job",
    "LayerRef",
    "Overview",
    "Published",
    "Question",
    "Sharing",
    "Status",
    "Submission",
    "TableAnswer",
    "UploadCheck",
    "Workspace",
    "accept_upload",
    "accepted_of",
    "actor_of",
    "asset_places",
    "boundary_layer",
    "bundle_files",
    "cancel_job",
    "changed_places",
    "changes_of",
    "check_upload",
    "compare_args",
    "confirm_township",
    "decide_assets",
    "decide_settlements",
    "decide_units",
    "delete_profile",
    "difference_of",
    "export_formats",
    "export_gaps",
    "export_name",
    "export_sharing",
    "find_handed_in",
    "find_unit",
    "hillshade_layer",
    "import_file",
    "init_workspace",
    "is_quick",
    "is_workspace",
    "keep_decisions",
    "known_units",
    "last_job",
    "layer_path",
    "list_accounts",
    "list_jobs",
    "local_actor",
    "make_answers",
    "make_template",
    "may",
    "near_assets",
    "open_workspace",
    "preview_acceptance",
    "preview_args",
    "publish_settlements",
    "read_asset_decisions",
    "read_assets",
    "read_card",
    "read_decisions",
    "read_difference",
    "read_frame",
    "read_gaps",
    "read_job",
    "read_overview",
    "read_profiles",
    "read_settlement_differences",
    "read_settlements",
    "read_sharing",
    "read_status",
    "read_submission",
    "read_submissions",
    "read_totals",
    "read_township_states",
    "read_trail",
    "read_upload",
    "receive_upload",
    "recheck_upload",
    "rename_profile",
    "reopen_township",
    "return_upload",
    "run_here",
    "same_job",
    "send_back",
    "sign_in",
    "sign_out",
    "start_job",
    "start_worker",
    "submit_upload",
    "try_file",
    "unit_names",
    "unit_places",
    "warm_up",
    "withdraw_upload",
    "write_faults",
]
