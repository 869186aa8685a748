"""What a portfolio file says of contacting its people: authorisations with their paper, stops for its flags, and their undoing."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from acuerdo.base.models import AuditEntry
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.actions.portfolio_file import authorisation_law
from acuerdo.policy.models import Consent, Hold
from acuerdo.policy.public import lift_hold
from acuerdo.portfolio.models import ImportBatch, Obligation
from acuerdo.portfolio.public import Declaration, undo_import
from tests import factories
from tests.module.portfolio import files
from tests.module.portfolio.files import ANA, AS_OF, LUIS, NOW

pytestmark = pytest.mark.django_db
PAPER = "Formato de autorización, versión 3"
FLAGS = {"en_disputa": "", "no_llamar": "", "no_contactar": "", "fallecido": "", "insolvencia": "", "representado": ""}
ANA_PLAIN, LUIS_PLAIN = ANA | FLAGS, LUIS | FLAGS


def load(folder: Path, rows: list[dict[str, str]], **changes: Any) -> Any:
    """Every row with every column that one of them has."""
    names = {name: "" for row in rows for name in row}
    return files.load(files.write_csv(folder / "cartera.csv", [names | row for row in rows]), **changes)


def day(number: int) -> dict[str, Any]:
    return {"as_of": AS_OF + timedelta(days=number), "now": NOW + timedelta(days=number)}


def holds(**filters: Any) -> set[tuple[str, str, str]]:
    found = Hold.objects.filter(lifted_at=None, **filters).select_related("debtor", "obligation")
    return {(one.kind, one.channel, one.obligation.number if one.obligation else "") for one in found}


@pytest.mark.parametrize(
    ("column", "hold"),
    [
        ("en_disputa", ("dispute", "", "CR-001")),  # of the obligation: the person's other debts go on
        ("no_llamar", ("do_not_contact", "call", "")),  # one channel
        ("no_contactar", ("do_not_contact", "", "")),
        ("fallecido", ("deceased", "", "")),
        ("insolvencia", ("insolvency", "", "")),
        ("representado", ("represented", "", "")),
    ],
)
def test_a_flag_becomes_a_hold(tmp_path: Path, column: str, hold: tuple[str, str, str]) -> None:
    report = load(tmp_path, [ANA_PLAIN | {column: "SÍ"}, LUIS_PLAIN | {column: "no"}])
    assert holds() == {hold}
    assert Hold.objects.get().debtor.id_number == "52123456"
    assert report.followed["stops"]["placed"] == {hold[0]: 1}
    assert AuditEntry.objects.get(action="holds-from-file").payload == {hold[0]: 1}


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("Fallecido", "deceased"),
        ("EN DISPUTA", "dispute"),
        ("Ley 1116", "insolvency"),
        ("No contactar", "do_not_contact"),
    ],
)
def test_a_word_of_the_state_becomes_a_hold_and_the_debt_stays_open(tmp_path: Path, word: str, kind: str) -> None:
    load(tmp_path, [ANA | {"estado": word}, LUIS | {"estado": "vigente"}])
    assert [one.kind for one in Hold.objects.all()] == [kind]
    assert Obligation.objects.get(number="CR-001").account.status == "active"


def test_a_flag_that_cannot_be_read_is_a_rejected_row(tmp_path: Path) -> None:
    report = load(tmp_path, [ANA_PLAIN | {"fallecido": "quizás"}, LUIS_PLAIN])
    assert [(one.code, one.column) for one in report.rejects] == [("choice-unknown", "fallecido")]


def test_the_same_flag_again_places_nothing_more_and_its_end_is_told_but_lifts_nothing(tmp_path: Path) -> None:
    flagged = ANA_PLAIN | {"en_disputa": "x", "no_llamar": "x"}
    load(tmp_path, [flagged, LUIS_PLAIN])
    again = load(
        tmp_path, [flagged | {"saldo_capital": "7.999.000,00", "saldo_total": "8.154.000,50"}, LUIS_PLAIN], **day(1)
    )
    assert again.followed["stops"] == {
        "placed": {},
        "standing": {"dispute": 1, "do_not_contact": 1},
        "withdrawn": {},
    }
    gone = load(tmp_path, [ANA_PLAIN, LUIS_PLAIN], **day(2))
    assert gone.followed["stops"] == {"placed": {}, "standing": {}, "withdrawn": {"dispute": 1, "do_not_contact": 1}}
    assert set(Hold.objects.values_list("lifted_at", "review_on")) == {(None, AS_OF + timedelta(days=2))}
    silent = load(tmp_path, [ANA_PLAIN | {"dias_de_mora": "26"}, LUIS_PLAIN], **day(3))
    assert silent.followed["stops"]["withdrawn"] == {}


def test_a_file_without_the_column_says_nothing_about_it(tmp_path: Path) -> None:
    load(tmp_path, [ANA_PLAIN | {"fallecido": "si"}, LUIS_PLAIN])
    report = load(tmp_path, [ANA, LUIS], **day(1))
    assert report.followed["stops"] == {"placed": {}, "standing": {"deceased": 1}, "withdrawn": {}}
    assert Hold.objects.get().review_on is None


def test_what_compliance_lifted_comes_back_only_when_the_file_says_it_anew(tmp_path: Path) -> None:
    flagged = ANA_PLAIN | {"no_contactar": "si"}
    load(tmp_path, [flagged, LUIS_PLAIN])
    user = factories.make_user("compliance")
    lift_hold(Hold.objects.get().pk, user=user, reason="La persona lo pidió por escrito", now=NOW + timedelta(hours=1))
    load(tmp_path, [flagged | {"dias_de_mora": "26"}, LUIS_PLAIN], **day(1))
    assert holds() == set()
    assert load(tmp_path, [ANA_PLAIN, LUIS_PLAIN], **day(2)).followed["stops"]["withdrawn"] == {}
    load(tmp_path, [flagged | {"dias_de_mora": "28"}, LUIS_PLAIN], **day(3))
    assert holds() == {("do_not_contact", "", "")}


def test_a_file_of_another_creditor_withdraws_nothing(tmp_path: Path) -> None:
    load(tmp_path, [ANA_PLAIN | {"fallecido": "si"}, LUIS_PLAIN])
    other = factories.make_creditor("Otro banco")
    load(tmp_path, [ANA_PLAIN | {"numero_obligacion": "Z-9"}], creditor=other)
    assert Hold.objects.get().review_on is None


def test_a_load_declares_with_its_paper_and_counts_who_stays_without(tmp_path: Path) -> None:
    report = load(tmp_path, [ANA, LUIS], declared=Declaration(("sms", "correo"), PAPER))
    assert report.followed["authorised"] == {"email": 2, "sms": 2}
    assert (report.followed["people"], report.followed["unauthorised"]) == (2, 0)
    assert report.followed["needs_authorisation"] is True
    later = load(tmp_path, [ANA, LUIS, LUIS | {"numero_obligacion": "N-1", "identificacion": "80111222"}], **day(1))
    assert (later.followed["people"], later.followed["unauthorised"]) == (3, 1)


@pytest.mark.parametrize(
    ("declared", "code"),
    [(Declaration(("sms",), " "), "consent-without-proof"), (Declaration(("paloma",), PAPER), "channel-unknown")],
)
def test_a_declaration_that_cannot_stand_takes_the_load_back(tmp_path: Path, declared: Declaration, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        load(tmp_path, [ANA, LUIS], declared=declared)
    assert refused.value.code == code
    assert not Obligation.objects.exists()
    assert not Consent.objects.exists()


def test_a_column_of_channels_waits_for_its_paper(tmp_path: Path) -> None:
    rows = [ANA | {"canales autorizados": "SMS, llamada"}, LUIS | {"canales autorizados": "ninguno"}]
    assert load(tmp_path, rows).followed["unproven"] is True
    assert not Consent.objects.exists()
    report = load(tmp_path, rows, declared=Declaration(proof=PAPER))  # the same file again, with what was missing
    assert report.status == "same_file"
    assert report.followed["authorised"] == {"call": 1, "sms": 1}


def test_a_trial_tells_and_keeps_nothing(tmp_path: Path) -> None:
    rows = [ANA_PLAIN | {"fallecido": "si"}, LUIS_PLAIN]
    report = load(tmp_path, rows, declared=Declaration(("sms",), PAPER), dry_run=True)
    assert report.followed["authorised"] == {"sms": 2}
    assert report.followed["stops"]["placed"] == {"deceased": 1}
    assert not Consent.objects.exists()
    assert not Hold.objects.exists()


def test_undoing_a_load_takes_back_what_it_declared_and_stopped(tmp_path: Path) -> None:
    load(tmp_path, [ANA_PLAIN], declared=Declaration(("sms",), PAPER))
    load(tmp_path, [ANA_PLAIN, LUIS_PLAIN | {"fallecido": "si"}], declared=Declaration(("sms",), PAPER), **day(1))
    undo_import(ImportBatch.objects.latest("pk"), actor="tests", now=NOW)
    assert Consent.objects.get().debtor.id_number == "52123456"
    assert not Hold.objects.exists()
    assert AuditEntry.objects.get(action="file-taken-back").payload == {"consents": 1, "holds": 1}


def test_a_co_debtors_flag_is_told(tmp_path: Path) -> None:
    party = ANA_PLAIN | {"identificacion": "80333444", "nombre": "Eva Soto", "calidad": "codeudor", "fallecido": "si"}
    report = load(tmp_path, [ANA_PLAIN | {"calidad": "titular"}, party])
    assert [one["code"] for one in report.notices] == ["party-flag-not-kept"]


@pytest.mark.parametrize(("country", "needs"), [("CO", True), ("PE", False), ("ZZ", False)])
def test_which_countries_ask_for_an_authorisation(country: str, needs: bool) -> None:
    assert authorisation_law(country, date(2026, 3, 2)) == ("Ley 2300 de 2023, art. 2" if needs else "")


def test_any_number_of_people_takes_the_same_queries(tmp_path: Path, django_assert_max_num_queries: Any) -> None:
    from acuerdo.portfolio.actions import follow_load

    rows = [
        LUIS_PLAIN | {"numero_obligacion": f"N-{n}", "identificacion": f"8011{n:04}", "fallecido": "si"}
        for n in range(40)
    ]
    load(tmp_path, [*rows[:2]], as_of=AS_OF)
    first = ImportBatch.objects.latest("pk")
    Hold.objects.all().delete()
    told: dict[str, Any] = {"as_of": AS_OF, "now": NOW, "actor": "x"}
    with django_assert_max_num_queries(28):
        follow_load(first, Declaration(("sms",), PAPER), **told)
    load(tmp_path, rows, **day(1))
    Hold.objects.all().delete()
    Consent.objects.all().delete()
    with django_assert_max_num_queries(28):
        follow_load(ImportBatch.objects.latest("pk"), Declaration(("sms",), PAPER), **told | day(1))
