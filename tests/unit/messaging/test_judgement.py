"""What is said of a text before it may be approved: problems, tone, cost, and how a suggestion mends it."""

from typing import Any

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.rules.approval import may_approve, next_template_state
from acuerdo.messaging.rules.compose import blocking_rule, compose
from acuerdo.messaging.rules.judgement import TemplateText, judge_template, preview, whatsapp_category
from acuerdo.messaging.rules.library import library
from acuerdo.messaging.rules.tone import check_tone, remedy
from tests.unit.messaging.test_rules import person

GOOD = "Hola, {nombre}. {acreedor} le recuerda: su cuota de {cuota} vence el {fecha_vencimiento}. {enlace}"


def text(body: str = GOOD, **fields: Any) -> TemplateText:
    return TemplateText(
        **{"channel": "sms", "language": "es", "purpose": "reminder", "subject": "", "body": body, **fields}
    )


def codes(judged: TemplateText) -> list[str]:
    return [problem.code for problem in judge_template(judged).problems]


def test_a_good_text_may_be_sent() -> None:
    judged = judge_template(text())
    assert (judged.may_be_sent, judged.problems, judged.tone.verdict) == (True, (), "pass")
    assert judged.worst is not None
    assert judged.worst.cost is not None
    assert judged.worst.cost.encoding == "gsm7"


@pytest.mark.parametrize(
    ("judged", "code"),
    [
        (text(""), "empty"),
        (text("Hola {nombre"), "stray-brace"),
        (text(GOOD.replace("{cuota}", "{cuotta}")), "unknown-field"),
        (text(GOOD.replace("{acreedor}", "Su entidad")), "missing-field"),
        (text(GOOD + " Con gusto le ayudamos." * 60), "too-long"),
        (text(GOOD + " Con gusto le ayudamos." * 60, channel="whatsapp"), "too-long"),
        (text(channel="email"), "no-subject"),
    ],
)
def test_each_problem_keeps_it_from_being_sent(judged: TemplateText, code: str) -> None:
    assert code in codes(judged)
    assert not judge_template(judged).may_be_sent


def test_a_threat_blocks_in_the_body_and_in_the_subject() -> None:
    assert not judge_template(text(GOOD + " Si no paga, lo vamos a embargar.")).may_be_sent
    mail = text(channel="email", subject="ÚLTIMO AVISO antes del embargo")
    assert [finding.severity for finding in judge_template(mail).subject_findings].count("block") > 0
    assert not judge_template(mail).may_be_sent


def test_every_text_of_the_library_may_be_sent() -> None:
    wrong = [
        (one.code, one.channel, one.language)
        for one in library()
        if not judge_template(
            text(one.body, channel=one.channel, language=one.language, purpose=one.purpose, subject=one.subject, code=one.code)
        ).may_be_sent
    ]  # fmt: skip
    assert wrong == []


def test_the_cost_says_what_accents_would_cost() -> None:
    shown = preview(text("Mañana venció ó {nombre}" + "a" * 60), ({"nombre": "María"}, ()))
    assert shown.cost is not None
    assert shown.cost_with_accents is not None
    assert (shown.cost.encoding, shown.cost.count) == ("gsm7", 1)
    assert (shown.cost_with_accents.encoding, shown.cost_with_accents.count) == ("ucs2", 2)


@pytest.mark.parametrize(
    ("purpose", "category"), [("collection", "utility"), ("service", "utility"), ("marketing", "marketing")]
)
def test_whatsapp_category(purpose: str, category: str) -> None:
    assert whatsapp_category(purpose) == category


@pytest.mark.parametrize(
    ("said", "mended"),
    [
        ("Hola, Ana. Lo vamos a reportar si no paga. Gracias.", "Hola, Ana. Quiero contarle"),
        ("PAGUE HOY su cuota.", "Pague hoy su cuota."),
        ("Hola. Consiga prestado y pague!! Gracias", "Hola. Prefiero que acordemos"),
        ("😀 ¿Por qué no ha pagado?", "😀 ¿Por qué no ha pagado?"[:0] + "¿Cuál de estas alternativas"),
    ],
)
def test_one_press_mends_a_sentence(said: str, mended: str) -> None:
    finding = next(one for one in check_tone(said).findings if one.rule != "pressure" or one.severity == "block")
    change = remedy(said, finding)
    assert change is not None
    result = said[: change.start] + change.replacement + said[change.end :]
    assert result.startswith(mended)
    assert finding.rule not in {one.rule for one in check_tone(result).findings}


def test_advice_without_a_sentence_has_no_remedy() -> None:
    said = "Tienes una cuota el 5 de mayo."
    finding = next(one for one in check_tone(said).findings if one.rule == "register")
    assert remedy(said, finding) is None


def test_the_sender_and_the_date_are_put_where_they_belong() -> None:
    said = "Su cuota es $ 100.000."
    changes = {one.rule: remedy(said, one) for one in check_tone(said, channel="sms").findings}
    whole = said
    for rule in ("amount_without_date", "missing_creditor"):  # from the back, so that positions hold
        change = changes[rule]
        assert change is not None
        whole = whole[: change.start] + change.replacement + whole[change.end :]
    assert whole == "Le escribe {quien_escribe}, de {acreedor}. Su cuota es $ 100.000 al {fecha_corte}."
    assert check_tone(whole, channel="sms").verdict == "pass"


@pytest.mark.parametrize(
    ("state", "event", "after"),
    [("draft", "submit", "submitted"), ("submitted", "approve", "published"), ("submitted", "send_back", "draft")],
)
def test_states(state: str, event: Any, after: str) -> None:
    assert next_template_state(state, event) == after


@pytest.mark.parametrize(("state", "event"), [("draft", "approve"), ("published", "submit"), ("retired", "approve")])
def test_what_the_table_does_not_have_is_refused(state: str, event: Any) -> None:
    with pytest.raises(Refusal) as refusal:
        next_template_state(state, event)
    assert refusal.value.code == "template-state"


def test_two_people_read_every_text() -> None:
    assert not may_approve(written_by="ana", approver="ana")
    assert may_approve(written_by="ana", approver="luis")


# --- what must not leave


def test_a_blocked_text_and_a_blocked_remark_are_told() -> None:
    facts = person(extra={"detalle": "Si no paga, le embargamos el sueldo."})
    assert compose(channel="sms", subject="", body="Hola {nombre}: {detalle}", facts=facts).blocked == "threat"
    assert compose(channel="sms", subject="", body="Pague o lo demandamos.", facts=person()).blocked != ""
    assert compose(channel="sms", subject="", body=GOOD, facts=person()).blocked == ""


def test_what_one_country_forbids_another_may_allow() -> None:
    assert blocking_rule("¿Cuál es el motivo del atraso?", "co") == "asks_reason"
    assert blocking_rule("¿Cuál es el motivo del atraso?", "pe") == ""


@pytest.mark.parametrize(
    "name",
    ["{saldo_total}", "{#obligaciones}x{/obligaciones}", "{{7*7}}", "{% now %}", "${jndi:ldap://x}", "<b>Ana</b>"],
)
def test_a_name_is_never_read_as_a_template(name: str) -> None:
    made = compose(
        channel="email", subject="Para {nombre}", body="Hola {nombre}.", facts=person(name=name, is_company=True)
    )
    assert made.body == f"Hola {name}."
    assert made.subject == f"Para {name}"
    assert "<b>Ana" not in made.body_html


def test_no_value_breaks_a_header() -> None:
    facts = person(name="Ana\r\nBcc: todos@ejemplo.invalid\r\n\r\nHola", is_company=True)
    made = compose(channel="email", subject="Para {nombre}", body="Hola {nombre}.", facts=facts)
    assert "\n" not in made.subject
    assert "\r" not in made.subject


def test_pictures_leave_an_sms_and_letters_of_other_scripts_stay() -> None:
    made = compose(
        channel="sms", subject="", body="Hola {nombre} 😀", facts=person(name="Ana 🎉 María", is_company=True)
    )
    assert made.body == "Hola Ana Maria"
    kept = compose(channel="sms", subject="", body="Hola {nombre}", facts=person(name="محمد", is_company=True))
    assert kept.body == "Hola محمد"


def test_a_name_of_three_hundred_letters_is_cut_at_a_word() -> None:
    made = compose(
        channel="sms", subject="", body="Hola {nombre}.", facts=person(name="Maximiliano " * 25, is_company=True)
    )
    assert len(made.body) <= 70
    assert made.body.endswith("....")


def test_direction_marks_cannot_turn_a_text_around() -> None:
    name = "Ana \u202e000.001 $\u202c \u2066Ruiz\u2069"
    made = compose(channel="whatsapp", subject="", body="Hola {nombre}.", facts=person(name=name, is_company=True))
    assert not any(mark in made.body for mark in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200f\u200e")


def test_an_unknown_field_is_named_with_what_was_meant() -> None:
    problem = judge_template(text("Hola {nombr}. {acreedor}")).problems[0]
    assert (problem.code, problem.field, problem.near) == ("unknown-field", "nombr", "nombre")
    assert "¿Quiso escribir «nombre»?" in problem.message
