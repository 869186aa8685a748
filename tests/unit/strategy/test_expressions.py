"""Conditions: what is understood, what each mistake is told, and what they are worth."""

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.strategy.rules.expressions import LENGTH_MAX, evaluate, facts_used, parse_condition
from acuerdo.strategy.rules.facts import FACTS, NEVER

FACTS_OF_ONE = {
    "days_past_due": 8,
    "days_to_due": NEVER,
    "day": 8,
    "stage": "early",
    "company": False,
    "open_promise": True,
    "promise_due_in": 1,
    "balance": 900_000_00,
    "balance_due": 250_000_00,
    "currency": "COP",
    "product": "Libre inversión",
    "last_contact_days": 3,
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("days_past_due == 8", True),
        ("days_past_due > 8 or company", False),
        ("not company and open_promise", True),
        ("0 <= promise_due_in <= 1", True),
        ("0 < promise_due_in < 1", False),  # chained, both ends
        ('stage in ["early", "middle"]', True),
        ('stage not in ("early",)', False),
        ("days_past_due in [1, 3, 8]", True),
        ('product == "Libre inversión"', True),
        ("balance_due >= amount(COP=250000)", True),
        ("amount(COP=250000) < balance_due", False),
        ("balance_due > amount(PEN=1)", False),  # no amount for this currency: false, not true
        ("balance_due != amount(PEN=1)", False),
        ("balance_due >= amount(COP=250000.01)", False),  # one centavo more
        ("balance - balance_due > amount(COP=600000)", True),
        ("last_contact_days + 5 == days_past_due", True),
        ("balance_due > 0", True),
        ("days_past_due > -1", True),
        ("true", True),
        ("company == false", True),
    ],
)
def test_worth(text: str, expected: bool) -> None:
    assert evaluate(parse_condition(text), FACTS_OF_ONE) is expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("days_pas_due > 1", "«days_pas_due» no existe; ¿quiso decir «days_past_due»?"),
        ("zzz == 1", "«zzz» no existe; vea la lista"),
        ("days_past_due", "se esperaba una condición y hay un número entero"),
        ("days_past_due >", "no se entiende"),
        ("", "no se entiende"),
        ('stage == "erly"', "«stage» nunca vale «erly»; ¿quiso decir «early»?"),
        ('stage > "early"', "texto: solo se compara con == o !="),
        ("company > true", "sí o no: solo se compara con == o !="),
        ('days_past_due == "8"', "no se puede comparar número entero con texto"),
        ("balance_due > 250000", "un saldo se compara con amount"),
        ("balance_due > amount(250000)", "no está permitido"),
        ("balance_due > amount(XXX=1)", "escriba los valores así"),
        ("balance_due > amount(COP=-1)", "escriba los valores así"),
        ("balance_due > amount()", "necesita una moneda"),
        ("amount(COP=1) == amount(COP=1)", "no dos amount"),
        ("balance_due + 1 > 0", "solo se suman"),
        ("days_past_due * 2 > 4", "no está permitido"),
        ("days_past_due / 2 > 4", "no está permitido"),
        ("__import__('os')", "no está permitido"),
        ("(lambda: 1)() == 1", "no está permitido"),
        ("company.real == 1", "no está permitido"),
        ("days_past_due == 1.5", "solo números enteros y textos"),
        ("days_past_due == 10000000000000", "demasiado grande"),
        ("stage in []", "in se usa así"),
        ("company in [true]", "in se usa así"),
        ("days_past_due in [1, stage]", "la lista debe tener solo número entero"),
        ("days_past_due is 1", "use ==, !="),
        ("company " * LENGTH_MAX, "demasiado larga"),
        ("(" * 300 + "company" + ")" * 300, "no se entiende"),
    ],
)
def test_each_mistake_is_told(text: str, words: str) -> None:
    with pytest.raises(Refusal) as refused:
        parse_condition(text)
    assert refused.value.code == "bad-expression"
    assert words in refused.value.message


def test_the_place_of_the_mistake_is_told() -> None:
    with pytest.raises(Refusal) as refused:
        parse_condition("company and nada > 3")
    assert "(carácter 13)" in refused.value.message


def test_facts_used_are_known_beforehand() -> None:
    node = parse_condition('stage == "early" and (balance_due > amount(COP=1) or not company) and day - 1 in [2]')
    assert facts_used(node) == {"stage", "balance_due", "currency", "company", "day"}


def test_every_fact_has_words_in_both_languages() -> None:
    assert all(fact.spanish and fact.english and fact.code.isidentifier() for fact in FACTS.values())
    assert len(FACTS) >= 25
