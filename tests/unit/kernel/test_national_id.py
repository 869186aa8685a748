"""Documents: one normal form each, and an honest verdict on the check digit."""

import pytest

from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.national_id import kinds_of, nit_check_digit, parse_national_id


@pytest.mark.parametrize(
    ("text", "kind", "country", "number", "verdict"),
    [
        ("1.020.345.678", "CC", "CO", "1020345678", "none"),
        ("1020345678.0", "CC", "CO", "1020345678", "none"),  # a spreadsheet's number cell
        ("12", "CC", "CO", "12", "malformed"),
        ("X123", "CC", "CO", "X123", "malformed"),
        ("890.903.938-8", "NIT", "CO", "890903938", "verified"),
        ("8909039388", "NIT", "CO", "890903938", "verified"),
        ("890903938", "NIT", "CO", "890903938", "none"),
        ("890903938-7", "NIT", "CO", "890903938", "wrong"),
        ("8909039387", "NIT", "CO", "890903938", "wrong"),
        ("1020345678", "NIT", "CO", "1020345678", "none"),  # a person's NIT is the cédula of ten digits
        ("8765432", "DNI", "PE", "08765432", "none"),  # the sheet ate the zero
        ("10117410-2", "DNI", "PE", "10117410", "verified"),
        ("10117410-3", "DNI", "PE", "10117410", "wrong"),
        ("1234", "DNI", "PE", "1234", "malformed"),
        ("001234567", "CE", "PE", "001234567", "none"),
        ("20100047218", "RUC", "PE", "20100047218", "verified"),
        ("20100047219", "RUC", "PE", "20100047219", "wrong"),
        ("12.345.678-5", "RUT", "CL", "123456785", "verified"),
        ("12.345.678-4", "RUT", "CL", "123456784", "wrong"),
        ("BOXW310820HNERXN09", "CURP", "MX", "BOXW310820HNERXN09", "verified"),
        ("GODE561231GR8", "RFC", "MX", "GODE561231GR8", "verified"),
        ("20.123.456", "DNI", "AR", "20123456", "none"),
        ("20-05536168-2", "CUIT", "AR", "20055361682", "verified"),
        ("171430710-3", "CI", "EC", "1714307103", "verified"),
        ("1792060346001", "RUC", "EC", "1792060346001", "verified"),
        ("390.533.447-05", "CPF", "BR", "39053344705", "verified"),
        ("16.727.230/0001-97", "CNPJ", "BR", "16727230000197", "verified"),
        ("AB-123456", "PAS", "CO", "AB123456", "none"),
        ("cliente 7", "OTHER", "PE", "CLIENTE7", "none"),
    ],
)
def test_normal_form_and_verdict(text: str, kind: str, country: str, number: str, verdict: str) -> None:
    found = parse_national_id(text, kind=kind, country=country)
    assert (found.number, found.verdict) == (number, verdict)
    assert found.is_acceptable == (verdict in ("verified", "none"))


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("1.23E+09", "CC", "number-damaged-by-spreadsheet"),
        ("  ", "CC", "empty-national-id"),
        ("1", "ZZ", "unknown-national-id-kind"),
    ],
)
def test_refusals(text: str, kind: str, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        parse_national_id(text, kind=kind, country="CO")
    assert refusal.value.code == code


def test_companies_are_told_from_people() -> None:
    assert parse_national_id("890903938-8", kind="NIT", country="CO").is_company
    assert not parse_national_id("1020345678", kind="NIT", country="CO").is_company
    assert parse_national_id("20100047218", kind="RUC", country="PE").is_company
    assert parse_national_id("16727230000197", kind="CNPJ", country="BR").is_company
    assert not parse_national_id("10117410", kind="DNI", country="PE").is_company


def test_kinds_and_check_digit() -> None:
    assert kinds_of("PE") == ["DNI", "CE", "RUC", "PAS", "OTHER"]
    assert nit_check_digit("900123456") == "8"
