"""Versions of the call's guide: saved as drafts, put in force by a second person, taken back by putting an older one in force."""

from datetime import datetime

from django.db import transaction

from acuerdo.base.audit import write_audit
from acuerdo.base.locks import lock_name
from acuerdo.kernel.errors import Refusal
from acuerdo.negotiation.models import ScriptState, ScriptUse, ScriptVersion
from acuerdo.negotiation.queries.scripts import script_in_force
from acuerdo.negotiation.rules.scripts import read_script

AUDIT_CHAIN = "negotiation"
TICKS_MAX = 200


@transaction.atomic
def save_script(text: str, *, country: str, actor: str, now: datetime) -> ScriptVersion:
    """A new draft of the document's language; the newest version again when nothing changed. Refuses `bad-script`."""
    language = read_script(text).language
    lock_name("script", f"{language}{country}")
    newest = ScriptVersion.objects.filter(language=language, country=country).order_by("-version").first()
    if newest is not None and newest.text == text:
        return newest
    made = ScriptVersion.objects.create(
        language=language,
        country=country,
        version=newest.version + 1 if newest is not None else 1,
        text=text,
        saved_by=actor,
        saved_at=now,
    )
    made.refresh_from_db(fields=["uid"])
    _audit("script-saved", made, actor, now)
    return made


@transaction.atomic
def publish_script(script_id: int, *, actor: str, now: datetime) -> ScriptVersion:
    """Puts a version in force in the place of the present one. Refuses `script-unknown`, `script-own` (a second person
    publishes) and `bad-script`. A version already in force stays so."""
    script = ScriptVersion.objects.select_for_update().filter(pk=script_id).first()
    if script is None:
        raise Refusal("script-unknown", "No encontramos esa versión del guion.")
    if script.state == ScriptState.PUBLISHED:
        return script
    if script.saved_by == actor:
        raise Refusal("script-own", "La publica otra persona: quien la escribió no la pone en uso.")
    read_script(script.text)
    lock_name("script", f"{script.language}{script.country}")
    present = ScriptVersion.objects.filter(
        language=script.language, country=script.country, state=ScriptState.PUBLISHED
    )
    present.update(state=ScriptState.RETIRED)
    script.state, script.published_by, script.published_at = ScriptState.PUBLISHED, actor, now
    script.save(update_fields=["state", "published_by", "published_at"])
    _audit("script-published", script, actor, now)
    return script


@transaction.atomic
def tick_script(attempt_id: int, said: list[str], *, country: str, language: str, now: datetime) -> ScriptUse:
    """Keeps what of the guide was said in a contact (`step:n`); the last one holds. Refuses `script-ticks`."""
    if len(said) > TICKS_MAX or any(len(tick) > 40 for tick in said):
        raise Refusal("script-ticks", "La lista de lo que se dijo no se puede leer.")
    script = script_in_force(country=country, language=language).version
    use, _ = ScriptUse.objects.update_or_create(
        attempt_id=attempt_id, defaults={"script": script, "said": sorted(set(said)), "updated_at": now}
    )
    return use


def _audit(action: str, script: ScriptVersion, actor: str, now: datetime) -> None:
    write_audit(
        chain=AUDIT_CHAIN, action=action, actor=actor, subject=("script", str(script.uid)),
        payload={"language": script.language, "country": script.country, "version": script.version}, now=now,
    )  # fmt: skip
