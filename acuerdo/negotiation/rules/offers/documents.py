"""An offer's request as JSON, so that a stored plan can be priced again exactly as it was asked for."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from acuerdo.kernel.errors import Refusal
from acuerdo.negotiation.rules.offers.figures import OfferRequest

_REQUEST: TypeAdapter[OfferRequest] = TypeAdapter(OfferRequest)


def request_document(request: OfferRequest) -> dict[str, Any]:
    """The request with dates and shares as text; what was left open is absent."""
    document: dict[str, Any] = _REQUEST.dump_python(request, mode="json", exclude_none=True)
    return document


def read_request(document: object) -> OfferRequest:
    """The request that `request_document` wrote; refuses `offer-request` for anything else."""
    try:
        return _REQUEST.validate_python(document)
    except ValidationError:
        raise Refusal("offer-request", "No pudimos leer la propuesta: elíjala de nuevo.") from None
