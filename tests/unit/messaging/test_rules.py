"""Templates, fields, SMS, letters and states: pure rules as tables."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.messaging.models import MessageState
from acuerdo.messaging.rules.catalogue import FIELDS
from acuerdo.messaging.rules.compose import SUBJECT_LENGTH_MAX, compose
from acuerdo.messaging.rules.fields import ObligationFacts, PersonFacts, sample_values, values_of
from acuerdo.messaging.rules.letter import html_letter
from acuerdo.messaging.rules.library import REQUIRED, library
from acuerdo.messaging.rules.retry import TRIES_MAX, next_try_at
from acuerdo.messaging.rules.sms import segments, transliterate
from acuerdo.messaging.rules.states import TRANSITIONS, next_state
from acuerdo.messaging.rules.template import missing_values, parse, render, validate

TODAY = date(2026, 5, 17)


def obligation(**fields: Any) -> ObligationFacts:
    values: dict[str, Any] = {
        "product": "Crédito de libre inversión", "number": "0001-2345-4821", "currency": "COP",
        "balance_due_minor": 185_000_00, "balance_minor": 5_000_000_00, "instalment_minor": 185_000_00,
        "due_on": date(2026, 5, 5), "days_past_due": 12,
    }  # fmt: skip
    return ObligationFacts(**{**values, **fields})


def person(**fields: Any) -> PersonFacts:
    values: dict[str, Any] = {
        "name": "CARLOS RUIZ", "creditor": "Banco Andino", "as_of": TODAY, "obligations": [obligation()],
        "ways_to_pay": ["PSE", "Efecty", "oficinas"], "creditor_phone": "+57 601 5550100", "writer": "Laura Gómez",
    }  # fmt: skip
    return PersonFacts(**{**values, **fields})


# --- the language of templates


@pytest.mark.parametrize(
    ("source", "code", "line", "field"),
    [
        ("Hola\n{saldo_vencid}", "unknown-field", 2, "saldo_vencid"),
        ("Hola {nombre", "stray-brace", 1, ""),
        ("Hola }", "stray-brace", 1, ""),
        ("\n\n{#varias}algo", "unclosed-part", 3, "varias"),
        ("algo{/varias}", "part-mismatch", 1, "varias"),
        ("{#varias}{#cuota}x{/varias}", "part-mismatch", 1, "varias"),
        ("{ob_saldo}", "part-mismatch", 1, "ob_saldo"),  # an item's field outside the list
        ("{obligaciones}", "part-mismatch", 1, "obligaciones"),  # the list without a part
    ],
)
def test_what_is_wrong_is_named_with_its_line(source: str, code: str, line: int, field: str) -> None:
    problem = next(one for one in validate(subject="", body=source) if one.code == code)
    assert (problem.line, problem.field) == (line, field)
    assert f"Línea {line}" in problem.message


def test_a_near_miss_is_suggested() -> None:
    assert "«saldo_vencido»" in validate(subject="", body="{saldo_vencid}")[0].message


def test_a_missing_field_says_why_it_matters() -> None:
    problems = validate(
        subject="{acreedor}", body="Debe {saldo_total} al {fecha_corte}. Pague por PSE.", required=REQUIRED
    )
    assert [(one.code, one.field) for one in problems] == [("missing-field", "enlace")]
    assert "cómo pagar" in problems[0].message


def test_a_template_with_problems_is_never_rendered() -> None:
    with pytest.raises(ValueError, match="no existe el campo"):
        render("{nada}", {})


@pytest.mark.parametrize(
    ("source", "values", "expected"),
    [
        ("Hola, {nombre}.", {"nombre": "Ana"}, "Hola, Ana."),
        ("Hola, {nombre}.", {"nombre": "{saldo_total}", "saldo_total": "9"}, "Hola, {saldo_total}."),
        ("{#cuota}Cuota: {cuota}.{/cuota}{^cuota}Sin cuota.{/cuota}", {"cuota": "5"}, "Cuota: 5."),
        ("{#cuota}Cuota: {cuota}.{/cuota}{^cuota}Sin cuota.{/cuota}", {}, "Sin cuota."),
        ("uno\n{#cuota}\ndos\n{/cuota}\ntres", {"cuota": "5"}, "uno\ndos\ntres"),
        ("uno\n{#cuota}\ndos\n{/cuota}\ntres", {}, "uno\ntres"),
        ("uno\n\n\n\ndos  \n  tres", {}, "uno\n\ndos\ntres"),
    ],
)
def test_rendering(source: str, values: dict[str, str], expected: str) -> None:
    assert render(source, values) == expected


def test_a_line_for_each_obligation() -> None:
    items = [{"ob_producto": "Crédito"}, {"ob_producto": "{nombre}"}]
    source = "Debe:\n{#obligaciones}\n- {ob_producto} de {nombre}\n{/obligaciones}\nFin"
    assert render(source, {"nombre": "Ana"}, items) == "Debe:\n- Crédito de Ana\n- {nombre} de Ana\nFin"


def test_holes_are_seen_only_where_they_would_show() -> None:
    source = "{nombre} {#promesa_fecha}{promesa_valor}{/promesa_fecha} {enlace}"
    assert missing_values(source, {"nombre": "Ana"}) == ["enlace"]
    assert missing_values(source, {"nombre": "Ana", "enlace": "x", "promesa_fecha": "hoy"}) == ["promesa_valor"]


# --- fields


def test_values_are_written_as_the_country_writes_them() -> None:
    values, items = values_of(person(preferred_name=" Carlitos "))
    assert values["nombre"] == "Carlos Ruiz"
    assert values["nombre_preferido"] == "Carlitos"
    assert values["saldo_vencido"] == "$ 185.000"
    assert values["fecha_vencimiento"] == "5 de mayo de 2026"
    assert values["numero_final"] == "4821"
    assert values["formas_de_pago"] == "PSE, Efecty u oficinas"
    assert values["dias_mora"] == "12"
    assert items == [
        {
            "ob_producto": "Crédito de libre inversión",
            "ob_numero_final": "4821",
            "ob_saldo": "$ 185.000",
            "ob_fecha": "5 de mayo de 2026",
            "ob_dias_mora": "12",
        }
    ]


def test_english_and_peru() -> None:
    facts = person(language="en", obligations=[obligation(currency="PEN", balance_due_minor=1_234_50)])
    values, _items = values_of(facts)
    assert values["saldo_vencido"] == "S/ 1,234.50"
    assert values["fecha_vencimiento"] == "5 May 2026"
    assert values["formas_de_pago"] == "PSE, Efecty or oficinas"


def test_several_obligations_are_summed_in_the_currency_of_the_first() -> None:
    others = [obligation(balance_due_minor=15_000_00), obligation(currency="USD", balance_due_minor=99_00)]
    values, items = values_of(person(obligations=[obligation(), *others]))
    assert (values["saldo_vencido"], values["varias"]) == ("$ 200.000", "3")
    assert [item["ob_saldo"] for item in items] == ["$ 185.000", "$ 15.000", "US$ 99.00"]


def test_someone_up_to_date_is_told_of_the_coming_instalment() -> None:
    facts = person(obligations=[obligation(balance_due_minor=0, days_past_due=0)])
    values, items = values_of(facts)
    assert (values["saldo_vencido"], values["dias_mora"], items[0]["ob_saldo"]) == ("", "", "$ 185.000")


def test_a_company_keeps_its_name() -> None:
    values, _items = values_of(person(name="INVERSIONES LA 14 S.A.S.", is_company=True))
    assert values["nombre"] == values["nombre_preferido"] == "INVERSIONES LA 14 S.A.S."


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ana\r\nBcc: x@y.z", "Ana Bcc: x@y.z"),
        ("Ana\x00\x1b[31m", "Ana[31m"),
        ("\u202eana\u202c \u200b", "Ana"),
        ("محمد علي", "محمد علي"),
        ("José 😀", "José 😀"),
    ],
)
def test_names_are_cleaned(name: str, expected: str) -> None:
    assert values_of(person(name=name))[0]["nombre"] == expected


def test_a_name_of_300_letters_is_cut_at_a_word() -> None:
    name = values_of(person(name="Maximiliano " * 25))[0]["nombre"]
    assert len(name) <= 60
    assert name.endswith("Maximiliano...")


def test_every_field_is_described_and_has_its_worst_case() -> None:
    values, items = sample_values()
    assert set(values) | set(items[0]) | {"obligaciones"} == set(FIELDS)
    assert all(entry.says for entry in FIELDS.values())
    assert all([*values.values(), *items[0].values()])


# --- the library


# What the strategies that come with the product send, and what the law and the journeys of product.md ask for.
NEEDED = {
    "preventiva_5", "preventiva_1", "vencimiento", "temprana_1", "temprana_3", "temprana_8", "temprana_15", "media", "tardia",
    "empresa", "recordatorio_promesa", "promesa_incumplida", "promesa_cumplida", "promesa_parcial", "pago_recibido",
    "resumen_acuerdo", "plan_aprobado", "oferta_plan", "cambio_politicas", "nuevo_medio_pago", "descuento_pronto_pago",
    "encuesta", "disputa_recibida", "disputa_resuelta", "paz_y_salvo", "aviso_previo", "ya_pago_recibido", "no_soy_yo",
}  # fmt: skip
TEMPLATES_MIN = 60
SMS_NORMAL_MAX, SMS_WORST_MAX, WHATSAPP_MAX = 2, 4, 1024


def test_the_library_is_whole_in_both_languages() -> None:
    kinds = {
        language: {(text.code, text.channel) for text in library() if text.language == language}
        for language in ("es", "en")
    }
    assert kinds["es"] == kinds["en"]
    codes = {code for code, _channel in kinds["es"]}
    assert codes >= NEEDED
    assert kinds["es"] >= {(code, channel) for code in codes for channel in ("sms", "email", "whatsapp")}
    assert {code for code, channel in kinds["es"] if channel == "letter"} >= {"aviso_previo", "paz_y_salvo"}
    assert len(kinds["es"]) >= TEMPLATES_MIN


def test_both_languages_ask_for_the_same_and_place_the_same() -> None:
    by_key = {(text.code, text.channel, text.language): text for text in library()}
    for (code, channel, language), text in by_key.items():
        other = by_key[code, channel, "en" if language == "es" else "es"]
        assert (text.stage, text.situation, text.purpose, text.requires) == (
            other.stage, other.situation, other.purpose, other.requires,
        )  # fmt: skip
        assert parse(text.body).fields == parse(other.body).fields, code


@pytest.mark.parametrize("text", library(), ids=lambda text: f"{text.language}-{text.code}-{text.channel}")
def test_each_text_is_valid_and_says_what_it_must(text: Any) -> None:
    assert validate(subject=text.subject, body=text.body, required=text.requires) == []
    for values, items in (sample_values(text.language), values_of(normal_person())):
        assert missing_values(text.body, values, items) == []
        assert missing_values(text.subject, values, items) == []


@pytest.mark.parametrize("text", library(), ids=lambda text: f"{text.language}-{text.code}-{text.channel}")
def test_each_text_fits_its_channel_in_the_worst_case(text: Any) -> None:
    values, items = sample_values(text.language)
    worst = render(text.body, values, items)
    if text.channel == "sms":
        normal = segments(transliterate(render(text.body, *values_of(normal_person()))))
        paid = segments(transliterate(worst))
        assert (normal.encoding, paid.encoding) == ("gsm7", "gsm7")
        normal_max = SMS_NORMAL_MAX + (text.code == "aviso_previo")  # what the law asks for is said whole
        assert (normal.count <= normal_max, paid.count <= SMS_WORST_MAX) == (True, True)
    elif text.channel == "whatsapp":
        assert len(worst) <= WHATSAPP_MAX
    elif text.channel == "voice":
        assert len(worst) <= 600  # some forty seconds
    else:
        assert 0 < len(render(text.subject, values, items)) <= 150


SAID_ALOUD = {
    "acreedor",
    "acreedor_razon_social",
    "saldo_vencido",
    "saldo_total",
    "cuota",
    "producto",
    "dias_mora",
    "promesa_valor",
}


@pytest.mark.parametrize("text", [one for one in library() if one.channel == "voice"], ids=lambda text: text.code)
def test_a_voice_message_tells_nobody_else_of_the_debt(text: Any) -> None:
    assert not parse(text.body).fields & SAID_ALOUD
    assert {"remitente_neutro", "telefono_acreedor"} <= parse(text.body).fields


def normal_person() -> Any:
    """One obligation, ordinary names, and everything that an event may tell."""
    told = {
        "plan_cuotas": "6", "plan_cuota": "$ 92.000", "plan_fecha": "5 de junio de 2026", "plan_total": "$ 552.000",
        "plan_avance": "2 de 6", "descuento_valor": "$ 40.000", "descuento_total": "$ 145.000",
        "descuento_fecha": "30 de mayo de 2026", "fecha_desde": "1 de junio de 2026", "fecha_nueva": "20 de mayo de 2026",
        "fecha_respuesta": "25 de mayo de 2026", "fecha_limite": "6 de junio de 2026", "pausa_hasta": "5 de agosto de 2026",
        "cita_fecha": "martes 19 de mayo", "cita_hora": "10:00 a. m.", "cita_lugar": "oficina Centro", "caso": "2026-0482",
        "detalle": "El cobro de marzo se corrigió.", "tema": "el horario de atención", "medio": "Bre-B",
        "agencia": "Gestiones Propias", "autoridad": "la Superintendencia", "remitente_neutro": "Servicio BA",
        "codigo": "******", "codigo_minutos": "15", "acuerdo": "6 pagos de $ 92.000, el primero el 5 de junio de 2026",
    }  # fmt: skip
    return person(
        promise_minor=100_00, promise_due_on=TODAY, promise_paid_minor=50_00, payment_minor=1_00, payment_on=TODAY,
        writer="Laura Gómez", extra=told,
    )  # fmt: skip


# --- SMS (3GPP TS 23.038; counts as in smpplib and Twilio's calculator)


@pytest.mark.parametrize(
    ("text", "encoding", "units", "count"),
    [
        ("", "gsm7", 0, 0),
        ("Su cuota por $250.000 vence mañana. Pague en https://p.co/x", "gsm7", 59, 1),
        ("Su cuota venció. Pague aquí", "ucs2", 27, 1),
        ("a" * 160, "gsm7", 160, 1),
        ("a" * 161, "gsm7", 161, 2),
        ("a" * 306, "gsm7", 306, 2),
        ("a" * 307, "gsm7", 307, 3),
        ("€" * 80, "gsm7", 160, 1),
        ("€" * 81, "gsm7", 162, 2),
        ("a" * 152 + "€" + "b" * 10, "gsm7", 164, 2),  # an escape pair is not split
        ("á" * 70, "ucs2", 70, 1),
        ("á" * 71, "ucs2", 71, 2),
        ("á" * 134, "ucs2", 134, 2),
        ("á" * 135, "ucs2", 135, 3),
        ("😀" * 35, "ucs2", 70, 1),
        ("😀" * 36, "ucs2", 72, 2),
    ],
)
def test_segments(text: str, encoding: str, units: int, count: int) -> None:
    found = segments(text)
    assert (found.encoding, found.units, found.count) == (encoding, units, count)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mañana vence: ¿pagó? ¡Sí!", "Mañana vence: ¿pago? ¡Si!"),
        ("“comillas” – guion… • punto", '"comillas" - guion... - punto'),
        ("$\u00a01.000 n.º 3", "$ 1.000 n.o 3"),
        ("₡500 ₦20", "CRC 500 NGN 20"),
        ("Hola 😀❤️ Ana", "Hola Ana"),
        ("ção Łukasz", "cao Łukasz"),  # a letter without an equal stays
        ("محمد", "محمد"),
    ],
)
def test_transliteration(text: str, expected: str) -> None:
    assert transliterate(text) == expected


# --- letters and whole messages


def test_a_letter_escapes_everything_and_loads_nothing() -> None:
    body = 'Hola, <img src=x onerror=alert(1)> & "Ana":\n\n- uno\n- <b>dos</b>\n\nPague: https://p.example/a?b=1&c="2"'
    html = html_letter(subject="<S>", body=body, sender="A & B", language="es", link='https://p.example/a?b=1&c="2"')
    assert "<img" not in html
    assert "<b>dos" not in html
    assert "<li>uno</li>" in html
    assert 'href="https://p.example/a?b=1&amp;c=&quot;2&quot;"' in html
    assert "src=" not in html.replace("src=x", "")
    assert '<html lang="es">' in html


def test_only_our_own_https_link_becomes_a_button() -> None:
    body = "Pague en javascript:alert(1) o http://otro.example"
    for link in ("", "javascript:alert(1)", "http://otro.example"):
        assert "<a" not in html_letter(subject="", body=body, sender="", language="es", link=link)


def test_a_subject_is_one_bounded_line() -> None:
    facts = person(name="Ana\r\nBcc: todos@x.example " + "á" * 300, is_company=True)
    made = compose(channel="email", subject="{acreedor}: {nombre} {nombre} {nombre}", body="Hola", facts=facts)
    assert "\n" not in made.subject
    assert "\r" not in made.subject
    assert len(made.subject) <= SUBJECT_LENGTH_MAX


def test_an_sms_has_neither_subject_nor_html() -> None:
    made = compose(channel="sms", subject="x", body="Pagó {saldo_vencido}", facts=person())
    assert (made.subject, made.body, made.body_html, made.holes) == ("", "Pago $ 185.000", "", ())


def test_holes_are_told() -> None:
    assert compose(channel="sms", subject="", body="{promesa_fecha} {enlace}", facts=person()).holes == (
        "enlace",
        "promesa_fecha",
    )


# --- states and retries


def test_the_table_speaks_of_every_state_of_the_database() -> None:
    assert set(TRANSITIONS) == set(MessageState.values)
    assert {state for events in TRANSITIONS.values() for state in events.values()} <= set(TRANSITIONS)


def test_what_the_table_lacks_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        next_state("sent", "take")
    assert refused.value.code == "message-state"


def test_retries_wait_longer_each_time_and_end() -> None:
    now = datetime(2026, 5, 17, 15, tzinfo=UTC)
    waits = [next_try_at(now, tries) for tries in range(1, TRIES_MAX + 1)]
    assert waits == [now + timedelta(minutes=minutes) for minutes in (1, 5, 20, 60)] + [None]
