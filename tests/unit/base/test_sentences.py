"""What refusals say reaches a reader of English: whole, with its values, with a sentence inside, and several in a row."""

import json
import subprocess
import sys

import pytest
from django.utils import translation

from acuerdo.base.sentences import in_reader_language, in_terminal_language, say_refusal
from acuerdo.kernel.errors import Place, Refusal
from acuerdo.policy.rules import load_pack, pack_codes
from acuerdo.portfolio.rules.rejects import SENTENCES as ROW_SENTENCES
from acuerdo.portfolio.rules.rejects import sentence


@pytest.mark.parametrize("code", sorted(ROW_SENTENCES))
def test_a_row_is_told_in_english_with_its_value(code: str) -> None:
    spanish = sentence(code, "1.23E+09")
    with translation.override("en"):
        english = in_reader_language(spanish)
    assert english != spanish
    assert ("1.23E+09" in english) == ("1.23E+09" in spanish)
    with translation.override("es"):
        assert in_reader_language(spanish) == spanish


def test_a_sentence_inside_another_is_told_too_and_an_unknown_one_stays() -> None:
    with translation.override("en"):
        assert in_reader_language("El archivo no se cargó: la fecha «20260231» no existe.") == (
            "The file was not loaded: the date “20260231” does not exist."
        )
        assert in_reader_language("") == ""
        assert in_reader_language("Lo que nadie escribió.") == "Lo que nadie escribió."


def test_a_value_with_line_breaks_and_braces_is_only_a_value() -> None:
    with translation.override("en"):
        assert in_reader_language("«{0}\n{x}» no es un número.") == "“{0}\n{x}” is not a number."


def test_the_reasons_of_several_rules_are_told_one_by_one() -> None:
    said = "La persona no ha autorizado este canal: SMS (art. 2). Hoy ya se contactó a la persona: máximo una vez al día (art. 3)."
    with translation.override("en"):
        assert in_reader_language(said) == (
            "The person has not authorised this channel (art. 2)."
            " The person was already contacted today: once a day at most (art. 3)."
        )


@pytest.mark.parametrize("code", sorted(pack_codes()))
def test_every_rule_of_every_pack_speaks_english(code: str) -> None:
    facts = {"channel": "llamada", "hold": "deuda en disputa", "used": "correo"}
    with translation.override("en"):
        for rule in load_pack(code).rules:
            told = in_reader_language(rule.reason.format(**facts))
            assert told == rule.reason_en, rule.id


def test_the_place_of_the_trouble_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = Refusal("x", "«marte» no es un objeto.", Place("a.csv", 3, "zona"))
    monkeypatch.setenv("ACUERDO_LANG", "en")
    assert say_refusal(refusal, in_terminal_language).startswith("a.csv, row 3, column zona: ")
    monkeypatch.setenv("ACUERDO_LANG", "es")
    assert say_refusal(refusal, in_terminal_language) == str(refusal)


@pytest.mark.parametrize(
    ("language", "said"),
    [("es", "«marte» no es una zona horaria IANA"), ("en", "“marte” is not an IANA time zone")],
)
def test_a_command_refuses_in_the_language_of_the_terminal(language: str, said: str) -> None:
    question = {"pack": "co", "at": "2026-11-17T10:00:00-05:00", "channel": "sms", "timezone": "marte"}
    command = [sys.executable, "-m", "acuerdo.config.cli.main", "policy", "check"]
    done = subprocess.run(
        command, input=json.dumps(question), capture_output=True, text=True, check=False, timeout=60,
        env={"ACUERDO_LANG": language, "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 1
    assert said in done.stdout + done.stderr
