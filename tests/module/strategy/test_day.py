"""The day decided on real PostgreSQL: one row an obligation, replaced whole, nobody planned twice."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection

from acuerdo.base.models import AuditEntry
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.models import Hold
from acuerdo.strategy.engine import worklist
from acuerdo.strategy.models import Decision, DecisionRun, Strategy
from acuerdo.strategy.public import (
    decide_day,
    dispatch_messages,
    funnel,
    mark,
    mark_done,
    planned_messages,
    publish_strategy,
    queue_for,
    save_strategy,
    why,
)
from tests import factories as make
from tests.module.strategy.world import DAWN, contacted, reachable

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = make.TODAY


def reasons() -> dict[int, list[str]]:
    return dict(Decision.objects.filter(run_on=TODAY).values_list("obligation_id", "reasons"))


def partitions() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relname ~ '^strategy_(aside|decision)_[0-9]{8}$' ORDER BY 1")
        return [row[0] for row in cursor.fetchall()]


def test_every_obligation_has_one_row_with_its_reason(tmp_path: Path) -> None:
    bank = make.make_creditor()
    agent = make.make_user()
    called = reachable(bank, 8)
    written = reachable(bank, 1)
    quiet = reachable(bank, 5)
    paid = reachable(bank, 0, balance_minor=0, balance_due_minor=0)
    far = reachable(bank, 0, balance_due_minor=0)
    disputed = reachable(bank, 8)
    Hold.objects.create(
        debtor=disputed.debtor, kind="dispute", starts_at=DAWN - timedelta(days=1), reason="r", placed_by="p"
    )
    silent = make.make_obligation(creditor=bank, days_past_due=1)
    report = decide_day(TODAY, DAWN, folder=tmp_path)
    assert reasons() == {
        called.pk: ["step-due", "channel-first"],
        written.pk: ["step-due", "channel-first"],
        quiet.pk: ["step-carried", "channel-first"],
        paid.pk: ["paid"],
        far.pk: ["not-due-yet"],
        disputed.pk: ["hold-dispute"],
        silent.pk: ["no-contact-point"],
    }
    assert report == {
        "portfolio": 7,
        "people": 7,
        "drops": {"hold-dispute": 1, "no-contact-point": 1, "not-due-yet": 1, "paid": 1},
        "contacts": {"call": 1, "email": 2},
        "planned": 3,
        "kept": 0,
        "warnings": [],
        "models": {},
    }
    row = Decision.objects.get(run_on=TODAY, obligation_id=called.pk)
    assert (row.agent_id, row.channel, row.template, row.state) == (agent.pk, "call", "", "planned")
    assert row.planned_at is not None
    assert row.planned_at.isoformat() == "2026-07-15T15:00:00+00:00"  # the step's hour, 10:00 in Bogotá
    assert DecisionRun.objects.get().funnel["planned"] == 3
    assert AuditEntry.objects.filter(action="day-decided").count() == 1


def test_the_first_run_publishes_the_strategy_that_ships(tmp_path: Path) -> None:
    decide_day(TODAY, DAWN, folder=tmp_path)
    strategy = Strategy.objects.get()
    assert (strategy.code, strategy.version, strategy.status, strategy.published_by) == (
        "estrategia_base",
        1,
        "published",
        "sistema",
    )
    assert Decision.objects.count() == 0


def test_running_twice_gives_the_same_plan_and_one_partition(tmp_path: Path) -> None:
    bank = make.make_creditor()
    for days in (1, 3, 8, 15, 40):
        reachable(bank, days)
    decide_day(TODAY, DAWN, folder=tmp_path)
    first = list(Decision.objects.order_by("obligation_id").values())
    decide_day(TODAY, DAWN, folder=tmp_path)
    assert list(Decision.objects.order_by("obligation_id").values()) == first
    assert partitions() == ["strategy_decision_20260715"]
    assert DecisionRun.objects.count() == 1


def test_days_live_side_by_side(tmp_path: Path) -> None:
    reachable(make.make_creditor(), 1)
    decide_day(TODAY, DAWN, folder=tmp_path)
    decide_day(TODAY + timedelta(days=1), DAWN + timedelta(days=1), folder=tmp_path)
    assert partitions() == ["strategy_decision_20260715", "strategy_decision_20260716"]
    assert Decision.objects.count() == 2


def test_running_again_keeps_what_was_begun_and_plans_the_person_no_second_contact(tmp_path: Path) -> None:
    bank = make.make_creditor()
    begun, other = reachable(bank, 1), reachable(bank, 3)
    decide_day(TODAY, DAWN, folder=tmp_path)
    assert mark(TODAY, [begun.pk], "queued") == 1
    before = Decision.objects.filter(obligation_id=begun.pk).values().get()
    second = make.make_obligation(begun.debtor, bank, days_past_due=3, balance_due_minor=900_000_00)
    report = decide_day(TODAY, DAWN, folder=tmp_path)
    assert report["kept"] == 1
    assert Decision.objects.filter(obligation_id=begun.pk).values().get() == before
    assert reasons()[second.pk] == ["earlier-run"]
    assert Decision.objects.get(obligation_id=other.pk).state == "planned"


def test_a_run_killed_before_attaching_leaves_the_old_plan_and_no_half_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reachable(make.make_creditor(), 1)
    decide_day(TODAY, DAWN, folder=tmp_path)
    before = list(Decision.objects.values())

    def die(run_on: date) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("acuerdo.strategy.actions.day.attach", die)
        with pytest.raises(KeyboardInterrupt):
            decide_day(TODAY, DAWN, folder=tmp_path)
    assert list(Decision.objects.values()) == before
    assert partitions() == ["strategy_aside_20260715", "strategy_decision_20260715"]
    assert worklist.drop_leftovers() == ["strategy_aside_20260715"]
    decide_day(TODAY, DAWN, folder=tmp_path)
    assert list(Decision.objects.values()) == before


def test_one_contact_a_person_the_most_valuable_debt_leads(tmp_path: Path) -> None:
    bank, shop = make.make_creditor(), make.make_creditor()
    lead = reachable(bank, 3, balance_due_minor=900_000_00)
    joined = make.make_obligation(lead.debtor, bank, days_past_due=3, balance_due_minor=100_000_00)
    apart = make.make_obligation(lead.debtor, shop, days_past_due=3, balance_due_minor=200_000_00)
    decide_day(TODAY, DAWN, folder=tmp_path)
    assert reasons() == {lead.pk: ["step-due", "channel-first"], joined.pk: ["joined"], apart.pk: ["other-creditor"]}
    (wish,) = planned_messages(TODAY)
    assert wish.obligation_ids == (lead.pk, joined.pk)
    assert (wish.channel, wish.template, wish.purpose) == ("email", "temprana_3", "collection")


def test_contacted_today_is_left_for_tomorrow(tmp_path: Path) -> None:
    make.make_user()
    obligation = reachable(make.make_creditor(), 15)
    contacted(obligation, DAWN - timedelta(hours=1), "sms")
    decide_day(TODAY, DAWN, folder=tmp_path)
    assert reasons()[obligation.pk] == ["step-done"]  # it counts as the step, too
    older = reachable(make.make_creditor(), 31)
    contacted(older, DAWN - timedelta(days=1), "sms")
    decide_day(TODAY, DAWN, folder=tmp_path)
    assert Decision.objects.get(obligation_id=older.pk).channel == "call"


def test_a_sunday_moves_nothing_and_the_step_is_done_on_monday(tmp_path: Path) -> None:
    obligation = reachable(make.make_creditor(), 3)
    sunday = date(2026, 7, 19)
    decide_day(sunday, DAWN + timedelta(days=4), folder=tmp_path)
    assert Decision.objects.get(run_on=sunday).reasons == ["day-closed", "co.ley2300.art3.hours"]
    decide_day(
        sunday + timedelta(days=2), DAWN + timedelta(days=6), folder=tmp_path
    )  # Monday the 20th is Independence Day
    assert Decision.objects.get(run_on=sunday + timedelta(days=2), obligation_id=obligation.pk).channel == "email"


def test_queue_shows_an_agent_their_own_calls_by_value(tmp_path: Path, django_assert_num_queries: object) -> None:
    bank, rival = make.make_creditor(), make.make_creditor()
    mine = make.make_user(sees_all_creditors=False)
    mine.creditors.add(bank)
    boss = make.make_user("supervisor")
    small, large = reachable(bank, 8), reachable(bank, 8, balance_due_minor=5_000_000_00)
    foreign = reachable(rival, 8)
    decide_day(TODAY, DAWN, folder=tmp_path)
    with django_assert_num_queries(2):  # type: ignore[operator]
        rows = [row.obligation_id for row in queue_for(mine, TODAY)]
    assert rows == [large.pk, small.pk]
    # Nobody may call for the rival, so its debt goes by e-mail.
    assert Decision.objects.get(obligation_id=foreign.pk).channel == "email"
    assert reasons()[foreign.pk] == ["step-due", "call-full"]
    assert [row.obligation_id for row in queue_for(boss, TODAY)] == [large.pk, small.pk]


def test_marking_done_takes_the_call_from_the_queue(tmp_path: Path) -> None:
    bank = make.make_creditor()
    agent = make.make_user()
    obligation = reachable(bank, 8)
    other = make.make_obligation(obligation.debtor, bank, days_past_due=8, balance_due_minor=50_000_00)
    decide_day(TODAY, DAWN, folder=tmp_path)
    assert mark_done(TODAY, other.pk)
    assert not mark_done(TODAY, other.pk)
    assert list(queue_for(agent, TODAY)) == []
    told = funnel(TODAY)
    assert told is not None
    assert told.states == {"done": 1}


def test_why_and_funnel_say_it_in_words(tmp_path: Path) -> None:
    bank = make.make_creditor()
    obligation = make.make_obligation(creditor=bank, days_past_due=8)
    make.make_email(obligation.debtor)
    decide_day(TODAY, DAWN, folder=tmp_path)
    told = why(obligation.pk, TODAY)
    assert told is not None
    assert told.codes == [
        "no-channel",
        "call:no-contact-point",
        "email:no-consent",
        "sms:no-contact-point",
        "co.ley2300.art2.channel",
    ]
    assert told.sentences[:3] == [
        "Ningún canal del paso se puede usar hoy.",
        "Llamada: no hay un dato de contacto válido",
        "Correo: no autorizó el canal",
    ]
    assert why(obligation.pk, TODAY + timedelta(days=1)) is None
    shown = funnel(TODAY, "en")
    assert shown is not None
    assert [(drop.code, drop.sentence, drop.rows) for drop in shown.drops] == [
        ("no-channel", "No channel of the step may be used today.", 1)
    ]


def test_dispatch_hands_over_once(tmp_path: Path) -> None:
    from acuerdo.messaging.public import Message, load_templates

    load_templates()
    obligation = reachable(make.make_creditor(), 3)
    decide_day(TODAY, DAWN, folder=tmp_path)
    first = dispatch_messages(TODAY, DAWN)
    assert first == {"scheduled": 1}
    assert dispatch_messages(TODAY, DAWN) == {}
    decide_day(TODAY, DAWN, folder=tmp_path)
    assert dispatch_messages(TODAY, DAWN) == {}
    assert Message.objects.count() == 1
    assert Decision.objects.get(obligation_id=obligation.pk).state == "queued"


def test_publishing_retires_the_version_before_and_refuses_to_bring_it_back() -> None:
    text = "code: una\ntitle: Una\nsegments: [{code: todos, title: Todos}]\nsteps: [{code: p, title: P, day: 1, channels: [call]}]\n"
    first = save_strategy(text, actor="ana", now=DAWN)
    assert save_strategy(text, actor="ana", now=DAWN).pk == first.pk
    publish_strategy("una", actor="ana", now=DAWN)
    second = save_strategy(text.replace("day: 1", "day: 2"), actor="ana", now=DAWN)
    publish_strategy("una", second.version, actor="ana", now=DAWN)
    assert dict(Strategy.objects.values_list("version", "status")) == {1: "retired", 2: "published"}
    with pytest.raises(Refusal) as refused:
        publish_strategy("una", 1, actor="ana", now=DAWN)
    assert refused.value.code == "strategy-retired"
    with pytest.raises(Refusal) as unknown:
        publish_strategy("otra", actor="ana", now=DAWN)
    assert unknown.value.code == "strategy-unknown"
    assert [entry.action for entry in AuditEntry.objects.filter(chain="strategy").order_by("sequence")] == [
        "strategy-saved", "strategy-published", "strategy-saved", "strategy-retired", "strategy-published",
    ]  # fmt: skip
