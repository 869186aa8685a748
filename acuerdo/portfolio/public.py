"""What other capabilities may use of the portfolio."""

from acuerdo.portfolio.actions import (
    Control,
    CreditorName,
    country_profile,
    find_profile,
    import_portfolio,
    name_creditor,
    save_profile,
    undo_import,
    usual_profile,
)
from acuerdo.portfolio.company_contacts import name_company_contact
from acuerdo.portfolio.credits import (
    Suggestion,
    assign_credit,
    choose_split,
    credits_of,
    return_credit,
    suggestions_for,
    undo_credit,
)
from acuerdo.portfolio.erasure import NOBODY, DebtEnd, debt_ends, erase_person_record
from acuerdo.portfolio.imports.bank_file import STANDARD as BANK_FORMATS
from acuerdo.portfolio.imports.bank_file import TABLE as TABLE_FORMAT
from acuerdo.portfolio.imports.bank_file import bank_format_of, bank_layouts
from acuerdo.portfolio.imports.credits import import_bank_file
from acuerdo.portfolio.imports.payment_uploads import begin_payments, load_payments
from acuerdo.portfolio.imports.payments import PaymentsReport, import_payments
from acuerdo.portfolio.imports.preview import Preview, PreviewColumn, preview_file
from acuerdo.portfolio.imports.reading import header_dictionary, shipped_profiles
from acuerdo.portfolio.imports.rejects_file import rejects_csv
from acuerdo.portfolio.imports.template_file import template_csv
from acuerdo.portfolio.imports.uploads import (
    Progress,
    add_instalments,
    declaration_of,
    forget_upload,
    keep_declaration,
    profile_of,
    request_load,
    stage_payments,
    stage_upload,
    try_again,
    uploaded_file,
)
from acuerdo.portfolio.models import ImportBatch
from acuerdo.portfolio.panels import PanelAnswer, consult_panel, panels_for
from acuerdo.portfolio.papers import attach_paper, paper_file, papers_of
from acuerdo.portfolio.ports import AfterLoad, AfterUndo, Declaration, Loaded
from acuerdo.portfolio.queries import (
    ContactKeys,
    contact_keys,
    debtors_visible_to,
    find_import,
    last_batch,
    list_creditors,
    list_imports,
    list_profile_names,
    obligations_numbered,
    people_of,
    search_debtors,
    stated_channels,
    visible_to,
)
from acuerdo.portfolio.replacements import NewTerms, replace_obligations
from acuerdo.portfolio.rules.credit_report import BankReport
from acuerdo.portfolio.rules.fields import FIELDS
from acuerdo.portfolio.rules.profile import Profile, profile_from_document
from acuerdo.portfolio.rules.report import ImportReport, Tally, Understood
from acuerdo.portfolio.snapshot import EXTRACTS

__all__ = [
    "BANK_FORMATS",
    "EXTRACTS",
    "FIELDS",
    "NOBODY",
    "TABLE_FORMAT",
    "AfterLoad",
    "AfterUndo",
    "BankReport",
    "ContactKeys",
    "Control",
    "CreditorName",
    "DebtEnd",
    "Declaration",
    "ImportBatch",
    "ImportReport",
    "Loaded",
    "NewTerms",
    "PanelAnswer",
    "PaymentsReport",
    "Preview",
    "PreviewColumn",
    "Profile",
    "Progress",
    "Suggestion",
    "Tally",
    "Understood",
    "add_instalments",
    "assign_credit",
    "attach_paper",
    "bank_format_of",
    "bank_layouts",
    "begin_payments",
    "choose_split",
    "consult_panel",
    "contact_keys",
    "country_profile",
    "credits_of",
    "debt_ends",
    "debtors_visible_to",
    "declaration_of",
    "erase_person_record",
    "find_import",
    "find_profile",
    "forget_upload",
    "header_dictionary",
    "import_bank_file",
    "import_payments",
    "import_portfolio",
    "keep_declaration",
    "last_batch",
    "list_creditors",
    "list_imports",
    "list_profile_names",
    "load_payments",
    "name_company_contact",
    "name_creditor",
    "obligations_numbered",
    "panels_for",
    "paper_file",
    "papers_of",
    "people_of",
    "preview_file",
    "profile_from_document",
    "profile_of",
    "rejects_csv",
    "replace_obligations",
    "request_load",
    "return_credit",
    "save_profile",
    "search_debtors",
    "shipped_profiles",
    "stage_payments",
    "stage_upload",
    "stated_channels",
    "suggestions_for",
    "template_csv",
    "try_again",
    "undo_credit",
    "undo_import",
    "uploaded_file",
    "usual_profile",
    "visible_to",
]
