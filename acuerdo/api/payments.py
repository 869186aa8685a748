"""Receiving payments from another program: once each, whoever repeats the request and however often."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Header, Router, Status

from acuerdo.api.access import CASHIERS, caller, key_in, obligation_for
from acuerdo.api.idempotency import Answer, answer_once
from acuerdo.api.schemas import PaymentIn, PaymentOut, Problem
from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.money import minor_from_plain_text, plain_text
from acuerdo.ledger.public import AccountState, PaymentRecorded, record_payment

IdempotencyKey = Annotated[str, Header(alias="Idempotency-Key", min_length=1, max_length=255)]

router = Router()
PROBLEMS = {401: Problem, 403: Problem, 404: Problem, 409: Problem, 422: Problem}


@router.post("/payments", response={201: PaymentOut, **PROBLEMS}, tags=["payments"], operation_id="create_payment")
def create_payment(
    request: HttpRequest,
    body: PaymentIn,
    idempotency_key: IdempotencyKey,
) -> Any:
    """Records a payment and answers where it went. A repeated request gets the first answer and changes nothing."""
    user = caller(request, CASHIERS)
    sent = body.model_dump(mode="json")
    status, answer = answer_once(key_in(request), idempotency_key, sent, lambda: _record(user, body), now=clock.now())
    return Status(status, answer)


def _record(user: User, body: PaymentIn) -> Answer:
    obligation = obligation_for(user, body.obligation)
    currency = obligation.account.currency
    if body.currency != currency:
        raise Refusal("currency-mismatch", f"Esa obligación está en {currency}.")
    now = clock.now()
    recorded = record_payment(
        obligation.pk,
        amount_minor=minor_from_plain_text(body.amount, currency),
        paid_on=body.paid_on,
        # The creditor's own space of references: a new key finds the old payments, and nobody meets another creditor's.
        source=f"api:{obligation.creditor.uid}",
        external_ref=body.reference,
        now=now,
        actor=user.username,
    )
    return 201, _shown(recorded, body, currency)


def _shown(recorded: PaymentRecorded, body: PaymentIn, currency: str) -> dict[str, Any]:
    def state(told: AccountState) -> dict[str, Any]:
        return {
            "balance": plain_text(told.balance_minor, currency), "balance_due": plain_text(told.balance_due_minor, currency),
            "days_past_due": told.days_past_due, "bucket": told.bucket, "stage": told.stage,
        }  # fmt: skip

    return {
        "uid": str(recorded.payment_uid),
        "obligation": str(body.obligation),
        "amount": plain_text(minor_from_plain_text(body.amount, currency), currency),
        "currency": currency,
        "paid_on": body.paid_on.isoformat(),
        "reference": body.reference,
        "is_new": recorded.is_new,
        "allocation": [
            {
                "instalment": share.instalment, "component": share.component,
                "amount": plain_text(share.amount_minor, currency), "on": share.on.isoformat(),
            }
            for share in recorded.allocation
        ],
        "unallocated": plain_text(recorded.unallocated_minor, currency),
        "before": state(recorded.before),
        "after": state(recorded.after),
    }  # fmt: skip
