"""A request that creates may come twice (a lost answer, a retry) and must act once.

The key's lock, the act and the stored answer live in one transaction: no answer is stored for what rolled back, and nothing
is left "running" when a process dies. A refusal stores nothing, so the same key may try again once the cause is gone.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from acuerdo.api.models import Answered, ApiKey
from acuerdo.base.locks import try_lock_name
from acuerdo.kernel.errors import Refusal

type Answer = tuple[int, dict[str, Any]]


def answer_once(
    api_key: ApiKey, idempotency_key: str, request: dict[str, Any], act: Callable[[], Answer], *, now: datetime
) -> Answer:
    """The stored answer when this key has answered this request, else that of `act`, stored.

    Refuses `request-in-progress` while the first is still running, `idempotency-key-reused` for another request, and
    `answer-erased` where the answer went with the data of the person it spoke of: the act itself was done.
    """
    digest = hashlib.sha256(json.dumps(request, sort_keys=True, default=str).encode()).digest()
    with transaction.atomic():
        if not try_lock_name("idempotency", f"{api_key.pk}:{idempotency_key}"):
            raise Refusal("request-in-progress", "La misma solicitud aún está en curso. Espere su respuesta.")
        found = Answered.objects.filter(api_key=api_key, idempotency_key=idempotency_key).first()
        if found is not None:
            if bytes(found.request_digest) != digest:
                message = "Esa clave de idempotencia ya se usó con otra solicitud. Use una nueva."
                raise Refusal("idempotency-key-reused", message)
            if not found.body:
                message = "Esa solicitud ya se hizo; su respuesta se suprimió con los datos de la persona."
                raise Refusal("answer-erased", message)
            return found.status, found.body
        status, body = act()
        Answered.objects.create(
            api_key=api_key, idempotency_key=idempotency_key, request_digest=digest, status=status, body=body,
            answered_at=now,
        )  # fmt: skip
    return status, body
