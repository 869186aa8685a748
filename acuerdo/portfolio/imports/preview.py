"""A look at a file before anything is decided: how its columns were understood, its first rows, and what must be asked."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from acuerdo.kernel.errors import Refusal
from acuerdo.portfolio.engine.plan import plan_portfolio
from acuerdo.portfolio.engine.rejected import first_rows
from acuerdo.portfolio.imports.reading import header_dictionary, read_table
from acuerdo.portfolio.rules.headers import map_columns
from acuerdo.portfolio.rules.profile import Profile


@dataclass(frozen=True, slots=True)
class PreviewColumn:
    """`field` is what the column becomes: a field, "extra" (kept as it is), or "forbidden" / "not_kept" / "ignore"."""

    header: str
    field: str
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """`question` is what the file does not answer by itself (a missing column, an ambiguous style); None when it is ready."""

    file: str
    format: str
    detail: dict[str, str]
    header_row: int
    rows: int
    columns: tuple[PreviewColumn, ...]
    question: Refusal | None


def preview_file(path: Path, profile: Profile, as_of: date, *, samples: int = 5) -> Preview:
    """Reads the file once and changes nothing. Refuses only what makes the file unreadable (`sniff`, the readers)."""
    with read_table(path, profile) as spool:
        dictionary = header_dictionary()
        mapped = map_columns(spool.headers, dictionary, profile.columns, profile.ignore)
        becomes = {header: field for field, headers in mapped.fields.items() for header in headers}
        becomes |= dict.fromkeys(mapped.extra, "extra") | dict(mapped.dropped)
        question = None
        try:
            plan_portfolio(spool, profile, dictionary, as_of)
        except Refusal as refusal:
            question = refusal
        rows = first_rows(spool, samples)
        columns = tuple(
            PreviewColumn(header, becomes.get(header, "ignore"), tuple(row[index] for row in rows))
            for index, header in enumerate(spool.headers)
        )
        return Preview(path.name, spool.format, spool.detail, spool.header_row, spool.row_count, columns, question)
