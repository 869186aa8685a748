"""The history of arrears: an episode opens with the first day past due and closes with the cure, once."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from acuerdo.strategy.models import ArrearsEpisode
from acuerdo.strategy.public import record_episodes
from tests import factories as make
from tests.module.strategy.world import DAWN, contacted, reachable

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = make.TODAY


def episodes() -> list[tuple[Any, ...]]:
    return list(
        ArrearsEpisode.objects.order_by("pk").values_list(
            "obligation_id", "began_on", "ended_on", "contacts", "reminded"
        )
    )


def cure(obligation: Any, paid_on: date | None) -> None:
    account = obligation.account
    account.days_past_due, account.balance_due_minor, account.last_payment_on = 0, 0, paid_on
    account.save()


def test_an_episode_opens_once_and_closes_on_the_day_of_the_payment() -> None:
    late, fine = reachable(make.make_creditor(), 8), reachable(make.make_creditor("Otro"), 0)
    assert record_episodes(TODAY) == (1, 0)
    assert record_episodes(TODAY) == (0, 0)
    began = TODAY - timedelta(days=8)
    assert episodes() == [(late.pk, began, None, 0, False)]
    contacted(late, DAWN - timedelta(days=3))
    contacted(late, DAWN - timedelta(days=30))  # before the episode: not of it
    contacted(late, DAWN - timedelta(days=2), direction="in")
    cure(late, TODAY + timedelta(days=1))
    assert record_episodes(TODAY + timedelta(days=2)) == (0, 1)
    assert episodes() == [(late.pk, began, TODAY + timedelta(days=1), 1, True)]
    assert fine.pk != late.pk


def test_a_cure_without_contact_is_a_cure_alone_and_a_second_delay_another_episode() -> None:
    late = reachable(make.make_creditor(), 20)
    record_episodes(TODAY)
    cure(late, TODAY - timedelta(days=400))  # an old payment never dates the cure before the episode
    record_episodes(TODAY + timedelta(days=5))
    assert episodes() == [(late.pk, TODAY - timedelta(days=20), TODAY + timedelta(days=5), 0, False)]
    late.account.days_past_due = 1
    late.account.save()
    record_episodes(TODAY + timedelta(days=9))
    assert [row[1:3] for row in episodes()][1:] == [(TODAY + timedelta(days=8), None)]


def test_the_first_date_of_a_large_portfolio_is_planned_as_one_reading_and_leaves_the_connection_as_it_was() -> None:
    debts = [reachable(make.make_creditor(str(days)), days) for days in (3, 8)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ANALYZE strategy_arrearsepisode")  # of an empty table a loop over it looks cheap
        assert record_episodes(TODAY) == (len(debts), 0)
        cursor.execute("SHOW enable_nestloop")
        assert cursor.fetchone() == ("on",)
