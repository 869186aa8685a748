"""Papers of an obligation: who may add and read them, what is refused, and what is served."""

from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings
from django.urls import reverse

from acuerdo.portfolio.models import ObligationDocument
from tests.http.conftest import World

PDF = b"%PDF-1.7\ncontrato de prueba"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> object:
    with override_settings(MEDIA_ROOT=tmp_path):
        yield tmp_path


def upload(world: World, who: str, content: bytes = PDF, *, title: str = "Contrato", uid: object = None) -> int:
    form = {
        "obligation": str(uid or world.obligation.uid),
        "title": title,
        "file": SimpleUploadedFile("../../x.html", content, content_type="text/html"),
    }
    return world.client(who).post(reverse("workspace:papers:list", args=[world.debtor.uid]), form).status_code


@pytest.mark.django_db
def test_a_paper_is_kept_once_listed_and_served_as_what_it_is(world: World) -> None:
    assert upload(world, "agent") == 302
    assert upload(world, "agent") == 422
    paper = ObligationDocument.objects.get()
    client = world.client("own_agency_agent")
    assert "Contrato" in client.get(reverse("workspace:papers:list", args=[world.debtor.uid])).content.decode()
    answer = client.get(reverse("workspace:papers:download", args=[world.debtor.uid, paper.uid]))
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.django_db
def test_a_rival_neither_sees_nor_adds_papers(world: World) -> None:
    assert upload(world, "agent") == 302
    paper = ObligationDocument.objects.get()
    rival = world.client("rival_agency_agent")
    assert rival.get(reverse("workspace:papers:list", args=[world.debtor.uid])).status_code == 404
    assert rival.get(reverse("workspace:papers:download", args=[world.debtor.uid, paper.uid])).status_code == 404
    assert upload(world, "rival_agency_agent", b"%PDF-otro") == 404
    assert upload(world, "anonymous", b"%PDF-otro") == 302
    assert ObligationDocument.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "title", "sentence"),
    [
        (b"<script>alert(1)</script>", "Contrato", "Solo se guardan PDF"),
        (b"", "Contrato", "Elija el archivo"),
        (PDF, "   ", "Escriba qué documento es"),
        (b"%PDF-" + b"x" * 15_000_000, "Contrato", "pesa más de 15 MB"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(
    world: World, content: bytes, title: str, sentence: str
) -> None:
    form = {"obligation": str(world.obligation.uid), "title": title}
    if content:
        form["file"] = SimpleUploadedFile("contrato.pdf", content)  # type: ignore[assignment]
    answer = world.client("agent").post(reverse("workspace:papers:list", args=[world.debtor.uid]), form)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not ObligationDocument.objects.exists()


@pytest.mark.django_db
def test_a_paper_lost_from_the_folder_says_so(world: World, folder: Path) -> None:
    assert upload(world, "agent") == 302
    paper = ObligationDocument.objects.get()
    (folder / "papers" / paper.sha256[:2] / paper.sha256).unlink()
    answer = world.client("agent").get(reverse("workspace:papers:download", args=[world.debtor.uid, paper.uid]))
    assert answer.status_code == 409
