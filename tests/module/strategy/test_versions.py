"""The life of a strategy's versions on real PostgreSQL: a second person approves, dates are kept, and one can go back."""

from datetime import timedelta
from typing import Any

import pytest

from acuerdo.base.models import AuditEntry
from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.models import Strategy
from acuerdo.strategy.public import (
    Who,
    approve_strategy,
    check_text,
    edit_draft,
    ensure_published_strategy,
    history,
    publish_strategy,
    published_strategy,
    return_strategy,
    roll_back_strategy,
    save_strategy,
    submit_strategy,
)
from tests import factories as make
from tests.module.strategy.world import DAWN

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = make.TODAY
ANA, EVA, LUZ = Who("ana", "supervisor"), Who("eva", "director"), Who("luz", "compliance")
TEXT = """\
code: una
title: Una
segments: [{code: todos, title: Todos}]
steps: [{code: aviso, title: Aviso, day: 1, channels: [email], template: temprana_1}]
"""


def draft(text: str = TEXT) -> Strategy:
    return save_strategy(text, actor="ana", now=DAWN)


def in_review(text: str = TEXT) -> Strategy:
    return submit_strategy(draft(text).pk, who=ANA, now=DAWN, change_reason="prueba")


def refused(code: str, call: Any, *arguments: Any, **named: Any) -> None:
    before = list(Strategy.objects.order_by("pk").values())
    with pytest.raises(Refusal) as refusal:
        call(*arguments, **named)
    assert refusal.value.code == code
    assert list(Strategy.objects.order_by("pk").values()) == before


def in_force() -> tuple[str, int]:
    found = published_strategy()
    assert found is not None
    return found.code, found.version


def test_another_person_approves_and_it_is_in_force() -> None:
    strategy = in_review()
    assert (strategy.status, strategy.submitted_by, strategy.change_reason) == ("in_review", "ana", "prueba")
    approved = approve_strategy(strategy.pk, who=EVA, now=DAWN, today=TODAY)
    assert (approved.status, approved.published_by) == ("published", "eva")
    assert in_force() == ("una", 1)
    actions = list(AuditEntry.objects.filter(chain="strategy").order_by("sequence").values_list("action", flat=True))
    assert actions == ["strategy-saved", "strategy-submitted", "strategy-published"]


def test_who_wrote_it_or_sent_it_never_approves() -> None:
    own = save_strategy(TEXT, actor="eva", now=DAWN)
    submit_strategy(own.pk, who=ANA, now=DAWN)
    refused("strategy-same-person", approve_strategy, own.pk, who=EVA, now=DAWN, today=TODAY)
    refused("strategy-forbidden", approve_strategy, own.pk, who=Who("sol", "supervisor"), now=DAWN, today=TODAY)
    refused("strategy-forbidden", approve_strategy, own.pk, who=Who("sol", "admin"), now=DAWN, today=TODAY)
    approve_strategy(own.pk, who=Who("sol", "director"), now=DAWN, today=TODAY)


def test_each_move_starts_from_its_state() -> None:
    strategy = draft()
    refused("strategy-state", approve_strategy, strategy.pk, who=EVA, now=DAWN, today=TODAY)
    refused("strategy-state", return_strategy, strategy.pk, "no", who=LUZ, now=DAWN)
    refused("strategy-forbidden", submit_strategy, strategy.pk, who=LUZ, now=DAWN)
    submit_strategy(strategy.pk, who=ANA, now=DAWN)
    refused("strategy-state", submit_strategy, strategy.pk, who=ANA, now=DAWN)
    refused("strategy-state", edit_draft, strategy.pk, TEXT, seen=TEXT, who=ANA, now=DAWN)
    refused("reason-missing", return_strategy, strategy.pk, "  ", who=LUZ, now=DAWN)
    back = return_strategy(strategy.pk, "Falta el grupo de control", who=LUZ, now=DAWN)
    assert (back.status, back.returned_reason) == ("draft", "Falta el grupo de control")
    refused("strategy-unknown", submit_strategy, 10**9, who=ANA, now=DAWN)


def test_a_draft_is_edited_in_place_and_never_over_anothers_change() -> None:
    strategy, other = draft(), TEXT.replace("day: 1", "day: 2")
    edited = edit_draft(strategy.pk, other, seen=TEXT, who=EVA, now=DAWN)
    assert (edited.document, edited.created_by, edited.version) == (other, "eva", 1)
    refused("strategy-changed", edit_draft, strategy.pk, TEXT, seen=TEXT, who=ANA, now=DAWN)
    refused(
        "strategy-code", edit_draft, strategy.pk, TEXT.replace("code: una", "code: dos"), seen=other, who=ANA, now=DAWN
    )
    refused("bad-strategy", edit_draft, strategy.pk, "code: una", seen=other, who=ANA, now=DAWN)
    assert [one.version for one in history("una")] == [1]


def test_a_version_waits_for_its_date_and_gives_way_at_its_end() -> None:
    publish_strategy(save_strategy(TEXT.replace("una", "base"), actor="x", now=DAWN).code, actor="x", now=DAWN)
    strategy = in_review()
    start, end = TODAY + timedelta(days=2), TODAY + timedelta(days=4)
    refused(
        "strategy-dates",
        approve_strategy,
        strategy.pk,
        who=EVA,
        now=DAWN,
        today=TODAY,
        starts_on=TODAY - timedelta(days=1),
    )
    refused(
        "strategy-dates", approve_strategy, strategy.pk, who=EVA, now=DAWN, today=TODAY, starts_on=end, ends_on=start
    )
    waiting = approve_strategy(strategy.pk, who=EVA, now=DAWN, today=TODAY, starts_on=start, ends_on=end)
    assert waiting.status == "scheduled"
    codes = [ensure_published_strategy(DAWN, TODAY + timedelta(days=n)).code for n in range(6)]
    assert codes == ["base", "base", "una", "una", "una", "base"]


def test_rolling_back_returns_to_the_version_before() -> None:
    refused("strategy-none-before", roll_back_strategy, who=EVA, now=DAWN)
    approve_strategy(in_review().pk, who=EVA, now=DAWN, today=TODAY)
    refused("strategy-none-before", roll_back_strategy, who=EVA, now=DAWN)
    approve_strategy(in_review(TEXT.replace("day: 1", "day: 2")).pk, who=EVA, now=DAWN, today=TODAY)
    assert in_force() == ("una", 2)
    refused("strategy-forbidden", roll_back_strategy, who=ANA, now=DAWN)
    roll_back_strategy(who=EVA, now=DAWN)
    assert in_force() == ("una", 1)
    assert {one.version: one.status for one in history("una")} == {1: "published", 2: "retired"}


def test_what_the_law_never_permits_is_named_in_this_portfolio() -> None:
    make.make_creditor()
    bad = TEXT.replace("day: 1", "day: 1, when: 'weekday == \"sun\"'").replace("temprana_1", "temprana_x")
    assert [(line, one.code) for line, one in check_text(bad, DAWN)] == [
        (4, "never-permitted"),
        (4, "template-unknown"),
    ]
    assert check_text(TEXT, DAWN) == []
