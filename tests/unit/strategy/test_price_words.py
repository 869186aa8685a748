"""Prices told in words: an hour, a thousand messages, a unit of budget."""

import pytest

from acuerdo.strategy.rules.price_words import gap_sentence, price_sentences


def resource(code: str, price: float, capacity: int = 100, used: int = 100) -> dict[str, object]:
    return {"code": code, "capacity": capacity, "used": used, "price": price}


@pytest.mark.parametrize(
    ("one", "language", "sentence"),
    [
        # 2 a minute is 120 an hour: 1.2 ranking units of 4,000 pesos
        (resource("agents:0:*", 2.0), "es", "Una hora más de gestor recuperaría cerca de $ 4.800."),
        (resource("agents:0:*", 2.0), "en", "One more agent-hour would recover about $ 4.800."),
        (resource("agents:9:*", 2.0), "es", "Una hora más de gestor (Agencia Sur) recuperaría cerca de $ 4.800."),
        (
            resource("minutes:general:10", 2.0),
            "es",
            "Una hora más de «general» a las 10:00 recuperaría cerca de $ 4.800.",
        ),
        (resource("messages:sms", 0.5), "es", "Mil mensajes más por SMS recuperarían cerca de $ 20.000."),
        (resource("budget:COP", 0.001), "es", "Cada COP más de presupuesto recuperaría cerca de 4,0 COP."),
        (resource("messages:sms", 0.0), "es", "SMS: alcanza para todo lo que conviene hoy."),
        (resource("messages:email", 0.0, 0, 0), "en", "E-mail: there is no capacity today."),
    ],
)
def test_a_price_in_words(one: dict[str, object], language: str, sentence: str) -> None:
    allocation = {"currency": "COP", "resources": [one]}
    (told,) = price_sentences(allocation, language, {"9:*": "Agencia Sur"})
    assert told.sentence.replace("\xa0", " ") == sentence


def test_the_dearest_comes_first() -> None:
    resources = [resource("messages:sms", 0.0), resource("agents:0:*", 1.0), resource("messages:email", 1.0)]
    told = price_sentences({"currency": "COP", "resources": resources}, "es")
    assert [one.code for one in told] == ["messages:email", "agents:0:*", "messages:sms"]
    assert told[2].brings_minor is None
    assert told[1].share == 1.0


def test_the_gap_in_words() -> None:
    assert gap_sentence({"gap_ppm": 93}, "es").startswith(
        "Ningún reparto de la capacidad de hoy rendiría más de 0,009 %"
    )
    assert "0.009 %" in gap_sentence({"gap_ppm": 93}, "en")
