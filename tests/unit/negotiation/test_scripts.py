"""The script's document and guide; and that everything shipped may be said to a person."""

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.rules.tone import check_tone
from acuerdo.negotiation.rules.scripts import FIELDS, Situation, guide_for, read_script
from acuerdo.negotiation.rules.scripts.document import shipped_text
from acuerdo.policy.rules.dispositions import all_dispositions

VALUES = dict.fromkeys(FIELDS, "X")


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_shipped_scripts_read_and_use_codes_that_exist(language: str) -> None:
    script = read_script(shipped_text(language))
    assert script.language == language
    known = set(all_dispositions())
    assert {code for objection in script.objections for code in objection.codes} <= known


def test_both_languages_have_the_same_steps_and_objections() -> None:
    es, en = read_script(shipped_text("es")), read_script(shipped_text("en"))
    assert [step.id for step in es.steps] == [step.id for step in en.steps]
    assert [one.id for one in es.objections] == [one.id for one in en.objections]


def test_nothing_in_the_spanish_script_is_blocked_by_the_tone_checker() -> None:
    blocked = [
        (text, finding.rule)
        for text in read_script(shipped_text("es")).spoken
        for finding in check_tone(text, country="co", channel="call").findings
        if finding.severity == "block"
    ]
    assert blocked == []


@pytest.mark.parametrize(
    ("stage", "said"),
    [
        ("preventive", "no le tome por sorpresa"),
        ("due", "Hoy vence su cuota"),
        ("early", "dejarlo organizado"),
        ("middle", "una cuota que sí le quede bien"),
        ("late", "qué alternativas siguen abiertas"),
        ("written_off", "una propuesta para cerrar"),
    ],
)
def test_each_stage_has_its_own_reason(stage: str, said: str) -> None:
    guide = guide_for(read_script(shipped_text("es")), Situation(stage, frozenset(), VALUES))
    reason = next(step for step in guide.steps if step.id == "reason")
    assert len(reason.say) == 1
    assert said in reason.say[0]


def test_what_is_known_of_the_case_comes_first_and_a_line_without_its_figure_is_left_out() -> None:
    script = read_script(shipped_text("es"))
    broken = Situation("early", frozenset({"broken_promise"}), VALUES)
    first = next(step for step in guide_for(script, broken).steps if step.id == "reason").say[0]
    assert first.startswith("Habíamos acordado X para el X")
    unknown = Situation("early", frozenset({"broken_promise"}), {**VALUES, "promesa_valor": ""})
    assert len(next(step for step in guide_for(script, unknown).steps if step.id == "reason").say) == 1


def test_the_likely_objections_come_first() -> None:
    script = read_script(shipped_text("es"))
    dear = guide_for(script, Situation("late", frozenset({"high_late_interest", "disputed_before"}), VALUES))
    assert dear.likely[0].id == "wrong_amount"
    assert len(dear.likely) == 9
    assert len(dear.likely) + len(dear.others) == len(script.objections)


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ("id: greet", "id: verify", "guion", "mismo id"),
        ("id: close", "id: cierre_x", "guion", "falta el paso close"),
        ("{acreedor}", "{acredor}", "steps.4.say.0", "no existe el campo {acredor}"),
        ("stages: [preventive]", "stages: [preventiva]", "steps.5.say.0", "no existe la etapa «preventiva»"),
        ("when: [broken_promise]", "when: [roto]", "steps.5.say.6", "no existe el hecho «roto»"),
        ("language: es", "language: fr", "language", "es"),
        ("aim: Hechos", "meta: Hechos", "steps.5", ""),
    ],
)
def test_what_is_wrong_is_named_with_its_place(old: str, new: str, where: str, words: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_script(shipped_text("es").replace(old, new, 1))
    assert refused.value.code == "bad-script"
    assert refused.value.where.column.startswith(where)
    assert words in refused.value.message


def test_what_is_no_yaml_is_told_with_its_line() -> None:
    with pytest.raises(Refusal) as refused:
        read_script("name: x\nsteps: [\n")
    assert refused.value.where.row is not None
