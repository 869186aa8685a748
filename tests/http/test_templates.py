"""The template screens: who sees and does what, live review, preview with people one may see, and the short addresses."""

from typing import Any

import pytest
from django.urls import reverse

from acuerdo.messaging.actions.short_links import LongLink, shorten_links
from acuerdo.messaging.models import ShortLink, Template
from acuerdo.messaging.public import load_templates
from tests.factories import NOW, make_creditor, make_debtor, make_obligation
from tests.http.conftest import CAST, World

BODY = "Hola, {nombre}. {acreedor} le recuerda: su cuota de {cuota} vence el {fecha_vencimiento}. {enlace}"


@pytest.fixture
def draft(world: World) -> Template:
    return Template.objects.create(
        code="aviso_propio", channel="sms", purpose="reminder", body=BODY, status="draft", origin="own", written_by="supervisor"
    )  # fmt: skip


def address(name: str, *args: Any) -> str:
    return reverse(f"workspace:templates_library:{name}", args=args)


def post(world: World, who: str, name: str, template: Template, **said: str) -> Any:
    return world.client(who).post(address(name, template.uid), said)


READ = {"supervisor", "director", "compliance", "admin"}
WRITE = READ - {"admin"}
DECIDE = {"director", "compliance"}


@pytest.mark.parametrize(("name", "may"), [("new", WRITE), ("page", READ), ("letter", READ)])
def test_who_may_read(world: World, draft: Template, name: str, may: set[str]) -> None:
    Template.objects.filter(pk=draft.pk).update(channel="email", subject="Su cuota")
    args = [] if name == "new" else [draft.uid]
    answers = {who: world.client(who).get(address(name, *args)).status_code for who in CAST}
    assert answers == dict.fromkeys(CAST, 403) | dict.fromkeys(may, 200) | {"anonymous": 302}


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("judged", READ), ("begin", WRITE), ("submit", WRITE), ("retire", WRITE),
        ("approve", DECIDE), ("send_back", DECIDE), ("provider", DECIDE),
    ],
)  # fmt: skip
def test_who_may_do(world: World, draft: Template, name: str, may: set[str]) -> None:
    for who in CAST:
        status = post(world, who, name, draft).status_code
        expected = 302 if who == "anonymous" else 403 if who not in may else 200 if name == "judged" else 302
        assert (who, status) == (who, expected)


def test_the_library_is_listed_searched_and_narrowed(world: World, django_assert_max_num_queries: Any) -> None:
    load_templates()
    client = world.client("supervisor")
    with django_assert_max_num_queries(8):
        page = client.get(reverse("workspace:templates")).content.decode()
    assert "Página 1 de" in page
    found = client.get(reverse("workspace:templates"), {"q": "paz salvo", "channel": "sms"}).content.decode()
    assert "Paz y salvo" in found
    assert "Temprana 8" not in found
    assert "Ninguna plantilla coincide" in client.get(reverse("workspace:templates"), {"q": "zzz"}).content.decode()
    odd = client.get(reverse("workspace:templates"), {"channel": "paloma", "stage": "x", "page": "99"})
    assert odd.status_code == 200


def test_an_empty_library_says_so(world: World) -> None:
    assert "Aún no hay plantillas" in world.client("admin").get(reverse("workspace:templates")).content.decode()


def test_the_review_tells_what_hurts_and_offers_better_words(world: World, draft: Template) -> None:
    page = post(world, "supervisor", "judged", draft, body="Hola 😀\r\nLo vamos a embargar.").content.decode()
    assert "No puede salir así" in page
    assert 'data-remedy="body" data-start="8"' in page  # in units of UTF-16, with one line end
    assert "Amenaza" in page
    draft.refresh_from_db()
    assert draft.body == BODY


def test_the_review_speaks_english_to_who_reads_english(world: World, draft: Template) -> None:
    user = world.users["supervisor"]
    user.language = "en"
    user.save(update_fields=["language"])
    page = post(world, "supervisor", "judged", draft, body="Hola {nombr}, lo vamos a embargar").content.decode()
    assert "there is no field “nombr”" in page
    assert "Did you mean “nombre”?" in page
    assert "May not be sent like this" in page


def test_a_preview_shows_only_people_one_may_see(world: World, draft: Template) -> None:
    hidden = make_obligation(make_debtor("Persona Ajena Oculta"), make_creditor("Otro Banco"))
    user = world.users["supervisor"]
    user.sees_all_creditors = False
    user.save(update_fields=["sees_all_creditors"])
    user.creditors.add(world.creditor)
    own = post(world, "supervisor", "judged", draft, body=BODY, row=str(world.obligation.uid)).content.decode()
    assert "Carlos Andrés Prueba Ríos" in own
    other = post(world, "supervisor", "judged", draft, body=BODY, row=str(hidden.uid)).content.decode()
    page = world.client("supervisor").get(address("page", draft.uid)).content.decode()
    assert "Persona Ajena" not in other + page
    assert post(world, "supervisor", "judged", draft, body=BODY, row="no-es-un-uid").status_code == 200


def test_from_draft_to_use_on_the_screen(world: World, draft: Template) -> None:
    world.client("supervisor").post(address("page", draft.uid), {"body": BODY + "\r\nGracias.", "note": "n"})
    draft.refresh_from_db()
    assert draft.body == BODY + "\nGracias."
    post(world, "supervisor", "submit", draft)
    page = world.client("compliance").get(address("page", draft.uid)).content.decode()
    assert "Aprobar" in page
    assert "Espera a que otra persona" in world.client("supervisor").get(address("page", draft.uid)).content.decode()
    post(world, "compliance", "approve", draft)
    draft.refresh_from_db()
    assert draft.status == "published"
    answer = post(world, "director", "begin", draft)
    newer = Template.objects.get(version=2)
    assert answer.url == address("page", newer.uid)
    Template.objects.filter(pk=newer.pk).update(body=BODY + "\nMil gracias.")
    changed = world.client("director").get(answer.url).content.decode()
    assert "<ins>Mil gracias</ins>" in changed or "<ins>Mil</ins>" in changed


def test_a_refusal_is_told_on_the_page_and_nothing_changes(world: World, draft: Template) -> None:
    Template.objects.filter(pk=draft.pk).update(body="Lo vamos a embargar.")
    answer = world.client("supervisor").post(address("submit", draft.uid), follow=True)
    assert "El texto no puede salir así" in answer.content.decode()
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_a_new_text_is_made_once(world: World) -> None:
    said = {
        "code": "saludo_propio", "channel": "sms", "language": "es", "form_of_address": "usted", "purpose": "service",
        "stage": "", "country": "co",
    }  # fmt: skip
    client = world.client("supervisor")
    assert client.post(address("new"), said).status_code == 302
    assert Template.objects.get(code="saludo_propio").country == "CO"
    again = client.post(address("new"), said)
    assert again.status_code == 422
    assert "Ya existe esa plantilla" in again.content.decode()
    assert client.post(address("new"), {"code": "Con Espacios"}).status_code == 422


def test_a_note_is_warned_about_by_anyone_who_writes_notes(world: World) -> None:
    said = {"field": "note", "box": "id_note", "note": "Consiga prestado y pague."}
    page = world.client("agent").post(address("tone"), said).content.decode()
    assert "Presión" in page
    assert "Bloquea" not in page
    assert 'data-remedy="id_note"' in page
    shamed = world.client("agent").post(address("tone"), {"field": "note", "note": "Es un moroso."}).content.decode()
    assert "Vergüenza" in shamed
    assert "{dias_mora}" not in shamed
    assert (
        world.client("agent").post(address("tone"), {"field": "note", "note": "Pidió otra fecha."}).content.strip()
        == b""
    )


def test_markup_in_a_text_is_shown_and_not_run(world: World, draft: Template) -> None:
    page = post(world, "supervisor", "judged", draft, body="<script>alert(1)</script> {nombre}").content.decode()
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_short_address_leads_and_counts(world: World) -> None:
    (code,) = shorten_links([LongLink("https://acuerdo.example/p/1")], now=NOW)
    url = reverse("workspace:short_link", args=[code])
    answer = world.client("anonymous").get(url)
    assert (answer.status_code, answer["Location"]) == (302, "https://acuerdo.example/p/1")
    assert "no-store" in answer["Cache-Control"]
    world.client("anonymous").head(url)
    assert ShortLink.objects.get(code=code).opened_count == 1
    assert world.client("anonymous").get(reverse("workspace:short_link", args=["nada"])).status_code == 404
