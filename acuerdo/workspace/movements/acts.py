"""What may be recorded on an obligation: one row an act, with who is offered it, its form, and the ledger's action behind it.

Who may forgive what, write off and take back is the ledger's to say (`ledger.rules.authority`), and its actions ask again. Where
the lender's core keeps the balances, only money is recorded here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from acuerdo.base.models import Role, User
from acuerdo.ledger.public import (
    annul_event,
    charge_back,
    extend_due_dates,
    forgivable_by,
    instalments_of,
    may_take_back,
    pause_late_interest,
    put_off_from,
    record_payment,
    resume_late_interest,
    return_credit,
    reverse_payment,
    settle_in_full,
    waive,
    write_off,
)
from acuerdo.negotiation.public import charge_collection_fee
from acuerdo.workspace.access import DIRECTOR, SUPERVISOR
from acuerdo.workspace.movements import forms

SOURCE = "mesa"


@dataclass(frozen=True, slots=True)
class Asked:
    """A form's answers on one obligation. `movements` maps the uid of each movement to its key in the ledger."""

    obligation: Any
    told: Mapping[str, Any]
    movements: Mapping[str, int]
    today: date
    now: datetime
    by: User

    @property
    def who(self) -> dict[str, Any]:
        return {"now": self.now, "actor": self.by.username}

    @property
    def authority(self) -> dict[str, Any]:
        return {"now": self.now, "by": self.by}

    @property
    def movement(self) -> int:
        return self.movements[self.told["movement"]]


@dataclass(frozen=True, slots=True)
class Act:
    """`offers` names what the form's choices list; `is_of_one` acts on a movement of the list, opened from its row."""

    key: str
    label: Promise
    hint: Promise
    form: type[forms.ReasonForm]
    run: Callable[[Asked], object]
    roles: frozenset[Role] = frozenset({SUPERVISOR, DIRECTOR})
    offers: str = ""
    is_of_one: bool = False
    for_core: bool = False


def _pay(asked: Asked) -> object:
    told = asked.told
    return record_payment(
        asked.obligation.pk, amount_minor=told["amount"], paid_on=told["on"], source=SOURCE, external_ref=told["reference"], **asked.who
    )  # fmt: skip


def _extend(asked: Asked) -> object:
    told = asked.told
    dues = {row.number: row.due_on for row in instalments_of(asked.obligation.pk)[1]}
    moves = put_off_from(dues, int(told["instalment"]), told["due_on"], with_later=told["rest"])
    return extend_due_dates(asked.obligation.pk, moves, extended_on=asked.today, reason=told["reason"], **asked.who)


def _pause(asked: Asked) -> object:
    told = asked.told
    return pause_late_interest(
        asked.obligation.pk, from_on=told["from_on"], to_on=told["to_on"], reason=told["reason"], **asked.who
    )


def _resume(asked: Asked) -> object:
    return resume_late_interest(asked.movement, resumed_on=asked.told["on"], reason=asked.told["reason"], **asked.who)


def _waive(asked: Asked) -> object:
    told = asked.told
    return waive(
        asked.obligation.pk, told.get("component", "principal"), told["amount"], waived_on=asked.today,
        reason=told["reason"], **asked.authority,
    )  # fmt: skip


def _settle(asked: Asked) -> object:
    return settle_in_full(asked.obligation.pk, settled_on=asked.told["on"], reason=asked.told["reason"], **asked.who)


def _write_off(asked: Asked) -> object:
    return write_off(
        asked.obligation.pk, written_off_on=asked.told["on"], reason=asked.told["reason"], **asked.authority
    )


def _charge(asked: Asked) -> object:
    told = asked.told
    return charge_collection_fee(
        int(told["attempt"]), told["amount"], charged_on=asked.today, reason=told["reason"], **asked.who
    )


def _refund(asked: Asked) -> object:
    told = asked.told
    return return_credit(
        asked.obligation.pk, told["amount"], returned_on=told["on"], reference=told["reference"], reason=told["reason"], **asked.who
    )  # fmt: skip


def _charge_back(asked: Asked) -> object:
    told = asked.told
    return charge_back(
        asked.movement, told["amount"], charged_back_on=told["on"], reference=told["reference"], reason=told["reason"], **asked.who
    )  # fmt: skip


def _reverse(asked: Asked) -> object:
    told = asked.told
    return reverse_payment(
        asked.movement,
        reversed_on=told["on"],
        external_ref=f"reverso {asked.movement}",
        reason=told["reason"],
        **asked.who,
    )


def _annul(asked: Asked) -> object:
    return annul_event(asked.movement, reason=asked.told["reason"], **asked.authority)


ACTS: dict[str, Act] = {
    act.key: act
    for act in (
        Act(
            "pago",
            _("Registrar un pago"),
            _("Si la deuda ya estaba castigada, cuenta como recuperación."),
            forms.PaymentForm,
            _pay,
            for_core=True,
        ),
        Act(
            "prorroga",
            _("Prórroga"),
            _("Aplaza vencimientos. La mora causada hasta hoy se sigue debiendo."),
            forms.ExtensionForm,
            _extend,
            offers="instalments",
        ),
        Act(
            "pausa",
            _("Pausar la mora"),
            _("Esos días, ambos incluidos, no causan interés de mora; los días de atraso siguen contando."),
            forms.PauseForm,
            _pause,
        ),
        Act(
            "condonacion",
            _("Condonar intereses o gastos"),
            _("Perdona hasta lo que se debe de ese concepto, la cuota más antigua primero."),
            forms.WaiverForm,
            _waive,
            offers="components",
        ),
        Act(
            "quita",
            _("Quita de capital"),
            _("Rebaja capital, la cuota más antigua primero."),
            forms.DiscountForm,
            _waive,
            frozenset({DIRECTOR}),
        ),
        Act(
            "gasto",
            _("Gasto de cobranza"),
            _("Solo por una gestión realizada, dentro de la tarifa informada y una sola vez."),
            forms.FeeForm,
            _charge,
            offers="attempts",
        ),
        Act(
            "devolucion",
            _("Devolver saldo a favor"),
            _("El dinero sale hacia la persona; primero lo que lleva más tiempo a su favor."),
            forms.RefundForm,
            _refund,
        ),
        Act(
            "pago-total",
            _("Cerrar por pago total"),
            _("Con el dinero que ya está, sin intereses de días que no han pasado (Ley 1555 de 2012)."),
            forms.DayForm,
            _settle,
        ),
        Act(
            "castigo",
            _("Castigar"),
            _("La deuda sigue; sale de los libros y lo que se pague después es recuperación."),
            forms.DayForm,
            _write_off,
            frozenset({DIRECTOR}),
        ),
        Act(
            "reverso",
            _("Reversar"),
            _("Desde esa fecha, todo queda como si el pago no hubiera sido."),
            forms.ReversalForm,
            _reverse,
            offers="payments",
            is_of_one=True,
            for_core=True,
        ),
        Act(
            "contracargo",
            _("Contracargo"),
            _("Lo que el pago había cubierto se debe de nuevo desde ese día; antes no cambia nada."),
            forms.ChargebackForm,
            _charge_back,
            offers="payments",
            is_of_one=True,
        ),
        Act(
            "reanudar",
            _("Reanudar la mora"),
            _("La pausa termina el día anterior."),
            forms.ResumeForm,
            _resume,
            offers="pauses",
            is_of_one=True,
        ),
        Act(
            "anular",
            _("Anular"),
            _(
                "Para lo que se registró por error: desde ahora es como si no hubiera sido, y queda a la vista que se anuló."
            ),
            forms.AnnulForm,
            _annul,
            offers="events",
            is_of_one=True,
        ),
    )
}


def acts_for(user: Any, obligation: Any) -> list[Act]:
    """What this person may record here. Money is posted by the lender's own people, never by an agency's."""
    if user.agency_id is not None:
        return []
    is_core = obligation.account.balance_source == "core"
    return [act for act in ACTS.values() if user.role in act.roles and (act.for_core or not is_core)]


def may_annul(user: User, kind: str, component: str) -> bool:
    """Taking back asks for the same authority as recording."""
    return may_take_back(user.role, kind, component, is_of_agency=user.agency_id is not None)


def may_forgive(user: User) -> tuple[str, ...]:
    """The components that this person may forgive; giving up principal is an act of its own."""
    found = forgivable_by(user.role, is_of_agency=user.agency_id is not None)
    return tuple(name for name in found if name != "principal")
