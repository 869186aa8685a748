"""Late interest explained: which days, on which base, at which rate, for each instalment and month.

The tranches are worked out from the shares of the payments alone, not from the replay's running sums, and come to the same
amount. Each tranche's amount is what the rounded running total grew by, so they sum exactly to the figure shown.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from acuerdo.kernel.rates import RateKind
from acuerdo.ledger.rules.book import Share
from acuerdo.ledger.rules.components import CONTRACTUAL
from acuerdo.ledger.rules.due_rows import DueRow
from acuerdo.ledger.rules.late_interest import SCALE_DIGITS, Pauses, scaled_cap, scaled_daily, whole_units
from acuerdo.ledger.rules.rate_caps import CapTable, CapTables, RateCap, cap_table
from acuerdo.ledger.rules.terms import Instalment, LateInterestTerms, ObligationTerms


@dataclass(frozen=True, slots=True)
class RateInForce:
    """The rate of some days: the agreed one, or the certified cap where that is lower. `daily` is the fraction of one day."""

    kind: RateKind
    annual: Decimal
    daily: Decimal
    cap: RateCap | None
    is_capped: bool


@dataclass(frozen=True, slots=True)
class Tranche:
    """`days` days, from `from_on` to `to_on` both included, of one base at one rate: base × daily rate × days."""

    from_on: date
    to_on: date
    base_minor: int
    rate: RateInForce
    amount_minor: int

    @property
    def days(self) -> int:
        return (self.to_on - self.from_on).days + 1


@dataclass(frozen=True, slots=True)
class LateLine:
    """One instalment's late interest: what its days came to, what was paid or forgiven of it, and what is owed.

    `carried_minor` is late interest that had been paid and that a chargeback made owed again; it does not grow.
    """

    number: int
    due_on: date
    tranches: tuple[Tranche, ...]
    accrued_minor: int
    settled_minor: int
    carried_minor: int = 0

    @property
    def owed_minor(self) -> int:
        return max(self.accrued_minor + self.carried_minor - self.settled_minor, 0)


class _Span(NamedTuple):
    """Days after `after` through `through` (ordinals)."""

    after: int
    through: int


def explain_late(
    rows: Sequence[DueRow],
    terms: ObligationTerms,
    shares: Sequence[Share],
    pauses: Pauses,
    caps: CapTables,
    as_of: date,
) -> list[LateLine]:
    """One line for each row that ever bore late interest. `shares` are those of standing payments, waivers and transfers."""
    late = terms.late_interest
    if late is None:
        return []
    table = caps.get(late.cap, cap_table(late.cap, ())) if late.cap else None
    lines = []
    for row in rows:
        bases = list(_bases(row, rows, late, shares, as_of))
        tranches = tuple(_tranches(bases, terms, late, pauses, table))
        number = row.instalment.number
        settled = _sum([share for share in shares if share.instalment == number and share.component == "late_interest"])
        accrued = sum(tranche.amount_minor for tranche in tranches)
        if tranches or settled or row.late_minor:
            lines.append(LateLine(number, row.instalment.due_on, tranches, accrued, settled, row.late_minor))
    return lines


def rate_on(late: LateInterestTerms, caps: CapTables, day: date) -> RateInForce | None:
    """The rate of one day; None when the law caps it and no cap is certified for that day."""
    if late.cap is None:
        return _rate(late, None)
    row = caps.get(late.cap, cap_table(late.cap, ())).on(day)
    return _rate(late, row) if row else None


def _tranches(
    bases: Sequence[tuple[_Span, int]],
    terms: ObligationTerms,
    late: LateInterestTerms,
    pauses: Pauses,
    table: CapTable | None,
) -> Iterator[Tranche]:
    exact, shown = 0, 0
    for span, base in bases:
        for first, last, rate in _rated(span, pauses, late, table):
            days = (last - first).days + 1
            exact += base * int(rate.daily.scaleb(SCALE_DIGITS)) * days
            total = whole_units(exact, terms.unit_minor, terms.rounding)
            yield Tranche(first, last, base, rate, total - shown)
            shown = total


def _bases(
    row: DueRow, rows: Sequence[DueRow], late: LateInterestTerms, shares: Sequence[Share], as_of: date
) -> Iterator[tuple[_Span, int]]:
    """The spans of days past the due date with what bears interest in them; a payment counts from the day after it."""
    start, end = min(due for _, due in row.dues), as_of.toordinal()
    is_whole = late.base == "outstanding_principal"
    relevant = [
        share
        for share in shares
        if share.component in CONTRACTUAL
        and (is_whole or (share.component == "principal" and share.instalment == row.instalment.number))
    ]
    days = {share.on.toordinal() for share in relevant}
    days |= {day for other in (rows if is_whole else [row]) for pair in other.dues for day in pair}
    cuts = sorted(day for day in days if start < day < end)
    for after, through in zip([start, *cuts], [*cuts, end], strict=True):
        settled = [share for share in relevant if share.on.toordinal() <= after]
        base = _outstanding(row, rows, settled, after) if is_whole else row.instalment.principal_minor - _sum(settled)
        if base > 0 and through > after and row.due_at(after) <= after:
            yield _Span(after, through), base


def _outstanding(row: DueRow, rows: Sequence[DueRow], settled: Sequence[Share], day: int) -> int:
    """All the principal left on a day, borne by the oldest line that is behind; nothing for the others."""
    paid: dict[tuple[int, str], int] = {}
    for share in settled:
        paid[share.instalment, share.component] = paid.get((share.instalment, share.component), 0) + share.amount_minor
    existing = [other for other in rows if not other.is_extra or other.due_at(day) <= day]
    for other in sorted(existing, key=lambda one: (one.due_at(day), one.instalment.number)):
        if _is_behind(other.instalment, paid):
            if other is not row:
                return 0
            principal = sum(one.instalment.principal_minor for one in existing)
            return principal - sum(minor for (_, component), minor in paid.items() if component == "principal")
    return 0


def _is_behind(row: Instalment, paid: dict[tuple[int, str], int]) -> bool:
    agreed = {
        "principal": row.principal_minor,
        "contract_interest": row.contract_interest_minor,
        "insurance": row.insurance_minor,
        "fees": row.fees_minor,
    }
    return any(minor > paid.get((row.number, component), 0) for component, minor in agreed.items())


def _rated(
    span: _Span, pauses: Pauses, late: LateInterestTerms, table: CapTable | None
) -> Iterator[tuple[date, date, RateInForce]]:
    """The span's running days, cut at month ends and where the cap changes."""
    for after, through in pauses.running(*span):
        first, last = date.fromordinal(after + 1), date.fromordinal(through)
        for start, end, row in [(first, last, None)] if table is None else table.spans(first, last):
            rate = _rate(late, row)
            while start <= end:
                month_end = (start.replace(day=1) + timedelta(days=32)).replace(day=1) - timedelta(days=1)
                until = min(month_end, end)
                yield start, until, rate
                start = until + timedelta(days=1)  # noqa: PLW2901 - walks the span month by month


def _rate(late: LateInterestTerms, cap: RateCap | None) -> RateInForce:
    agreed = scaled_daily(late)
    limit = scaled_cap(cap.annual) if cap else None
    if cap is not None and limit is not None and limit < agreed:
        return RateInForce("effective_annual", cap.annual, Decimal(limit).scaleb(-SCALE_DIGITS), cap, is_capped=True)
    return RateInForce(late.rate.kind, late.rate.value, Decimal(agreed).scaleb(-SCALE_DIGITS), cap, is_capped=False)


def _sum(shares: Sequence[Share]) -> int:
    return sum(share.amount_minor for share in shares)
