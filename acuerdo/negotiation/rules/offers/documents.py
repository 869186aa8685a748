"""An offer's request as JSON, so that a stored plan can be priced again exactly as it was asked for."""

from dataclasses import asdict
from datetime import date
from decimal import Decimal
from typing import Any

from acuerdo.negotiation.rules.offers.figures import OfferRequest


def request_document(request: OfferRequest) -> dict[str, Any]:
    """The request with dates and shares as text."""
    return {
        name: str(value) if isinstance(value, date | Decimal) else value
        for name, value in asdict(request).items()
        if value is not None
    }


def read_request(document: dict[str, Any]) -> OfferRequest:
    """The request that `request_document` wrote."""
    values = dict(document)
    values["first_on"] = date.fromisoformat(values["first_on"])
    for name in ("waiver_share", "discount_share"):
        if name in values:
            values[name] = Decimal(values[name])
    return OfferRequest(**values)
