"""What may be agreed with a person: figures in, offers out, the same for every door (desk, portal, API).

`price` answers one request or refuses it; `offers_for` asks `price` for what fits the person's wish and orders the answers, the
best for the customer first. The policy is dated data; what no role may grant is refused without saying where the floor is.
"""

from acuerdo.negotiation.rules.offers.figures import (
    KINDS,
    Case,
    Debt,
    Offer,
    OfferInstalment,
    OfferKind,
    OfferRequest,
    Overdue,
    Wish,
)
from acuerdo.negotiation.rules.offers.policy import OfferPolicy, policy_on
from acuerdo.negotiation.rules.offers.pricing import price
from acuerdo.negotiation.rules.offers.suggesting import offers_for

__all__ = [
    "KINDS",
    "Case",
    "Debt",
    "Offer",
    "OfferInstalment",
    "OfferKind",
    "OfferPolicy",
    "OfferRequest",
    "Overdue",
    "Wish",
    "offers_for",
    "policy_on",
    "price",
]
