"""What a creditor's portfolio file says of contacting its people: authorisations with their proof, and stops for its flags.

Called by the load itself, in its transaction. A flag places a hold; when a later file no longer flags the person, the hold
stays (only compliance lifts it) and is put before compliance for review. A stop that compliance lifted while the file went
on saying the same is not placed again. Who placed each row is the load, so that undoing the load takes them back.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import connection

from acuerdo.base.audit import write_audit
from acuerdo.base.locks import PERSONS_MAX, lock_person_many
from acuerdo.kernel.errors import Refusal
from acuerdo.policy.actions.declared import channels_in, declare_from_portfolio
from acuerdo.policy.rules import load_pack, pack_codes
from acuerdo.portfolio.public import Loaded, stated_channels

# One row a stop that the creditor's file now asks for. A dispute is of its obligation, everything else of the person.
_STATED = """
CREATE TEMP TABLE pol_stated ON COMMIT DROP AS
SELECT DISTINCT o.debtor_id, CASE said.stop WHEN 'do_not_call' THEN 'do_not_contact' ELSE said.stop END AS kind,
  CASE said.stop WHEN 'do_not_call' THEN 'call' ELSE '' END AS channel,
  CASE said.stop WHEN 'dispute' THEN o.id END AS obligation_id
FROM portfolio_obligation o CROSS JOIN LATERAL jsonb_array_elements_text(o.extra -> 'stops') AS said(stop)
WHERE o.creditor_id = %(creditor)s AND o.gone_on IS NULL AND jsonb_typeof(o.extra -> 'stops') = 'array'
"""
# Every stop that a file of this creditor placed, with whether its file of today still asks for it.
_KNOWN = """
CREATE TEMP TABLE pol_known ON COMMIT DROP AS
SELECT h.id, h.debtor_id, h.kind, h.channel, h.obligation_id, h.review_on, h.lifted_at,
  EXISTS (SELECT FROM pol_stated s WHERE s.debtor_id = h.debtor_id AND s.kind = h.kind AND s.channel = h.channel
    AND s.obligation_id IS NOT DISTINCT FROM h.obligation_id) AS is_stated
FROM policy_hold h JOIN portfolio_importbatch b ON h.placed_by = 'carga-' || b.uid AND b.creditor_id = %(creditor)s
"""
_NEW = """
CREATE TEMP TABLE pol_new ON COMMIT DROP AS
SELECT s.* FROM pol_stated s
WHERE NOT EXISTS (SELECT FROM policy_hold h WHERE h.debtor_id = s.debtor_id AND h.kind = s.kind AND h.channel = s.channel
    AND h.obligation_id IS NOT DISTINCT FROM s.obligation_id AND h.lifted_at IS NULL AND (h.ends_at IS NULL OR h.ends_at > %(now)s))
  AND NOT EXISTS (SELECT FROM pol_known k WHERE k.debtor_id = s.debtor_id AND k.kind = s.kind AND k.channel = s.channel
    AND k.obligation_id IS NOT DISTINCT FROM s.obligation_id AND k.lifted_at IS NOT NULL AND k.review_on IS NULL)
"""
_PLACE = """
INSERT INTO policy_hold (debtor_id, obligation_id, kind, channel, starts_at, reason, placed_by, lifted_by, lift_reason)
SELECT debtor_id, obligation_id, kind, channel, %(now)s, %(reason)s, %(by)s, '', '' FROM pol_new
"""
# Only what this very file spoke of: an obligation that it does not bring says nothing. One that was lifted before is marked
# too, so that the file may ask for it anew one day, but only those in force are told.
_WITHDRAWN = """
WITH silent AS (UPDATE policy_hold h SET review_on = %(as_of)s FROM pol_known k
WHERE k.id = h.id AND NOT k.is_stated AND k.review_on IS NULL
  AND EXISTS (SELECT FROM portfolio_obligation o WHERE o.debtor_id = h.debtor_id AND o.creditor_id = %(creditor)s
    AND o.gone_on IS NULL AND o.last_seen_on = %(as_of)s AND (h.obligation_id IS NULL OR h.obligation_id = o.id))
RETURNING h.kind, h.lifted_at) SELECT kind FROM silent WHERE lifted_at IS NULL
"""
_SAID_AGAIN = """
UPDATE policy_hold h SET review_on = NULL FROM pol_known k
WHERE k.id = h.id AND k.lifted_at IS NULL AND k.is_stated AND h.review_on IS NOT NULL
"""
_REACH = """
SELECT o.creditor_id, count(DISTINCT o.debtor_id), count(DISTINCT o.debtor_id) FILTER (WHERE NOT EXISTS (SELECT FROM policy_consent c
  WHERE c.debtor_id = o.debtor_id AND c.revoked_at IS NULL AND c.purpose = 'collection'))
FROM portfolio_obligation o JOIN ledger_account a ON a.id = o.id
WHERE o.creditor_id = ANY(%(creditors)s::bigint[]) AND o.gone_on IS NULL AND a.status IN ('active', 'written_off')
GROUP BY 1
"""
REASON = "Lo dice el archivo de cartera del acreedor."


def follow_load(loaded: Loaded) -> dict[str, Any]:
    """Follows a load (`portfolio.ports.AfterLoad`). Refuses `channel-unknown` and `consent-without-proof`.

    Answers `declared`, `authorised` (channel → new), `unproven` (a column of channels without its paper), `stops`
    (placed, standing, withdrawn: kind → how many), `people`, `unauthorised`, and whether the country asks for authorisation.
    """
    channels = _channels(loaded)
    stated = bool(stated_channels(loaded.creditor_id))
    authorised = {}
    if channels or (stated and loaded.declared.proof.strip()):
        authorised = declare_from_portfolio(
            loaded.creditor_id, channels, proof=loaded.declared.proof, actor=loaded.actor, now=loaded.now,
            source=_name(loaded.batch), takes_locks=False,
        )  # fmt: skip
    with connection.cursor() as cursor:
        stops = _follow_stops(cursor, loaded)
    people, unauthorised = reach_of([loaded.creditor_id]).get(loaded.creditor_id, (0, 0))
    return {
        "declared": {"channels": channels, "proof": loaded.declared.proof.strip()},
        "authorised": authorised,
        "unproven": stated and not loaded.declared.proof.strip(),
        "stops": stops,
        "people": people,
        "unauthorised": unauthorised,
        "needs_authorisation": bool(authorisation_law(loaded.country, loaded.as_of)),
    }


def take_back_load(batch: str, *, actor: str, now: datetime) -> None:
    """Removes the authorisations and stops that an undone load had made (`portfolio.ports.AfterUndo`); the audit keeps them."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM policy_consent WHERE source = %s", [_name(batch)])
        consents = cursor.rowcount
        cursor.execute("DELETE FROM policy_hold WHERE placed_by = %s", [_name(batch)])
        holds = cursor.rowcount
    if consents or holds:
        payload = {"consents": consents, "holds": holds}
        subject = ("import_batch", batch)
        write_audit(chain="policy", action="file-taken-back", actor=actor, subject=subject, payload=payload, now=now)


def authorisation_law(country: str, on: date) -> str:
    """The article under which no collection contact may use a channel that the person has not authorised; "" where none asks."""
    code = country.lower()
    if code not in pack_codes():
        return ""
    day = on.toordinal()
    found = (
        rule.citation
        for rule in load_pack(code).rules
        if rule.kind == "consent" and "collection" in rule.purposes and rule.effective_from <= day <= rule.effective_to
    )
    return next(found, "")


def reach_of(creditor_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Creditor → people with something open, and those of them who have authorised no channel. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_REACH, {"creditors": list(creditor_ids)})
        return {creditor_id: (people, unauthorised) for creditor_id, people, unauthorised in cursor.fetchall()}


def _name(batch: str) -> str:
    """Who placed it, as the rows keep it."""
    return f"carga-{batch}"


def _channels(loaded: Loaded) -> list[str]:
    found: set[str] = set()
    for word in loaded.declared.channels:
        meant = channels_in(word)
        if not meant:
            raise Refusal("channel-unknown", f"«{word}» no nombra ningún canal: sms, email, whatsapp, call, letter.")
        found |= meant
    return sorted(found)


def _follow_stops(cursor: Any, loaded: Loaded) -> dict[str, dict[str, int]]:
    told = {
        "creditor": loaded.creditor_id, "now": loaded.now, "as_of": loaded.as_of, "reason": REASON,
        "by": _name(loaded.batch),
    }  # fmt: skip
    cursor.execute("DROP TABLE IF EXISTS pg_temp.pol_stated, pg_temp.pol_known, pg_temp.pol_new")
    for statement in (_STATED, _KNOWN, _NEW):
        cursor.execute(statement, told)
    placed = _by_kind(cursor, "SELECT kind FROM pol_new")
    if placed:
        _lock(cursor)
        cursor.execute(_PLACE, told)
        _audit(loaded, "holds-from-file", placed)
    cursor.execute(_SAID_AGAIN, told)
    withdrawn = _by_kind(cursor, _WITHDRAWN, told)
    if withdrawn:
        _audit(loaded, "holds-no-longer-in-file", withdrawn)
    return {"placed": placed, "standing": _by_kind(cursor, "SELECT kind FROM pol_stated"), "withdrawn": withdrawn}


def _lock(cursor: Any) -> None:
    """Each person's lock, as for any hold. Thousands at once are a first load, of people with whom nothing is under way."""
    cursor.execute("SELECT DISTINCT debtor_id FROM pol_new ORDER BY 1 LIMIT %s", [PERSONS_MAX + 1])
    people = [debtor_id for (debtor_id,) in cursor.fetchall()]
    if len(people) <= PERSONS_MAX:
        lock_person_many(people)


def _by_kind(cursor: Any, statement: str, told: dict[str, Any] | None = None) -> dict[str, int]:
    cursor.execute(statement, told)
    counts: dict[str, int] = {}
    for (kind,) in cursor.fetchall():
        counts[kind] = counts.get(kind, 0) + 1
    return dict(sorted(counts.items()))


def _audit(loaded: Loaded, action: str, counts: dict[str, int]) -> None:
    subject = ("import_batch", loaded.batch)
    write_audit(chain="policy", action=action, actor=loaded.actor, subject=subject, payload=counts, now=loaded.now)
