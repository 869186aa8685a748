"""Making people who may log in."""

from datetime import UTC, datetime
from typing import Any

import pytest

from acuerdo.base.accounts import CHAIN, create_account
from acuerdo.base.audit import verify_chain
from acuerdo.base.models import AuditEntry, User
from acuerdo.kernel.errors import Refusal

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 7, 13, 10, 0, tzinfo=UTC)


def create(**changes: Any) -> User:
    return create_account(
        **{
            "username": "ana", "full_name": "Ana Ruiz", "role": "supervisor", "password": "una clave bien larga",
            "actor": "jefa", "now": NOW, **changes,
        }
    )  # fmt: skip


def test_a_new_user_can_log_in_and_is_audited() -> None:
    user = create(username=" ana ")
    assert (user.username, user.role, user.check_password("una clave bien larga")) == ("ana", "supervisor", True)
    entry = AuditEntry.objects.get()
    assert (entry.chain, entry.action, entry.actor, entry.subject_uid) == (
        CHAIN,
        "account_created",
        "jefa",
        str(user.uid),
    )
    assert entry.payload == {"role": "supervisor"}
    assert verify_chain(CHAIN).broken is None


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"username": "ANA"}, "user-exists"),  # log-in names differ by more than capitals
        ({"username": "  "}, "username-missing"),
        ({"username": "luis", "password": "corta"}, "password-weak"),
        ({"username": "luis", "full_name": "Luis Alberto", "password": "luisalberto"}, "password-weak"),
        ({"username": "luis", "password": "1234567890"}, "password-weak"),
        ({"username": "luis", "role": "root"}, "role-unknown"),
    ],
)
def test_a_refusal_changes_nothing(changes: dict[str, Any], code: str) -> None:
    create()
    with pytest.raises(Refusal) as refused:
        create(**changes)
    assert refused.value.code == code
    assert User.objects.count() == 1
    assert AuditEntry.objects.count() == 1
