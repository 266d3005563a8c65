"""Values made fit for where they go: spreadsheets that run formulas, encodings that lack signs."""

import codecs
import re

import pandas as pd

# What spreadsheet programs take for the beginning of a formula or command (OWASP, CSV injection).
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# 〓 stands in Chinese print for a character the type case lacks.
MISSING_SIGN = "〓"
STAND_IN = "stand_in"  # the name under which codecs know it
CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def harmless(values: pd.Series) -> pd.Series:
    """Put an apostrophe before text that a spreadsheet would run."""
    runs = values.str.startswith(FORMULA_STARTS)
    return values.mask(runs, "'" + values)


def degree_text(values: pd.Series) -> pd.Series:
    """Write degrees with six decimals, about a decimetre; "" where there are none."""
    return values.map(lambda value: "" if pd.isna(value) else f"{value:.6f}").astype("str")


def _stand_in(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return MISSING_SIGN * (error.end - error.start), error.end


codecs.register_error(STAND_IN, _stand_in)


def encodable(values: pd.Series, encoding: str) -> tuple[pd.Series, pd.Series]:
    """Replace characters an encoding lacks by 〓; also return which values were changed."""
    if encoding == "UTF-8":
        return values, pd.Series(data=False, index=values.index)
    spelt = values.map(lambda value: value.encode(encoding, STAND_IN).decode(encoding))
    return spelt.astype("str"), spelt != values


def shortened(values: pd.Series, encoding: str, limit: int) -> tuple[pd.Series, pd.Series]:
    """Cut values to a number of bytes without cutting a character; also return which were cut."""
    cut = values.map(
        lambda value: value.encode(encoding)[:limit].decode(encoding, "ignore")
    ).astype("str")
    return cut, cut != values


def printable(value: str) -> str:
    """Leave out control characters, which XML 1.0 (section 2.2) and spreadsheets refuse."""
    return CONTROLS.sub("", value)
