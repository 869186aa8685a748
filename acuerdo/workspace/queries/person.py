"""The debtor page: who the person is, what they owe, how to reach them, what was agreed and what is decided for today."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from acuerdo.base import clock
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.negotiation.public import COMMITMENT_LABELS, commitment_of, promises_of, records_of
from acuerdo.policy.public import open_holds as policy_holds
from acuerdo.policy.public import standing_reports
from acuerdo.policy.rules.stops import PAUSE_ROLES, STICKY, STICKY_ROLES
from acuerdo.portfolio.rules.limits import credit_limit_in
from acuerdo.strategy.public import document_of
from acuerdo.strategy.rules.contact_words import Decided, decision_sentences
from acuerdo.workspace import wording
from acuerdo.workspace.queries.scope import obligations_of
from acuerdo.workspace.tables import ContactPoint, Decision, Instalment, ObligationParty, Placement

INSTALMENTS_SHOWN_PAID = 1
INSTALMENTS_SHOWN_NEXT = 2
COMMITMENT_TONES = {"keeps": "ok", "partly_keeps": "info", "reschedules": "warn", "breaks": "warn", "mixed": "info"}
MAY_WORK = frozenset({Role.AGENT, Role.SUPERVISOR})
MAY_UNMASK = frozenset({Role.AGENT, Role.SUPERVISOR, Role.COMPLIANCE})
MAY_HOLD = frozenset({Role.AGENT, Role.SUPERVISOR, Role.COMPLIANCE})


@dataclass(frozen=True, slots=True)
class InstalmentLine:
    number: int
    due_on: date
    total_minor: int
    unpaid_minor: int
    word: str
    tone: str


@dataclass(frozen=True, slots=True)
class ObligationLine:
    """One obligation with its money by component; amounts in minor units of `currency`."""

    id: int
    uid: str
    number: str
    product: str
    creditor: str
    creditor_id: int
    currency: str
    stage: str
    bucket: str
    days_past_due: int
    balance_minor: int
    balance_due_minor: int
    components: list[tuple[str, int]]
    facts: list[str]
    consequences: str
    instalments: list[InstalmentLine]
    instalments_hidden: int

    @property
    def instalments_now(self) -> list[InstalmentLine]:
        """What is overdue or falls due next: what the conversation is about."""
        return self.instalments[: self._now_count]

    @property
    def instalments_later(self) -> list[InstalmentLine]:
        return self.instalments[self._now_count :]

    @property
    def _now_count(self) -> int:
        past = sum(1 for line in self.instalments if line.tone != "quiet")
        return min(past + INSTALMENTS_SHOWN_NEXT, len(self.instalments))


@dataclass(slots=True)
class Sum:
    """What the person owes in one currency. `cure_minor` pays everything overdue, `next_*` is what falls due next."""

    currency: str
    balance_minor: int = 0
    balance_due_minor: int = 0
    cure_minor: int = 0
    days_past_due: int = 0
    next_due_on: date | None = None
    next_due_minor: int = 0
    last_payment_on: date | None = None
    last_payment_minor: int = 0


@dataclass(frozen=True, slots=True)
class DecisionLine:
    obligation_id: int
    number: str
    channel: str
    planned_at: datetime | None
    state_word: str
    reasons: list[str]
    details: list[str]
    score: int


@dataclass(frozen=True, slots=True)
class Commitment:
    word: str
    tone: str


@dataclass(slots=True)
class Person:
    """All that the page shows but the semáforo and the history, which are asked for apart."""

    debtor: Any
    obligations: list[ObligationLine]
    sums: list[Sum]
    contact_points: list[Any]
    promises: list[Any]
    holds: list[Any]
    reports: dict[int, Any]
    parties: list[Any]
    decisions: list[DecisionLine]
    commitment: Commitment | None
    agent_name: str
    may_work: bool
    may_unmask: bool
    may_hold: bool
    customer_since: date | None = None
    up_url: str = ""
    up_label: str = ""
    hold_kinds: list[tuple[str, str]] = field(default_factory=list)

    @property
    def creditor_names(self) -> list[str]:
        return list(dict.fromkeys(line.creditor for line in self.obligations))

    @property
    def years_as_customer(self) -> int:
        """Whole years since the first credit that is known here."""
        since, today = self.customer_since, clock.business_date()
        return 0 if since is None else today.year - since.year - ((today.month, today.day) < (since.month, since.day))

    @property
    def is_company(self) -> bool:
        return bool(self.debtor.kind == "company")

    @property
    def best_phone(self) -> Any:
        """The valid phone that is most surely theirs."""
        return next((point for point in self.contact_points if point.kind == "phone" and point.is_valid), None)

    @property
    def may_call(self) -> bool:
        return self.may_work and self.best_phone is not None

    @property
    def main(self) -> ObligationLine:
        """The obligation that a contact is about unless another is chosen: most overdue first."""
        return max(
            self.obligations, key=lambda line: (line.balance_due_minor > 0, line.days_past_due, line.balance_minor)
        )


def person_of(user: User, debtor: Any, *, today: date) -> Person:
    """The page of a person whom the user may see (`scope.debtor_or_404`). Ten queries whatever they owe."""
    rows = _obligation_rows(user, debtor)
    ids = [row.pk for row in rows]
    instalments = _instalments_of(ids)
    obligations = [_obligation_line(row, instalments[row.pk], today) for row in rows]
    role = Role(user.role)
    return Person(
        debtor=debtor,
        obligations=obligations,
        sums=_sums(rows),
        contact_points=list(
            ContactPoint.objects.filter(debtor=debtor).order_by("-is_valid", "kind", "-ownership", "id")
        ),
        promises=list(promises_of(debtor.pk).filter(obligation_id__in=ids)[:8]),
        holds=open_holds(debtor.pk, ids, role),
        reports=standing_reports(ids),
        parties=_parties(ids),
        decisions=_decisions(rows, today),
        commitment=_commitment(debtor.pk),
        agent_name=next((row.agent_name for row in rows if row.agent_name), ""),
        may_work=role in MAY_WORK,
        may_unmask=role in MAY_UNMASK,
        may_hold=role in MAY_HOLD,
        customer_since=min((row.account.disbursed_on for row in rows if row.account.disbursed_on), default=None),
        hold_kinds=[(code, str(word)) for code, word in wording.HOLDS_BY_HAND],
    )


def open_holds(debtor_id: int, obligation_ids: Sequence[int], role: str) -> list[Any]:
    """Stops in force on the person or on one of these obligations, each with `may_lift` for the role."""
    found = policy_holds([debtor_id], clock.now())
    shown = [hold for hold in found if hold.obligation_id is None or hold.obligation_id in obligation_ids]
    for hold in shown:
        hold.may_lift = role in (STICKY_ROLES if hold.kind in STICKY else PAUSE_ROLES)  # type: ignore[attr-defined]
    return list(reversed(shown))


def _obligation_rows(user: User, debtor: Any) -> list[Any]:
    agent = Placement.objects.filter(obligation_id=OuterRef("pk"), recalled_on__isnull=True).values("agent__full_name")[
        :1
    ]
    found = obligations_of(user).filter(debtor=debtor).select_related("account", "creditor")
    return list(found.annotate(agent_name=Subquery(agent)).order_by("-account__days_past_due", "pk"))


def _obligation_line(row: Any, instalments: list[Any], today: date) -> ObligationLine:
    account = row.account
    lines, hidden = _instalment_lines(instalments, account, today)
    return ObligationLine(
        id=row.pk,
        uid=str(row.uid),
        number=row.number,
        product=row.product or str(wording.KINDS.get(row.kind, row.kind)),
        creditor=row.creditor.name,
        creditor_id=row.creditor_id,
        currency=account.currency,
        stage=account.stage,
        bucket=account.bucket,
        days_past_due=account.days_past_due,
        balance_minor=account.balance_minor,
        balance_due_minor=account.balance_due_minor,
        components=_components(account),
        facts=_facts(row, account),
        consequences=row.consequences,
        instalments=lines,
        instalments_hidden=hidden,
    )


def _components(account: Any) -> list[tuple[str, int]]:
    named = (
        ("principal", account.principal_balance_minor),
        ("contract_interest", account.contract_interest_minor),
        ("late_interest", account.late_interest_minor),
        ("insurance", account.insurance_minor),
        ("collection_fee", account.collection_fee_minor),
    )
    return [(code, minor) for code, minor in named if minor or code == "principal"]


def _facts(row: Any, account: Any) -> list[str]:
    told = [str(wording.KINDS.get(row.kind, row.kind))]
    if row.rate_text:
        told.append(_("tasa %(rate)s") % {"rate": row.rate_text})
    if row.branch:
        told.append(_("oficina %(branch)s") % {"branch": row.branch})
    if account.disbursed_on:
        told.append(_("desembolso %(day)s") % {"day": wording.short_day(account.disbursed_on)})
    limit, available = credit_limit_in(row.extra)
    if limit:
        told.append(_("cupo %(limit)s") % {"limit": limit})
    if available:
        told.append(_("disponible %(limit)s") % {"limit": available})
    if account.due_since:
        told.append(_("en mora desde el %(day)s") % {"day": wording.short_day(account.due_since)})
    if account.state_as_of:
        told.append(_("saldos al %(day)s") % {"day": wording.short_day(account.state_as_of)})
    return told


def _instalments_of(ids: list[int]) -> dict[int, list[Any]]:
    by_account: dict[int, list[Any]] = defaultdict(list)
    for line in Instalment.objects.filter(account_id__in=ids).order_by("account_id", "number"):
        by_account[line.account_id].append(line)
    return by_account


def _instalment_lines(rows: list[Any], account: Any, today: date) -> tuple[list[InstalmentLine], int]:
    """What is unpaid follows from the arrears: what has fallen due less what is overdue has been paid, oldest first."""
    fallen_due = max((row.cum_due_minor for row in rows if row.due_on <= today), default=0)
    overdue = min(
        max(account.balance_due_minor - account.late_interest_minor - account.collection_fee_minor, 0), fallen_due
    )
    paid = fallen_due - overdue
    lines = [_instalment_line(row, paid, today) for row in rows]
    first_open = next((index for index, line in enumerate(lines) if line.unpaid_minor), len(lines))
    hidden = max(first_open - INSTALMENTS_SHOWN_PAID, 0)
    return lines[hidden:], hidden


def _instalment_line(row: Any, paid_minor: int, today: date) -> InstalmentLine:
    unpaid = min(row.total_minor, max(row.cum_due_minor - paid_minor, 0))
    if not unpaid:
        word, tone = _("Pagada"), "ok"
    elif row.due_on < today:
        word, tone = (_("Vencida"), "warn") if unpaid == row.total_minor else (_("Pagada en parte"), "warn")
    elif row.due_on == today:
        word, tone = _("Vence hoy"), "info"
    else:
        word, tone = _("Por vencer"), "quiet"
    return InstalmentLine(row.number, row.due_on, row.total_minor, unpaid, word, tone)


def _sums(rows: Iterable[Any]) -> list[Sum]:
    sums: dict[str, Sum] = {}
    for row in rows:
        account = row.account
        told = sums.setdefault(account.currency, Sum(account.currency))
        told.balance_minor += account.balance_minor
        told.balance_due_minor += account.balance_due_minor
        told.cure_minor += account.balance_due_minor
        told.days_past_due = max(told.days_past_due, account.days_past_due)
        if account.next_due_on and (told.next_due_on is None or account.next_due_on < told.next_due_on):
            told.next_due_on, told.next_due_minor = account.next_due_on, account.next_due_minor
        if account.last_payment_on and (told.last_payment_on is None or account.last_payment_on > told.last_payment_on):
            told.last_payment_on, told.last_payment_minor = account.last_payment_on, account.last_payment_minor
    return list(sums.values())


def _parties(ids: list[int]) -> list[Any]:
    """Other people of the obligations, each once, with the relation that is nearest to the debt."""
    found = (
        ObligationParty.objects.filter(obligation_id__in=ids).select_related("debtor").order_by("relation", "debtor_id")
    )
    return list({party.debtor_id: party for party in found}.values())


def _decisions(rows: Sequence[Any], today: date) -> list[DecisionLine]:
    numbers = {row.pk: row.number for row in rows}
    currencies = {row.pk: row.account.currency for row in rows}
    found = (
        Decision.objects.filter(run_on=today, obligation_id__in=list(numbers))
        .select_related("strategy")
        .order_by("-is_lead", "-score", "obligation_id")
    )
    return [
        DecisionLine(
            obligation_id=row.obligation_id,
            number=numbers[row.obligation_id],
            channel=row.channel,
            planned_at=row.planned_at,
            state_word=str(wording.DECISION_STATES.get(row.state, row.state)),
            reasons=[wording.reason_word(code) for code in row.reasons],
            details=_details(row, currencies[row.obligation_id]),
            score=row.score,
        )
        for row in found
    ]


def _details(row: Any, currency: str) -> list[str]:
    """Segment, step, offer, worth and group in words; nothing where the version is gone or no longer reads."""
    if row.strategy is None:
        return []
    try:
        document = document_of(row.strategy)
    except Refusal:  # written by an earlier release
        return []
    decided = Decided(
        row.segment, row.step, row.channel, row.variant, row.probability_bp, row.score, row.price, row.options
    )
    return decision_sentences(decided, document, currency, "en" if wording.is_english() else "es")


def _commitment(debtor_id: int) -> Commitment | None:
    record = records_of([debtor_id]).get(debtor_id)
    if record is None:
        return None
    label = commitment_of(record)
    return Commitment(_(COMMITMENT_LABELS[label]), COMMITMENT_TONES.get(label, "quiet"))
