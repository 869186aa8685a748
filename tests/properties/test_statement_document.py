"""The statement's arithmetic holds for any obligation: every part adds up to the total shown, and the days to the late interest."""

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given

from acuerdo.kernel.money import ROUNDINGS
from acuerdo.ledger.rules.components import COMPONENTS
from acuerdo.ledger.rules.events import PauseEvent
from acuerdo.ledger.rules.replay import replay
from acuerdo.ledger.rules.statement_document import StatementDocument, build_document
from tests.properties.ledger_worlds import World, worlds


def _document(world: World) -> StatementDocument:
    return build_document(world.instalments, world.terms, world.events, world.as_of, world.caps)


@given(worlds())
def test_every_component_is_origin_less_paid_less_waived(world: World) -> None:
    document = _document(world)
    for line in document.components:
        assert line.owed_minor == line.origin_minor - line.paid_minor - line.waived_minor - line.transferred_minor
    assert sum(line.owed_minor for line in document.components) == document.total_minor
    assert sum(line.due_minor for line in document.components) == document.due_minor
    assert [line.component for line in document.components] == list(COMPONENTS)


@given(worlds())
def test_the_days_sum_to_the_late_interest_of_the_replay(world: World) -> None:
    document = _document(world)
    happened = [event for event in world.events if isinstance(event, PauseEvent) or event.on <= world.as_of]
    book = replay(world.instalments, world.terms, happened, [world.as_of], world.caps).book
    explained = {line.number: line for line in document.late}
    for line in book.lines:
        told = explained.get(line.number)
        assert (told.owed_minor if told else 0) == book.late_owed(line, world.as_of.toordinal())
        assert sum(tranche.amount_minor for tranche in told.tranches) == told.accrued_minor if told else True
    due = {line.number for line in document.instalments if line.is_due}
    owed = sum(line.owed_minor for line in document.late if line.number in due)
    assert owed == document.statement.balance["late_interest"]


@given(worlds())
def test_each_tranche_is_days_times_base_times_rate(world: World) -> None:
    """To the unit that amounts round to: a tranche is the growth of a rounded total, so it may stray by less than one unit."""
    rounding, unit = ROUNDINGS[world.terms.rounding], world.terms.unit_minor
    document = _document(world)
    first_due = {line.number: line.was_due_on or line.due_on for line in document.instalments}
    for line in document.late:
        exact = Decimal(0)
        for tranche in line.tranches:
            assert tranche.from_on > first_due[line.number]
            assert tranche.to_on <= world.as_of
            assert (tranche.from_on.year, tranche.from_on.month) == (tranche.to_on.year, tranche.to_on.month)
            worth = tranche.days * tranche.base_minor * tranche.rate.daily
            assert abs(worth - tranche.amount_minor) <= unit
            exact += worth
        whole = int((exact / unit).to_integral_value(rounding=rounding)) * unit
        assert whole == line.accrued_minor


@given(worlds())
def test_tranches_follow_each_other_and_keep_the_cap(world: World) -> None:
    for line in _document(world).late:
        for before, after in zip(line.tranches, line.tranches[1:], strict=False):
            assert before.to_on < after.from_on
        for tranche in line.tranches:
            if tranche.rate.cap is not None:
                assert tranche.rate.cap.from_on <= tranche.from_on <= tranche.to_on <= tranche.rate.cap.to_on
            if tranche.rate.is_capped:
                assert tranche.rate.cap is not None
                assert tranche.rate.annual == tranche.rate.cap.annual


@given(worlds())
def test_a_payment_is_its_shares_and_the_rest(world: World) -> None:
    document = _document(world)
    for payment in document.payments:
        parts = sum(share.amount_minor for share in payment.shares) + payment.unallocated_minor + payment.returned_minor
        assert parts == (0 if payment.reversed_on else payment.amount_minor)
    waiting = sum(payment.unallocated_minor for payment in document.payments)
    assert waiting == document.statement.unallocated_minor


@given(worlds())
def test_instalments_sum_to_what_is_payable_now(world: World) -> None:
    document = _document(world)
    due = sum(line.owed_minor for line in document.instalments if line.is_due)
    fees_ahead = document.due_minor - due
    later = [line for line in document.instalments if not line.is_due]
    assert 0 <= fees_ahead <= sum(max(line.added_minor, 0) for line in later)


@given(worlds())
def test_tomorrow_is_what_the_statement_says_tomorrow(world: World) -> None:
    """With the same events: nothing that happens tomorrow is known today."""
    document = _document(world)
    happened = [event for event in world.events if isinstance(event, PauseEvent) or event.on <= world.as_of]
    on: date = world.as_of + timedelta(days=1)
    following = build_document(world.instalments, world.terms, happened, on, world.caps)
    told = document.tomorrow
    assert (told.on, told.total_minor, told.missing) == (on, following.total_minor, "")
    assert told.difference_minor == following.total_minor - document.total_minor
    assert told.due_minor == document.due_minor + told.late_minor + told.falls_due_minor
