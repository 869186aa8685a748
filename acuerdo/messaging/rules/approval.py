"""The states of a version of a template as one table: nothing is sent that a second person has not read."""

from typing import Literal

from acuerdo.kernel.errors import Refusal

type TemplateState = Literal["draft", "submitted", "published", "retired"]
type TemplateEvent = Literal["submit", "approve", "send_back", "retire"]

TEMPLATE_TRANSITIONS: dict[str, dict[str, TemplateState]] = {
    "draft": {"submit": "submitted", "retire": "retired"},
    "submitted": {"approve": "published", "send_back": "draft", "retire": "retired"},
    "published": {"retire": "retired"},
    "retired": {},
}
# What the provider of WhatsApp has said of a text (its template's status), in our words.
PROVIDER_STATES = ("", "pending", "approved", "rejected", "paused", "disabled")


def next_template_state(state: str, event: TemplateEvent) -> TemplateState:
    """The state after `event`; refuses `template-state` when the table has no such transition."""
    try:
        return TEMPLATE_TRANSITIONS[state][event]
    except KeyError:
        raise Refusal("template-state", "Esta versión ya no admite ese cambio. Recargue la página.") from None


def may_approve(*, written_by: str, approver: str) -> bool:
    """Two people: who wrote the text is not who approves it. A text of the library has no writer here."""
    return written_by != approver
