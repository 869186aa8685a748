"""The portfolio as a list of obligations with filters that live in the address, and its sums."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import EmptyResultSet
from django.core.paginator import Page, Paginator
from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.kernel.text import search_key
from acuerdo.ledger.public import buckets_in_force
from acuerdo.workspace import wording
from acuerdo.workspace.queries.scope import obligations_of

PAGE_ROWS = 50
STATUSES = ("active", "paid", "written_off", "gone")
SORTS = {
    "arrears": "-account__days_past_due",
    "due": "-account__balance_due_minor",
    "balance": "-account__balance_minor",
}


@dataclass(frozen=True, slots=True)
class PortfolioFilters:
    text: str = ""
    creditor: str = ""
    stage: str = ""
    bucket: str = ""
    status: str = "active"
    sort: str = "due"

    def as_query(self) -> str:
        named = {
            "q": self.text, "creditor": self.creditor, "stage": self.stage, "bucket": self.bucket,
            "status": self.status, "sort": self.sort,
        }  # fmt: skip
        return urlencode({name: value for name, value in named.items() if value})

    @property
    def is_set(self) -> bool:
        return any((self.text, self.creditor, self.stage, self.bucket, self.status != "active"))


@dataclass(frozen=True, slots=True)
class CurrencySum:
    currency: str
    obligations: int
    debtors: int
    balance_minor: int
    balance_due_minor: int


def read_portfolio_filters(asked: Mapping[str, str]) -> PortfolioFilters:
    status = asked.get("status", "active")
    return PortfolioFilters(
        text=asked.get("q", "")[:80].strip(),
        creditor=asked.get("creditor", "")[:36],
        stage=_known(asked.get("stage", ""), tuple(wording.STAGES)),
        bucket=_known(asked.get("bucket", ""), bucket_names()) if asked.get("bucket") else "",
        status=status if status in (*STATUSES, "all") else "active",
        sort=_known(asked.get("sort", ""), tuple(SORTS)) or "due",
    )


def bucket_names() -> tuple[str, ...]:
    """The management buckets in force today, from the best on."""
    return tuple(bucket.name for bucket in buckets_in_force(clock.business_date()))


def portfolio_of(user: User, filters: PortfolioFilters) -> QuerySet[Any]:
    """The obligations that the user may see and the filters keep, in the order asked."""
    found = obligations_of(user)
    if filters.status != "all":
        found = found.filter(account__status=filters.status)
    if filters.stage:
        found = found.filter(account__stage=filters.stage)
    if filters.bucket:
        found = found.filter(account__bucket=filters.bucket)
    if filters.creditor:
        found = found.filter(creditor__uid=filters.creditor) if _is_uid(filters.creditor) else found.none()
    for word in search_key(filters.text).split():
        found = found.filter(
            Q(debtor__search_name__contains=word) | Q(number__icontains=word) | Q(debtor__id_number=word)
        )
    return found.select_related("account", "creditor", "debtor").order_by(SORTS[filters.sort], "pk")


class PortfolioPaginator(Paginator):  # type: ignore[type-arg]  # not subscriptable when the code runs
    """Finds a page by keys alone, which an index holds, and then reads those rows: sorting whole rows costs ten times as much.

    `count` is given: the sums have counted already.
    """

    def __init__(self, found: QuerySet[Any], count: int) -> None:
        super().__init__(found, PAGE_ROWS)
        self._found = found
        self.count = count

    def page(self, number: int | str) -> Page[Any]:
        number = self.validate_number(number)
        start = (number - 1) * self.per_page
        keys = list(self._found.values_list("pk", flat=True)[start : start + self.per_page])
        return Page(list(self._found.filter(pk__in=keys)), number, self)


def sums_of(found: QuerySet[Any]) -> list[CurrencySum]:
    """How many and how much, a line for each currency: amounts of two currencies are never added.

    Summed by person first: people are then counted without sorting every obligation.
    """
    by_person = found.order_by().values_list("account__currency", "debtor_id").annotate(
        obligations=Count("pk"), balance=Sum("account__balance_minor"), due=Sum("account__balance_due_minor")
    )  # fmt: skip
    try:
        inner, values = by_person.query.sql_with_params()
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT currency, sum(obligations)::bigint, count(*), sum(balance)::bigint, sum(due)::bigint"  # noqa: S608 - our own query
            f" FROM ({inner}) AS people(currency, debtor_id, obligations, balance, due) GROUP BY 1 ORDER BY 1",
            values,
        )
        return [CurrencySum(*row) for row in cursor.fetchall()]


def export_rows(found: QuerySet[Any]) -> Iterator[list[Any]]:
    """The list as rows for a file: documents masked, amounts in whole units with a point."""
    for row in found.iterator(chunk_size=2_000):
        yield [
            row.number, row.creditor.name, row.debtor.full_name, wording.masked(row.debtor.id_number), row.debtor.city,
            row.account.stage, row.account.bucket, row.account.days_past_due, row.account.currency,
            row.account.balance_minor, row.account.balance_due_minor, row.account.next_due_on,
        ]  # fmt: skip


def _known(value: str, known: tuple[str, ...]) -> str:
    return value if value in known else ""


def _is_uid(text: str) -> bool:
    return len(text) == 36 and all(char in "0123456789abcdef-" for char in text.lower())
