"""What the agreement's screens show: the case of one person with one creditor, its offers, and the plans."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from acuerdo.base.models import User
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.public import code_receivers
from acuerdo.negotiation.public import PaymentPlan, load_case, plans_of, plans_within
from acuerdo.negotiation.rules.offers import Case, Offer, Wish, offers_for, policy_on
from acuerdo.negotiation.rules.offers.documents import request_document
from acuerdo.negotiation.rules.offers.figures import ROLES, Role
from acuerdo.negotiation.rules.offers.suggesting import fits
from acuerdo.workspace.agreements import wording
from acuerdo.workspace.queries.scope import obligations_of
from acuerdo.workspace.wording import CHANNELS


@dataclass(frozen=True, slots=True)
class OfferCard:
    """One offer as it is shown. `request` is the JSON that proposing sends back."""

    offer: Offer
    title: str
    headline: str
    fit: str
    if_missed: str
    request: str
    is_fitting: bool


@dataclass(frozen=True, slots=True)
class CodeCard:
    """The one-time code as it stands: where one can be sent (channel, name, masked receiver), where one went, until when."""

    receivers: list[tuple[str, str, str]]
    sent_to: str
    expires_at: datetime | None

    @property
    def is_out(self) -> bool:
        return self.expires_at is not None


@dataclass(frozen=True, slots=True)
class Table:
    """The person's obligations with one creditor in one currency: what an agreement may join, and what was chosen of it."""

    rows: list[Any]
    chosen: list[Any]
    creditor: Any
    currency: str

    @property
    def chosen_uids(self) -> set[str]:
        return {str(row.uid) for row in self.chosen}


def table_of(user: User, debtor: Any, asked: list[str]) -> Table:
    """The obligations of the creditor of the first one asked for, else of the most overdue one; all are chosen unless some
    are named. 404 when the user may see none that is open."""
    found = list(
        obligations_of(user)
        .filter(debtor=debtor, gone_on=None)
        .exclude(account__status__in=["paid", "gone"])
        .select_related("account", "creditor")
        .order_by("-account__days_past_due", "-account__balance_due_minor", "pk")
    )
    if not found:
        raise Http404
    named = [row for row in found if str(row.uid) in asked]
    main = (named or found)[0]
    rows = [
        row
        for row in found
        if (row.creditor_id, row.account.currency) == (main.creditor_id, main.account.currency)
    ]  # fmt: skip
    chosen = [row for row in rows if str(row.uid) in asked] or rows
    return Table(rows, chosen, main.creditor, main.account.currency)


def chosen_obligations(user: User, table: Table) -> QuerySet[Any]:
    """The chosen ones, still bounded by what the user may see."""
    return obligations_of(user).filter(pk__in=[row.pk for row in table.chosen])


def case_of(user: User, table: Table, today: date, *, has_hardship: bool) -> Case | None:
    """The case to price; None when nothing of it is owed."""
    try:
        return load_case(chosen_obligations(user, table), today, has_hardship=has_hardship)
    except Refusal as refusal:
        if refusal.code != "offer-nothing-owed":
            raise
        return None


def cards_of(case: Case, wish: Wish, role: Role) -> list[OfferCard]:
    """The offers in their order; the first is the one to say first."""
    found = offers_for(case, wish, policy_on(case.today, case.country), role)
    return [card_of(offer, wish, case.currency) for offer in found]


def card_of(offer: Offer, wish: Wish, currency: str) -> OfferCard:
    return OfferCard(
        offer=offer,
        title=str(wording.KIND_WORDS[offer.kind]),
        headline=wording.headline(offer.instalments, currency, offer.review_on),
        fit=wording.fit_words(offer, wish.monthly_minor, currency),
        if_missed=wording.if_something_changes(offer.kind),
        request=json.dumps(request_document(offer.request)),
        is_fitting=fits(offer, wish),
    )


def code_of(plan: Any, now: datetime) -> CodeCard:
    """The one-time code of a plan on offer; one that has ended is not shown any more."""
    known = code_receivers(plan.debtor_id)
    receivers = [
        (channel, str(CHANNELS[channel]), wording.masked_receiver(value)) for channel, value in known.items()
    ]  # fmt: skip
    is_out = bool(plan.code_digest) and plan.code_expires_at is not None and now <= plan.code_expires_at
    sent_to = next((f"{name}, {masked}" for one, name, masked in receivers if one == plan.code_channel), "")
    return CodeCard(receivers, sent_to, plan.code_expires_at if is_out else None)


def authority_of(user: User) -> Role:
    """The authority of whoever asks; people without one of these roles ask as an agent does."""
    return next((role for role in ROLES if role == user.role), "agent")


def plans_seen(user: User, debtor: Any) -> QuerySet[PaymentPlan]:
    """The person's plans whose every obligation the user may see, newest first."""
    return plans_of(debtor.pk).filter(pk__in=plans_within(obligations_of(user)).values("pk"))


def plan_or_404(user: User, debtor: Any, plan_uid: Any) -> PaymentPlan:
    found = plans_seen(user, debtor).filter(uid=plan_uid).first()
    if found is None:
        raise Http404
    return found
