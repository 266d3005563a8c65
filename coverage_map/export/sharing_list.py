"""What could be shared near gaps, and possible duplicate builds, as an Excel workbook."""

from pathlib import Path

import pandas as pd
import xlsxwriter

from coverage_map.export.columns import indicator_name, owner_name, reason_sentence
from coverage_map.export.sheet_info import SheetInfo
from coverage_map.export.workbook import Margin, add_styles, start_page, write_table
from coverage_map.text import Text
from geodata.errors import ExportError, Place
