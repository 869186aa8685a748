"""What other capabilities may use of policy. `rules` is pure and may be imported directly as well.

The gate: `judge_contacts` looks, `ask_gate` stores the answer for a plan, `permit_and_log` and `permit_batch` let out.
Afterwards `mark_attempts` follows delivery and `record_outcome` says what happened; `log_contact` does all for an agent.
"""

from acuerdo.policy.actions.bureau import (
    authorise_bureau_report,
    record_bureau_notice,
    revoke_bureau_authorisation,
)
from acuerdo.policy.actions.checkpoints import write_checkpoint, write_checkpoints
from acuerdo.policy.actions.corrections import PointState, point_state, undo_outcome
from acuerdo.policy.actions.declared import channels_in, declare_consents, declare_from_portfolio
from acuerdo.policy.actions.erasure import (
    answer_and_erase,
    erase_due_people,
    erase_person,
    waiting_erasures,
    what_keeps,
)
from acuerdo.policy.actions.expediente import Expediente, make_expediente
from acuerdo.policy.actions.gate import Permit, ask_gate, ask_gate_batch, permit_and_log, permit_batch
from acuerdo.policy.actions.outcomes import (
    Outcome,
    log_contact,
    log_inbound,
    mark_attempts,
    mark_attempts_many,
    record_outcome,
)
from acuerdo.policy.actions.permissions import (
    approve_reading,
    clear_own_hours,
    grant_consent,
    lift_hold,
    place_hold,
    release_hold,
    revoke_consent,
    set_own_hours,
)
from acuerdo.policy.actions.petitions import (
    abandon_petitions,
    answer_petition,
    ask_to_complete,
    attach_to_petition,
    complete_petition,
    extend_petition,
    may_work_on,
    note_reply,
    open_petition,
    take_petition,
    transfer_petition,
    undo_step,
    withdraw_petition,
)
from acuerdo.policy.actions.portfolio_file import authorisation_law, follow_load, reach_of, take_back_load
from acuerdo.policy.actions.receipts import SentText, forget_salt, keep_texts
from acuerdo.policy.actions.registry import RegistryReport, load_registry
from acuerdo.policy.models import (
    Attempt,
    AttemptStatus,
    Channel,
    Consent,
    ContactPreference,
    Hold,
    HoldKind,
    Petition,
    Verdict,
)
from acuerdo.policy.queries.calendar import CALENDAR_DAYS, CalendarDay, contact_calendar
from acuerdo.policy.queries.checks import CHECKS_MAX, check_contacts
from acuerdo.policy.queries.facts import Judged, judge_contacts
from acuerdo.policy.queries.figures import ComplianceFigures, compliance_figures, near_misses
from acuerdo.policy.queries.gathering import PlannedContact
from acuerdo.policy.queries.log import (
    attempts_by_channel,
    contact_log,
    open_holds,
    refusals,
    standing_consents,
    stopped_by_rule,
)
from acuerdo.policy.queries.own_ledger import OwnContact, own_contacts
from acuerdo.policy.queries.petitions import (
    bureau_answers,
    bureau_notices,
    bureau_notices_of,
    count_complaints,
    open_petitions,
    petitions_visible_to,
)
from acuerdo.policy.queries.semaphore import Light, Subject, say_moment, semaphore, semaphore_of
from acuerdo.policy.queries.verification import ReceiptReport, list_receipt_chains, verify_receipts
from acuerdo.policy.rules.dispositions import Disposition, all_dispositions, find_disposition, search_dispositions
from acuerdo.policy.snapshot import EXTRACTS

__all__ = [
    "CALENDAR_DAYS",
    "CHECKS_MAX",
    "EXTRACTS",
    "Attempt",
    "AttemptStatus",
    "CalendarDay",
    "Channel",
    "ComplianceFigures",
    "Consent",
    "ContactPreference",
    "Disposition",
    "Expediente",
    "Hold",
    "HoldKind",
    "Judged",
    "Light",
    "Outcome",
    "OwnContact",
    "Permit",
    "Petition",
    "PlannedContact",
    "PointState",
    "ReceiptReport",
    "RegistryReport",
    "SentText",
    "Subject",
    "Verdict",
    "abandon_petitions",
    "all_dispositions",
    "answer_and_erase",
    "answer_petition",
    "approve_reading",
    "ask_gate",
    "ask_gate_batch",
    "ask_to_complete",
    "attach_to_petition",
    "attempts_by_channel",
    "authorisation_law",
    "authorise_bureau_report",
    "bureau_answers",
    "bureau_notices",
    "bureau_notices_of",
    "channels_in",
    "check_contacts",
    "clear_own_hours",
    "complete_petition",
    "compliance_figures",
    "contact_calendar",
    "contact_log",
    "count_complaints",
    "declare_consents",
    "declare_from_portfolio",
    "erase_due_people",
    "erase_person",
    "extend_petition",
    "find_disposition",
    "follow_load",
    "forget_salt",
    "grant_consent",
    "judge_contacts",
    "keep_texts",
    "lift_hold",
    "list_receipt_chains",
    "load_registry",
    "log_contact",
    "log_inbound",
    "make_expediente",
    "mark_attempts",
    "mark_attempts_many",
    "may_work_on",
    "near_misses",
    "note_reply",
    "open_holds",
    "open_petition",
    "open_petitions",
    "own_contacts",
    "permit_and_log",
    "permit_batch",
    "petitions_visible_to",
    "place_hold",
    "point_state",
    "reach_of",
    "record_bureau_notice",
    "record_outcome",
    "refusals",
    "release_hold",
    "revoke_bureau_authorisation",
    "revoke_consent",
    "say_moment",
    "search_dispositions",
    "semaphore",
    "semaphore_of",
    "set_own_hours",
    "standing_consents",
    "stopped_by_rule",
    "take_back_load",
    "take_petition",
    "transfer_petition",
    "undo_outcome",
    "undo_step",
    "verify_receipts",
    "waiting_erasures",
    "what_keeps",
    "withdraw_petition",
    "write_checkpoint",
    "write_checkpoints",
]
