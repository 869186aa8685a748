"""What the HTTP providers share: one request for each message, and what its outcome lets us promise.

A POST that was not answered may have been acted on, so it is in doubt and not repeated, unless the provider takes an
idempotency key; later statuses carry our uid and settle the doubt. 429 and 503 say that nothing was taken.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from acuerdo.base.http_door import ADDRESS_REFUSED, ANSWER_LOST, UNREACHABLE, HttpAnswer, send_http
from acuerdo.kernel.errors import ExternalError, Refusal
from acuerdo.messaging.ports import IN_DOUBT, PROVIDER_DOWN, RECEIVER_REFUSED, THROTTLED, Answer, Outgoing
from acuerdo.messaging.rules.wire.statuses import About

GROUP = 10
_NOT_TAKEN = {429: THROTTLED, 503: PROVIDER_DOWN, 401: PROVIDER_DOWN, 403: PROVIDER_DOWN}


def send_each(
    messages: Sequence[Outgoing], carry: Callable[[Outgoing], Answer], group: int = GROUP
) -> Iterator[Sequence[Answer]]:
    """Groups of answers; once the provider is down the rest waits with it instead of knocking again for each."""
    for start in range(0, len(messages), group):
        answers: list[Answer] = []
        for message in messages[start : start + group]:
            down = answers[-1].trouble if answers else None
            if down is not None and down.code == PROVIDER_DOWN:
                answers.append(Answer(message.uid, trouble=down))
            else:
                answers.append(carry(message))
        yield answers


def post(
    url: str, headers: Mapping[str, str], body: bytes, *, is_repeatable: bool = False
) -> HttpAnswer | ExternalError:
    """The provider's answer of success or about this message, or the trouble. `is_repeatable`: a repeat acts once."""
    try:
        answer = send_http("POST", url, headers=headers, body=body)
    except ExternalError as error:
        return _trouble(error, is_repeatable=is_repeatable)
    if answer.status in _NOT_TAKEN:
        return ExternalError(_NOT_TAKEN[answer.status], f"El proveedor respondió {answer.status}.")
    if answer.status >= 500:
        return _unknown(f"El proveedor respondió {answer.status}.", is_repeatable=is_repeatable)
    return answer


def _trouble(error: ExternalError, *, is_repeatable: bool) -> ExternalError:
    if error.code == UNREACHABLE:
        return ExternalError(PROVIDER_DOWN, error.message)
    if error.code == ADDRESS_REFUSED:
        return ExternalError(PROVIDER_DOWN, error.message)
    assert error.code in (ANSWER_LOST, "answer-too-long")
    return _unknown(error.message, is_repeatable=is_repeatable)


def _unknown(why: str, *, is_repeatable: bool) -> ExternalError:
    if is_repeatable:
        return ExternalError(PROVIDER_DOWN, why)
    return ExternalError(IN_DOUBT, f"{why} No se sabe si el mensaje salió.", permanent=True)


def refusal(about: About, code: str, words: str) -> ExternalError:
    """A provider's "no" to one message, by what it is about."""
    shown = f"{words} ({code})."
    match about:
        case "receiver":
            return ExternalError(RECEIVER_REFUSED, shown, permanent=True)
        case "stopped":
            return ExternalError("receiver-stopped", shown, permanent=True)
        case "content":
            return ExternalError("text-refused", shown, permanent=True)
        case "account":
            return ExternalError(PROVIDER_DOWN, shown)
        case _:
            return ExternalError(THROTTLED, shown)


def json_in(body: bytes) -> Any:
    """A JSON document, None for what is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def at_path(document: Any, path: str) -> Any:
    """The value at `messages.0.id`, None where there is none."""
    for step in path.split("."):
        if isinstance(document, dict):
            document = document.get(step)
        elif isinstance(document, list) and step.isdigit() and int(step) < len(document):
            document = document[int(step)]
        else:
            return None
    return document


def forged() -> Refusal:
    return Refusal("webhook-forged", "La firma de la llamada no es del proveedor.")


def unreadable() -> Refusal:
    return Refusal("webhook-unreadable", "La llamada no tiene la forma que el proveedor documenta.")
