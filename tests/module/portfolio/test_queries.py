"""Who sees whom, and finding a person by name, document, phone or obligation."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from acuerdo.base.models import User
from acuerdo.portfolio.models import Agency, Debtor, Obligation, Placement
from acuerdo.portfolio.queries import debtors_visible_to, list_creditors, list_imports, search_debtors, visible_to
from tests.module.portfolio.files import ANA, LUIS, load, write_csv

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded(tmp_path: Path) -> None:
    load(write_csv(tmp_path / "x.csv", [ANA, LUIS]))


def user(name: str, **fields: Any) -> User:
    return User.objects.create_user(name, role=fields.pop("role", "supervisor"), full_name=name, **fields)


def numbers(who: User) -> set[str]:
    return set(visible_to(who).values_list("number", flat=True))


def test_the_bounds_of_each_user(loaded: None) -> None:
    ours, theirs = Agency.objects.create(name="Propia"), Agency.objects.create(name="Rival")
    ana, luis = Obligation.objects.get(number="CR-001"), Obligation.objects.get(number="CR-002")
    Placement.objects.create(obligation=ana, agency=ours, placed_on=date(2026, 3, 1))
    Placement.objects.create(obligation=luis, agency=ours, placed_on=date(2026, 1, 1), recalled_on=date(2026, 2, 1))
    everyone, nobody = user("todo", sees_all_creditors=True), user("nada")
    one = user("uno")
    one.creditors.add(ana.creditor)
    agent, rival, gone = (
        user("a", agency=ours),
        user("r", agency=theirs),
        user("g", sees_all_creditors=True, is_active=False),
    )
    assert [numbers(who) for who in (everyone, one, agent)] == [{"CR-001", "CR-002"}, {"CR-001", "CR-002"}, {"CR-001"}]
    assert [numbers(who) for who in (nobody, rival, gone)] == [set(), set(), set()]
    assert [debtors_visible_to(who).count() for who in (everyone, one, agent, rival, nobody, gone)] == [
        2,
        2,
        1,
        0,
        0,
        0,
    ]
    assert [list_creditors(who).count() for who in (everyone, one, agent, rival, nobody)] == [1, 1, 1, 0, 0]
    assert [list_imports(who).count() for who in (everyone, one, agent, nobody)] == [1, 1, 0, 0]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("peña", ["Ana María Peña"]), ("MARIA ana", ["Ana María Peña"]), ("52.123.456", ["Ana María Peña"]), ("5212", ["Ana María Peña"]),
        ("399 123 4567", ["Ana María Peña"]), ("+57 3991234567", ["Ana María Peña"]), ("CR-002", ["Luis Rojas"]), ("rojas", ["Luis Rojas"]),
        ("a", []), ("zz", []), ("99999999", []), ("%", []), ("___", []),
    ],
)  # fmt: skip
def test_search(loaded: None, text: str, found: list[str]) -> None:
    who = user("todo", sees_all_creditors=True)
    assert [debtor.full_name for debtor in search_debtors(who, text)] == found


def test_search_stays_within_what_the_user_sees(loaded: None) -> None:
    for text in ("peña", "52123456", "3991234567", "CR-001"):
        assert search_debtors(user(f"n{len(text)}{text[0]}"), text) == []


def test_search_takes_few_queries(loaded: None, django_assert_max_num_queries: Any) -> None:
    who = user("todo", sees_all_creditors=True)
    with django_assert_max_num_queries(4):
        search_debtors(who, "52123456")
    with django_assert_max_num_queries(1):
        search_debtors(who, "peña")
    assert Debtor.objects.count() == 2


def test_an_import_takes_the_same_statements_for_two_rows_and_for_two_hundred(
    tmp_path: Path, django_assert_max_num_queries: Any
) -> None:
    rows = [
        LUIS | {"numero_obligacion": f"CR-{index}", "identificacion": str(70_000_000 + index)} for index in range(200)
    ]
    with django_assert_max_num_queries(124):
        load(write_csv(tmp_path / "x.csv", rows))
