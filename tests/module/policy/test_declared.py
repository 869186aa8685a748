"""Authorisations declared by a lender for many people."""

from datetime import timedelta

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.policy.actions import declared
from acuerdo.policy.public import (
    Consent,
    channels_in,
    declare_consents,
    declare_from_portfolio,
    grant_consent,
    revoke_consent,
)
from tests.factories import NOW, make_creditor, make_debtor, make_obligation

pytestmark = pytest.mark.django_db
PAPER = "Formato de autorización de canales, versión 3"


def declare(ids: list[int], *channels: str, **changes: object) -> int:
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


def test_a_whole_portfolio_without_locks_goes_in_large_sets(
    monkeypatch: pytest.MonkeyPatch, django_assert_max_num_queries: pytest.FixtureRequest
) -> None:
    monkeypatch.setattr(declared, "BATCH_PEOPLE", 1)
    ids = [make_debtor().pk for _ in range(12)]
    declare(ids[:4], "sms")
    with django_assert_max_num_queries(7):  # type: ignore[operator]
        assert declare(ids, "sms", "email", takes_locks=False) == 20
    assert declare(ids, "sms", "email", takes_locks=False) == 0


def test_a_portfolio_declares_for_its_people_and_a_row_speaks_for_itself() -> None:
    creditor = make_creditor()
    plain, picky, silent = make_debtor(), make_debtor(), make_debtor()
    make_obligation(plain, creditor)
    make_obligation(picky, creditor, extra={"Canales autorizados": "Correo; WhatsApp"})
    make_obligation(silent, creditor, extra={"Canales autorizados": "ninguno"})
    make_obligation(make_debtor(), make_creditor())
    added = declare_from_portfolio(creditor.pk, ["sms", "call"], proof=PAPER, actor="carga", now=NOW)
    assert added == {"call": 1, "email": 1, "sms": 1, "whatsapp": 1}
    found = set(Consent.objects.values_list("debtor_id", "channel"))
    assert found == {(plain.pk, "sms"), (plain.pk, "call"), (picky.pk, "email"), (picky.pk, "whatsapp")}


@pytest.mark.parametrize(
    ("text", "channels"),
    [("SMS, correo", {"sms", "email"}), ("Llamadas/WhatsApp", {"call", "whatsapp"}), ("", set()), ("paloma", set())],
)
def test_reads_the_words_a_file_uses_for_channels(text: str, channels: set[str]) -> None:
    assert channels_in(text) == channels
