"""Authorisations that a lender declares for many people at once, with the paper that proves them (a load of its portfolio).

A declaration adds what nobody has spoken about yet. It never brings back what a person revoked: only the person can.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import batched
from typing import Any

from django.db import connection, transaction

from acuerdo.base.audit import write_audit
from acuerdo.base.locks import lock_person_many
from acuerdo.kernel.errors import Refusal
from acuerdo.kernel.text import fold
from acuerdo.policy.rules.vocabulary import CHANNELS, PURPOSES, one_of
from acuerdo.portfolio.public import people_of, stated_channels

BATCH_PEOPLE = 1000
# Nobody waits for a lock here, so that a million people are some twenty statements and not some thousand.
BATCH_UNLOCKED = 50_000

# EXCEPT is worked out by hashing whatever the planner believes: the table may have grown by a million rows a moment ago.
INSERT = """
INSERT INTO policy_consent (debtor_id, channel, purpose, granted_at, source, proof, recorded_by)
SELECT debtor_id, channel, %(purpose)s, %(granted_at)s, %(source)s, %(proof)s, %(actor)s
FROM (
  SELECT debtor_id, channel FROM unnest(%(debtor_ids)s::bigint[]) AS debtor_id CROSS JOIN unnest(%(channels)s::text[]) AS channel
  EXCEPT
  SELECT debtor_id, channel FROM policy_consent
  WHERE purpose = %(purpose)s AND debtor_id = ANY(%(debtor_ids)s::bigint[]) AND channel = ANY(%(channels)s::text[])
) AS asked
"""


def declare_consents(
    debtor_ids: Iterable[int],
    channels: Sequence[str],
    *,
    source: str,
    proof: str,
    actor: str,
    now: datetime,
    purpose: str = "collection",
    granted_at: datetime | None = None,
    takes_locks: bool = True,
) -> int:
    """Records that these people authorised these channels; how many authorisations are new. Twice changes nothing.

    Refuses `consent-without-proof` (art. 2 of Ley 2300 de 2023 asks for the consumer's own choice, so the lender must name
    the document that holds it) and `consent-in-future`. Without the people's locks (a load of a whole portfolio, in one
    transaction) whoever judges a contact at the same moment may still find it forbidden, never wrongly permitted.
    """
    for channel in channels:
        one_of(channel, CHANNELS, field="channel")
    one_of(purpose, PURPOSES, field="purpose")
    if not proof.strip():
        raise Refusal(
            "consent-without-proof", "Diga qué documento prueba las autorizaciones (contrato, formato, fecha)."
        )
    granted_at = granted_at or now
    if granted_at > now:
        raise Refusal("consent-in-future", "La autorización no puede tener fecha futura.")
    values = {
        "channels": sorted(set(channels)), "purpose": purpose, "granted_at": granted_at, "source": source, "proof": proof.strip(),
        "actor": actor,
    }  # fmt: skip
    batches = batched(sorted(set(debtor_ids)), BATCH_PEOPLE if takes_locks else BATCH_UNLOCKED)
    return sum(_declare(list(batch), values, now, takes_locks=takes_locks) for batch in batches)


WORDS = {
    "sms": ("sms", "mensaje de texto", "mensajes de texto", "texto"),
    "email": ("email", "e-mail", "correo", "correo electronico", "mail"),
    "whatsapp": ("whatsapp", "wa"),
    "call": ("llamada", "llamadas", "telefono", "call", "voz"),
    "letter": ("carta", "correspondencia", "letter"),
}
_CHANNEL_OF = {word: channel for channel, words in WORDS.items() for word in words}


def channels_in(text: str) -> set[str]:
    """The channels that a cell of a file names, in Spanish or English: "SMS, correo" is sms and email. Unknown words are none."""
    return {_CHANNEL_OF[fold(word)] for word in re.split(r"[,;/|+]", text) if fold(word) in _CHANNEL_OF}


def declare_from_portfolio(
    creditor_id: int,
    channels: Sequence[str],
    *,
    proof: str,
    actor: str,
    now: datetime,
    source: str = "",
    takes_locks: bool = True,
) -> dict[str, int]:
    """Declares the channels for everyone in a creditor's portfolio, and what its file says of each person in its own column.

    Returns how many authorisations are new for each channel. A person whose row names channels gets those and no others.
    """
    stated = stated_channels(creditor_id)
    spoken = {pk for ids in stated.values() for pk in ids}
    wanted: dict[str, set[int]] = {channel: set(people_of(creditor_id)) - spoken for channel in channels}
    for text, ids in stated.items():
        for channel in channels_in(text):
            wanted.setdefault(channel, set()).update(ids)
    source = source or f"cartera-{creditor_id}"
    return {
        channel: declare_consents(
            ids, [channel], source=source, proof=proof, actor=actor, now=now, takes_locks=takes_locks
        )
        for channel, ids in sorted(wanted.items())
    }


@transaction.atomic
def _declare(debtor_ids: list[int], values: dict[str, Any], now: datetime, *, takes_locks: bool) -> int:
    if takes_locks:
        lock_person_many(debtor_ids)
    with connection.cursor() as cursor:
        cursor.execute(INSERT, {**values, "debtor_ids": debtor_ids})
        added: int = cursor.rowcount
    if added:
        write_audit(
            chain="policy",
            action="consents-declared",
            actor=str(values["actor"]),
            subject=("consents", str(values["source"])),
            payload={"added": added, "channels": values["channels"], "proof": values["proof"]},
            now=now,
        )
    return added
