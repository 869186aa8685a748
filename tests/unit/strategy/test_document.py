"""Strategy documents: the one that ships, and each fault with its line and how to mend it."""

from importlib.resources import files

import pytest

from acuerdo.strategy.rules.yaml_text import SIZE_MAX, StrategyFaults, read_strategy

SMALL = """\
code: mi_estrategia
title: Mi estrategia
segments:
  - code: quieto
    title: Quieto
    when: company
    leave_alone: leave-alone
  - code: todos
    title: Todos
steps:
  - code: aviso
    title: Aviso
    day: 1
    channels: [email, sms]
    template: temprana_1
    hour: 09:30
"""

EXPERIMENT = """\
experiments:
  - code: tono
    title: Tono
    variants: [{code: uno, title: Uno, percent: 50}, {code: dos, title: Dos, percent: 50}]
steps:"""


def faults(text: str) -> list[str]:
    with pytest.raises(StrategyFaults) as refused:
        read_strategy(text)
    return [str(fault) for fault in refused.value.faults]


def test_the_strategy_that_ships_is_valid() -> None:
    document = read_strategy(files("acuerdo.strategy").joinpath("data", "estrategia_base.yaml").read_text("utf-8"))
    days = {step.code: (step.day, step.channels[0]) for step in document.steps}
    assert days["preventiva_5"] == (-5, "email")
    assert days["preventiva_1"] == (-1, "email")
    assert days["vencimiento"] == (0, "sms")
    assert [days[f"temprana_{day}"][0] for day in (1, 3, 8, 15)] == [1, 3, 8, 15]
    assert days["recordatorio_promesa"][0] == -1
    assert document.segments[0].leave_alone == "specialist"
    assert {step.template for step in document.steps} <= {
        "empresa", "media", "preventiva_1", "preventiva_5", "promesa_incumplida", "recordatorio_promesa", "tardia", "temprana_1",
        "temprana_15", "temprana_3", "temprana_8", "vencimiento",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("written", "counted_from"),
    [("on_promise: true", "promise"), ("on_promise: false", "due"), ("relative_to: promise", "promise")],
)
def test_documents_stored_by_an_earlier_version_still_read(written: str, counted_from: str) -> None:
    step = read_strategy(SMALL.replace("day: 1", f"day: -1\n    {written}")).steps[0]
    assert (step.day, step.relative_to) == (-1, counted_from)


@pytest.mark.parametrize("written", ["on_promise: true\n    relative_to: contact", "on_promise: 3"])
def test_the_earlier_words_are_taken_only_where_they_are_plain(written: str) -> None:
    assert any("on_promise" in fault for fault in faults(SMALL.replace("day: 1", f"day: 1\n    {written}")))


def test_small_document() -> None:
    document = read_strategy(SMALL)
    step = document.steps[0]
    assert (step.minute, step.open_days, step.purpose) == (9 * 60 + 30, 3, "collection")
    assert document.treated(step) == ("todos",)
    assert (document.stages.early, document.stages.middle, document.stages.late) == (1, 31, 61)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("title: Mi estrategia\n", "", "línea 1, title: falta este campo"),
        ("when: company", "wen: company", "línea 6, segments[0].wen: el campo «wen» no existe; ¿quiso decir «when»?"),
        ("when: company", "when: compani", "línea 6, segments[0].when: Condición no válida (carácter 1): el hecho «compani» no existe; ¿quiso decir «company»?."),  # noqa: E501
        ("leave_alone: leave-alone", "leave_alone: nunca", "línea 7, segments[0].leave_alone: no puede ser «nunca»; use 'promise-running', 'plan-running', 'promise-grace', 'leave-alone' o 'specialist'"),  # noqa: E501
        ("day: 1", "day: uno", "línea 13, steps[0].day: debe ser un número entero y es «uno»"),
        ("day: 1", "day: -99", "línea 13, steps[0].day: debe ser -60 o más"),
        ("[email, sms]", "[email, fax]", "línea 14, steps[0].channels[1]: no puede ser «fax»; use 'sms', 'email', 'whatsapp', 'voice', 'call' o 'letter'"),  # noqa: E501
        ("[email, sms]", "[fax]", "línea 14, steps[0].channels[0]: no puede ser «fax»; use 'sms', 'email', 'whatsapp', 'voice', 'call' o 'letter'"),  # noqa: E501
        ("[email, sms]", "[]", "línea 14, steps[0].channels: no puede estar vacío"),
        ("[email, sms]", "[sms, sms]", "línea 11, steps[0]: un canal está dos veces en «channels»"),
        ("    template: temprana_1\n", "", "línea 11, steps[0]: falta «template»: solo un paso que únicamente llama"),
        ("hour: 09:30", "hour: 25:00", r"línea 16, steps[0].hour: «25:00» no tiene la forma pedida (^([01]\d|2[0-3]):[0-5]\d$)"),
        ("day: 1", "day: 1\n    repeat_days: 7", "línea 11, steps[0]: «repeat_days» y «until» van juntos: cada cuántos días y hasta"),
        ("day: 1", "day: 9\n    repeat_days: 7\n    until: 5", "línea 11, steps[0]: «until» es anterior a «day»"),
        ("    day: 1\n", "", "línea 11, steps[0]: un paso sin «day» necesita «when», y no admite «relative_to», «repeat_days» ni «until»"),
        ("day: 1", "day: 1\n    relative_to: promise", "línea 11, steps[0]: con «relative_to: promise», «day» va de −60 a 0 y no se repite"),  # noqa: E501
        ("day: 1", "day: 1\n    segments: [nadie]", "línea 1: el paso «aviso» nombra el segmento «nadie», que no existe"),
        ("day: 1", "day: 1\n    segments: [quieto]", "línea 1: el paso «aviso» nombra «quieto», que se deja tranquilo: nunca llegaría"),
        ("code: quieto", "code: todos", "línea 1: hay dos veces el segmento «todos»"),
        ("code: aviso", "code: Aviso 1", "línea 11, steps[0].code: «Aviso 1» no tiene la forma pedida (^[a-z][a-z0-9_]{0,38}$)"),
        ("steps:", "stages: {early: 40, middle: 31}\nsteps:", "línea 10, stages: las etapas deben empezar en orden: early < middle < late"),
        ("steps:", "control_percent: 60\nsteps:", "línea 10, control_percent: debe ser 50 o menos"),
        ("steps:", "costs: {COP: {sms: mucho}}\nsteps:", "línea 10, costs.COP.sms: debe ser un número como 2.5 y es «mucho»"),
        ("steps:", "costs: {COP: {sms: '0.001'}}\nsteps:", "línea 1: El valor «0.001» tiene más decimales de los que admite COP."),
        ("day: 1", "day: 0\n    relative_to: contact", "línea 11, steps[0]: con «relative_to: contact», «day» cuenta desde el último contacto"),  # noqa: E501
        ("day: 1", "day: 1\n    script: guion", "línea 11, steps[0]: «script» es el guion de una llamada y «channels» no tiene «call»"),
        ("day: 1", "day: 1\n    stop_when: paid", "línea 14, steps[0].stop_when: Condición no válida (carácter 1): el hecho «paid» no existe"),  # noqa: E501
        ("when: company", "when: edad > 60", "línea 6, segments[0].when: Condición no válida (carácter 1): «edad» es una característica protegida"),  # noqa: E501
        ("day: 1", "day: 1\n    variants: [a/b]", "línea 1: el paso «aviso» nombra la variante «a/b», que no existe"),
        ("steps:", EXPERIMENT.replace("50}]", "40}]"), "línea 11, experiments[0]: los porcentajes de las variantes suman 90: deben sumar 100"),  # noqa: E501
        ("steps:", EXPERIMENT.replace("variants", "paused: [uno]\n    variants"), "línea 11, experiments[0]: la variante «uno» es la campeona y no se puede pausar"),  # noqa: E501
        ("steps:", EXPERIMENT.replace("variants", "ends_on: 2026-02-31\n    variants"), "línea 13, experiments[0].ends_on: debe ser una fecha que exista"),  # noqa: E501
        ("steps:", EXPERIMENT.replace("steps:", "") + EXPERIMENT.partition("\n")[2].replace("code: tono", "code: otro").replace("title: Tono", "title: Otro\n    share: 1"), "línea 1: los experimentos suman el 101 por ciento de las personas"),  # noqa: E501
        ("steps:", "costs: {XXX: {}}\nsteps:", "línea 10, costs.XXX: no puede ser «XXX»; use"),
    ],
)  # fmt: skip
def test_each_fault_has_its_line_and_its_remedy(old: str, new: str, expected: str) -> None:
    assert old in SMALL
    told = faults(SMALL.replace(old, new))
    assert len(told) == 1
    assert told[0].startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "documento: el documento está vacío"),
        ("hola", "línea 1: el documento debe ser una lista de campos como «code: …»"),
        ("code: [", "línea 1: no es YAML válido; revise sangría, comillas y dos puntos"),
        ("code: a\ncode: b\n", "línea 2: el campo «code» está dos veces"),
        ("a: &x 1\nb: *x\n", "línea 1: no se admiten alias, anclas ni etiquetas de YAML; repita el texto"),
        (
            "a: !!python/object:os.system x\n",
            "línea 1: no se admiten alias, anclas ni etiquetas de YAML; repita el texto",
        ),
        ("x" * (SIZE_MAX + 1), "documento: el documento pasa de 200000 caracteres"),
        ("a: \x07", "documento: no es YAML válido"),
    ],
)
def test_bad_yaml(text: str, expected: str) -> None:
    assert faults(text) == [expected]


def test_all_faults_are_told_at_once_in_the_order_of_the_text() -> None:
    told = faults(
        SMALL.replace("day: 1", "day: x").replace("when: company", "when: nada").replace("    title: Aviso\n", "")
    )
    assert [fault.split(":")[0] for fault in told] == [
        "línea 6, segments[0].when",
        "línea 11, steps[0].title",
        "línea 12, steps[0].day",
    ]


def test_yaml_of_today_not_of_2005() -> None:
    """09:30 is a text, not 570; `no` and `on` are texts, not booleans."""
    document = read_strategy(SMALL.replace("title: Mi estrategia", "title: no"))
    assert document.title == "no"
