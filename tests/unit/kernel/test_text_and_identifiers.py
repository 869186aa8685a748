"""Texts for comparing, and identifiers that leave the system."""

from datetime import UTC, datetime

import pytest

from acuerdo.kernel import text
from acuerdo.kernel.errors import Place, Refusal
from acuerdo.kernel.identifiers import new_uid
from acuerdo.kernel.verdict import RuleOutcome, Verdict


def test_texts_compare_without_accents_case_and_spaces() -> None:
    assert text.fold("  Nº   CÉDULA\u200b ") == "no cedula"
    assert text.header_key("Nº de Identificación (CC)") == "no_de_identificacion_cc"
    assert text.name_key("PÉREZ  Ana María") == text.name_key("ana maria perez")
    assert text.squeeze("a\u00a0 b\tc\x00") == "a b c"


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("MARÍA DE LA CRUZ  PÉREZ", "María de la Cruz Pérez"),
        ("josé lópez-mora", "José López-Mora"),
        ("Ana McDonald", "Ana McDonald"),
    ],
)
def test_people_are_greeted_by_a_written_name(raw: str, shown: str) -> None:
    assert text.person_name(raw) == shown


def test_identifiers_follow_time() -> None:
    early, late = (new_uid(datetime(2026, 1, day, tzinfo=UTC), bytes(10)) for day in (1, 2))
    assert early < late
    assert early.version == 7
    with pytest.raises(ValueError, match="aware"):
        new_uid(datetime(2026, 1, 1))  # noqa: DTZ001  # naive on purpose
    with pytest.raises(ValueError, match="10 random"):
        new_uid(datetime(2026, 1, 1, tzinfo=UTC), b"x")
    with pytest.raises(ValueError, match="outside"):
        new_uid(datetime(1960, 1, 1, tzinfo=UTC))


def test_a_refusal_says_where() -> None:
    assert str(Refusal("x", "No se puede.", Place("a.csv", 3, "saldo"))) == "a.csv, fila 3, columna saldo: No se puede."
    assert str(Refusal("x", "No se puede.")) == "No se puede."


def test_a_verdict_is_written_as_the_contract_says() -> None:
    outcome = RuleOutcome("co.ley2300.art3.hours", "deny", "Ley 2300 de 2023, art. 3", "Fuera de horario.")
    at = datetime(2026, 7, 14, 7, tzinfo=UTC)
    verdict = Verdict("deny", (outcome,), at, "co-2026.1")
    assert not verdict.is_allowed
    assert verdict.as_json() == {
        "verdict": "deny",
        "rules": [
            {
                "id": "co.ley2300.art3.hours",
                "verdict": "deny",
                "citation": "Ley 2300 de 2023, art. 3",
                "reason": "Fuera de horario.",
            }
        ],
        "next_allowed_at": "2026-07-14T07:00:00+00:00",
        "pack_version": "co-2026.1",
    }
