"""The import screens: who may open them, and a file's way from upload to loaded, corrected and undone."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from acuerdo.base import clock
from acuerdo.base.models import User
from acuerdo.portfolio.models import ImportBatch, ImportProfile, Obligation
from acuerdo.portfolio.public import FIELDS, template_csv
from acuerdo.portfolio.tasks import load_upload
from acuerdo.workspace.imports import wording
from tests.http.conftest import CAST, World

# anonymous, agent, supervisor, director, compliance, admin, own agency's agent, rival agency's agent
TABLE: dict[str, tuple[int, ...]] = {
    "list": (302, 403, 200, 200, 403, 200, 403, 403),
    "upload": (302, 403, 200, 200, 403, 200, 403, 403),
    "template": (302, 403, 200, 200, 403, 200, 403, 403),
    "batch": (302, 403, 200, 200, 403, 200, 403, 403),
    "columns": (302, 403, 200, 200, 403, 200, 403, 403),
    "progress": (302, 403, 200, 200, 403, 200, 403, 403),
    "rejects": (302, 403, 200, 200, 403, 200, 403, 403),
}
POSTS: dict[str, tuple[int, ...]] = {
    "upload": (302, 403, 422, 422, 403, 422, 403, 403),
    "load": (302, 403, 302, 302, 403, 302, 403, 403),
    "undo": (302, 403, 302, 302, 403, 302, 403, 403),
}
TEXT = template_csv("CO").replace("NOMBRE DE EJEMPLO", "Ana Peña")
BAD = TEXT.splitlines()[1].replace("CR-0001", "CR-0002").replace("05/08/2026", "31/02/2026")


@pytest.fixture(autouse=True)
def files_folder(tmp_path: Any, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def send(client: Client, world: World, text: str, **changes: Any) -> ImportBatch:
    form = {
        "file": SimpleUploadedFile("../cartera.csv", text.encode()),
        "creditor": str(world.creditor.uid),
        "profile": "co_cartera",
        "as_of": "2026-07-15",
    }
    answer = client.post(reverse("workspace:imports:upload"), form | changes)
    assert answer.status_code == 302, answer.content.decode()
    return ImportBatch.objects.latest("pk")


def address(name: str, batch: ImportBatch) -> str:
    return reverse(f"workspace:imports:{name}", args=[batch.uid])


def choose(client: Client, batch: ImportBatch, **changes: Any) -> None:
    page = client.get(address("columns", batch))
    preview = page.context["preview"]
    form = {f"column-{index}": column.field for index, column in enumerate(preview.columns)}
    form |= {name: page.context[name] for name in ("numbers", "dates", "sheet")}
    answer = client.post(
        address("columns", batch), form | {"header": [column.header for column in preview.columns]} | changes
    )
    assert answer.status_code == 302


def run(batch: ImportBatch, *, dry_run: bool) -> ImportBatch:
    load_upload(batch.pk, dry_run=dry_run)
    batch.refresh_from_db()
    return batch


@pytest.mark.parametrize("name", TABLE)
def test_screen(world: World, name: str) -> None:
    batch = send(world.client("supervisor"), world, TEXT)
    url = (
        address(name, batch)
        if name in ("batch", "columns", "progress", "rejects")
        else reverse(f"workspace:imports:{name}")
    )
    answers = tuple(world.client(who).get(url).status_code for who in CAST)
    assert dict(zip(CAST, answers, strict=True)) == dict(zip(CAST, TABLE[name], strict=True))


@pytest.mark.parametrize("name", POSTS)
def test_change(world: World, name: str) -> None:
    batch = send(world.client("supervisor"), world, TEXT)
    url = reverse("workspace:imports:upload") if name == "upload" else address(name, batch)
    answers = tuple(world.client(who).post(url).status_code for who in CAST)
    assert dict(zip(CAST, answers, strict=True)) == dict(zip(CAST, POSTS[name], strict=True))


def test_a_file_goes_from_upload_to_loaded_and_back(world: World) -> None:
    client = world.client("supervisor")
    known = set(Obligation.objects.values_list("pk", flat=True))
    batch = send(client, world, TEXT + BAD + "\r\n", partial="on")
    assert batch.file_names == ["cartera.csv"]
    page = client.get(address("columns", batch))
    assert page.context["preview"].question is None
    choose(client, batch, name="banco-cartera")
    assert ImportProfile.objects.get().name == "banco-cartera"
    batch.refresh_from_db()
    assert batch.status == "running"
    assert b"hx-get" in client.get(address("progress", batch)).content
    run(batch, dry_run=True)
    page = client.get(address("progress", batch))
    assert b"hx-get" not in page.content
    assert "Esto es un ensayo" in page.content.decode()
    assert set(Obligation.objects.values_list("pk", flat=True)) == known
    rejects = b"".join(client.get(address("rejects", batch)).streaming_content).decode()  # type: ignore[attr-defined]
    assert "date-impossible" in rejects
    assert client.post(address("load", batch)).status_code == 302
    run(batch, dry_run=False)
    assert (batch.status, batch.report["obligations"]["new"]["count"], batch.rejections.count()) == ("done", 1, 1)
    assert "Deshacer esta carga" in client.get(address("batch", batch)).content.decode()
    assert client.post(address("undo", batch)).status_code == 302
    batch.refresh_from_db()
    assert batch.status == "undone"
    assert set(Obligation.objects.values_list("pk", flat=True)) == known


def test_a_job_that_runs_twice_loads_once(world: World) -> None:
    client = world.client("director")
    batch = send(client, world, TEXT, partial="on")
    choose(client, batch)
    run(batch, dry_run=True)
    client.post(address("load", batch))
    run(batch, dry_run=False)
    count = Obligation.objects.count()
    run(batch, dry_run=False)
    assert (batch.status, batch.report.get("refusal"), Obligation.objects.count()) == ("done", None, count)


def test_what_the_file_does_not_answer_is_asked_and_answered(world: World) -> None:
    client = world.client("supervisor")
    text = "numero_obligacion;cedula;nombre;saldo_total;etiqueta\r\n1;52123456;Ana Peña;1.234;verde\r\n"
    ImportProfile.objects.create(
        name="sin-estilo",
        mapping={"name": "sin-estilo"},
        created_at=world.creditor.uid and "2026-07-15T00:00Z",
        created_by="x",
    )
    batch = send(client, world, text, profile="sin-estilo", partial="on")
    page = client.get(address("columns", batch))
    assert "pueden leerse de dos maneras" in page.content.decode()
    choose(client, batch, numbers="comma")
    run(batch, dry_run=True)
    assert batch.report["total"]["balance_minor"] == {"COP": 123_400}


@pytest.mark.parametrize("content", [b"", b"<html><table><tr><td>x</td></tr></table></html>"])
def test_a_file_nobody_can_read_says_why(world: World, content: bytes) -> None:
    client = world.client("supervisor")
    if not content:
        answer = client.post(
            reverse("workspace:imports:upload"),
            {
                "file": SimpleUploadedFile("x.csv", b""),
                "creditor": str(world.creditor.uid),
                "profile": "co_cartera",
                "as_of": "2026-07-15",
            },
        )
        assert answer.status_code == 422
        return
    batch = send(client, world, content.decode())
    answer = client.get(address("columns", batch))
    assert answer.status_code == 422
    assert "página web" in answer.content.decode()


def test_another_creditors_batch_is_not_there(world: World) -> None:
    batch = send(world.client("supervisor"), world, TEXT)
    narrow = User.objects.create_user("angosta", role="supervisor", full_name="Sin Acreedores")
    for name in ("batch", "columns", "progress", "rejects"):
        assert world.client_of(narrow).get(address(name, batch)).status_code == 404
    assert world.client_of(narrow).post(address("undo", batch)).status_code == 404


def test_the_words_follow_the_fields() -> None:
    assert {name: str(word) for name, word in wording.FIELD_WORDS.items()} == {
        field.name: field.label for field in FIELDS.values()
    }


def test_a_file_that_leaves_most_out_is_tried_again_as_the_person_answers(world: World) -> None:
    client = world.client("supervisor")
    many = "\n".join(TEXT.splitlines()[1].replace("CR-0001", f"CR-{number}") for number in range(100, 160))
    first = send(client, world, TEXT.splitlines()[0] + "\n" + many + "\n")
    choose(client, first)
    run(first, dry_run=False)
    batch = send(client, world, TEXT, as_of="2026-07-16")
    choose(client, batch)
    run(batch, dry_run=True)
    page = client.get(address("batch", batch))
    assert 'value="partial"' in page.content.decode()
    client.post(address("load", batch), {"gone": "partial"})
    run(batch, dry_run=True)
    batch.refresh_from_db()
    assert (batch.status, batch.report["obligations"].get("gone")) == ("previewed", None)


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_date_is_filled_in_as_a_browser_reads_it(world: World, language: str) -> None:
    client = world.client("supervisor")
    client.cookies["django_language"] = language
    page = client.get(reverse("workspace:imports:upload"), headers={"accept-language": language}).content.decode()
    assert f'name="as_of" value="{clock.business_date().isoformat()}"' in page


def test_a_profile_of_another_country_is_told(world: World) -> None:
    client = world.client("supervisor")
    batch = send(client, world, TEXT, profile="pe_caja")
    choose(client, batch)
    run(batch, dry_run=True)
    batch.refresh_from_db()
    assert batch.report["refusal"]["code"] == "profile-other-country"
