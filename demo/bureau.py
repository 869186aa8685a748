"""Reports to credit bureaus in the invented month: notices that run their term, authorisations, a report that stands and one withdrawn."""

from datetime import date, timedelta
from typing import Any

from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.policy import public as policy
from acuerdo.portfolio.models import Obligation
from demo.world import STARTS_ON, TODAY

BUREAU = "Central Ficticia de Información"
FIRST_ON, LATER_ON = STARTS_ON + timedelta(days=2), TODAY - timedelta(days=5)
WARNED, WARNED_LATER = 12, 5
UNAUTHORISED = 4  # one in so many did not authorise the report
AWAY = "guía inventada n.º 90010"


def go_on(day: date) -> None:
    """The first notices early in the month, others in its last week, and what compliance lets out today."""
    if day == FIRST_ON:
        for number, one in enumerate(_late()[:WARNED]):
            _warn(one, day, number)
            if number % UNAUTHORISED:
                _authorise(one, day)
    elif day == LATER_ON:
        fresh = [case.obligation for case in policy.bureau_details(_late(), day) if not case.notices]
        for number, one in enumerate(fresh[:WARNED_LATER]):
            _warn(one, day, WARNED + number)
            _authorise(one, day)
    elif day == TODAY:
        _let_out(day)


def _late() -> list[Obligation]:
    """Colombian debts, the longest in arrears first, that are neither disputed nor paid."""
    rows = Obligation.objects.filter(
        creditor__country="CO", account__due_since__isnull=False, account__balance_minor__gt=0
    )
    return list(rows.select_related("account", "creditor").order_by("account__due_since", "pk")[:200])


def _warn(one: Any, day: date, number: int) -> None:
    policy.record_bureau_notice(
        one.pk,
        sent_on=day,
        channel="letter",
        proof=f"{AWAY}{number:02d}",
        actor="cumplimiento",
        today=day,
        now=clock.now(),
    )


def _authorise(one: Any, day: date) -> None:
    policy.authorise_bureau_report(
        one.debtor_id, one.creditor_id, granted_on=day - timedelta(days=200), proof="contrato inventado, cláusula 9",
        actor="cumplimiento", today=day, now=clock.now(),
    )  # fmt: skip


def _let_out(day: date) -> None:
    """Two reports of those whose term is over, one of them withdrawn at once: the person agreed to pay."""
    by = User.objects.get(username="cumplimiento")
    ready = [one for one in policy.bureau_details(_late(), day) if one.state == "ready"][:2]
    for case in ready:
        policy.release_bureau_report(case.obligation.pk, bureau=BUREAU, user=by, today=day, now=clock.now())
    for case in ready[1:]:
        policy.withdraw_bureau_report(
            case.obligation.pk, reason="Llegó a un acuerdo y está al día con él", user=by, today=day, now=clock.now()
        )
