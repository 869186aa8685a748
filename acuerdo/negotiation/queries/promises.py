"""Reading promises. Lists take the obligations or the person that the caller may see; nothing here queries once per row."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import BigIntegerField, Count, F, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Least

from acuerdo.kernel.errors import Refusal
from acuerdo.negotiation.models import Promise, PromiseState
from acuerdo.negotiation.rules.commitment import Record
from acuerdo.negotiation.rules.states import STANDING

STANDING_STATES = sorted(STANDING)


@dataclass(frozen=True, slots=True)
class Owed:
    """What a promise is measured against. `next_due_minor` falls due on `next_due_on`."""

    obligation_id: int
    debtor_id: int
    country: str
    currency: str
    balance_due_minor: int
    next_due_on: date | None
    next_due_minor: int

    def by(self, due_on: date) -> int:
        """What will be due on `due_on`; the next instalment when nothing is due yet, so that a preventive promise is possible."""
        has_next = self.next_due_on is not None and (self.next_due_on <= due_on or not self.balance_due_minor)
        return self.balance_due_minor + (self.next_due_minor if has_next else 0)


def owed_on(obligation_id: int) -> Owed:
    """The obligation's figures, its row locked until the transaction ends; refuses `obligation-unknown` and `obligation-closed`."""
    row = (
        _obligations().select_for_update(of=("self",))
        .filter(pk=obligation_id)
        .values_list(
            "debtor_id", "creditor__country", "account__currency", "account__balance_due_minor",
            "account__next_due_on", "account__next_due_minor", "account__status", "gone_on",
        )
        .first()
    )  # fmt: skip
    if row is None:
        raise Refusal("obligation-unknown", "No encontramos esa obligación.")
    *facts, status, gone_on = row
    if status in ("paid", "gone") or gone_on is not None:
        raise Refusal("obligation-closed", "Esta obligación ya está pagada o fue retirada: no necesita una promesa.")
    return Owed(obligation_id, *facts)


def _obligations() -> QuerySet[Any]:
    """The rows that a promise's own foreign key points to."""
    model = Promise._meta.get_field("obligation").related_model
    assert isinstance(model, type)
    return model._default_manager.all()


def with_window_paid(promises: QuerySet[Promise], today: date) -> QuerySet[Any]:
    """Adds `window_paid`: standing payments from `made_on` to `ends_on`, up to `today`, that the promise may count."""
    payment = "obligation__account__payments__"
    counts = Q(
        **{
            f"{payment}paid_on__gte": F("made_on"),
            f"{payment}paid_on__lte": F("ends_on"),
            f"{payment}reverses__isnull": True,
            f"{payment}reversal__isnull": True,
        }
    ) & Q(**{f"{payment}paid_on__lte": today})
    before_it_was_made = Q(**{f"{payment}paid_on": F("made_on"), f"{payment}recorded_at__lt": F("created_at")})
    total = Sum(f"{payment}amount_minor", filter=counts & ~before_it_was_made)
    return promises.annotate(window_paid=Coalesce(total, 0, output_field=BigIntegerField()))


def promises_of(debtor_id: int) -> QuerySet[Promise]:
    """Every promise of a person, newest first, with its obligation."""
    return Promise.objects.filter(debtor_id=debtor_id).select_related("obligation").order_by("-made_on", "-id")


def promises_within(obligations: QuerySet[Any]) -> QuerySet[Promise]:
    """The promises on obligations that the caller may see, with their person and obligation."""
    found = Promise.objects.filter(obligation__in=obligations.values("pk"))
    return found.select_related("obligation", "debtor")


def standing_promises(obligation_ids: Sequence[int]) -> dict[int, Promise]:
    """The standing promise of each obligation that has one."""
    found = Promise.objects.filter(obligation_id__in=obligation_ids, state__in=STANDING_STATES)
    return {promise.obligation_id: promise for promise in found}


def latest_promises(obligation_ids: Sequence[int]) -> dict[int, Promise]:
    """The newest promise of each obligation that has one, in whatever state."""
    found = Promise.objects.filter(obligation_id__any_of=obligation_ids).order_by("obligation_id", "-id")
    return {promise.obligation_id: promise for promise in found.distinct("obligation_id")}


def promises_kept(first: date, last: date) -> QuerySet[Promise]:
    """Judged kept from `first` to `last`, both included, with their obligation."""
    kept = Promise.objects.filter(state=PromiseState.KEPT, decided_on__range=(first, last))
    return kept.select_related("obligation").order_by("id")


def promises_due(first: date, last: date) -> QuerySet[Promise]:
    """Standing promises due from `first` to `last`, both included; the caller narrows them to what the user may see."""
    standing = Promise.objects.filter(state__in=STANDING_STATES, due_on__range=(first, last))
    return standing.select_related("obligation", "debtor").order_by("due_on", "id")


def records_of(debtor_ids: Sequence[int]) -> dict[int, Record]:
    """How the promises of each person ended; people without promises are absent."""
    counts = {state: Count("id", filter=Q(state=state)) for state in ("kept", "partly_kept", "broken", "rescheduled")}
    rows = Promise.objects.filter(debtor_id__in=debtor_ids).values_list("debtor_id").annotate(**counts)
    return {debtor_id: Record(*ended) for debtor_id, *ended in rows}


@dataclass(frozen=True, slots=True)
class KeptFigures:
    """KPI K31 over the promises judged in a period. Amounts in minor units of one currency; `applied` never above promised."""

    kept: int
    partly_kept: int
    broken: int
    promised_minor: int
    applied_minor: int


def kept_figures(first: date, last: date, *, currency: str, promises: QuerySet[Promise] | None = None) -> KeptFigures:
    """Judged from `first` to `last`, by judgement date (KPI K31)."""
    judged = (Promise.objects.all() if promises is None else promises).filter(
        decided_on__range=(first, last), state__in=["kept", "partly_kept", "broken"], currency=currency
    )
    row = judged.aggregate(
        kept=Count("id", filter=Q(state=PromiseState.KEPT)),
        partly_kept=Count("id", filter=Q(state=PromiseState.PARTLY_KEPT)),
        broken=Count("id", filter=Q(state=PromiseState.BROKEN)),
        promised_minor=Coalesce(Sum("amount_minor"), 0, output_field=BigIntegerField()),
        applied_minor=Coalesce(Sum(Least("paid_minor", "amount_minor")), 0, output_field=BigIntegerField()),
    )
    return KeptFigures(**row)


def next_promise_date(debtor_id: int) -> date | None:
    """The nearest date that the person has promised."""
    found = Promise.objects.filter(debtor_id=debtor_id, state__in=STANDING_STATES).aggregate(first=Min("due_on"))
    first: date | None = found["first"]
    return first
