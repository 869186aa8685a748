"""What other capabilities may use of the portfolio."""

from acuerdo.portfolio.actions import (
    Control,
    find_profile,
    import_portfolio,
    name_creditor,
    save_profile,
    undo_import,
)
from acuerdo.portfolio.imports.payments import PaymentsReport, import_payments
from acuerdo.portfolio.imports.preview import Preview, PreviewColumn, preview_file
from acuerdo.portfolio.imports.reading import header_dictionary, shipped_profiles
from acuerdo.portfolio.imports.rejects_file import rejects_csv
from acuerdo.portfolio.imports.template_file import template_csv
from acuerdo.portfolio.imports.uploads import (
    add_instalments,
    forget_upload,
    profile_of,
    request_load,
    stage_upload,
    uploaded_file,
)
from acuerdo.portfolio.papers import attach_paper, paper_file, papers_of
from acuerdo.portfolio.queries import (
    debtors_visible_to,
    last_batch,
    list_creditors,
    list_imports,
    people_of,
    search_debtors,
    stated_channels,
    visible_to,
)
from acuerdo.portfolio.rules.fields import FIELDS
from acuerdo.portfolio.rules.profile import Profile, profile_from_document
from acuerdo.portfolio.rules.report import ImportReport, Tally, Understood
from acuerdo.portfolio.snapshot import EXTRACTS

__all__ = [
    "EXTRACTS",
    "FIELDS",
    "Control",
    "ImportReport",
    "PaymentsReport",
    "Preview",
    "PreviewColumn",
    "Profile",
    "Tally",
    "Understood",
    "add_instalments",
    "attach_paper",
    "debtors_visible_to",
    "find_profile",
    "forget_upload",
    "header_dictionary",
    "import_payments",
    "import_portfolio",
    "last_batch",
    "list_creditors",
    "list_imports",
    "name_creditor",
    "paper_file",
    "papers_of",
    "people_of",
    "preview_file",
    "profile_from_document",
    "profile_of",
    "rejects_csv",
    "request_load",
    "save_profile",
    "search_debtors",
    "shipped_profiles",
    "stage_upload",
    "stated_channels",
    "template_csv",
    "undo_import",
    "uploaded_file",
    "visible_to",
]
