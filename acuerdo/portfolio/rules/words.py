"""The words that files use for kinds, states, roles, documents and currencies, and ours for them."""

import re
from collections.abc import Mapping

from acuerdo.kernel.money import EXPONENTS
from acuerdo.kernel.national_id import kinds_of
from acuerdo.kernel.text import fold
from acuerdo.portfolio.rules.stops import FLAGS, STATE_WORDS

# Ours → the words of files, separated by commas.
_STATUS = {
    "active": "activo, activa, vigente, vencido, vencida, en mora, mora, moroso, al dia, normal, cpp, deficiente, dudoso, perdida,"
    "judicial, juridico, juridica, prejuridico, prejuridica, refinanciado, reestructurado, reprogramado, pendiente, abierto, open,"
    "current, administrativa, asignada, asignado," + ",".join(word for words in STATE_WORDS.values() for word in words),
    "paid": "pagado, pagada, cancelado, cancelada, saldado, saldada, closed, liquidado, pago total, paz y salvo",
    "written_off": "castigado, castigada, castigo, cartera castigada, charged off",
    "sold": "vendido, vendida, cedida, cedido",
    "returned": "devuelto, devuelta",
    "unassigned": "desasignada, desasignado, retirada, retirado",
}
_ROLE = {
    "debtor": "titular, deudor, principal, cliente, deudor principal, t",
    "co_debtor": "co titular, cotitular, codeudor, codeudora, co deudor, deudor solidario, conyuge, c",
    "guarantor": "aval, avalista, fiador, fiadora, garante, fiador solidario, a, g",
    "reference": "referencia, referencia personal, referencia familiar, referencia comercial, r",
}
_KIND = {
    "card": "tarjeta, tarjeta de credito, tdc, tc",
    "invoice": "factura, facturas",
    "loan": "credito, prestamo, consumo, comercial, microcredito, vivienda, libranza, hipotecario, vehicular, mype, pyme, personal",
}
_FREQUENCY = {
    "monthly": "mensual, mes, m, 30",
    "biweekly": "quincenal, quincena, catorcenal, q, 15, 14",
    "weekly": "semanal, semana, s, 7",
}
_METHOD = {
    "french": "francesa, frances, cuota fija",
    "german": "alemana, aleman, capital constante",
    "bullet": "al vencimiento, pago unico",
}
_RATE_KIND = {
    "effective_annual": "ea, e a, efectiva anual, efectivo anual, tea",
    "nominal_annual": "na, n a, nominal anual, tna, nominal, nmv",
    "periodic": "mensual, mv, periodica, em, tem",
}
_FLAG = {"1": "si, s, yes, y, true, verdadero, x", "0": "no, n, false, falso"}
_TABLES: Mapping[str, Mapping[str, str]] = {
    "status": _STATUS,
    "participant_role": _ROLE,
    "kind": _KIND,
    "frequency": _FREQUENCY,
    "method": _METHOD,
    "rate_kind": _RATE_KIND,
    **dict.fromkeys(FLAGS, _FLAG),
}


def plain(text: str) -> str:
    """A word for comparing: no accents, case, punctuation."""
    return " ".join(re.findall(r"[a-z0-9]+", fold(text)))


def _expanded(table: Mapping[str, str]) -> dict[str, str]:
    words: dict[str, str] = {}
    for ours, theirs in table.items():
        for phrase in (ours, *theirs.split(",")):
            words.setdefault(plain(phrase), ours)
    return words


WORDS: dict[str, dict[str, str]] = {field: _expanded(table) for field, table in _TABLES.items()}


def choice_of(field: str, text: str, own: Mapping[str, str]) -> str | None:
    """Our word for a file's word in a choice field, by the profile's `own` words first; None when neither knows it."""
    word = plain(text)
    for theirs, ours in own.items():
        if plain(theirs) == word:
            return ours
    return WORDS[field].get(word)


_CURRENCIES = {
    "pesos": "COP", "peso": "COP", "peso colombiano": "COP", "pesos colombianos": "COP", "soles": "PEN", "sol": "PEN", "s": "PEN",
    "nuevos soles": "PEN", "mn": "PEN", "moneda nacional": "PEN", "dolares": "USD", "dolar": "USD", "us": "USD", "me": "USD",
    "moneda extranjera": "USD", "usd": "USD",
}  # fmt: skip


def currency_of(text: str, default: str) -> str | None:
    """The ISO code of a currency word; "$" is the profile's own currency; None when unknown."""
    bare = text.strip().upper()
    if bare in EXPONENTS:
        return bare
    if bare == "$":
        return default
    return _CURRENCIES.get(plain(text))


# Codes of the tax authorities beside the usual words: DIAN (13 CC, 31 NIT, 22 CE, 41 passport), SUNAT (1, 4, 6, 7).
_ID_TYPES: Mapping[str, Mapping[str, str]] = {
    "CO": {
        "c": "CC", "cc": "CC", "cedula": "CC", "cedula de ciudadania": "CC", "cedula ciudadania": "CC", "13": "CC", "n": "NIT",
        "nit": "NIT",
        "31": "NIT", "ce": "CE", "cedula de extranjeria": "CE", "cedula extranjeria": "CE", "22": "CE", "ti": "TI",
        "tarjeta de identidad": "TI", "12": "TI", "ppt": "PPT", "pep": "PPT", "permiso por proteccion temporal": "PPT",
    },
    "PE": {
        "dni": "DNI", "1": "DNI", "01": "DNI", "le": "DNI", "ruc": "RUC", "6": "RUC", "06": "RUC", "ce": "CE", "4": "CE", "04": "CE",
        "carne de extranjeria": "CE", "carnet de extranjeria": "CE",
    },
}  # fmt: skip
_ANYWHERE = {"p": "PAS", "pa": "PAS", "pas": "PAS", "pasaporte": "PAS", "passport": "PAS", "41": "PAS", "7": "PAS", "07": "PAS",
             "other": "OTHER", "otro": "OTHER", "interno": "OTHER"}  # fmt: skip


def id_type_of(text: str, country: str) -> str | None:
    """The kind of document a file's word means in a country; None when unknown."""
    word = plain(text)
    for spelling in (word, word.replace(" ", "")):
        known = _ID_TYPES.get(country, {}).get(spelling) or _ANYWHERE.get(spelling)
        if known:
            return known
    return next((kind for kind in kinds_of(country) if kind.lower() == word.replace(" ", "")), None)


def guess_id_type(number: str, country: str) -> str:
    """The kind of document by the number's form, for files that do not say it: companies' numbers are recognisable."""
    digits = re.sub(r"\D", "", number)
    if country == "CO":
        return "NIT" if re.search(r"\d-\d$", number.strip()) or (len(digits) == 9 and digits[0] in "89") else "CC"
    if country == "PE":
        return "RUC" if len(digits) == 11 else "CE" if len(digits) == 9 else "DNI"
    kinds = kinds_of(country)
    return kinds[0] if kinds else "OTHER"
