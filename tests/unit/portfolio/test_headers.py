"""Column names: one key for every spelling, one field for every name."""

import pytest
import yaml

from acuerdo.portfolio.imports.reading import header_dictionary, shipped_profiles
from acuerdo.portfolio.rules.headers import find_header_row, header_key, map_columns, unique_names
from acuerdo.portfolio.rules.profile import profile_from_document

KNOWN = header_dictionary()


@pytest.mark.parametrize(
    "spelling",
    [
        "Nro. de Obligación",
        "NUM_OBLIGACIONES",
        "numeroObligacion",
        "número obligación ",
        "No Obligación",
        "N° de la obligación",
    ],
)
def test_spellings_share_a_key(spelling: str) -> None:
    assert header_key(spelling) == "numeroobligacion"


@pytest.mark.parametrize(
    ("header", "field"),
    [
        # Colombia
        ("numero_obligacion", "obligation_number"), ("nit", "id_number"), ("identificación", "id_number"),
        ("tipo_identificacion", "id_type"), ("nombre", "name"), ("telefono", "phone"),
        ("valor_obligacion", "principal"), ("valor_vencido", "balance_due"),
        ("valor_cuota", "instalment_amount"), ("dias_de_mora", "days_past_due"), ("intereses_corrientes", "balance_contract_interest"),
        ("intereses_mora", "balance_late_interest"), ("cuotas_vencidas", "instalments_overdue"), ("fecha_castigo", "written_off_on"),
        ("DIASDEMORA", "days_past_due"), ("Fec. Vcto", "due_on"), ("Vlr Cuota", "instalment_amount"),
        ("SALDO TOTAL ($)", "balance_total"),
        # Peru
        ("numero_operacion", "obligation_number"), ("cuenta", "account_number"), ("dni", "id_number"),
        ("monto_capital", "balance_principal"),        ("monto_total", "balance_total"),
        ("importe_desembolso", "principal"), ("telefono3", "phone"), ("distrito", "city"),
        ("agencia", "branch"), ("situacion", "status"),
        # never kept
        ("Motivo de la mora", "forbidden"), ("causal_no_pago", "forbidden"), ("fecha_nacimiento", "not_kept"),
        # others
        ("calificacion_obligacion", None), ("dias_mora_2", None),
    ],
)  # fmt: skip
def test_usual_names(header: str, field: str | None) -> None:
    assert KNOWN.field_of(header) == field


def test_a_profiles_own_names_rule_and_single_fields_take_one_column() -> None:
    mapped = map_columns(["saldo", "saldo_total", "mi saldo", "tel1", "tel2"], KNOWN, {"mi saldo": "balance_total"})
    assert mapped.fields["balance_total"] == ("mi saldo",)
    assert mapped.fields["phone"] == ("tel1", "tel2")
    assert mapped.extra == ("saldo", "saldo_total")


def test_the_header_is_found_under_titles() -> None:
    rows = [["Cartera de marzo", "", ""], ["", "", ""], ["cedula", "nombre", "saldo"], ["52123456", "Ana", "5"]]
    assert find_header_row(rows, KNOWN, {}) == 2
    assert find_header_row([["a", "b"], ["1", "2"]], KNOWN, {}) == 0
    assert find_header_row([["1", "2"], [""]], KNOWN, {}) == -1


def test_names_that_repeat_or_are_missing_get_their_own() -> None:
    assert unique_names(["tel", "", "tel", "tel"]) == ["tel", "Columna 2", "tel (2)", "tel (3)"]


@pytest.mark.parametrize("name", sorted(shipped_profiles()))
def test_a_shipped_profile_survives_being_stored(name: str) -> None:
    profile = shipped_profiles()[name]
    assert profile_from_document(yaml.safe_load(yaml.safe_dump(profile.to_document()))) == profile
