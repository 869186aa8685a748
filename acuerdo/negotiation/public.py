"""What other capabilities may use of negotiation."""

from acuerdo.negotiation.actions.approvals import approve_plan, refuse_plan
from acuerdo.negotiation.actions.capacity import declare_capacity
from acuerdo.negotiation.actions.codes import IssuedCode, issue_code, withdraw_code
from acuerdo.negotiation.actions.core import mark_applied, unmark_applied
from acuerdo.negotiation.actions.erasure import forget_person
from acuerdo.negotiation.actions.fees import charge_collection_fee, chargeable_attempts
from acuerdo.negotiation.actions.plan_days import PlanJudgements, judge_plans, judge_plans_after_payment
from acuerdo.negotiation.actions.plans import (
    END_REASONS,
    accept_plan,
    cancel_plan,
    decline_plan,
    propose_plan,
)
from acuerdo.negotiation.actions.promises import (
    CANCEL_REASONS,
    Judgements,
    cancel_promise,
    judge_after_payment,
    judge_promises,
    make_promise,
    mark_said_paid,
    promised_statement,
    reschedule_promise,
)
from acuerdo.negotiation.actions.scripts import publish_script, save_script, tick_script
from acuerdo.negotiation.models import CoreDeed, PaymentPlan, PlanState, ScriptVersion
from acuerdo.negotiation.queries.cases import load_case
from acuerdo.negotiation.queries.core import core_deeds
from acuerdo.negotiation.queries.plans import (
    DueInstalment,
    instalments_due,
    plan_with_parts,
    plans_in_force,
    plans_of,
    plans_paying,
    plans_within,
    waiting_for,
)
from acuerdo.negotiation.queries.promises import (
    KeptFigures,
    kept_figures,
    latest_promises,
    next_promise_date,
    promises_due,
    promises_kept,
    promises_of,
    promises_within,
    records_of,
    standing_promises,
)
from acuerdo.negotiation.queries.scripts import InForce, script_in_force, script_names, script_versions, ticks_of
from acuerdo.negotiation.rules.commitment import LABELS as COMMITMENT_LABELS
from acuerdo.negotiation.rules.commitment import Record, commitment_of, kept_rate_percent_tenths
from acuerdo.negotiation.rules.terms import PromiseTerms, terms_on
from acuerdo.negotiation.snapshot import EXTRACTS

__all__ = [
    "CANCEL_REASONS",
    "COMMITMENT_LABELS",
    "END_REASONS",
    "EXTRACTS",
    "CoreDeed",
    "DueInstalment",
    "InForce",
    "IssuedCode",
    "Judgements",
    "KeptFigures",
    "PaymentPlan",
    "PlanJudgements",
    "PlanState",
    "PromiseTerms",
    "Record",
    "ScriptVersion",
    "accept_plan",
    "approve_plan",
    "cancel_plan",
    "cancel_promise",
    "charge_collection_fee",
    "chargeable_attempts",
    "commitment_of",
    "core_deeds",
    "declare_capacity",
    "decline_plan",
    "forget_person",
    "instalments_due",
    "issue_code",
    "judge_after_payment",
    "judge_plans",
    "judge_plans_after_payment",
    "judge_promises",
    "kept_figures",
    "kept_rate_percent_tenths",
    "latest_promises",
    "load_case",
    "make_promise",
    "mark_applied",
    "mark_said_paid",
    "next_promise_date",
    "plan_with_parts",
    "plans_in_force",
    "plans_of",
    "plans_paying",
    "plans_within",
    "promised_statement",
    "promises_due",
    "promises_kept",
    "promises_of",
    "promises_within",
    "propose_plan",
    "publish_script",
    "records_of",
    "refuse_plan",
    "reschedule_promise",
    "save_script",
    "script_in_force",
    "script_names",
    "script_versions",
    "standing_promises",
    "terms_on",
    "tick_script",
    "ticks_of",
    "unmark_applied",
    "waiting_for",
    "withdraw_code",
]
