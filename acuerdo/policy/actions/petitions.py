"""Cases (data requests, complaints, disputes, hardship): opening, their steps, the answer. Each step locks the case, moves it by the
table and is kept.

What a petition asks takes effect at once where waiting would harm the person: a revocation ends the authorisations, a
complaint, a correction or a dispute stops collection until it was answered and compliance lets it go on. A step may be taken
back for ten minutes by whoever took it.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Max

from acuerdo.base.audit import write_audit
from acuerdo.base.locks import lock_name
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.actions.permissions import AUDIT_CHAIN, lift_hold, place_hold, revoke_consent
from acuerdo.policy.models import Attempt, Consent, Hold, Petition, PetitionPaper, PetitionStep
from acuerdo.policy.rules.petitions import (
    KINDS,
    OPEN,
    REASONS,
    RESOLUTIONS,
    UNDO_WINDOW,
    UNDOABLE,
    next_state,
    terms_of,
)
from acuerdo.policy.rules.stops import lifting_roles
from acuerdo.policy.rules.vocabulary import one_of

WORKING_ROLES = frozenset({Role.COMPLIANCE, Role.DIRECTOR})
# The desk of disputes and of hardship is the supervisors' too; data requests and complaints about conduct are not.
DESK_KINDS = frozenset({"dispute", "hardship"})
_KEPT = (
    "state", "owner", "started_on", "due_on", "legend_on", "complete_by", "transfer_by", "asked_on", "abandoned_on",
    "is_extended", "extension_reason", "resolution", "answer", "ended_at",
)  # fmt: skip
TEXT_MAX = 4000
# The stop that a kind brings until it is answered.
STOPS = {"complaint": "complaint", "correction": "dispute", "dispute": "dispute", "hardship": "hardship"}
OF_OBLIGATION = frozenset({"correction", "dispute", "hardship"})


@transaction.atomic
def open_petition(
    debtor_id: int,
    creditor_id: int,
    kind: str,
    *,
    text: str,
    source: str,
    actor: str,
    now: datetime,
    received_at: datetime | None = None,
    obligation_id: int | None = None,
    attempt_id: int | None = None,
    reason: str = "",
) -> Petition:
    """Opens a case with its clocks; in a country with a complaint book it gets the book's next number.

    `source` says how it came (`call`, `portal`, `letter` …); `received_at` when, if earlier.

    Refuses `unknown-petition`, `unknown-petition-reason`, `petition-text-missing`, `petition-in-future` and
    `obligation-mismatch`.
    """
    one_of(kind, KINDS, field="petition")
    if reason:
        one_of(reason, REASONS.get(kind, ()), field="petition-reason")
    text, received = text.strip(), received_at or now
    if not text:
        raise Refusal("petition-text-missing", "Escriba qué pide la persona, con sus palabras.")
    if received > now:
        raise Refusal("petition-in-future", "La solicitud no puede tener fecha futura.")
    creditor = _creditor(creditor_id)
    if obligation_id is not None and not _owes(debtor_id, creditor_id, obligation_id):
        raise Refusal("obligation-mismatch", "Esa obligación no es de esta persona con este acreedor.")
    day = received.astimezone(ZoneInfo(creditor.timezone)).date()
    petition = Petition.objects.create(
        debtor_id=debtor_id, creditor_id=creditor_id, obligation_id=obligation_id, attempt_id=attempt_id, kind=kind,
        reason=reason, book_number=_book_number(creditor, kind, day),
        source=source[:40], text=text[:TEXT_MAX], received_at=received, received_by=actor, updated_at=now,
        **_clocks(creditor.country, kind, day),
    )  # fmt: skip
    _step(petition, "open", actor=actor, note="", now=now)
    if kind == "revocation":
        for channel in sorted(set(_authorised(debtor_id))):
            revoke_consent(debtor_id, channel, actor=actor, now=now)
    if kind in STOPS:
        scope = obligation_id if kind in OF_OBLIGATION else None
        reason = f"Solicitud {petition.uid}"
        place_hold(debtor_id, STOPS[kind], reason=reason, actor=actor, now=now, obligation_id=scope)
    return petition


def _book_number(creditor: Any, kind: str, day: date) -> str:
    """The next line of the creditor's complaint book of the year, without gaps; empty where the country has none."""
    if not terms_of(creditor.country, kind).has_book:
        return ""
    lock_name("complaint-book", creditor.pk)
    year = f"{day.year}-"
    last = Petition.objects.filter(creditor=creditor, book_number__startswith=year).aggregate(last=Max("book_number"))
    return f"{year}{int(str(last['last'] or year + '0').partition('-')[2]) + 1:06}"


def _clocks(country: str, kind: str, day: date) -> dict[str, Any]:
    terms = terms_of(country, kind)
    return {
        "started_on": day,
        "due_on": terms.due_on(day),
        "legend_on": terms.step_on(day, terms.legend_within),
        "complete_by": terms.step_on(day, terms.complete_within),
        "transfer_by": terms.step_on(day, terms.transfer_within),
        "citation": terms.citation,
    }


@transaction.atomic
def take_petition(petition_id: int, *, owner: User, user: User, now: datetime) -> Petition:
    """Makes `owner`, of the same house as `user`, answerable for the case and puts it in study.

    Refuses `petition-owner`, `petition-not-permitted`, `petition-wrong-state`.
    """
    petition = _opened(petition_id, user)
    if owner.agency_id != user.agency_id:
        raise Refusal("petition-owner", "Elija a quién se asigna.")
    if not may_work_on(owner, petition.kind):
        raise _not_permitted()
    petition.owner = owner.username
    return _moved(petition, "take", actor=user.username, note=owner.username, now=now)


def may_work_on(user: User, kind: str) -> bool:
    """Whether somebody answers cases of a kind."""
    return user.role in WORKING_ROLES or (user.role == Role.SUPERVISOR and kind in DESK_KINDS)


@transaction.atomic
def undo_step(petition_id: int, *, user: User, now: datetime) -> PetitionStep:
    """Takes the last step back, its stop included; gives the step undone.

    Refuses `petition-undo-nothing`, `petition-undo-not-own` and `petition-undo-late` (ten minutes).
    """
    petition = _opened(petition_id, user)
    step = petition.steps.order_by("-at", "-pk").first()
    if step is None or step.event not in UNDOABLE or not step.before:
        raise Refusal("petition-undo-nothing", "El último paso de esta solicitud no se puede deshacer.")
    if step.actor != user.username:
        raise Refusal("petition-undo-not-own", "Solo quien dio el paso puede deshacerlo.")
    if now > step.at + UNDO_WINDOW:
        raise Refusal("petition-undo-late", "Ya pasaron diez minutos: registre el paso correcto.")
    was_open = petition.state in OPEN
    for name in _KEPT:
        setattr(petition, name, _read(step.before[name], name))
    petition.updated_at = now
    petition.save()
    _step(petition, "undo", actor=user.username, note=step.event, now=now)
    if petition.kind in STOPS and petition.state in OPEN and not was_open:
        scope = petition.obligation_id if petition.kind in OF_OBLIGATION else None
        place_hold(
            petition.debtor_id, STOPS[petition.kind], reason=f"Solicitud {petition.uid}", actor=user.username, now=now,
            obligation_id=scope,
        )  # fmt: skip
    return step


def _read(value: Any, name: str) -> Any:
    """A stored value back in the type of its field."""
    if value is None or not name.endswith(("_on", "_by", "_at")):
        return value
    return datetime.fromisoformat(value) if name.endswith("_at") else date.fromisoformat(value)


@transaction.atomic
def attach_to_petition(petition_id: int, paper_id: int, *, user: User, now: datetime) -> PetitionPaper:
    """A paper of the case's obligation becomes part of the case. Refuses `petition-paper` for one of another obligation."""
    petition = _opened(petition_id, user)
    papers = PetitionPaper._meta.get_field("paper").related_model._default_manager
    if not papers.filter(pk=paper_id, obligation_id=petition.obligation_id).exists():
        raise Refusal("petition-paper", "Ese documento no es de la obligación de este caso.")
    link, is_new = PetitionPaper.objects.get_or_create(petition=petition, paper_id=paper_id)
    if is_new:
        _step(petition, "attach", actor=user.username, note="", now=now)
    return link


@transaction.atomic
def ask_to_complete(petition_id: int, *, missing: str, user: User, now: datetime) -> Petition:
    """Asks the person for what is missing; the clock stops. Refuses `petition-note-missing` and `petition-step-late`."""
    petition = _opened(petition_id, user)
    today = _today(petition, now)
    if petition.complete_by is not None and today > petition.complete_by:
        message = (
            f"El plazo para pedir que la complete venció el {petition.complete_by:%d/%m/%Y}; respóndala como está."
        )
        raise Refusal("petition-step-late", message)
    petition.asked_on = today
    petition.abandoned_on = terms_of(petition.creditor.country, petition.kind).abandoned_on(today)
    return _moved(petition, "ask_to_complete", actor=user.username, note=_note(missing), now=now)


@transaction.atomic
def complete_petition(petition_id: int, *, text: str, user: User, now: datetime) -> Petition:
    """The person sent what was missing: the whole term begins again from today."""
    petition = _opened(petition_id, user)
    for name, value in _clocks(petition.creditor.country, petition.kind, _today(petition, now)).items():
        setattr(petition, name, value)
    petition.asked_on = petition.abandoned_on = None
    return _moved(petition, "complete", actor=user.username, note=_note(text), now=now)


@transaction.atomic
def extend_petition(petition_id: int, *, reason: str, user: User, now: datetime) -> Petition:
    """The law's one extension, told to the person before the first term ends.

    Refuses `petition-no-extension`, `petition-extended-already`, `petition-step-late`, `petition-note-missing`.
    """
    petition = _opened(petition_id, user)
    terms = terms_of(petition.creditor.country, petition.kind)
    if not terms.extension:
        raise Refusal("petition-no-extension", "La norma no da prórroga para esta solicitud.")
    if petition.is_extended:
        raise Refusal("petition-extended-already", "Esta solicitud ya se prorrogó una vez.")
    if _today(petition, now) > petition.due_on:
        raise Refusal("petition-step-late", "La prórroga se informa antes de que venza el primer plazo.")
    petition.is_extended, petition.extension_reason = True, _note(reason)[:300]
    petition.due_on = terms.due_on(petition.started_on, is_extended=True)
    return _moved(petition, "extend", actor=user.username, note=_note(reason), now=now)


@transaction.atomic
def transfer_petition(petition_id: int, *, to: str, user: User, now: datetime) -> Petition:
    """Passes it on to whoever is competent, which ends it here. Refuses `petition-note-missing`."""
    petition = _opened(petition_id, user)
    petition.ended_at = now
    return _moved(petition, "transfer", actor=user.username, note=_note(to), now=now)


@transaction.atomic
def answer_petition(petition_id: int, *, resolution: str, answer: str, user: User, now: datetime) -> Petition:
    """Answers and ends the case; a stop that it brought is lifted. Refuses `unknown-resolution`, `petition-note-missing`."""
    one_of(resolution, RESOLUTIONS, field="resolution")
    petition = _opened(petition_id, user)
    petition.resolution, petition.answer, petition.ended_at = resolution, _note(answer), now
    _moved(petition, "answer", actor=user.username, note=resolution, now=now)
    _lift_stop(petition, user, now)
    return petition


@transaction.atomic
def withdraw_petition(petition_id: int, *, reason: str, user: User, now: datetime) -> Petition:
    """The person takes it back. Refuses `petition-note-missing`."""
    petition = _opened(petition_id, user)
    petition.ended_at = now
    _moved(petition, "withdraw", actor=user.username, note=_note(reason), now=now)
    _lift_stop(petition, user, now)
    return petition


@transaction.atomic
def note_reply(petition_id: int, *, said: str, user: User, now: datetime) -> None:
    """The case remembers that its person was written to."""
    _step(_opened(petition_id, user), "reply", actor=user.username, note=said, now=now)


def forget_new_cases(attempt_id: int, *, actor: str, now: datetime) -> int:
    """The outcome that opened them was a mistake: cases that nobody has worked on end as withdrawn. Their number stays taken."""
    found = Petition.objects.select_for_update().filter(
        attempt_id=attempt_id, state="received", kind__in=sorted(DESK_KINDS)
    )
    cases = list(found)
    for petition in cases:
        petition.ended_at = now
        _moved(petition, "withdraw", actor=actor, note="Registro deshecho", now=now)
    return len(cases)


def abandon_petitions(now: datetime, *, today: date) -> int:
    """Ends the incomplete ones whose time to be completed is over; how many."""
    due = (
        Petition.objects.filter(state="incomplete", abandoned_on__lte=today).order_by("pk").values_list("pk", flat=True)
    )
    return sum(_abandon(pk, now, today) for pk in list(due))


@transaction.atomic
def _abandon(petition_id: int, now: datetime, today: date) -> bool:
    petition = Petition.objects.select_for_update().get(pk=petition_id)
    if petition.state != "incomplete" or petition.abandoned_on is None or petition.abandoned_on > today:
        return False
    petition.ended_at = now
    _moved(petition, "abandon", actor="sistema", note="", now=now)
    return True


def _opened(petition_id: int, user: User) -> Petition:
    """The case, locked, for one who may work on it. Refuses `petition-not-permitted` and `petition-unknown`."""
    locked = Petition.objects.select_for_update(of=("self",)).select_related("creditor")
    petition = locked.filter(pk=petition_id).first()
    if petition is None:
        raise Refusal("petition-unknown", "No encontramos esa solicitud.")
    if not may_work_on(user, petition.kind):
        raise _not_permitted()
    return petition


def _not_permitted() -> Refusal:
    return Refusal("petition-not-permitted", "Esta solicitud la responden cumplimiento o dirección.")


def _moved(petition: Petition, event: str, *, actor: str, note: str, now: datetime) -> Petition:
    stored = Petition.objects.filter(pk=petition.pk).values(*_KEPT).get()
    before = {name: value.isoformat() if isinstance(value, date) else value for name, value in stored.items()}
    petition.state = next_state(petition.state, event)
    petition.updated_at = now
    petition.save()
    _step(petition, event, actor=actor, note=note, now=now, before=before)
    return petition


def _step(
    petition: Petition, event: str, *, actor: str, note: str, now: datetime, before: dict[str, Any] | None = None
) -> None:
    """The note stays with the case: it may name the person, and the audit trail outlives them."""
    PetitionStep.objects.create(petition=petition, at=now, event=event, actor=actor, note=note, before=before or {})
    payload = {"kind": petition.kind, "state": str(petition.state), "due_on": petition.due_on.isoformat()}
    subject = ("petition", str(petition.uid))
    write_audit(chain=AUDIT_CHAIN, action=f"petition-{event}", actor=actor, subject=subject, payload=payload, now=now)


def _note(text: str) -> str:
    if not text.strip():
        raise Refusal("petition-note-missing", "Escriba el texto de este paso.")
    return text.strip()[:TEXT_MAX]


def _lift_stop(petition: Petition, user: User, now: datetime) -> None:
    """Its own stop, where this role may lift it, unless another open case still needs it."""
    if petition.kind not in STOPS or user.role not in lifting_roles(STOPS[petition.kind]):
        return
    alike = [kind for kind, stop in STOPS.items() if stop == STOPS[petition.kind]]
    same = Petition.objects.filter(debtor_id=petition.debtor_id, kind__in=alike, state__in=OPEN)
    if petition.kind in OF_OBLIGATION:
        same = same.filter(obligation_id=petition.obligation_id)
    holds = Hold.objects.filter(
        debtor_id=petition.debtor_id, kind=STOPS[petition.kind], channel="", lifted_at__isnull=True,
        obligation_id=petition.obligation_id if petition.kind in OF_OBLIGATION else None,
        reason__startswith="Solicitud ",
    )  # fmt: skip
    hold = None if same.exclude(pk=petition.pk).exists() else holds.first()
    if hold is not None:
        lift_hold(hold.pk, user=user, reason=f"Solicitud {petition.uid}: {petition.state}", now=now)


def _today(petition: Petition, now: datetime) -> date:
    return now.astimezone(ZoneInfo(petition.creditor.timezone)).date()


def _authorised(debtor_id: int) -> list[str]:
    standing = Consent.objects.filter(debtor_id=debtor_id, revoked_at__isnull=True)
    return [str(channel) for channel in standing.values_list("channel", flat=True)]


def _creditor(creditor_id: int) -> Any:
    return Petition._meta.get_field("creditor").related_model._default_manager.get(pk=creditor_id)


def _owes(debtor_id: int, creditor_id: int, obligation_id: int) -> bool:
    obligations = Attempt._meta.get_field("obligation").related_model._default_manager
    return bool(obligations.filter(pk=obligation_id, creditor_id=creditor_id, debtor_id=debtor_id).exists())
