"""What an offer over several obligations asks and forgives of each."""

from acuerdo.kernel.money import split_by_weights
from acuerdo.ledger.rules.components import COMPONENTS, Amounts, no_amounts
from acuerdo.negotiation.rules.offers.figures import Case, Offer


def waived_by_debt(case: Case, offer: Offer) -> dict[int, Amounts]:
    """What the offer forgives of each obligation, by component: in proportion to what each owes of it, summing exactly."""
    shares = {debt.obligation_id: no_amounts() for debt in case.debts}
    for component in COMPONENTS:
        if not offer.waived[component]:
            continue
        owed = [debt.owed(offer.basis)[component] for debt in case.debts]
        for debt, part in zip(case.debts, split_by_weights(offer.waived[component], owed), strict=True):
            shares[debt.obligation_id][component] = part
    return shares


def owed_by_debt(case: Case, offer: Offer) -> dict[int, int]:
    """What the offer settles of each obligation, in minor units; a programme's payments go to the oldest debt first."""
    if offer.basis != "part":
        return {debt.obligation_id: sum(debt.owed(offer.basis).values()) for debt in case.debts}
    left, shares = offer.owed_minor, {}
    for debt in sorted(case.debts, key=lambda debt: (-debt.days_past_due, debt.obligation_id)):
        shares[debt.obligation_id] = min(left, debt.balance_minor)
        left -= shares[debt.obligation_id]
    return shares
