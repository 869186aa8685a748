"""What a person said they can pay in a month reaches the plan, on real PostgreSQL; it goes when they are erased."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from acuerdo.kernel.errors import Refusal
from acuerdo.negotiation.models import DeclaredCapacity
from acuerdo.negotiation.public import declare_capacity, forget_person
from acuerdo.strategy.models import Decision
from acuerdo.strategy.public import decide_day, publish_strategy, save_strategy
from tests import factories as make
from tests.module.strategy.world import DAWN, reachable

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = make.TODAY
TEXT = """\
code: una
title: Una
segments:
  - {code: cubre, title: Cubre, when: affordability == "covers"}
  - {code: corto, title: Corto, when: 'affordability in ["tight", "short"]'}
  - {code: otros, title: Otros}
steps: [{code: base, title: Base, day: 1, open_days: 30, channels: [email], template: temprana_1}]
"""


def declare(debtor_id: int, minor: int, *, days_ago: int = 3) -> DeclaredCapacity:
    return declare_capacity(
        debtor_id, currency="COP", monthly_minor=minor, actor="ana", now=DAWN - timedelta(days=days_ago),
        today=TODAY - timedelta(days=days_ago),
    )  # fmt: skip


def test_the_newest_and_recent_declaration_decides_the_segment(tmp_path: Path) -> None:
    bank = make.make_creditor()
    covers, short, old, nothing = (reachable(bank, 8) for _ in range(4))
    declare(covers.debtor_id, 1, days_ago=9)
    declare(covers.debtor_id, 10**12)
    declare(short.debtor_id, 1)
    declare(old.debtor_id, 10**12, days_ago=200)
    publish_strategy(save_strategy(TEXT, actor="x", now=DAWN).code, actor="x", now=DAWN)
    decide_day(TODAY, DAWN, folder=tmp_path)
    found = dict(Decision.objects.values_list("obligation_id", "segment"))
    assert found == {covers.pk: "cubre", short.pk: "corto", old.pk: "otros", nothing.pk: "otros"}


def test_an_absurd_amount_is_refused_and_erasure_forgets() -> None:
    debt = reachable(make.make_creditor(), 8)
    for wrong in (-1, 10**16):
        with pytest.raises(Refusal) as refused:
            declare(debt.debtor_id, wrong)
        assert refused.value.code == "bad-capacity"
    declare(debt.debtor_id, 100)
    forget_person(debt.debtor_id, now=DAWN)
    assert not DeclaredCapacity.objects.exists()


def test_the_agreements_page_keeps_it() -> None:
    debt = reachable(make.make_creditor(), 8)
    client, where = Client(), reverse("workspace:agreements:declare", args=[debt.debtor.uid])
    client.force_login(make.make_user("agent", sees_all_creditors=True))
    wish = {"amount": "150.000", "frequency": "monthly", "obligation": str(debt.uid)}
    page = client.post(where, wish, headers={"HX-Request": "true"}).content.decode()
    assert "al mes" in page
    assert DeclaredCapacity.objects.get().monthly_minor == 150_000_00
    assert "Escriba" in client.post(where, {**wish, "amount": ""}, headers={"HX-Request": "true"}).content.decode()
    assert client.post(where, wish).status_code == 302
    assert Client().post(where, wish).status_code == 302
    assert DeclaredCapacity.objects.count() == 2
