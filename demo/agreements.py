"""Agreements of the invented month: offered, approved, accepted by voice, kept or not, by the product's own prices and authority."""

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from acuerdo.base import clock
from acuerdo.base.models import Role, User
from acuerdo.kernel.errors import Refusal
from acuerdo.negotiation.models import PaymentPlan, PlanObligation
from acuerdo.negotiation.public import accept_plan, approve_plan, decline_plan, load_case, propose_plan, refuse_plan
from acuerdo.negotiation.rules.offers import OfferRequest, Wish, offers_for, policy_on
from acuerdo.portfolio.public import visible_to
from demo.behaviour import keep_chance
from demo.world import Loan

KINDS = ("plan", "split", "extension", "early_payment")
OPEN = ("pending_approval", "offered", "accepted", "active", "late", "paused")
REASONS = (
    "Es cliente de hace ocho años y ya pagó la mitad.",
    "Puede cerrar todo esta quincena si le ayudamos con los intereses.",
    "Su ingreso bajó y quiere quedar a paz y salvo este mes.",
)


def without_plan(account_ids: list[int]) -> list[int]:
    """Those that no agreement covers."""
    taken = PlanObligation.objects.filter(obligation_id__in=account_ids, plan__state__in=OPEN)
    covered = set(taken.values_list("obligation_id", flat=True))
    return [pk for pk in account_ids if pk not in covered]


def agree(agent: User, account_id: int, loan: Loan, day: date, random: Random) -> None:
    """One conversation about what can be paid: an offer, and most often a yes that is later kept."""
    with suppress(Refusal):
        owed = visible_to(agent).filter(pk=account_id)
        case = load_case(owed, day)
        found = [one for one in offers_for(case, Wish(), policy_on(day, case.country)) if one.kind in KINDS]
        wanted = random.choice([one for one in found if one.approval is None])
        now = clock.now()
        plan = propose_plan(owed, wanted.request, role="agent", actor=agent.username, now=now, today=day)
        answer = random.random()
        if answer < 0.15:
            decline_plan(plan.pk, actor=agent.username, now=now, today=day, wish="Prefiere pagar en la quincena.")
        elif answer < 0.85:
            _accept(plan, agent, loan, day, random)


def ask_approval(agent: User, account_id: int, day: date, random: Random) -> PaymentPlan | None:
    """More than an agent may grant: it waits for the supervisor or the director. None where the policy has nothing like it."""
    owed = visible_to(agent).filter(pk=account_id)
    first = day + timedelta(days=5)
    for asked in (
        OfferRequest("full_payment", first_on=first, waiver_share=Decimal("0.9")),
        OfferRequest("early_payment", first_on=day + timedelta(days=2), waiver_share=Decimal("0.8")),
        OfferRequest("full_payment", first_on=first, waiver_share=Decimal(1), discount_share=Decimal("0.05")),
    ):
        with suppress(Refusal):
            return propose_plan(
                owed,
                asked,
                role="agent",
                actor=agent.username,
                now=clock.now(),
                today=day,
                reason=random.choice(REASONS),
            )
    return None


def decide(plan: PaymentPlan, agent: User, loan: Loan, day: date, random: Random) -> None:
    """The supervisor's word about one that waits, and the person's."""
    now, boss = clock.now(), {"actor": "supervisor", "role": Role.SUPERVISOR}
    with suppress(Refusal):
        if random.random() < 0.3:
            refuse_plan(
                plan.pk, **boss, now=now, today=day, reason="Ofrezca dividirlo en tres cuotas sin intereses de mora."
            )
            return
        approve_plan(plan.pk, **boss, now=now, today=day)
        plan.refresh_from_db()
        if plan.state == "offered":
            _accept(plan, agent, loan, day, random)


def _accept(plan: PaymentPlan, agent: User, loan: Loan, day: date, random: Random) -> None:
    now = clock.now()
    accept_plan(
        plan.pk, method="voice", proof=f"Grabación de las {now.astimezone(clock.zone()):%H:%M}", actor=agent.username,
        now=now, today=day,
    )  # fmt: skip
    if random.random() < keep_chance(loan.person.behaviour):
        for part in plan.instalments.order_by("number"):
            loan.pays[part.due_on] = loan.pays.get(part.due_on, 0) + part.amount_minor
