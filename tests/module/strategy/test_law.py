"""The plan and the gate that lets contacts out agree: what is planned is permitted at its moment, what is refused is not."""

from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from acuerdo.policy.models import ContactPreference, Hold, PolicyReading
from acuerdo.policy.public import PlannedContact, judge_contacts
from acuerdo.portfolio.models import Obligation
from acuerdo.strategy.models import Decision
from acuerdo.strategy.public import decide_day
from acuerdo.strategy.rules.reasons import REASONS
from tests import factories as make
from tests.module.strategy.world import DAWN, consent, contacted

pytestmark = pytest.mark.django_db(transaction=True)
CHANNELS = ("email", "sms", "whatsapp", "call")


def crowd(random: Random, count: int) -> None:
    banks = [make.make_creditor(), make.make_creditor(country="PE")]
    for _ in range(count):
        debt = make.make_obligation(creditor=random.choice(banks), days_past_due=random.choice([1, 3, 8, 15, 31, 61]))
        make.make_email(debt.debtor)
        make.make_phone(debt.debtor)
        consent(debt, *(channel for channel in CHANNELS if random.random() < 0.6))
        for _ in range(random.choice([0, 0, 1, 2])):
            at = DAWN - timedelta(hours=random.choice([1, 9, 30, 60, 100, 160, 175, 200]))
            contacted(debt, at, random.choice(CHANNELS), is_two_way=random.random() < 0.5)
        _maybe(random, debt)


def share_caps(random: Random) -> None:
    """The first bank counts confirmations and has those bound by one debt share their caps; some debts have a guarantor whom it
    contacted, about the debt or about all."""
    debts = list(Obligation.objects.filter(creditor__country="CO").select_related("creditor").order_by("pk"))
    base = {"pack": "co", "approved_by": "Comité", "approved_on": make.TODAY - timedelta(days=30), "recorded_at": DAWN}
    for name, value in (("bound_together", "joint"), ("confirmations", "count")):
        PolicyReading.objects.create(creditor=debts[0].creditor, name=name, value=value, reason="Acta 12", **base)
    for debt in random.sample(debts, 20):
        guarantor = make.make_debtor()
        debt.parties.create(debtor=guarantor, relation="guarantor")
        at, about = DAWN - timedelta(hours=random.choice([1, 9, 30, 60])), random.choice([debt.pk, None])
        contacted(debt, at, "call", debtor=guarantor, obligation_id=about, is_two_way=True)
    for debt in random.sample(debts, 10):
        contacted(debt, DAWN - timedelta(hours=1), "sms", purpose="service", counts=False)


def _maybe(random: Random, debt: Obligation) -> None:
    if random.random() < 0.1:
        hold = {"kind": random.choice(["dispute", "vulnerable"]), "channel": random.choice(["", "sms"])}
        Hold.objects.create(debtor=debt.debtor, starts_at=DAWN - timedelta(days=2), reason="r", placed_by="p", **hold)
    if random.random() < 0.15:
        hours = {"mon-fri": [random.choice(["18:00-20:00", "12:00-13:00"])]}
        given = {"instrument": random.choice(["", "carta"]), "given_at": DAWN - timedelta(days=50)}
        ContactPreference.objects.create(debtor=debt.debtor, hours=hours, **given)


@pytest.mark.parametrize(("seed", "has_shared_caps"), [(1, False), (2, False), (3, True)])
def test_planned_is_permitted_and_refused_is_not(tmp_path: Path, seed: int, has_shared_caps: bool) -> None:
    make.make_user()
    crowd(Random(seed), 80)
    if has_shared_caps:
        share_caps(Random(seed))
    decide_day(make.TODAY, DAWN, folder=tmp_path)
    planned = refused = 0
    for row in Decision.objects.filter(run_on=make.TODAY):
        if row.channel:
            assert row.planned_at is not None
            contact = PlannedContact(row.debtor_id, row.creditor_id, row.channel, obligation_id=row.obligation_id)
            (judged,) = judge_contacts([contact], row.planned_at)
            assert judged.verdict.is_allowed, (row.reasons, judged.verdict)
            planned += 1
        for code in row.reasons:
            channel, separator, bare = code.partition(":")
            if separator and bare in REASONS and REASONS[bare].group == "law":
                # From now to the end of the day there is no moment at which the law would let it pass.
                contact = PlannedContact(row.debtor_id, row.creditor_id, channel, obligation_id=row.obligation_id)
                hours = [DAWN + timedelta(minutes=30 * step) for step in range(38)]
                assert not any(judge_contacts([contact], at)[0].verdict.is_allowed for at in hours), row.reasons
                refused += 1
    assert planned > 20
    assert refused > 5
