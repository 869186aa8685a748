"""The statement on the screen and as a PDF: who may see it, that both say the same figures, and how many questions it asks."""

import io
import re
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation
from pypdf import PdfReader

from acuerdo.base.models import Role, User
from acuerdo.ledger.models import Account, CertifiedCap, Instalment
from acuerdo.ledger.public import post_fee, record_payment, refresh_states, statement_view, write_off
from acuerdo.portfolio.models import Obligation
from acuerdo.workspace.statement.paper import Paper, paper_of
from tests import factories
from tests.http.conftest import CAST, World

QUERIES_MAX = 14
TERMS = {
    "late_interest": {"rate": {"kind": "effective_annual", "value": "0.95"}, "cap": "co/consumo_y_ordinario"},
    "modality": "Consumo",
}
WAYS = [{"name": "PSE", "detail": "en la página del banco"}, {"name": "Corresponsal", "detail": "con la cédula"}]


def address(obligation: Obligation, name: str = "page") -> str:
    return reverse(f"workspace:statement:{name}", args=[obligation.debtor.uid, obligation.uid])


def owed_by_ledger(world: World, count_made: int = 12, name: str = "José Ñáñez Gutiérrez-Łukasiewicz") -> Obligation:
    """A loan that the ledger computes: monthly instalments from February on, a late rate above the cap, three payments, a fee."""
    world.creditor.ways_to_pay = WAYS
    world.creditor.save()
    CertifiedCap.objects.create(
        key="co/consumo_y_ordinario", from_on=date(2026, 2, 1), to_on=date(2026, 9, 30), annual="0.2523",
        citation="Resolución de prueba", recorded_at=factories.NOW, recorded_by="prueba",
    )  # fmt: skip
    obligation = factories.make_obligation(
        factories.make_debtor(name),
        world.creditor,
        account={"balance_source": "ledger", "terms": TERMS, "state_as_of": None},
    )
    Instalment.objects.bulk_create(
        Instalment(
            account_id=obligation.pk, number=number, due_on=date(2026, 1, 5) + timedelta(days=30 * number),
            principal_minor=150_000_00, contract_interest_minor=30_000_00, total_minor=180_000_00,
            cum_due_minor=180_000_00 * number,
        )
        for number in range(1, count_made + 1)
    )  # fmt: skip
    Account.objects.filter(pk=obligation.pk).update(disbursed_on=date(2026, 1, 5))
    for index, amount in enumerate((180_000_00, 95_500_50, 20_000_00)):
        record_payment(
            obligation.pk, amount_minor=amount, paid_on=date(2026, 3, 1) + timedelta(days=30 * index), source="banco",
            external_ref=f"S{index}", now=factories.NOW, actor="prueba",
        )  # fmt: skip
    factories.allow_fees(obligation.pk)
    post_fee(obligation.pk, 12_000_00, charged_on=date(2026, 7, 1), activity="g-1", now=factories.NOW, actor="prueba")
    refresh_states(factories.TODAY, now=factories.NOW)
    return obligation


def paper_for(obligation: Obligation, language: str = "es") -> Paper:
    with translation.override(language):
        return paper_of(statement_view(obligation.pk, factories.TODAY), obligation, None, language)


def texts(value: Any) -> list[str]:
    """Every text of the paper that is not empty, whatever it is nested in."""
    if isinstance(value, str):
        return [value] if value else []
    if is_dataclass(value):
        return [text for field in fields(value) for text in texts(getattr(value, field.name))]
    return [text for item in value for text in texts(item)]


def plain(text: str) -> str:
    """Without blanks: a PDF breaks lines where it must."""
    return re.sub(r"\s+", "", text)


def pdf_of(client: Client, obligation: Obligation) -> PdfReader:
    answer = client.get(address(obligation, "pdf"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    return PdfReader(io.BytesIO(answer.content))


@pytest.mark.parametrize("name", ["page", "pdf"])
def test_who_may_see_it(world: World, name: str) -> None:
    answers = [world.client(who).get(address(world.obligation, name)).status_code for who in CAST]
    assert dict(zip(CAST, answers, strict=True)) == dict(
        zip(CAST, (302, 200, 200, 200, 200, 200, 200, 404), strict=True)
    )


def test_the_obligation_of_another_person_is_not_there(world: World) -> None:
    other = factories.make_obligation(creditor=world.creditor)
    mixed = reverse("workspace:statement:page", args=[world.debtor.uid, other.uid])
    assert world.client("director").get(mixed).status_code == 404


@pytest.mark.parametrize("language", ["es", "en"])
def test_screen_and_pdf_say_every_text_of_the_paper(world: World, language: str) -> None:
    obligation = owed_by_ledger(world)
    type(obligation.debtor).objects.filter(pk=obligation.debtor_id).update(language=language)
    user = world.users["agent"]
    type(user).objects.filter(pk=user.pk).update(language=language)
    paper = paper_for(obligation, language)
    page = plain(re.sub(r"<[^>]+>", "", world.client("agent").get(address(obligation)).content.decode()))
    reader = pdf_of(world.client("agent"), obligation)
    printed = plain("".join(sheet.extract_text() for sheet in reader.pages))
    said = [
        text
        for text in texts(paper)
        if text not in (paper.language, *(e for row in paper.movements for e in row.entries))
    ]
    whys = [row.why for row in paper.parts]
    assert len(said) > 60
    assert [text for text in said if plain(text) not in page.replace("&#x27;", "'")] == []
    assert [text for text in said if text not in whys and plain(text) not in printed] == []
    assert all(entry in page for row in paper.movements for entry in row.entries)


def test_the_pdf_has_title_language_and_numbered_pages(world: World) -> None:
    reader = pdf_of(world.client("agent"), owed_by_ledger(world, 40))
    assert reader.metadata is not None
    assert str(reader.metadata.title).startswith("Estado de su obligación · ")
    assert reader.root_object["/Lang"] == "es"
    total = len(reader.pages)
    assert total > 2
    for number, sheet in enumerate(reader.pages, start=1):
        assert f"Página {number} de {total}" in sheet.extract_text()


@pytest.mark.parametrize("name", ["Ñ", "María " * 33, "Ångström Škoda Ėlės"])
def test_any_name_prints(world: World, name: str) -> None:
    obligation = owed_by_ledger(world, 2, name=name.strip())
    assert plain(name) in plain(pdf_of(world.client("agent"), obligation).pages[0].extract_text())


@pytest.mark.parametrize(
    ("language", "label"),
    [("es", "Pago después del castigo de la deuda"), ("en", "Payment after the debt was written off")],
)
def test_money_after_a_write_off_is_called_so_on_screen_and_paper(world: World, language: str, label: str) -> None:
    obligation = owed_by_ledger(world)
    told: dict[str, Any] = {"now": factories.NOW, "actor": "prueba"}
    yesterday = factories.TODAY - timedelta(days=1)
    write_off(
        obligation.pk,
        written_off_on=yesterday,
        reason="castigo",
        now=factories.NOW,
        by=User(username="prueba", role=Role.DIRECTOR),
    )
    pay = {"amount_minor": 40_000_00, "paid_on": factories.TODAY, "source": "banco", "external_ref": "R1"}
    record_payment(obligation.pk, **pay, **told)
    labels = [row.label for row in paper_for(obligation, language).movements]
    assert labels.count(label) == 1
    type(obligation.debtor).objects.filter(pk=obligation.debtor_id).update(language=language)
    printed = plain("".join(sheet.extract_text() for sheet in pdf_of(world.client("agent"), obligation).pages))
    assert plain(label) in printed
    user = world.users["agent"]
    type(user).objects.filter(pk=user.pk).update(language=language)
    assert label in world.client("agent").get(address(obligation)).content.decode()


def test_the_figures_are_the_accounts(world: World) -> None:
    obligation = owed_by_ledger(world)
    account = Account.objects.get(pk=obligation.pk)
    document = statement_view(obligation.pk, factories.TODAY).document
    assert (document.total_minor, document.due_minor) == (account.balance_minor, account.balance_due_minor)
    shown = paper_for(obligation)
    assert shown.total == shown.figures[0].amount
    assert "Es la tasa máxima certificada del mes" in shown.rate_note


def test_the_lenders_own_figures_are_called_so(world: World) -> None:
    page = world.client("agent").get(address(world.obligation)).content.decode()
    assert "Estas cifras las calcula Banco Ficticio del Valle y son del 15" in page
    assert "Cifra informada por el acreedor" in page


def test_a_date_moves_the_statement_and_nonsense_is_today(world: World) -> None:
    obligation = owed_by_ledger(world)
    client = world.client("agent")
    june = client.get(address(obligation), {"fecha": "2026-06-30"}).content.decode()
    assert "30 de junio de 2026" in june
    assert "12.000" not in june
    for asked in ("mañana", "2026-13-01"):
        assert "15 de julio de 2026" in client.get(address(obligation), {"fecha": asked}).content.decode()


def test_a_class_shows_only_where_its_table_is_active(world: World) -> None:
    from acuerdo.ledger.public import confirm_class_table

    obligation = owed_by_ledger(world)
    client = world.client("agent")
    assert "Clasificación" not in client.get(address(obligation)).content.decode()
    confirm_class_table("co/consumo/1995-01-01", reason="texto oficial", actor="ley", now=factories.NOW)
    # Days past due: since the second instalment, of 6 March.
    assert "Clasificación según los días de atraso: D" in client.get(address(obligation)).content.decode()


@pytest.mark.parametrize("name", ["page", "pdf"])
def test_queries_do_not_grow_with_the_history(world: World, name: str) -> None:
    counts = []
    for size in (3, 30):
        obligation = owed_by_ledger(world, size) if size == 3 else None
        if obligation is None:
            obligation = Obligation.objects.latest("pk")
            for index in range(8):
                record_payment(
                    obligation.pk, amount_minor=1_000, paid_on=factories.TODAY, source="x", external_ref=f"q{index}",
                    now=factories.NOW, actor="prueba",
                )  # fmt: skip
        client = world.client("agent")
        client.get(address(obligation, name))
        with CaptureQueriesContext(connection) as seen:
            client.get(address(obligation, name))
        counts.append(len(seen))
    assert counts[0] == counts[1] <= QUERIES_MAX


def test_the_debtor_page_leads_to_it(world: World) -> None:
    page = world.client("agent").get(reverse("workspace:debtor", args=[world.debtor.uid])).content.decode()
    assert address(world.obligation) in page
