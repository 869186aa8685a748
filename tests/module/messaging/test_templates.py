"""A template from its first draft to its use: who may do what, two people, one version in force, and a line in the audit."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from acuerdo.base.audit import verify_chain
from acuerdo.base.models import AuditEntry, User
from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.models import ShortLink, Template
from acuerdo.messaging.public import (
    LongLink,
    NewTemplate,
    approve_template,
    begin_version,
    create_template,
    open_short_link,
    record_provider_state,
    retire_template,
    save_template,
    send_back_template,
    shorten_links,
    submit_template,
)
from tests.factories import NOW, make_agency, make_user

pytestmark = pytest.mark.django_db
BODY = "Hola, {nombre}. {acreedor} le recuerda: su cuota de {cuota} vence el {fecha_vencimiento}. {enlace}"
NEW = NewTemplate(code="aviso_propio", channel="sms", purpose="reminder", body=BODY)


@pytest.fixture
def writer() -> User:
    return make_user("supervisor", username="escribe")


@pytest.fixture
def reader() -> User:
    return make_user("compliance", username="aprueba")


def published(writer: User, reader: User, **fields: Any) -> Template:
    told = {"code": "aviso_propio", "channel": "sms", "purpose": "reminder", "body": BODY, **fields}
    row = create_template(NewTemplate(**told), by=writer, now=NOW)
    submit_template(row.pk, by=writer, now=NOW)
    return approve_template(row.pk, by=reader, now=NOW)


def refused(act: Callable[[], Any]) -> str:
    before = list(Template.objects.order_by("pk").values())
    with pytest.raises(Refusal) as refusal:
        act()
    assert list(Template.objects.order_by("pk").values()) == before
    return refusal.value.code


def test_two_people_bring_a_text_into_use(writer: User, reader: User) -> None:
    row = published(writer, reader)
    assert (row.status, row.written_by, row.decided_by, row.version) == ("published", "escribe", "aprueba", 1)
    actions = list(AuditEntry.objects.filter(chain="templates").order_by("sequence").values_list("action", flat=True))
    assert actions == ["template.created", "template.submitted", "template.approved"]
    assert verify_chain("templates").broken is None


def test_a_change_is_a_new_version_and_the_old_one_serves_until_it_is_approved(writer: User, reader: User) -> None:
    first = published(writer, reader)
    draft = begin_version(first.pk, by=writer, now=NOW)
    assert begin_version(first.pk, by=reader, now=NOW).pk == draft.pk  # one draft of a variant at a time
    save_template(draft.pk, subject="", body=BODY + " Con gusto le ayudamos.", note="más amable", by=writer, now=NOW)
    first.refresh_from_db()
    assert first.status == "published"
    submit_template(draft.pk, by=writer, now=NOW)
    approve_template(draft.pk, by=reader, now=NOW)
    states = dict(Template.objects.filter(code="aviso_propio").values_list("version", "status"))
    assert states == {1: "retired", 2: "published"}


def test_other_variants_stay_in_force(writer: User, reader: User) -> None:
    published(writer, reader)
    published(writer, reader, country="PE")
    published(writer, reader, form_of_address="tu", body=BODY)
    assert Template.objects.filter(code="aviso_propio", status="published").count() == 3


def test_nobody_approves_their_own_text(reader: User) -> None:
    row = create_template(NEW, by=reader, now=NOW)
    submit_template(row.pk, by=reader, now=NOW)
    assert refused(lambda: approve_template(row.pk, by=reader, now=NOW)) == "same-person"


@pytest.mark.parametrize("role", ["agent", "admin"])
def test_who_may_not_write(role: str, writer: User) -> None:
    other = make_user(role)
    row = create_template(NEW, by=writer, now=NOW)
    assert (
        refused(lambda: create_template(NewTemplate(code="x_y_z", channel="sms"), by=other, now=NOW)) == "not-allowed"
    )
    assert refused(lambda: save_template(row.pk, subject="", body="x", note="", by=other, now=NOW)) == "not-allowed"
    assert refused(lambda: submit_template(row.pk, by=other, now=NOW)) == "not-allowed"


def test_an_agencys_people_change_nothing_of_the_lenders(writer: User) -> None:
    agency = make_user("supervisor", agency=make_agency())
    row = create_template(NEW, by=writer, now=NOW)
    assert refused(lambda: submit_template(row.pk, by=agency, now=NOW)) == "not-allowed"


def test_a_supervisor_writes_and_does_not_decide(writer: User, reader: User) -> None:
    row = create_template(NEW, by=reader, now=NOW)
    submit_template(row.pk, by=reader, now=NOW)
    assert refused(lambda: approve_template(row.pk, by=writer, now=NOW)) == "not-allowed"
    assert refused(lambda: send_back_template(row.pk, "cambie", by=writer, now=NOW)) == "not-allowed"
    assert refused(lambda: retire_template(row.pk, by=writer, now=NOW)) == "not-allowed"


@pytest.mark.parametrize(
    "body", ["", "Hola {nombr}", "Hola, {nombre}. Cuota de {cuota}.", BODY + " Si no paga, lo vamos a embargar."]
)
def test_a_text_that_may_not_be_sent_is_not_submitted(body: str, writer: User) -> None:
    row = create_template(
        NewTemplate(code="aviso_propio", channel="sms", purpose="reminder", body=body), by=writer, now=NOW
    )
    assert refused(lambda: submit_template(row.pk, by=writer, now=NOW)) == "template-blocked"


def test_what_is_sent_back_says_what_to_change(writer: User, reader: User) -> None:
    row = create_template(NEW, by=writer, now=NOW)
    submit_template(row.pk, by=writer, now=NOW)
    assert refused(lambda: send_back_template(row.pk, "  ", by=reader, now=NOW)) == "note-missing"
    assert refused(lambda: save_template(row.pk, subject="", body="x", note="", by=writer, now=NOW)) == "template-state"
    back = send_back_template(row.pk, "Diga el teléfono.", by=reader, now=NOW)
    assert (back.status, back.note) == ("draft", "Diga el teléfono.")


def test_a_known_variant_is_not_made_twice_and_odd_ones_never(writer: User) -> None:
    create_template(NEW, by=writer, now=NOW)
    assert refused(lambda: create_template(NEW, by=writer, now=NOW)) == "template-known"
    odd = NewTemplate(code="otro", channel="paloma")
    assert refused(lambda: create_template(odd, by=writer, now=NOW)) == "template-odd"


def test_retired_is_the_end_and_its_text_can_be_used_again(writer: User, reader: User) -> None:
    row = published(writer, reader)
    retire_template(row.pk, by=reader, now=NOW)
    assert refused(lambda: retire_template(row.pk, by=reader, now=NOW)) == "template-state"
    again = begin_version(row.pk, by=writer, now=NOW)
    assert (again.version, again.status, again.body) == (2, "draft", BODY)


def test_the_providers_answer_is_kept(writer: User, reader: User) -> None:
    row = published(writer, reader, channel="whatsapp")
    kept = record_provider_state(row.pk, name="aviso_propio", state="approved", note="", by=reader, now=NOW)
    assert (kept.provider_name, kept.provider_state) == ("aviso_propio", "approved")
    odd = lambda: record_provider_state(row.pk, name="", state="quizás", note="", by=reader, now=NOW)  # noqa: E731
    assert refused(odd) == "provider-state-odd"


# --- short links


def test_a_short_link_leads_home_is_counted_and_expires() -> None:
    codes = shorten_links([LongLink("https://acuerdo.example/p/1"), LongLink("https://acuerdo.example/p/2")], now=NOW)
    assert len(set(codes)) == 2
    assert open_short_link(codes[0], now=NOW) == "https://acuerdo.example/p/1"
    assert open_short_link(codes[0], now=NOW, counts=False) == "https://acuerdo.example/p/1"
    assert ShortLink.objects.get(code=codes[0]).opened_count == 1
    assert open_short_link(codes[0], now=NOW + timedelta(days=61)) is None
    assert open_short_link("noexiste", now=NOW) is None


@pytest.mark.parametrize(
    "url", ["http://acuerdo.example", "javascript:alert(1)", "https://a\nb", "https://" + "a" * 500]
)
def test_what_is_no_address_of_ours_is_not_shortened(url: str) -> None:
    with pytest.raises(Refusal) as refusal:
        shorten_links([LongLink(url)], now=NOW)
    assert refusal.value.code == "link-odd"
    assert not ShortLink.objects.exists()


def test_shortening_many_takes_one_statement(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(3):  # the savepoint and the insert
        shorten_links([LongLink(f"https://acuerdo.example/p/{n}") for n in range(200)], now=NOW)
