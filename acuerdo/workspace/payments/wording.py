"""The words of the payment screens: how a credit found its obligation, why it waits, and why an obligation is proposed."""

from django.utils.translation import gettext_lazy as _

CLUE_WORDS = {
    "number": _("Por el número de la obligación"),
    "number-in-text": _("Por el número escrito en el concepto"),
    "document": _("Por el documento de quien pagó"),
    "document-amount": _("Por el documento y el valor exacto"),
    "split": _("Repartido: primero lo más antiguo"),
}
REASON_WORDS = {
    "no-match": _("La referencia no corresponde a ninguna obligación"),
    "number-ambiguous": _("El número puede ser de varias obligaciones"),
    "number-in-text": _("El concepto menciona una obligación, pero nada más lo confirma"),
    "obligation-closed": _("La obligación ya está pagada o salió de la cartera"),
    "other-currency": _("El abono está en otra moneda que la obligación"),
    "document-ambiguous": _("Aparecen documentos de varias personas"),
    "several-obligations": _("La persona tiene varias obligaciones abiertas"),
    "no-open-obligation": _("La persona no tiene obligaciones abiertas"),
    "future-date": _("La fecha del abono es posterior a hoy"),
    "ledger-refused": _("La obligación no admite el pago todavía; revise sus condiciones"),
}
WHY_WORDS = {
    "number": _("tiene ese número"),
    "number-in-text": _("el concepto dice su número"),
    "document": _("es del mismo documento"),
    "amount-due": _("el valor es justo lo vencido"),
    "amount-instalment": _("el valor es justo la próxima cuota"),
    "amount-total": _("el valor es justo el saldo total"),
    "only-open": _("es la única abierta de la persona"),
}
STRENGTH_WORDS = {
    "high": (_("Muy probable"), "ok"),
    "middle": (_("Posible"), "info"),
    "low": (_("Poco probable"), "quiet"),
}
PASSED_WORDS = {
    "debit": _("Salida de dinero"),
    "reversal": _("Reverso del banco"),
    "not-booked": _("Movimiento aún no contabilizado"),
    "zero-amount": _("Valor en cero"),
}
FORMAT_WORDS = {
    "auto": _("Reconocer por su contenido"),
    "csv": _("CSV, Excel o Parquet"),
    "asobancaria2001": _("Asobancaria 2001 (recaudo)"),
    "camt": "ISO 20022 camt.053 / camt.054",
    "mt940": "SWIFT MT940 / MT942",
}
STATUS_WORDS = {
    "previewed": (_("En revisión"), "info"),
    "running": (_("En curso"), "warn"),
    "done": (_("Aplicado"), "ok"),
    "failed": (_("En cuarentena"), "bad"),
}
CREDIT_WORDS = {
    "open": (_("Por identificar"), "warn"),
    "assigned": (_("Aplicado"), "ok"),
    "returned": (_("Devuelto"), "quiet"),
}
PHASE_WORDS = {"reading": _("Leyendo el archivo"), "merging": _("Buscando de quién es cada pago")}


def passed_word(reason: str) -> str:
    """A record that is no payment, in words; the bank's own return codes stay as they came."""
    kind, _separator, code = reason.partition("-")
    if kind == "returned":
        return str(_("Recaudo devuelto (código %(code)s)") % {"code": code})
    return str(PASSED_WORDS.get(reason, reason))
