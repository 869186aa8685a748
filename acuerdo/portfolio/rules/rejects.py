"""Why a row is not loaded: a stable code and a Spanish sentence that says what to correct."""

from dataclasses import dataclass

from acuerdo.portfolio.rules.cells import shown

SENTENCES: dict[str, str] = {
    "row-too-long": "La fila tiene más celdas que columnas la cabecera; revise separadores o comillas de más.",
    "row-too-short": "La fila tiene menos celdas que columnas la cabecera; puede estar cortada.",
    "cell-missing": "Falta este dato y es obligatorio.",
    "number-malformed": "«{value}» no es un número.",
    "number-ambiguous": "«{value}» puede leerse de dos maneras; escriba los decimales o quite el separador.",
    "number-other-style": "«{value}» usa otro separador decimal que el resto de la columna.",
    "number-scientific": "«{value}» viene en notación científica y perdió cifras; dé formato de número a la columna.",
    "number-too-large": "«{value}» es demasiado grande para ser un valor.",
    "negative-balance": "El valor «{value}» es negativo; un saldo a favor no se carga como deuda.",
    "date-impossible": "«{value}» no existe en el calendario.",
    "date-malformed": "«{value}» no es una fecha.",
    "date-ambiguous": "«{value}» puede ser día/mes o mes/día; use el formato AAAA-MM-DD.",
    "date-other-order": "«{value}» tiene el mes y el día en otro orden que el resto de la columna.",
    "date-out-of-range": "La fecha «{value}» no es razonable.",
    "rate-out-of-range": "La tasa «{value}» no es razonable.",
    "choice-unknown": "No conocemos el valor «{value}» de esta columna; indíquelo en el perfil.",
    "currency-unknown": "No conocemos la moneda «{value}»; use un código ISO como COP o PEN.",
    "id-scientific": "«{value}» viene en notación científica: Excel perdió cifras. Dé formato de texto a la columna y vuelva a exportar.",
    "id-rounded": "«{value}» tiene más de 15 cifras y Excel las redondeó. Dé formato de texto a la columna y vuelva a exportar.",
    "id-malformed": "El documento «{value}» no tiene la forma de su tipo.",
    "id-check-digit": "El dígito de verificación del documento «{value}» no corresponde.",
    "id-type-unknown": "No conocemos el tipo de documento «{value}».",
    "formula-without-result": "La celda tiene una fórmula sin resultado guardado; abra y guarde el libro en Excel.",
    "cell-error": "La celda muestra el error «{value}».",
    "text-unreadable": "Hay letras que no se pueden leer; guarde el archivo en UTF-8.",
    "text-too-long": "El texto es más largo de lo que cabe.",
    "obligation-rows-disagree": "La obligación «{value}» aparece en varias filas que no coinciden.",
    "obligation-other-debtor": "La obligación «{value}» pertenece a otro titular en la cartera cargada; aclárelo con el acreedor.",
    "obligation-unknown": "La obligación «{value}» no está en la cartera.",
    "debtor-id-type-changes": "El documento «{value}» aparece con otro tipo de documento.",
    "debtor-names-disagree": "El documento «{value}» aparece con nombres de personas distintas.",
    "currency-changes": "La obligación «{value}» cambia de moneda.",
    "instalment-number-repeated": "La cuota «{value}» de la obligación está repetida.",
    "instalments-do-not-sum": "Las cuotas no suman el capital del crédito ({value}).",
    "participant-without-obligation": "La fila de codeudor o avalista no tiene una fila de titular de la misma obligación.",
    "balance-below-due": "El saldo vencido es mayor que el saldo total ({value}).",
    "components-above-total": "Los componentes suman más que el saldo total ({value}).",
    "payment-repeated": "El pago «{value}» ya está registrado con otro valor.",
    "payment-future": "La fecha de pago «{value}» es posterior a hoy.",
    "payment-not-positive": "El valor del pago «{value}» debe ser mayor que cero.",
}


@dataclass(frozen=True, slots=True)
class Reject:
    """`row` as the person counts it in their file (1 is the first line of the file)."""

    row: int
    column: str
    code: str
    value: str = ""

    @property
    def message(self) -> str:
        return sentence(self.code, self.value)


def sentence(code: str, value: str = "") -> str:
    """The Spanish sentence of a reject; raises KeyError for a code that is not in the table."""
    text = shown(value)
    return SENTENCES[code].format(value=text if len(text) <= 60 else text[:57] + "…")
