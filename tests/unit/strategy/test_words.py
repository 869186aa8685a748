"""What is said of a document in English: every fault and finding of the rules has its sentence, with the document's words in it."""

import ast
import re
from importlib.resources import files
from pathlib import Path

import pytest
from django.utils import translation

from acuerdo.base.sentences import in_reader_language
from acuerdo.negotiation.rules.scripts.document import shipped_names
from acuerdo.strategy.rules.checking import check_document
from acuerdo.strategy.rules.offers import OFFERS, offer_of, offer_words
from acuerdo.strategy.rules.yaml_text import StrategyFaults, read_strategy
from tests.unit.strategy.test_checking import AT, SMALL, TEXTS

RULES = Path(str(files("acuerdo.strategy.rules")))
SPANISH = re.compile(r"[áéíóúñ¿«]|\b(el|la|los|las|debe|debe ser|hay|una|para|nunca|quiso|falta|no es)\b")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("day: 1", "day: uno"),
        ("day: 1", "dya: 1"),
        ("day: 1", "day: 9999"),
        ("when: company", "when: compny"),
        ("when: company", "when: sex == 1"),
        ("when: company", 'when: stage == "erly"'),
        ("when: company", "when: balance > 5"),
        ("when: company", "when: (company"),
        ("channels: [email]", "channels: [fax]"),
        ("channels: [email]", "channels: []"),
        ("channels: [email]", "channels: [email, email]"),
        ('hour: "10:00"', 'hour: "25:00"'),
        ("code: otros", "code: unos"),
        ("title: Corta\n", "title: Corta\ntitle: Otra\n"),
        ("title: Corta\n", "title: Corta\ncontrol_percent: 2.555\n"),
        ("title: Corta\n", "title: Corta\ncontrol_percent: mucho\n"),
        ("title: Corta\n", "title: [Corta\n"),
        ("title: Corta\n", ""),
        ("title: Corta\n", "title: Corta\ncosts: {COP: {sms: 1.005}}\n"),
        ("    day: 1\n", "    day: 1\n    segments: [nadie]\n"),
        ("    day: 1\n", "    day: 1\n    repeat_days: 3\n"),
    ],
)
def test_faults_are_told_in_english(old: str, new: str) -> None:
    with pytest.raises(StrategyFaults) as refused:
        read_strategy(SMALL.replace(old, new, 1))
    with translation.override("en"):
        for fault in refused.value.faults:
            told = in_reader_language(fault.message)
            assert told != fault.message
            assert not SPANISH.search(re.sub(r"“[^”]*”", "", told)), told
        assert in_reader_language(refused.value.message).startswith(("line", "document"))
    with translation.override("es"):
        assert in_reader_language(refused.value.faults[0].message) == refused.value.faults[0].message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"10:00"', '"22:00"'),
        ('"10:00"', '"05:00"'),
        ("temprana_1", "temprana_uno"),
        ("[email]", "[email, letter]"),
        (", when: company", ""),
        ("    day: 1\n", '    day: 1\n    when: weekday == "sun"\n'),
        ("    day: 1\n", "    day: 1\n    offer: hardshp\n"),
        ("    day: 1\n", "    day: 1\n    offer: cualquiera\n"),
        ("[email]", "[email, call]\n    script: Otro"),
        ("title: Corta\n", "title: Corta\ncapacity: {messages: {email: 0}}\n"),
    ],
)
def test_findings_are_told_in_english(old: str, new: str) -> None:
    found = check_document(read_strategy(SMALL.replace(old, new, 1)), TEXTS, ("CO",), AT, shipped_names())
    assert found
    with translation.override("en"):
        for finding in found:
            told = in_reader_language(finding.message)
            assert told != finding.message
            assert not SPANISH.search(re.sub(r"“[^”]*”|\([^)]*\)", "", told)), told


def test_a_guide_that_ships_and_every_offer_may_be_named() -> None:
    for script in shipped_names():
        text = SMALL.replace("[email]", f"[email, call]\n    script: {script}")
        assert [
            one
            for one in check_document(read_strategy(text), TEXTS, ("CO",), AT, shipped_names())
            if one.level == "error"
        ] == []
    for offer in (*OFFERS, "dificultad"):
        text = SMALL.replace("    day: 1\n", f"    day: 1\n    offer: {offer}\n")
        assert [one for one in check_document(read_strategy(text), TEXTS, ("CO",), AT) if one.level == "error"] == []
        assert offer_words(offer, "es") != offer_words(offer, "en")
    assert offer_of("dificultad") == "hardship"
    assert offer_of("x") == offer_words("x", "es") == ""


def test_every_sentence_of_a_refusal_in_the_rules_has_english() -> None:
    """Literals of `Refusal(code, "…")` in the rules of documents: a new one must be added to `locale/en/sentences.toml`."""
    with translation.override("en"):
        for name in ("editing.py", "review.py", "sample_size.py"):
            for call in ast.walk(ast.parse((RULES / name).read_text("utf-8"))):
                if (
                    isinstance(call, ast.Call)
                    and getattr(call.func, "id", "") == "Refusal"
                    and isinstance(call.args[1], ast.Constant)
                ):
                    assert in_reader_language(call.args[1].value) != call.args[1].value
