"""What a statement says, as texts in the active language: the screen and the PDF lay out the same `Paper`, so no figure differs.

Facts, not labels; *usted*; what can be done before what is owed; every total with the arithmetic behind it (product.md, 11).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from acuerdo.kernel.money import format_minor
from acuerdo.ledger.public import StatementView
from acuerdo.ledger.rules.changes_told import Change
from acuerdo.ledger.rules.classification import RegulatoryClass
from acuerdo.ledger.rules.late_explained import LateLine, RateInForce, Tranche
from acuerdo.ledger.rules.statement_document import InstalmentLine, PaymentLine, StatementDocument
from acuerdo.workspace import wording

COMPONENTS = {
    "principal": gettext_lazy("Capital"),
    "contract_interest": gettext_lazy("Interés corriente"),
    "late_interest": gettext_lazy("Interés de mora"),
    "insurance": gettext_lazy("Seguros"),
    "fees": gettext_lazy("Otros cargos de la cuota"),
    "collection_fee": gettext_lazy("Gastos de cobranza"),
}


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    amount: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class PartRow:
    """One component: what it came to, what was paid and forgiven of it, what is left, and why."""

    label: str
    origin: str
    paid: str
    waived: str
    transferred: str
    owed: str
    why: str


@dataclass(frozen=True, slots=True)
class LateRow:
    period: str
    days: str
    base: str
    rate: str
    daily: str
    amount: str


@dataclass(frozen=True, slots=True)
class LateBlock:
    title: str
    rows: tuple[LateRow, ...]
    accrued: str
    carried: str
    settled: str
    owed: str


@dataclass(frozen=True, slots=True)
class MovementRow:
    """A payment, fee or amount forgiven; `covered` says where each peso went, `receipt` and `entries` lead to the books."""

    day: str
    label: str
    amount: str
    covered: tuple[str, ...]
    receipt: str
    entries: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InstalmentRow:
    number: str
    due: str
    agreed: str
    added: str
    paid: str
    owed: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole statement in words. Lists that do not apply are empty."""

    language: str
    title: str
    holder: str
    creditor: str
    obligation: str
    as_of: str
    summary: str
    source_note: str
    figures: tuple[Figure, ...]
    parts: tuple[PartRow, ...]
    total: str
    late: tuple[LateBlock, ...]
    rate_note: str
    movements: tuple[MovementRow, ...]
    instalments: tuple[InstalmentRow, ...]
    ways_to_pay: tuple[tuple[str, str], ...]
    contact: str
    order_note: str
    notes: tuple[str, ...] = field(default=())

    @property
    def has_transfer(self) -> bool:
        """Whether part of the debt passed to another obligation."""
        return any(row.transferred for row in self.parts)


def paper_of(view: StatementView, obligation: Any, found_class: RegulatoryClass | None, language: str) -> Paper:
    """The paper of an obligation (with `creditor` and `debtor` at hand), in the language active now."""
    document, creditor = view.document, obligation.creditor
    is_core = document.source == "core"
    return Paper(
        language=language,
        title=_("Estado de su obligación"),
        holder=obligation.debtor.full_name,
        creditor=creditor.name,
        obligation=" · ".join(part for part in (obligation.product, obligation.number) if part),
        as_of=wording.long_day(document.as_of),
        summary=_summary(document),
        source_note=_source_note(document, creditor.name),
        figures=tuple(_figures(document)),
        parts=tuple(_parts(document)),
        total=_money(document, document.total_minor),
        late=tuple(_late_block(document, line) for line in document.late),
        rate_note="" if is_core else _rate_note(document),
        movements=tuple(_movements(view)),
        instalments=() if is_core else tuple(_instalments(document)),
        ways_to_pay=() if _passed_on(document) else _ways(creditor),
        contact=" · ".join(part for part in (creditor.phone, creditor.email, creditor.website) if part),
        order_note=_order_note(document),
        notes=tuple(_notes(view, found_class)),
    )


def _ways(creditor: Any) -> tuple[tuple[str, str], ...]:
    return tuple((str(way.get("name", "")), str(way.get("detail", ""))) for way in creditor.ways_to_pay)


def _money(document: StatementDocument, minor: int) -> str:
    return format_minor(minor, document.currency)


def _summary(document: StatementDocument) -> str:
    told = document.statement
    total, due = _money(document, document.total_minor), _money(document, document.due_minor)
    if (passed := _passed_on(document)) is not None:
        where = {"number": passed.about, "day": wording.short_day(passed.on)}
        return _("Esta deuda pasó a la obligación %(number)s el %(day)s. Aquí ya no debe nada.") % where
    if not document.total_minor:
        return _("No tiene saldo pendiente en esta obligación. Gracias.")
    if not document.due_minor:
        return _("El total de su obligación es %(total)s. Hoy no tiene valores pendientes: está al día.") % {
            "total": total
        }
    if told.due_since is None:
        return _("El total de su obligación es %(total)s. De ese total, %(due)s se puede pagar hoy.") % {
            "total": total, "due": due,
        }  # fmt: skip
    sentence = ngettext(
        "El total de su obligación es %(total)s. Con %(due)s queda al día: lo pendiente es desde el %(day)s, hace %(n)s día.",
        "El total de su obligación es %(total)s. Con %(due)s queda al día: lo pendiente es desde el %(day)s, hace %(n)s días.",
        told.days_past_due,
    )
    return sentence % {"total": total, "due": due, "day": wording.short_day(told.due_since), "n": told.days_past_due}


def _passed_on(document: StatementDocument) -> Change | None:
    """The restructuring or refinancing that closed the debt, if one did."""
    if document.total_minor:
        return None
    return next((line for line in document.changes if line.kind in ("restructuring", "refinancing")), None)


def _source_note(document: StatementDocument, creditor: str) -> str:
    if document.source != "core":
        return _(
            "Estas cifras se calculan cuota por cuota con lo pactado, los pagos recibidos y las tasas certificadas."
        )
    if document.core_as_of is None:
        return _("Estas cifras las calcula %(creditor)s.") % {"creditor": creditor}
    told = _("Estas cifras las calcula %(creditor)s y son del %(day)s, cuando el total era %(total)s.") % {
        "creditor": creditor,
        "day": wording.short_day(document.core_as_of),
        "total": _money(document, document.core_total_minor),
    }
    if document.paid_since_minor:
        since = _money(document, document.paid_since_minor)
        told += " " + _("Después de esa fecha recibimos pagos por %(amount)s, ya descontados.") % {"amount": since}
    return told


def _figures(document: StatementDocument) -> Sequence[Figure]:
    told, tomorrow = document.statement, document.tomorrow
    found = [
        Figure(_("Total de la obligación"), _money(document, document.total_minor)),
        Figure(_("Para ponerse al día"), _money(document, document.due_minor)),
    ]
    if tomorrow.missing:
        note = _("Aún no está certificada la tasa de ese mes.")
        found.append(Figure(_("Si paga mañana"), "—", note))
    else:
        found.append(Figure(_("Si paga mañana"), _money(document, tomorrow.due_minor), _tomorrow_note(document)))
    payoff = document.payoff_minor
    if payoff is not None and payoff > document.due_minor:
        note = _("Capital e intereses hasta hoy; los de días que no han pasado no se cobran.")
        found.append(Figure(_("Para pagar hoy toda la deuda"), _money(document, payoff), note))
    if told.next_due_on:
        label = _("Próxima cuota: %(day)s") % {"day": wording.short_day(told.next_due_on)}
        found.append(Figure(label, _money(document, told.next_due_minor)))
    return found


def _tomorrow_note(document: StatementDocument) -> str:
    tomorrow, parts = document.tomorrow, []
    if tomorrow.late_minor:
        parts.append(_("%(amount)s más de interés de mora") % {"amount": _money(document, tomorrow.late_minor)})
    if tomorrow.falls_due_minor > 0:
        parts.append(_("%(amount)s de la cuota que vence") % {"amount": _money(document, tomorrow.falls_due_minor)})
    return _(" y ").join(parts) if parts else _("El valor para ponerse al día no cambia mañana.")


def _parts(document: StatementDocument) -> Sequence[PartRow]:
    return [
        PartRow(
            label=str(COMPONENTS[line.component]),
            origin=_money(document, line.origin_minor),
            paid=_money(document, line.paid_minor),
            waived=_money(document, line.waived_minor) if line.waived_minor else "",
            transferred=_money(document, line.transferred_minor) if line.transferred_minor else "",
            owed=_money(document, line.owed_minor),
            why=_why(document, line.component),
        )
        for line in document.components
        if line.origin_minor or line.component == "principal"
    ]


def _why(document: StatementDocument, component: str) -> str:
    if document.source == "core":
        return _("Cifra informada por el acreedor, menos los pagos recibidos después.")
    told = {
        "principal": _("Todo el capital prestado, menos lo que los pagos y las condonaciones cubrieron."),
        "contract_interest": _(
            "El interés de las cuotas que ya vencieron. El de las cuotas futuras no se cobra todavía."
        ),
        "late_interest": _("El interés de los días de atraso. Abajo está día por día, mes por mes."),
        "insurance": _("Los seguros de las cuotas que ya vencieron."),
        "fees": _("Los cargos pactados de las cuotas que ya vencieron."),
        "collection_fee": _("Gastos de gestiones que sí se hicieron; cada uno aparece abajo con su gestión."),
    }
    return told[component]


def _late_block(document: StatementDocument, line: LateLine) -> LateBlock:
    extra = {one.number for one in document.instalments if one.is_extra}
    told = _("Dinero devuelto, que se debe de nuevo desde el %(day)s") if line.number in extra else ""
    title = (told or _("Cuota %(number)s, que venció el %(day)s")) % {
        "number": line.number,
        "day": wording.short_day(line.due_on),
    }
    return LateBlock(
        title=title,
        rows=tuple(_late_row(document, tranche) for tranche in line.tranches),
        accrued=_money(document, line.accrued_minor),
        carried=_money(document, line.carried_minor) if line.carried_minor else "",
        settled=_money(document, line.settled_minor) if line.settled_minor else "",
        owed=_money(document, line.owed_minor),
    )


def _late_row(document: StatementDocument, tranche: Tranche) -> LateRow:
    period = _("%(first)s a %(last)s") % {"first": _short(tranche.from_on), "last": wording.short_day(tranche.to_on)}
    return LateRow(
        period=wording.short_day(tranche.to_on) if tranche.days == 1 else period,
        days=str(tranche.days),
        base=_money(document, tranche.base_minor),
        rate=_annual(tranche.rate),
        daily=percent(tranche.rate.daily, 10),
        amount=_money(document, tranche.amount_minor),
    )


def _short(day: date) -> str:
    """A day without its year, for the beginning of a span within one month."""
    return wording.short_day(day).rsplit(wording.NBSP, 1)[0].rstrip(",")


def percent(fraction: Decimal, digits: int) -> str:
    """A fraction as per cent with `digits` decimals, written as the language does."""
    text = f"{(fraction * 100):.{digits}f}"
    return f"{text}%" if wording.is_english() else f"{text.replace('.', ',')}{wording.NBSP}%"


def _annual(rate: RateInForce) -> str:
    kinds = {"effective_annual": _("E. A."), "nominal_annual": _("N. A."), "periodic": _("mensual")}
    return f"{percent(rate.annual, 2)} {kinds[rate.kind]}"


def _rate_note(document: StatementDocument) -> str:
    late, rate = document.late_terms, document.rate
    if late is None:
        return _("En esta obligación no se pactó interés de mora.")
    if rate is None:
        return _("Para esta fecha aún no hay tasa máxima certificada.")
    told = _(
        "Interés de mora al %(rate)s: se cobra cada día desde el siguiente al vencimiento, sobre el capital atrasado."
    )
    if late.base == "outstanding_principal":
        told = _(
            "Interés de mora al %(rate)s: se cobra cada día desde el siguiente al vencimiento, sobre todo el capital."
        )
    told = told % {"rate": _annual(rate)} + " " + _("No se cobra interés sobre interés.")
    if rate.cap is None:
        return told
    cap = {"rate": percent(rate.cap.annual, 2), "citation": rate.cap.citation}
    if rate.is_capped:
        return told + " " + _("Es la tasa máxima certificada del mes, menor que la pactada (%(citation)s).") % cap
    return told + " " + _("Está dentro de la tasa máxima certificada, %(rate)s (%(citation)s).") % cap


def _movements(view: StatementView) -> Sequence[MovementRow]:
    document = view.document
    dated = [(line.on, _payment(view, line)) for line in document.payments]
    dated += [(line.on, _change(view, line)) for line in document.changes if line.kind != "write_off"]
    return [row for _on, row in sorted(dated, key=lambda pair: pair[0])]


def _payment(view: StatementView, line: PaymentLine) -> MovementRow:
    document = view.document
    covered = [
        _("%(part)s de la cuota %(number)s: %(amount)s") % {
            "part": COMPONENTS[share.component], "number": share.instalment, "amount": _money(document, share.amount_minor),
        }
        for share in line.shares
    ]  # fmt: skip
    label = _("Pago")
    if line.reversed_on:
        label = _("Pago devuelto el %(day)s") % {"day": wording.short_day(line.reversed_on)}
        covered = [_("No cuenta: el dinero fue devuelto.")]
        if why := view.reversal_reasons.get(line.ref, ""):
            covered.append(_("Motivo: %(why)s") % {"why": why})
    elif document.source == "core":
        covered = [_("El acreedor informa cómo se aplica en su próximo corte.")]
    elif line.is_recovery:
        label = _("Pago después del castigo de la deuda")
        covered.append(_("El acreedor la castigó en sus libros: se sigue debiendo, y este pago la reduce igual."))
    if line.returned_minor:
        amount = _money(document, line.returned_minor)
        covered.append(_("Se le devolvió de su saldo a favor: %(amount)s") % {"amount": amount})
    if line.unallocated_minor and document.source != "core":
        amount = _money(document, line.unallocated_minor)
        covered.append(_("A su favor, para la próxima cuota: %(amount)s") % {"amount": amount})
    return _movement(view, line.ref, line.on, label, line.amount_minor, covered)


def _change(view: StatementView, line: Change) -> MovementRow:
    label, covered = _told(view.document, line)
    return _movement(view, line.uid, line.on, label, line.amount_minor, covered)


def _told(document: StatementDocument, line: Change) -> tuple[str, Sequence[str]]:
    """The label of a change and what it did, a sentence each."""
    match line.kind:
        case "fee":
            return str(COMPONENTS["collection_fee"]), [
                _("Gestión que lo respalda: %(activity)s") % {"activity": line.about}
            ]
        case "waiver":
            parts = ", ".join(sorted({str(COMPONENTS[share.component]) for share in line.shares}))
            return _("Condonación: %(part)s") % {"part": parts}, []
        case "extension":
            return _("Prórroga"), [
                _("La cuota %(number)s ahora vence el %(day)s.")
                % {"number": move.instalment, "day": wording.short_day(move.due_on)}
                for move in line.moves
            ]
        case "settlement":
            return _("Pago total antes del plazo"), _paid_off(document, line)
        case "chargeback":
            return _("Contracargo: el dinero de un pago volvió a quien lo hizo"), _owed_again(document, line)
        case "refund":
            return _("Devolución de su saldo a favor"), _owed_again(document, line)
        case _:
            name = _("Reestructuración") if line.kind == "restructuring" else _("Refinanciación")
            return name, [_("Su deuda pasó a la obligación %(number)s.") % {"number": line.about}]


def _paid_off(document: StatementDocument, line: Change) -> Sequence[str]:
    """What closing early cost and spared."""
    found = []
    if line.spared_minor:
        spared = _money(document, line.spared_minor)
        found.append(_("Interés que ya no se cobra por pagar antes: %(amount)s") % {"amount": spared})
    charge = sum(share.amount_minor for share in line.shares)
    if charge:
        found.append(_("Cargo pactado por pagar antes: %(amount)s") % {"amount": _money(document, charge)})
    return found


def _owed_again(document: StatementDocument, line: Change) -> Sequence[str]:
    return [
        _("Se debe de nuevo, %(part)s: %(amount)s") % {
            "part": str(COMPONENTS[share.component]).lower(), "amount": _money(document, share.amount_minor),
        }
        for share in line.shares
    ]  # fmt: skip


def _movement(
    view: StatementView, ref: str, on: date, label: str, amount_minor: int, covered: Sequence[str]
) -> MovementRow:
    return MovementRow(
        day=wording.short_day(on),
        label=label,
        amount=_money(view.document, amount_minor) if amount_minor else "",
        covered=tuple(covered),
        receipt=view.uids.get(ref, ""),
        entries=tuple(view.transactions.get(ref, ())),
    )


def _instalments(document: StatementDocument) -> Sequence[InstalmentRow]:
    return [_instalment(document, line) for line in document.instalments]


def _instalment(document: StatementDocument, line: InstalmentLine) -> InstalmentRow:
    settled = line.paid_minor + line.waived_minor + line.transferred_minor
    due = wording.short_day(line.due_on)
    if line.was_due_on is not None:
        due = _("%(day)s (antes, %(before)s)") % {"day": due, "before": wording.short_day(line.was_due_on)}
    return InstalmentRow(
        number=_("Devuelto") if line.is_extra else str(line.number),
        due=due,
        agreed=_money(document, line.agreed_minor),
        added=_money(document, line.added_minor) if line.added_minor else "",
        paid=_money(document, settled) if settled else "",
        owed=_money(document, line.owed_minor),
    )


def _order_note(document: StatementDocument) -> str:
    if not document.waterfall:
        return ""
    parts = ", ".join(str(COMPONENTS[component]).lower() for component in document.waterfall)
    if document.order == "component_first":
        return _("Cada pago cubre en este orden, concepto por concepto: %(parts)s.") % {"parts": parts}
    return _("Cada pago cubre primero la cuota más antigua y, dentro de ella, en este orden: %(parts)s.") % {
        "parts": parts
    }


def _notes(view: StatementView, found_class: RegulatoryClass | None) -> Sequence[str]:
    notes, document = [], view.document
    if view.carried_minor:
        amount = _money(document, view.carried_minor)
        carried = _(
            "Sus cuotas incluyen %(amount)s de intereses y cargos de la deuda anterior, que no causan intereses."
        )
        notes.append(carried % {"amount": amount})
    if document.statement.unallocated_minor:
        amount = _money(document, document.statement.unallocated_minor)
        notes.append(_("Tiene %(amount)s a su favor, que se usarán en la próxima cuota.") % {"amount": amount})
    for first, last in document.pauses:
        span = {"first": wording.short_day(first), "last": wording.short_day(last)}
        notes.append(_("Del %(first)s al %(last)s no se cobra interés de mora.") % span)
    if found_class is not None:
        told = {"code": found_class.code, "citation": found_class.table.citation}
        notes.append(_("Clasificación según los días de atraso: %(code)s (%(citation)s).") % told)
    notes.append(_("Si algo no coincide con sus cuentas, díganoslo: lo revisamos y le respondemos por escrito."))
    return notes
