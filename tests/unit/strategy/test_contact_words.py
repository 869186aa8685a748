"""A decision in plain words for whoever is about to speak with the person."""

from acuerdo.strategy.rules.contact_words import Decided, decision_sentences
from acuerdo.strategy.rules.yaml_text import read_strategy

DOCUMENT = read_strategy("""\
code: una
title: Una
segments: [{code: todos, title: Todos los demás}]
steps:
  - {code: plan, title: Proponer un plan, day: 1, channels: [call, email], template: temprana_1, offer: plan, script: Guion de llamada}
experiments:
  - {code: tono, title: Tono, variants: [{code: a, title: El de siempre, percent: 62.5}, {code: b, title: Cálido, percent: 37.5}]}
""")
CALL = Decided("todos", "plan", "call", "tono/b", 3_750, 120, 30, ["call:120", "email:45"])


def test_a_contact_with_its_offer_worth_price_options_and_group() -> None:
    assert [one.replace("\u00a0", " ") for one in decision_sentences(CALL, DOCUMENT, "COP", "es")] == [
        "Segmento: Todos los demás.",
        "Paso: Proponer un plan.",
        "Ofrezca primero: acuerdo por cuotas.",
        "Guion: Guion de llamada.",
        "Se espera que ayude a recuperar cerca de $ 4.800, descontado su costo.",
        "La capacidad que usa rendiría cerca de $ 1.200 con otra persona.",
        "También se podía: Correo ($ 1.800).",
        "Experimento «Tono», grupo «Cálido»: le tocó por azar, con 37,5 % de probabilidad.",
    ]
    english = decision_sentences(CALL, DOCUMENT, "COP", "en")
    assert english[2] == "Offer first: a payment plan."
    assert english[-1].endswith("with 37.5 % probability.")


def test_without_a_contact_only_who_they_are() -> None:
    quiet = Decided("todos", "plan", "", "", 10_000, 0, 0, [])
    assert decision_sentences(quiet, DOCUMENT, "COP", "es") == ["Segmento: Todos los demás."]
    gone = Decided("otro", "viejo", "email", "ya/no", 10_000, 0, 0, [])
    assert decision_sentences(gone, DOCUMENT, "COP", "es") == []
