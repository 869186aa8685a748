"""The debt on the day of a collection fee, as the rules of fees look at it."""

from collections.abc import Iterable

from acuerdo.ledger.rules.book import Share
from acuerdo.ledger.rules.events import FeeEvent
from acuerdo.ledger.rules.fee_tariffs import FeeCase
from acuerdo.ledger.rules.statements import Statement


def fee_case(statement: Statement, fee: FeeEvent, charged: Iterable[Share], currency: str) -> FeeCase:
    """`statement` is of the fee's day, before it; `charged` all that was added to the debt so far."""
    fees = [share for share in charged if share.component == "collection_fee" and share.on <= fee.on]
    since = statement.due_since
    return FeeCase(
        on=fee.on,
        currency=currency,
        overdue_minor=statement.balance_due_minor - statement.balance_due["collection_fee"],
        days_past_due=statement.days_past_due,
        due_since=since,
        charged_minor=sum(share.amount_minor for share in fees if since is not None and share.on > since),
        charged_on=tuple(share.on for share in fees),
        free_activity_on=fee.free_activity_on,
    )
