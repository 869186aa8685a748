"""A month of the invented lenders' life: each day the product runs its cycle, agents call, people answer and pay.

What people do follows from their behaviour and the seed; what the product does is the product's own decision.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from acuerdo.agenda.public import is_away
from acuerdo.base import clock
from acuerdo.base.day import run_day
from acuerdo.base.models import User
from acuerdo.config.wiring import day_phases, message_channels
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account
from acuerdo.ledger.public import NewPayment, record_payments
from acuerdo.messaging.models import Message
from acuerdo.messaging.public import deliver_all_due
from acuerdo.negotiation.public import make_promise
from acuerdo.policy.public import PlannedContact, permit_and_log, record_outcome
from acuerdo.portfolio.models import ContactPoint, Obligation
from acuerdo.strategy.public import Decision, mark_done, queue_for
from demo import agreements, around, bureau, cases
from demo.behaviour import answer_chance, keep_chance
from demo.build import ACTOR, LOGINS, Registered, Say, load_lender, local, payment_reference
from demo.world import LENDERS, STARTS_ON, TODAY, Loan

CALLS_PER_AGENT = 6
PEOPLE_AN_AGREEMENT, WAITING_TODAY = 2_000, 3
MOST_LATE_INTEREST = 40
MORNING = (7, 5)
DELIVERIES = ((9, 30), (12, 30), (16, 30), (17, 45))


@dataclass(slots=True)
class Life:
    """What goes on from day to day."""

    registered: Registered
    random: Random
    account_of: dict[str, int]
    cases: dict[int, int] = field(default_factory=dict)

    def loans(self) -> Iterable[tuple[int, Loan]]:
        return self.registered.loan_of.items()


@dataclass(frozen=True, slots=True)
class Asked:
    """One conversation: who called about which loan, and the attempt in the contact log."""

    agent: User
    loan: Loan
    account_id: int
    attempt_id: int


def live(registered: Registered, say: Say) -> None:
    """Every day from the world's first to the one before today, then today's morning."""
    accounts = {loan.number: account_id for account_id, loan in registered.loan_of.items()}
    life = Life(registered, Random(registered.world.seed + 1), accounts)
    around.plan_hours(registered.agents, clock.now())
    days = (TODAY - STARTS_ON).days
    for number in range(days + 1):
        day = STARTS_ON + timedelta(days=number)
        say(f"Día {number + 1} de {days + 1}: {day:%d/%m/%Y}")
        _live_day(life, day)
    clock.set_now(local(TODAY, 10, 5))


def _live_day(life: Life, day: date) -> None:
    clock.set_now(local(day, *MORNING))
    _receive_payments(life, day)
    if day.weekday() == 0 and day != STARTS_ON:
        _refresh_core(life, day)
    report = run_day(day, day_phases(), clock.now)
    if report["status"] != "done":
        raise RuntimeError(f"the day stopped: {report}")
    hours = DELIVERIES[:1] if day == TODAY else DELIVERIES
    for number, (hour, minute) in enumerate(hours):
        clock.set_now(local(day, hour, minute))
        deliver_all_due(clock.now(), message_channels())
        _call(life, day, CALLS_PER_AGENT // len(DELIVERIES))
        if number == 1 and day.weekday() < 5:
            _go_on_around(life, day)
    bureau.go_on(day)
    if day == TODAY:
        _begin_today(life, day)
    _react_to_messages(life, day)


def _go_on_around(life: Life, day: date) -> None:
    """What is not a call: cases, agreements, the agenda, notes. The same number whatever the world's size, but for agreements."""
    agents, accounts = around.at_work(life.registered.agents, day), list(life.registered.loan_of)
    cases.go_through_cases(life.cases, accounts[:: max(1, len(accounts) // len(cases.STORIES))], day)
    cases.work_on_others(set(life.cases.values()))
    around.keep_agenda(agents, accounts, day, life.random)
    _agree(life, agents, day)
    if day.weekday() in (1, 3):
        around.write_notes(agents, life.random)


def _agree(life: Life, agents: list[User], day: date) -> None:
    wanted = 1 + len(life.registered.loan_of) // PEOPLE_AN_AGREEMENT
    late = agreements.without_plan(_in_arrears())
    for number, pk in enumerate(life.random.sample(late, min(wanted, len(late)))):
        agreements.agree(agents[number % len(agents)], pk, life.registered.loan_of[pk], day, life.random)
    if day.weekday() in (0, 3):
        _ask_and_decide(life, agents, day)


def _ask_and_decide(life: Life, agents: list[User], day: date) -> None:
    asked = _ask(life, agents, day, 1)
    for agent, pk, plan in asked:
        agreements.decide(plan, agent, life.registered.loan_of[pk], day, life.random)


def _ask(life: Life, agents: list[User], day: date, wanted: int) -> list[tuple[User, int, Any]]:
    """So many agreements that wait for a yes, of people with late interest to forgive."""
    most = Obligation.objects.filter(
        account__days_past_due__range=(15, 150), account__late_interest_minor__gt=0, gone_on=None
    ).order_by("-account__late_interest_minor", "pk")
    late = agreements.without_plan(list(most.values_list("pk", flat=True)[:MOST_LATE_INTEREST]))
    asked: list[tuple[User, int, Any]] = []
    for pk in life.random.sample(late, min(4 * wanted, len(late))):
        agent = agents[len(asked) % len(agents)]
        plan = agreements.ask_approval(agent, pk, day, life.random) if len(asked) < wanted else None
        if plan is not None:
            asked.append((agent, pk, plan))
    return asked


def _in_arrears() -> list[int]:
    found = Obligation.objects.filter(
        account__days_past_due__range=(8, 150), account__balance_due_minor__gt=0, gone_on=None
    )
    return list(found.order_by("pk").values_list("pk", flat=True))


def _begin_today(life: Life, day: date) -> None:
    """Five past ten, as the visitor finds it."""
    accounts = list(life.registered.loan_of)
    cases.go_through_cases(life.cases, accounts[:: max(1, len(accounts) // len(cases.STORIES))], day)
    agents = around.at_work(life.registered.agents, day)
    visitor = next(agent for agent in agents if agent.username == around.VISITOR)
    _agree(life, agents[1:], day)
    clock.set_now(local(day, 10, 2))
    _ask(life, agents[1:], day, WAITING_TODAY)
    around.agree_hours([visitor, *agents[1:]], accounts, day, life.random)
    for answered in (False, False, True):
        around.write_notes([visitor], life.random, are_answered=answered)
    clock.set_now(local(day, 10, 5))
    around.sit_down(agents[1:], accounts, day, life.random)


def _receive_payments(life: Life, day: date) -> None:
    """Yesterday evening's and this morning's money: what people pay by themselves or because they were asked kindly."""
    due = [(account_id, loan, loan.pays.pop(day)) for account_id, loan in life.loans() if day in loan.pays]
    rows = []
    for account_id, loan, planned in due:
        amount = min(planned, sum(item.total_minor for item in loan.schedule) - loan.paid_minor)
        if amount > 0:
            loan.paid.append((day, amount))
            rows.append(NewPayment(account_id, amount, day, "Recaudo bancario", payment_reference(loan, day, amount)))
    if rows:
        record_payments(rows, now=clock.now(), actor=ACTOR)


def _refresh_core(life: Life, day: date) -> None:
    """On Mondays the lender's core sends its file: its figures rule from then on."""
    with TemporaryDirectory() as folder:
        for lender in LENDERS:
            if lender.balance_source == "core":
                creditor = life.registered.creditors[lender.code]
                load_lender(Path(folder), life.registered.world, lender, creditor, day, clock.now())


def _react_to_messages(life: Life, day: date) -> None:
    """Some who read a message of today pay in the next days."""
    start, end = local(day, 0), local(day + timedelta(days=1), 0)
    told = Message.objects.filter(sent_at__gte=start, sent_at__lt=end, obligation_id__isnull=False)
    for account_id in told.order_by("id").values_list("obligation_id", flat=True):
        loan = life.registered.loan_of.get(account_id)
        if loan is not None and life.random.random() < answer_chance(loan.person.behaviour) * 0.6:
            _plan_payment(life, loan, day, share=1.0)


def _plan_payment(life: Life, loan: Loan, day: date, *, share: float, on: date | None = None) -> None:
    """Brings what is overdue to a coming day; what would have come by itself later stays."""
    overdue = sum(item.total_minor for item in loan.schedule if item.on <= day) - loan.paid_minor
    if overdue <= 0 or any(day < planned <= day + timedelta(days=4) for planned in loan.pays):
        return
    when = on or day + timedelta(days=life.random.randint(1, 4))
    loan.pays[when] = loan.pays.get(when, 0) + int(overdue * share)


def _call(life: Life, day: date, calls: int) -> None:
    """Each agent takes the first people of their queue, as the screen would show it; today's visitor finds theirs whole."""
    away = is_away([agent.pk for agent in life.registered.agents], day)
    for agent in life.registered.agents:
        if agent.pk in away or (day == TODAY and agent.username == LOGINS[0].username):
            continue
        rows = list(queue_for(agent, day).object_list[: calls * 2])
        phones = _phones([row.debtor_id for row in rows])
        done = 0
        for row in rows:
            if done < calls and row.debtor_id in phones:
                done += _one_call(life, agent, row, phones[row.debtor_id], day)


def _phones(debtor_ids: Sequence[int]) -> dict[int, int]:
    points = ContactPoint.objects.filter(debtor_id__in=debtor_ids, kind="phone", is_valid=True).order_by(
        "-ownership", "-id"
    )
    return {debtor_id: pk for pk, debtor_id in points.values_list("id", "debtor_id")}


def _one_call(life: Life, agent: User, row: Decision, phone_id: int, day: date) -> int:
    """1 when the call was made, 0 when the gate kept it in."""
    contact = PlannedContact(
        debtor_id=row.debtor_id, creditor_id=row.creditor_id, channel="call", obligation_id=row.obligation_id,
        contact_point_id=phone_id,
    )  # fmt: skip
    permit = permit_and_log(contact, actor=agent.username, now=clock.now())
    if permit.attempt is None:
        return 0
    mark_done(day, row.obligation_id)
    loan = life.registered.loan_of.get(row.obligation_id)
    if loan is not None:
        _answer(life, agent, loan, row.obligation_id, permit.attempt.pk, day)
    return 1


def _answer(life: Life, agent: User, loan: Loan, account_id: int, attempt_id: int, day: date) -> None:
    """What the person says, and what the agent writes down."""
    random, now = life.random, clock.now()

    def record(code: str, **fields: Any) -> None:
        record_outcome(
            attempt_id, code, actor=agent.username, now=now, fields=fields, duration_seconds=random.randint(25, 420)
        )

    if random.random() < 0.55:
        record(random.choice(("NC-NCO", "NC-NCO", "NC-BUZ", "NC-OCU", "CI-SID")))
        return
    chance = random.random()
    if chance < answer_chance(loan.person.behaviour) + 0.2:
        _promise(life, Asked(agent, loan, account_id, attempt_id), day, record)
    elif chance < 0.80:
        record("CD-INT")
    elif chance < 0.88:
        record("CD-YAP", paid_on=day.isoformat(), means="PSE")
    elif chance < 0.94:
        record("CD-DIF", need="Plazo de un mes")
    elif chance < 0.97:
        record("CD-RCL", category="saldo", text="No reconoce un cobro de seguro.")
    else:
        record("CI-EQU")


def _promise(life: Life, asked: Asked, day: date, record: Callable[..., None]) -> None:
    due_minor = Account.objects.values_list("balance_due_minor", flat=True).get(pk=asked.account_id)
    on = day + timedelta(days=life.random.randint(1, 7))
    try:
        promise = make_promise(
            obligation_id=asked.account_id, amount_minor=due_minor, due_on=on, actor=asked.agent.username, now=clock.now(),
            today=day, way_to_pay="PSE", attempt_id=asked.attempt_id,
        )  # fmt: skip
    except Refusal:
        record("CD-INT")
        return
    record("CD-PTP", amount=promise.amount_minor, due_on=on.isoformat())
    outcome = life.random.random()
    if outcome < keep_chance(asked.loan.person.behaviour):
        early = on - timedelta(days=life.random.randint(0, 1))
        _plan_payment(life, asked.loan, day, share=1.05, on=max(early, day + timedelta(days=1)))
    elif outcome < 0.9:
        _plan_payment(life, asked.loan, day, share=0.4, on=on)
