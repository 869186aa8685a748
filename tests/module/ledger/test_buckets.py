"""The installation's own buckets: from their date on, in every place that names arrears, and each refusal."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from acuerdo.base.models import AuditEntry
from acuerdo.kernel.errors import Refusal
from acuerdo.ledger.models import Account, BucketSet
from acuerdo.ledger.public import buckets_in_force, refresh_states, set_buckets, statement, statement_view
from acuerdo.ledger.queries import cap_tables
from acuerdo.ledger.rules.buckets import BUCKETS, Bucket
from acuerdo.ledger.rules.dated_tables import buckets_of
from tests.module.ledger.test_payments import make_account

NOW = datetime(2026, 3, 20, 15, 0, tzinfo=UTC)
TODAY = date(2026, 3, 20)
WHO: dict[str, Any] = {"reason": "Comité de cartera, acta 12", "now": NOW, "actor": "riesgo"}
OWN = (Bucket("al día", 0), Bucket("mora 1-44", 1), Bucket("mora 45+", 45))

pytestmark = pytest.mark.django_db


def test_everything_names_arrears_by_them_from_their_date_on() -> None:
    make_account(1)
    make_account(2, balance_source="core", core_due_since=date(2026, 2, 1), balance_due_minor=9, balance_minor=9)
    set_buckets(OWN, from_on=date(2026, 3, 22), **WHO)
    set_buckets(OWN, from_on=date(2026, 3, 22), **WHO)
    for day, names in ((21, ["31-60", "31-60"]), (22, ["mora 45+", "mora 45+"])):
        on = date(2026, 3, day)
        refresh_states(on, now=NOW + timedelta(days=day - 20))
        assert list(Account.objects.order_by("pk").values_list("bucket", flat=True)) == names
        assert [statement(pk, on).bucket for pk in (1, 2)] == names
        assert statement_view(1, on).document.statement.bucket == names[0]
    assert (buckets_in_force(date(2026, 3, 21)), buckets_in_force(date(2026, 3, 22))) == (BUCKETS, OWN)
    assert buckets_of(cap_tables(), date(2026, 4, 1)) == OWN
    assert AuditEntry.objects.filter(action="set_buckets").count() == 1


@pytest.mark.parametrize(
    ("buckets", "changes", "code"),
    [
        ((Bucket("a", 1),), {}, "bad-buckets"),
        ((Bucket("a'; DROP", 0),), {}, "bad-buckets"),
        (OWN, {"from_on": TODAY - timedelta(days=1)}, "buckets-in-the-past"),
        (OWN, {"reason": " "}, "reason-missing"),
        ((Bucket("otra", 0),), {"from_on": date(2026, 4, 1)}, "buckets-in-force"),
    ],
)
def test_refusals_change_nothing(buckets: tuple[Bucket, ...], changes: dict[str, Any], code: str) -> None:
    set_buckets(OWN, from_on=date(2026, 4, 1), **WHO)
    with pytest.raises(Refusal) as refusal:
        set_buckets(buckets, **{"from_on": TODAY, **WHO, **changes})
    assert refusal.value.code == code
    assert BucketSet.objects.count() == 1
