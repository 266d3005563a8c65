"""Hold the columns that fields were found in against the truth."""

from benchmarks.judged.verdict import Verdict, is_there
from benchmarks.variations import SheetTruth
from benchmarks.varied.headers import header_key
from geodata.ingest import CheckedTable
from geodata.records import read_kinds


def required_fields(truth: SheetTruth) -> list[str]:
    """Return the fields of a table that it needs: those its kind requires, and its positions."""
    if not truth.kind:
        return []
    fields = read_kinds()[truth.kind].fields
    needed = [name for name, entry in fields.items() if entry.required]
    return [name for name in (*needed, "x", "y") if name in truth.columns]


def judge_columns(verdict: Verdict, truth: SheetTruth, report: CheckedTable) -> None:
    """Count columns mapped, asked with the right one first, missed and taken for wrong ones."""
    counts = verdict.counts
    found = {match.field: match for match in report.columns}
    guessed = {match.field: match for match in report.suggested}
    questions = {
        str(q.params.get("field")): q.options for q in report.questions if q.code == "column"
    }
    required = set(required_fields(truth))
    for name in truth.columns:
        level = "required" if name in required else "optional"
        counts[level] += 1
        match, options = found.get(name), questions.get(name, ())
        guess = guessed.get(name)
        offered = [(option, None) for option in options[:1]]
        offered += [(guess.header, guess.column)] if guess else []
        if match and is_there(truth, name, match.header, match.column):
            counts[f"{level} right"] += 1
            if match.header.isascii() and match.header.isupper() and len(match.header) < 3:
                header = truth.columns[name][0][1]
                if header_key(header) != header_key(match.header):
                    verdict.blame("reading", f"header {header!r} lost, {match.header} instead")
        elif any(is_there(truth, name, *offer) for offer in offered):
            counts[f"{level} asked first"] += 1
        else:
            counts[f"{level} {'wrong' if match else 'missed'}"] += 1
            where = match.header if match else f"nothing, asked {list(options)[:3]}"
            header = truth.columns[name][0][1]
            verdict.blame("columns", f"{truth.kind}.{name} under {header!r}: found in {where}")
