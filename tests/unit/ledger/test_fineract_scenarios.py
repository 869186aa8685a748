"""Apache Fineract's loan scenarios played in our ledger: where we agree, and case by case where we mean otherwise and why."""

from collections import Counter
from typing import Any

import pytest

from tests.unit.ledger.fineract import Compared, Moment, compare, moments, scenarios, schedule_moments, told_balances
from tests.unit.ledger.published import say

AHEAD = (
    "they spend early money on instalments still to come; ours waits as credit, so a charge or a later disbursement whose "
    "due date comes first is paid from it"
)
# Scenarios whose figures differ, each with its reason. All others must agree to the cent.
DIFFERS: dict[str, str] = {
    "Loan-0087": AHEAD,
    "Loan-0088": AHEAD,
    "LoanCharge-0233": AHEAD,
    "Loan-0100": "their goodwill credit may pay future instalments from the last one on; our money covers what is due first",
    "Loan-0113": "their refund of a running loan takes back what was paid ahead; ours returns credit, and re-opens by chargeback",
    "LoanCBR-0187": "their returned credit that proves too much joins the last instalment; ours opens a line due that day",
}
# Scenarios that state no figures we can play, by feature file, and what they are about.
NOT_PLAYED: dict[str, str] = {
    "Loan.feature": "creation, approval and product settings; or figures before any money moved",
    "LoanAccrualTransaction.feature": "when their books recognise income; ours recognise it when it falls due or accrues as late",
    "LoanCBR.feature": "products with automatic down payments; their cash-back rules of the API",
    "LoanCharge.feature": "percentage charges and waivers undone, told by their charges' tab alone",
    "LoanChargeOff.feature": "accounting of a charge-off and of undoing it: ours is annulled; money of later days is a recovery",
    "LoanChargeback.feature": "automatic down payments, or events and statuses without figures",
    "LoanDelinquency.feature": "their pause stops the days past due; ours stops late interest, since days past due are a fact",
    "LoanDownPayment.feature": "money that their system moves by itself at disbursement",
    "LoanProduct.feature": "product catalogue",
    "LoanReAging.feature": "new instalments in place of old ones within one loan; ours is a restructuring to a new obligation",
    "LoanReAmortization.feature": "overdue amounts spread over what is left of one loan; ours is a restructuring",
    "LoanRepayment.feature": "payment channels, idempotency keys and statuses without figures",
    "LoanReschedule.feature": "requests and approvals of a reschedule; ours is an extension, played where they give the schedule",
    "LoanWriteOff.feature": "accounting of a write-off",
}


def test_schedules_and_money_of_their_scenarios(capsys: pytest.CaptureFixture[str]) -> None:
    played = [(moment, compare(moment)) for scenario in scenarios() for moment in moments(scenario)]
    equal = [moment for moment, compared in played if compared.is_equal]
    apart = {moment.scenario["id"] for moment, compared in played if not compared.is_equal}
    say(
        capsys,
        f"Fineract scenarios: {len(played)} moments of {len({m.scenario['id'] for m, _ in played})} scenarios, "
        f"{len(equal)} equal to the cent, {len(played) - len(equal)} that differ in {len(apart)} scenarios:",
    )
    for name in sorted(apart):
        say(capsys, f"  {name}: {DIFFERS.get(name, 'UNEXPLAINED')}")
    assert apart == set(DIFFERS)
    assert (len(played), len(equal)) == (254, 245)


def test_where_we_differ_the_whole_debt_is_the_same_but_for_money_that_went_back() -> None:
    different = [(moment, compare(moment)) for scenario in scenarios() for moment in moments(scenario)]
    totals: dict[str, bool] = {
        moment.scenario["id"]: _same_total(compared) for moment, compared in different if not compared.is_equal
    }
    assert {name for name, is_same in totals.items() if not is_same} == {"Loan-0113", "LoanCBR-0187"}


def _same_total(compared: Compared) -> bool:
    return compared.total[0] == compared.total[1]


def test_schedules_with_the_money_of_their_steps(capsys: pytest.CaptureFixture[str]) -> None:
    played = [
        (moment, compare(moment))
        for scenario in scenarios()
        if not any(moments(scenario))
        for moment in schedule_moments(scenario)
    ]
    equal = sum(compared.is_equal for _, compared in played)
    say(capsys, f"Fineract schedules with money of steps: {len(played)} moments, {equal} equal to the cent")
    assert [moment.name for moment, compared in played if not compared.is_equal] == []
    assert equal == 104


def _is_played(scenario: dict[str, Any]) -> bool:
    return bool(any(moments(scenario)) or any(schedule_moments(scenario)) or told_balances(scenario))


def test_balances_that_their_scenarios_state(capsys: pytest.CaptureFixture[str]) -> None:
    """With reversals, chargebacks, returned credit and charge-offs, each as an event of ours."""
    told = [balance for scenario in scenarios() for balance in told_balances(scenario)]
    say(capsys, f"Fineract balances stated: {len(told)}, all equal")
    assert [balance for balance in told if balance.ours_minor != balance.theirs_minor] == []
    assert len(told) == 84


def test_every_scenario_is_played_or_has_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    rest = Counter(scenario["file"] for scenario in scenarios() if not _is_played(scenario))
    say(capsys, f"Fineract scenarios not played: {rest.total()} of {len(scenarios())}:")
    for file, count in sorted(rest.items()):
        say(capsys, f"  {file}: {count}, {NOT_PLAYED[file]}")
    assert set(rest) <= set(NOT_PLAYED)


def test_what_was_read_is_what_they_wrote() -> None:
    """The reader itself: a moment has its date, its instalments and its money."""
    moment: Moment = next(found for scenario in scenarios() for found in moments(scenario))
    assert moment.transactions[0]["Transaction Type"] == "Disbursement"
    assert any(row["Nr"] == "1" for row in moment.schedule)
