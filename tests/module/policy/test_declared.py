"""Authorisations declared by a lender for many people."""

from datetime import timedelta

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.policy.public import Consent, declare_consents, grant_consent, revoke_consent
from tests.factories import NOW, make_debtor

pytestmark = pytest.mark.django_db
PAPER = "Formato de autorización de canales, versión 3"


def declare(ids: list[int], *channels: str, **changes: str) -> int:
    return declare_consents(
        ids, channels, **{"source": "cartera", "proof": PAPER, "actor": "carga", "now": NOW, **changes}
    )  # type: ignore[arg-type]


def test_adds_one_authorisation_for_each_person_and_channel_once() -> None:
    ids = [make_debtor().pk for _ in range(3)]
    assert declare(ids, "sms", "email") == 6
    assert declare(ids, "sms", "email", "call") == 3
    row = Consent.objects.get(debtor_id=ids[0], channel="sms")
    assert (row.granted_at, row.proof, row.purpose, row.recorded_by) == (NOW, PAPER, "collection", "carga")


def test_never_brings_back_what_the_person_revoked() -> None:
    debtor = make_debtor().pk
    grant_consent(debtor, "sms", source="portal", actor="cliente", now=NOW - timedelta(days=9))
    revoke_consent(debtor, "sms", actor="cliente", now=NOW - timedelta(days=2))
    assert declare([debtor], "sms") == 0
    assert not Consent.objects.filter(debtor_id=debtor, revoked_at__isnull=True).exists()


def test_refuses_a_declaration_without_its_paper_and_unknown_channels() -> None:
    debtor = make_debtor().pk
    with pytest.raises(Refusal) as refused:
        declare([debtor], "sms", proof="  ")
    assert refused.value.code == "consent-without-proof"
    with pytest.raises(Refusal):
        declare([debtor], "paloma")
    assert not Consent.objects.exists()


def test_a_thousand_people_take_a_fixed_number_of_queries(django_assert_num_queries: pytest.FixtureRequest) -> None:
    few, many = [make_debtor().pk for _ in range(2)], [make_debtor().pk for _ in range(40)]
    with django_assert_num_queries(7) as of_few:  # type: ignore[operator]
        declare(few, "sms")
    with django_assert_num_queries(len(of_few)):  # type: ignore[operator]
        declare(many, "email")
