"""What happened to an obligation, read from the events of a `ledger replay` question."""

from acuerdo.ledger.rules import events as happened
from acuerdo.ledger.rules.components import COMPONENTS
from acuerdo.ledger.rules.fields import Fields

TYPES = (
    "payment",
    "reversal",
    "chargeback",
    "refund",
    "fee",
    "waiver",
    "pause",
    "extension",
    "write_off",
    "settlement",
    *happened.REPLACEMENTS,
)


def read_event(fields: Fields, currency: str) -> happened.Event:
    """One event. Refuses `missing-field`, `bad-field`, `bad-date` and `bad-amount` with the field's path."""
    kind = fields.choice("type", TYPES)
    match kind:
        case "payment":
            return happened.PaymentEvent(fields.text("uid"), fields.date("on"), fields.amount("amount", currency))
        case "reversal":
            return happened.ReversalEvent(fields.date("on"), fields.text("of"))
        case "chargeback":
            amount = fields.amount("amount", currency)
            return happened.ChargebackEvent(_uid(fields), fields.date("on"), fields.text("of"), amount)
        case "refund":
            return happened.RefundEvent(_uid(fields), fields.date("on"), fields.amount("amount", currency))
        case _:
            return _change(fields, kind, currency)


def _change(fields: Fields, kind: str, currency: str) -> happened.Event:
    match kind:
        case "fee":
            fields.choice("concept", ("collection_fee",), "collection_fee")
            activity = fields.text("activity", "")
            free_on = fields.date("free_activity_on") if fields.has("free_activity_on") else None
            amount = fields.amount("amount", currency)
            return happened.FeeEvent(_uid(fields), fields.date("on"), amount, activity, free_on)
        case "waiver":
            component = fields.choice("component", COMPONENTS)
            return happened.WaiverEvent(_uid(fields), fields.date("on"), component, fields.amount("amount", currency))
        case "pause":
            return happened.PauseEvent(fields.date("from"), fields.date("to"))
        case "extension":
            moves = [happened.DueMove(row.integer("instalment"), row.date("due_on")) for row in fields.objects("moves")]
            return happened.ExtensionEvent(_uid(fields), fields.date("on"), tuple(moves))
        case "settlement":
            return happened.SettlementEvent(_uid(fields), fields.date("on"))
        case "write_off":
            return happened.WriteOffEvent(fields.date("on"))
        case _:
            replacement = fields.choice("type", happened.REPLACEMENTS)
            return happened.ReplacementEvent(_uid(fields), fields.date("on"), fields.text("into"), replacement)


def _uid(fields: Fields) -> str:
    """Events other than payments need no name of their own in a question: their place in the list serves."""
    return fields.text("uid", fields.path)
