"""The verbs people have: every one takes the workspace and the actor who asks.

One line a verb, for readers and type checkers; ``__init__`` imports by it.
"""

from coverage_map.pipeline.accounts import actor_of as actor_of
from coverage_map.pipeline.accounts import list_accounts as list_accounts
from coverage_map.pipeline.accounts import sign_in as sign_in
from coverage_map.pipeline.accounts import sign_out as sign_out
from coverage_map.pipeline.actors import Actor as Actor
from coverage_map.pipeline.actors import allow as allow
from coverage_map.pipeline.actors import local_actor as local_actor
from coverage_map.pipeline.assets import asset_places as asset_places
from coverage_map.pipeline.assets import decide_assets as decide_assets
from coverage_map.pipeline.assets import near_assets as near_assets
from coverage_map.pipeline.assets import read_asset_decisions as read_asset_decisions
from coverage_map.pipeline.assets import read_assets as read_assets
from coverage_map.pipeline.card import read_card as read_card
from coverage_map.pipeline.decisions import decide_units as decide_units
from coverage_map.pipeline.decisions import keep_decisions as keep_decisions
from coverage_map.pipeline.decisions import read_decisions as read_decisions
from coverage_map.pipeline.difference import preview_acceptance as preview_acceptance
from coverage_map.pipeline.difference import read_difference as read_difference
from coverage_map.pipeline.export import export_formats as export_formats
from coverage_map.pipeline.export import export_gaps as export_gaps
from coverage_map.pipeline.export import export_name as export_name
from coverage_map.pipeline.export import export_sharing as export_sharing
from coverage_map.pipeline.fault_groups import FaultGroup as FaultGroup
from coverage_map.pipeline.fault_groups import group_faults as group_faults
from coverage_map.pipeline.faults import write_faults as write_faults
from coverage_map.pipeline.frame import read_frame as read_frame
from coverage_map.pipeline.frame import read_trail as read_trail
from coverage_map.pipeline.frame import unit_names as unit_names
from coverage_map.pipeline.frame import unit_places as unit_places
from coverage_map.pipeline.gaps import read_gaps as read_gaps
from coverage_map.pipeline.gaps import read_sharing as read_sharing
from coverage_map.pipeline.imports import check_upload as check_upload
from coverage_map.pipeline.imports import find_handed_in as find_handed_in
from coverage_map.pipeline.imports import known_units as known_units
from coverage_map.pipeline.imports import make_answers as make_answers
from coverage_map.pipeline.imports import read_upload as read_upload
from coverage_map.pipeline.imports import receive_upload as receive_upload
from coverage_map.pipeline.imports import recheck_upload as recheck_upload
from coverage_map.pipeline.imports import try_file as try_file
from coverage_map.pipeline.job_results import accepted_of as accepted_of
from coverage_map.pipeline.job_results import changed_places as changed_places
from coverage_map.pipeline.job_results import changes_of as changes_of
from coverage_map.pipeline.job_results import compare_args as compare_args
from coverage_map.pipeline.job_results import difference_of as difference_of
from coverage_map.pipeline.job_results import preview_args as preview_args
from coverage_map.pipeline.jobs import Job as Job
from coverage_map.pipeline.jobs import cancel_job as cancel_job
from coverage_map.pipeline.jobs import last_job as last_job
from coverage_map.pipeline.jobs import list_jobs as list_jobs
from coverage_map.pipeline.jobs import read_job as read_job
from coverage_map.pipeline.jobs import run_here as run_here
from coverage_map.pipeline.jobs import same_job as same_job
from coverage_map.pipeline.jobs import start_job as start_job
from coverage_map.pipeline.layers import boundary_layer as boundary_layer
from coverage_map.pipeline.layers import hillshade_layer as hillshade_layer
from coverage_map.pipeline.layers import layer_path as layer_path
from coverage_map.pipeline.long_verbs import is_quick as is_quick
from coverage_map.pipeline.named_files import require_files as require_files
from coverage_map.pipeline.overview import find_unit as find_unit
from coverage_map.pipeline.overview import read_overview as read_overview
from coverage_map.pipeline.overview import read_status as read_status
from coverage_map.pipeline.parsing import warm_up as warm_up
from coverage_map.pipeline.profiles import delete_profile as delete_profile
from coverage_map.pipeline.profiles import read_profiles as read_profiles
from coverage_map.pipeline.profiles import rename_profile as rename_profile
from coverage_map.pipeline.returned import return_upload as return_upload
from coverage_map.pipeline.settlements import Published as Published
from coverage_map.pipeline.settlements import confirm_township as confirm_township
from coverage_map.pipeline.settlements import decide_settlements as decide_settlements
from coverage_map.pipeline.settlements import publish_settlements as publish_settlements
from coverage_map.pipeline.settlements import (
    read_settlement_differences as read_settlement_differences,
)
from coverage_map.pipeline.settlements import read_settlements as read_settlements
from coverage_map.pipeline.settlements import read_township_states as read_township_states
from coverage_map.pipeline.settlements import reopen_township as reopen_township
from coverage_map.pipeline.setup import init_workspace as init_workspace
from coverage_map.pipeline.submissions import ImportOutcome as ImportOutcome
from coverage_map.pipeline.submissions import accept_upload as accept_upload
from coverage_map.pipeline.submissions import import_file as import_file
from coverage_map.pipeline.submissions import may as may
from coverage_map.pipeline.submissions import read_submission as read_submission
from coverage_map.pipeline.submissions import read_submissions as read_submissions
from coverage_map.pipeline.submissions import send_back as send_back
from coverage_map.pipeline.submissions import submit_upload as submit_upload
from coverage_map.pipeline.submissions import withdraw_upload as withdraw_upload
from coverage_map.pipeline.templates import make_template as make_template
from coverage_map.pipeline.totals import read_totals as read_totals
from coverage_map.pipeline.views import Accepted as Accepted
from coverage_map.pipeline.views import Card as Card
from coverage_map.pipeline.views import Crumb as Crumb
from coverage_map.pipeline.views import Difference as Difference
from coverage_map.pipeline.views import EarlierUpload as EarlierUpload
from coverage_map.pipeline.views import Frame as Frame
from coverage_map.pipeline.views import LayerRef as LayerRef
from coverage_map.pipeline.views import Overview as Overview
from coverage_map.pipeline.views import Sharing as Sharing
from coverage_map.pipeline.views import Status as Status
from coverage_map.pipeline.views import Submission as Submission
from coverage_map.pipeline.views import UploadCheck as UploadCheck
from coverage_map.pipeline.worker import start_worker as start_worker
from coverage_map.pipeline.workspace import Workspace as Workspace
from coverage_map.pipeline.workspace import is_workspace as is_workspace
from coverage_map.pipeline.workspace import open_workspace as open_workspace
from geodata.ingest import Answers as Answers
from geodata.ingest import TableAnswer as TableAnswer
from geodata.ingest.archive import bundle_files as bundle_files
from geodata.ingest.report import CheckedTable as CheckedTable
from geodata.ingest.report import CrsScore as CrsScore
from geodata.ingest.report import Question as Question

__all__: list[str]

def load() -> None: ...
