"""Reports to credit bureaus as the screens show them: filters, and each case with its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from acuerdo.kernel.text import search_key
from acuerdo.policy.public import BureauCase, bureau_cases
from acuerdo.workspace import bureau_words as words


@dataclass(frozen=True, slots=True)
class BureauFilters:
    """`state` empty: every state."""

    state: str
    creditor: str
    text: str


@dataclass(frozen=True, slots=True)
class BureauRow:
    """`may_report`: today its report may be let out; `is_reported`: one stands."""

    case: BureauCase
    word: str
    tone: str
    reasons: list[str]

    @property
    def obligation(self) -> Any:
        return self.case.obligation

    @property
    def is_reported(self) -> bool:
        return self.case.state == "reported"

    @property
    def may_report(self) -> bool:
        return not self.is_reported and self.case.answer.verdict == "allow"


def read_filters(asked: Mapping[str, str]) -> BureauFilters:
    state = asked.get("state", "")
    return BureauFilters(
        state=state if state in words.STATES else "",
        creditor=asked.get("creditor", "") if _is_uid(asked.get("creditor", "")) else "",
        text=asked.get("q", "")[:80].strip(),
    )


def _is_uid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def narrowed(obligations: QuerySet[Any], filters: BureauFilters, *, today: date) -> QuerySet[Any]:
    """The cases that the filters show, the first that may be reported first."""
    found = bureau_cases(obligations, today)
    if filters.state:
        found = found.filter(bureau_state=filters.state)
    if filters.creditor:
        found = found.filter(creditor__uid=filters.creditor)
    for word in search_key(filters.text).split():
        found = found.filter(Q(debtor__search_name__contains=word) | Q(debtor__id_number=word) | Q(number=filters.text))
    return found.select_related("account", "creditor", "debtor").order_by("bureau_from_on", "account__due_since", "pk")


def shown(case: BureauCase) -> BureauRow:
    word, tone = words.STATES[case.state]
    return BureauRow(case, str(word), tone, [str(words.REASONS[code]) for code in case.answer.reasons])
