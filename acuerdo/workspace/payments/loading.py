"""The trial or the load of an uploaded file of payments, with everything that a payment brings about on its day."""

from datetime import date, datetime
from functools import partial

from acuerdo.portfolio.public import load_payments
from acuerdo.strategy.public import settle_payments


def load_file(batch_id: int, *, dry_run: bool, now: datetime, today: date) -> None:
    """Safe to repeat; a refusal is told by the batch itself."""
    settle = partial(settle_payments, today=today, now=now)
    load_payments(batch_id, dry_run=dry_run, now=now, today=today, settle=settle)
