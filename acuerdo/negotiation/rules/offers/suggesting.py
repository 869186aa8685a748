"""Which offers to show: everything the policy offers that fits the case, the best for the customer first.

First what fits into what the person said they can pay, then what saves them most, then what costs least in all. Of what they
cannot carry, the lightest comes first. What needs somebody else's yes comes after its like.
Nothing here prices: `price` does, for every door.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from acuerdo.kernel.errors import Refusal
from acuerdo.negotiation.rules.offers.figures import Case, Offer, OfferRequest, Role, Wish
from acuerdo.negotiation.rules.offers.policy import OfferPolicy
from acuerdo.negotiation.rules.offers.pricing import price

FIRST_DAYS = 15  # where the person names no date, the first instalment waits half a month


def offers_for(case: Case, wish: Wish, policy: OfferPolicy, role: Role = "agent") -> list[Offer]:
    """The offers in the order to show them; empty when nothing is owed."""
    found: dict[tuple[object, ...], Offer] = {}
    for request in _requests(case, wish, policy):
        try:
            offer = price(case, request, policy, role)
        except Refusal:
            continue
        # The same payments on the same days are one offer, whatever they are called.
        # An extension is more than a promise of the same payment: the arrears end, and late interest stands still.
        found.setdefault((offer.kind == "extension", offer.instalments, offer.review_on, offer.saving_minor), offer)
    return sorted(found.values(), key=lambda offer: _rank(offer, wish, case.stage))


def fits(offer: Offer, wish: Wish) -> bool:
    """Whether the person could carry it with what they said they can pay in a month, and from the date they named."""
    starts_late_enough = wish.first_on is None or offer.first_on is None or offer.first_on >= wish.first_on
    is_light_enough = wish.monthly_minor is None or offer.burden_minor <= wish.monthly_minor
    return starts_late_enough and is_light_enough


def _rank(offer: Offer, wish: Wish, stage: str) -> tuple[object, ...]:
    """What the person can carry first; of what they cannot, the lightest."""
    is_fitting = fits(offer, wish)
    # Nobody is first asked for the whole debt who did not say they could, unless it has no other instalments.
    is_too_much = offer.kind == "full_payment" and wish.amount_minor is None and stage != "written_off"
    settles = offer.kind not in ("promise", "hardship_reduced", "hardship_paused")
    return (
        not is_fitting,
        is_too_much,
        offer.approval is not None,
        0 if is_fitting else offer.burden_minor,
        -offer.saving_minor if settles else 0,
        offer.charge_minor,
        len(offer.instalments) if settles else 1,
    )


def _requests(case: Case, wish: Wish, policy: OfferPolicy) -> Iterator[OfferRequest]:
    today = case.today
    soon = wish.first_on or today + timedelta(days=FIRST_DAYS)
    yield OfferRequest("early_payment", first_on=min(soon, today + timedelta(days=policy.early_payment.within_days)))
    yield OfferRequest("full_payment", first_on=min(soon, today + timedelta(days=policy.full_payment.within_days)))
    yield OfferRequest("extension", first_on=soon)
    yield OfferRequest("promise", first_on=soon, amount_minor=_part(case, wish))
    yield OfferRequest("split", first_on=soon, instalments=2, frequency="biweekly")
    yield from _plans(case, wish, policy, soon)
    for kind in ("refinancing", "restructuring"):
        for count in policy.plan.shown:
            yield OfferRequest(kind, first_on=soon, instalments=count)
    for months in (policy.hardship.reduced_months, max(policy.hardship.reduced_months // 2, 1)):
        yield OfferRequest("hardship_reduced", first_on=soon, months=months)
    for months in range(1, policy.hardship.paused_months + 1):
        yield OfferRequest("hardship_paused", first_on=today, months=months)


def _plans(case: Case, wish: Wish, policy: OfferPolicy, soon: date) -> Iterator[OfferRequest]:
    """The usual lengths, and the shortest plan whose instalment the person said they can pay."""
    most = policy.plan.instalments.get(case.stage, 0)
    lengths = {count for count in policy.plan.shown if count <= most}
    if wish.amount_minor:
        owed = sum(case.owed("closing" if case.stage == "written_off" else "due").values())
        lengths.add(min(max(-(-owed // wish.amount_minor), 2), most))
    for count in sorted(lengths):
        yield OfferRequest("plan", first_on=soon, instalments=count, frequency=wish.frequency)


def _part(case: Case, wish: Wish) -> int | None:
    """The part of what is due that the person names; None (all of it) when it covers everything."""
    if wish.amount_minor is None or wish.amount_minor >= case.due_minor:
        return None
    return wish.amount_minor
