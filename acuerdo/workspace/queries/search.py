"""The bar on top: people found, each with a line about the obligations that the user may see."""

from dataclasses import dataclass
from typing import Any

from acuerdo.base.models import User
from acuerdo.portfolio.public import search_debtors
from acuerdo.workspace.queries.scope import obligations_of

FOUND_MAX = 30
TEXT_MIN = 2


@dataclass(frozen=True, slots=True)
class Found:
    debtor: Any
    obligations: list[Any]


def search(user: User, text: str) -> list[Found]:
    """Up to 30 people; nothing for fewer than two characters."""
    people = search_debtors(user, text, limit=FOUND_MAX)
    lines: dict[int, list[Any]] = {person.pk: [] for person in people}
    owed = obligations_of(user).filter(debtor_id__in=list(lines)).select_related("account", "creditor")
    for row in owed.order_by("-account__balance_due_minor", "pk"):
        lines[row.debtor_id].append(row)
    return [Found(person, lines[person.pk]) for person in people]
