"""Making, moving, cancelling and judging promises. Each function is one mutation in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from acuerdo.base.audit import Fact, write_audit, write_audit_many
from acuerdo.base.pipeline import Sql
from acuerdo.kernel.errors import Refusal
from acuerdo.negotiation.models import Promise, PromiseState
from acuerdo.negotiation.queries.promises import STANDING_STATES, Owed, owed_on, with_window_paid
from acuerdo.negotiation.rules.judging import Standing, judged
from acuerdo.negotiation.rules.states import next_state
from acuerdo.negotiation.rules.terms import require_promisable, require_reschedulable, terms_on

BATCH_ROWS = 5_000
AUDIT_CHAIN = "negotiation"
CANCEL_REASONS: dict[str, str] = {
    "capture_error": "Error al registrarla",
    "dispute": "Reclamo en trámite",
    "fraud": "Posible fraude",
    "deceased": "Fallecimiento",
    "insolvency": "Insolvencia",
    "obligation_closed": "Obligación cerrada o retirada",
    "customer_declined": "El cliente no la confirmó",
    "plan": "La reemplaza un acuerdo",
}


@transaction.atomic
def make_promise(
    *,
    obligation_id: int,
    amount_minor: int,
    due_on: date,
    actor: str,
    now: datetime,
    today: date,
    way_to_pay: str = "",
    attempt_id: int | None = None,
) -> Promise:
    """Records that the person will pay `amount_minor` by `due_on`.

    Refuses `obligation-unknown`, `obligation-closed`, `promise-amount`, `promise-amount-above-balance`, `promise-date-past`,
    `promise-date-far` and `promise-already-open`.
    """
    owed = owed_on(obligation_id)
    if Promise.objects.filter(obligation_id=obligation_id, state__in=STANDING_STATES).exists():
        raise _already_open()
    return _insert(
        owed,
        amount_minor=amount_minor,
        due_on=due_on,
        actor=actor,
        now=now,
        today=today,
        way_to_pay=way_to_pay,
        attempt_id=attempt_id,
    )


@transaction.atomic
def reschedule_promise(
    promise_id: int,
    *,
    due_on: date,
    actor: str,
    now: datetime,
    today: date,
    amount_minor: int | None = None,
    attempt_id: int | None = None,
) -> Promise:
    """Replaces a standing promise by a new one, before its grace ends; the first never counts as kept.

    Refuses what `make_promise` refuses, and `promise-unknown`, `promise-state`, `promise-reschedule-late`,
    `promise-reschedule-limit`, `promise-reschedule-same-date`.
    """
    old = _locked(promise_id)
    state = next_state(old.state, "reschedule")  # type: ignore[arg-type]
    owed = owed_on(old.obligation_id)
    require_reschedulable(
        terms_on(old.made_on, owed.country),
        times_rescheduled=old.times_rescheduled,
        due_on=old.due_on,
        new_due_on=due_on,
        ends_on=old.ends_on,
        today=today,
    )
    _set_state(old, state, actor=actor, now=now, decided_on=today)
    amount = old.amount_minor if amount_minor is None else amount_minor
    return _insert(
        owed, amount_minor=amount, due_on=due_on, actor=actor, now=now, today=today,
        way_to_pay=old.way_to_pay, attempt_id=attempt_id, reschedules=old,
    )  # fmt: skip


@transaction.atomic
def cancel_promise(promise_id: int, *, reason: str, actor: str, now: datetime, today: date) -> Promise:
    """Makes a standing promise void. Refuses `promise-unknown`, `promise-state` and `promise-cancel-reason`."""
    if reason not in CANCEL_REASONS:
        raise Refusal("promise-cancel-reason", "Elija el motivo por el que se cancela la promesa.")
    promise = _locked(promise_id)
    promise.cancel_reason = reason
    _set_state(promise, next_state(promise.state, "cancel"), actor=actor, now=now, decided_on=today)  # type: ignore[arg-type]
    return promise


@transaction.atomic
def mark_said_paid(promise_id: int, *, actor: str, now: datetime) -> Promise:
    """The person says it is paid: the promise waits for the money to appear. Refuses `promise-unknown`, `promise-state`."""
    promise = _locked(promise_id)
    _set_state(promise, next_state(promise.state, "say_paid"), actor=actor, now=now, decided_on=None)  # type: ignore[arg-type]
    return promise


_PROMISED = """
SELECT EXISTS (SELECT 1 FROM negotiation_promise WHERE obligation_id = ANY(%s::bigint[]))
    OR EXISTS (SELECT 1 FROM negotiation_planobligation WHERE obligation_id = ANY(%s::bigint[]))
"""


@dataclass(frozen=True, slots=True)
class Judgements:
    """What judging brought about; `looked_at` counts the promises that were standing or had money taken back."""

    looked_at: int = 0
    kept: int = 0
    partly_kept: int = 0
    broken: int = 0
    reopened: int = 0

    def __add__(self, other: "Judgements") -> "Judgements":
        return Judgements(
            self.looked_at + other.looked_at,
            self.kept + other.kept,
            self.partly_kept + other.partly_kept,
            self.broken + other.broken,
            self.reopened + other.reopened,
        )


def judge_promises(today: date, now: datetime) -> Judgements:
    """Judges every standing promise, and those whose money was taken back, in pages; running it twice changes nothing."""
    total, last_id = Judgements(), 0
    while True:
        page, last_id = _judge_page(_to_judge().filter(id__gt=last_id), today, now)
        if not page.looked_at:
            return total
        total += page


def promised_statement(account_ids: Sequence[int]) -> Sql:
    """Whether anything was ever promised or agreed on these obligations: a payment of the others need ask no further."""
    ids = list(account_ids)
    return _PROMISED, [ids, ids]


def judge_after_payment(account_ids: Sequence[int], *, today: date, now: datetime) -> Judgements:
    """Judges the promises of the obligations that a payment or a reversal touched."""
    total, last_id = Judgements(), 0
    while True:
        page, last_id = _judge_page(_to_judge().filter(obligation_id__in=account_ids, id__gt=last_id), today, now)
        if not page.looked_at:
            return total
        total += page


def _to_judge() -> QuerySet[Promise]:
    """Standing ones, and kept or partly kept ones that lost a payment since they were judged."""
    same = Promise.objects.filter(pk=OuterRef("pk"))
    taken_back = same.filter(obligation__account__payments__reversal__recorded_at__gte=OuterRef("updated_at"))
    was_paid = Q(state__in=["kept", "partly_kept"])
    return Promise.objects.filter(Q(state__in=STANDING_STATES) | (was_paid & Exists(taken_back)))


@transaction.atomic
def _judge_page(promises: QuerySet[Promise], today: date, now: datetime) -> tuple[Judgements, int]:
    rows = list(
        with_window_paid(promises, today)
        .order_by("id")
        .values_list("id", "obligation_id", "state", "kept_from_minor", "ends_on", "window_paid", "paid_minor")[
            :BATCH_ROWS
        ]
    )
    succeeded = _with_standing([row[1] for row in rows if row[2] not in STANDING_STATES])
    changes = []
    for promise_id, obligation_id, state, kept_from, ends_on, paid, counted in rows:
        new = judged(Standing(state, kept_from, ends_on, paid, counted, obligation_id in succeeded), today)
        if new != state or paid != counted:
            changes.append((promise_id, state, new, paid))
    states = _store(changes, today, now)
    report = Judgements(
        looked_at=len(rows),
        kept=states.count("kept"),
        partly_kept=states.count("partly_kept"),
        broken=states.count("broken"),
        reopened=sum(1 for _, old, new, _ in changes if old in ("kept", "partly_kept") and new == "open"),
    )
    return report, rows[-1][0] if rows else 0


def _with_standing(obligation_ids: list[int]) -> set[int]:
    """Of these obligations, the ones with a standing promise."""
    if not obligation_ids:
        return set()
    found = Promise.objects.filter(obligation_id__in=obligation_ids, state__in=STANDING_STATES)
    return set(found.values_list("obligation_id", flat=True))


def _store(changes: Sequence[tuple[int, str, str, int]], today: date, now: datetime) -> list[str]:
    """Writes judgements in one statement; a promise that changed meanwhile is left as it is. Gives the new states that differ."""
    if not changes:
        return []
    ids, old, new, paid = (list(column) for column in zip(*changes, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE negotiation_promise AS p
               SET state = v.new_state, paid_minor = v.paid, updated_at = %s,
                   decided_on = CASE WHEN v.new_state IN ('open', 'verifying') THEN NULL
                                     WHEN v.new_state = v.old_state THEN p.decided_on ELSE %s END
              FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::bigint[]) AS v(id, old_state, new_state, paid)
             WHERE p.id = v.id AND p.state = v.old_state
            RETURNING p.uid, v.old_state, v.new_state, v.paid
            """,
            [now, today, ids, old, new, paid],
        )
        rows = [row for row in cursor.fetchall() if row[1] != row[2]]
    facts = [
        Fact(f"promise.{state}", "system", ("promise", str(uid)), {"from": before, "paid_minor": paid})
        for uid, before, state, paid in rows
    ]
    if facts:
        write_audit_many(chain=AUDIT_CHAIN, facts=facts, now=now)
    return [state for _uid, _before, state, _paid in rows]


def _insert(
    owed: Owed,
    *,
    amount_minor: int,
    due_on: date,
    actor: str,
    now: datetime,
    today: date,
    way_to_pay: str,
    attempt_id: int | None,
    reschedules: Promise | None = None,
) -> Promise:
    terms = terms_on(today, owed.country)
    require_promisable(
        terms, amount_minor=amount_minor, owed_minor=owed.by(due_on), currency=owed.currency, due_on=due_on, today=today
    )
    promise = Promise(
        debtor_id=owed.debtor_id,
        obligation_id=owed.obligation_id,
        attempt_id=attempt_id,
        amount_minor=amount_minor,
        currency=owed.currency,
        made_on=today,
        due_on=due_on,
        ends_on=terms.ends_on(due_on, owed.country),
        kept_from_minor=terms.kept_from_minor(amount_minor),
        way_to_pay=way_to_pay,
        reschedules=reschedules,
        times_rescheduled=reschedules.times_rescheduled + 1 if reschedules else 0,
        actor=actor,
        created_at=now,
        updated_at=now,
    )
    try:
        with transaction.atomic():
            promise.save(force_insert=True)
    except IntegrityError as error:
        if "negotiation_promise_one_open" in str(error):
            raise _already_open() from None
        raise
    _audit(promise, actor, now, {"amount_minor": amount_minor, "currency": owed.currency, "due_on": due_on})
    return promise


def _locked(promise_id: int) -> Promise:
    promise = Promise.objects.select_for_update().filter(pk=promise_id).first()
    if promise is None:
        raise Refusal("promise-unknown", "No encontramos esa promesa.")
    return promise


def _set_state(promise: Promise, state: str, *, actor: str, now: datetime, decided_on: date | None) -> None:
    promise.state, promise.updated_at, promise.decided_on = PromiseState(state), now, decided_on
    promise.save(update_fields=["state", "updated_at", "decided_on", "cancel_reason"])
    _audit(promise, actor, now, {"reason": promise.cancel_reason} if promise.cancel_reason else {})


def _audit(promise: Promise, actor: str, now: datetime, payload: dict[str, object]) -> None:
    subject = ("promise", str(promise.uid))
    write_audit(
        chain=AUDIT_CHAIN, action=f"promise.{promise.state}", actor=actor, subject=subject, payload=payload, now=now
    )


def _already_open() -> Refusal:
    return Refusal(
        "promise-already-open", "Esta obligación ya tiene una promesa vigente: reprográmela o espere su fecha."
    )
