"""The panels' document: what it must say, told by name and never by value; reading an answer by its paths."""

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.portfolio.rules.limits import credit_limit_in
from acuerdo.portfolio.rules.panels import at_path, facts_in, read_panels

FACT = '[[panel.fact]]\npath = "a"\nlabel = "A"\n'
GOOD = '[[panel]]\ncode = "core"\nkind = "core"\ntitle = "Core"\nurl = "https://core.example/{id_number}"\n' + FACT


def no_secret(_kind: str, _place: str) -> str:
    raise AssertionError


@pytest.mark.parametrize(
    "text",
    [
        "[[panel",  # no TOML
        "panel = 3",
        GOOD.replace('"core"\nkind', '"Core Uno"\nkind'),  # a code that is no address
        GOOD.replace('kind = "core"', 'kind = "fax"'),
        GOOD.replace(FACT, ""),  # nothing to show
        GOOD.replace("{id_number}", "todos"),  # whom?
        GOOD.replace("[[panel.fact]]", 'file = "x"\n[[panel.fact]]'),  # two places
        GOOD.replace("[[panel.fact]]", "seconds_max = 90\n[[panel.fact]]"),
        GOOD + GOOD,  # one code twice
    ],
)
def test_what_cannot_be_used_is_refused(text: str) -> None:
    with pytest.raises(Refusal) as refused:
        read_panels(text, no_secret)
    assert refused.value.code == "panels-invalid"


def test_a_secret_is_read_and_never_told() -> None:
    text = GOOD.replace("[[panel.fact]]", 'token_env = "CORE_TOKEN"\nseconds_max = "s3creto"\n[[panel.fact]]')
    with pytest.raises(Refusal) as refused:
        read_panels(text, lambda kind, place: f"{kind}:{place}")
    assert "s3creto" not in refused.value.message
    spec = read_panels(text.replace('seconds_max = "s3creto"\n', ""), lambda kind, place: f"{kind}:{place}")[0]
    assert spec.token == "env:CORE_TOKEN"
    assert "CORE_TOKEN" not in repr(spec)
    assert read_panels("", no_secret) == ()


@pytest.mark.parametrize(
    ("answer", "path", "found"),
    [
        ({"a": {"b": [{"c": 7}]}}, "a.b.0.c", 7),
        ({"a": []}, "a.0", None),
        ({"a": "texto"}, "a.b", None),
        ([1, 2], "1", 2),
        (None, "a", None),
    ],
)
def test_paths(answer: object, path: str, found: object) -> None:
    assert at_path(answer, path) == found


def test_a_line_is_one_line_and_short() -> None:
    spec = read_panels(GOOD, no_secret)[0]
    assert [one.value for one in facts_in(spec, {"a": "x\u202e\n" + "y" * 900})] == [("x " + "y" * 900)[:200]]
    assert facts_in(spec, {"a": {"no": "line"}}) == ()


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ({"Cupo Aprobado": "8.000.000", "cupo disponible": "1.000"}, ("8.000.000", "1.000")),
        ({"LÍNEA DE CRÉDITO": " 5000 "}, ("5000", "")),
        ({"Cupo": "", "Ocupación": "x"}, ("", "")),
        ({}, ("", "")),
    ],
)
def test_the_limit_is_found_under_its_usual_names(extra: dict[str, object], told: tuple[str, str]) -> None:
    assert credit_limit_in(extra) == told
