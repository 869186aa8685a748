"""The guide in force for a country and language, and its versions."""

from dataclasses import dataclass

from django.db.models import QuerySet

from acuerdo.negotiation.models import ScriptState, ScriptUse, ScriptVersion
from acuerdo.negotiation.rules.scripts import Script, read_script
from acuerdo.negotiation.rules.scripts.document import shipped_names, shipped_text


@dataclass(frozen=True, slots=True)
class InForce:
    """`version` is None while the installation uses the script that ships with the product."""

    script: Script
    version: ScriptVersion | None


def script_in_force(*, country: str, language: str) -> InForce:
    """The country's own published version, else the general one, else what ships."""
    found = list(
        ScriptVersion.objects.filter(
            language=language, country__in=["", country], state=ScriptState.PUBLISHED
        ).order_by("-country")[:1]
    )  # fmt: skip
    if found:
        return InForce(read_script(found[0].text), found[0])
    return InForce(read_script(shipped_text(language)), None)


def script_names() -> list[str]:
    """Every name by which a guide may be asked for: those published, and those that ship."""
    published = ScriptVersion.objects.filter(state=ScriptState.PUBLISHED).values_list("text", flat=True)
    return sorted({read_script(text).name for text in published} | set(shipped_names()))


def script_versions() -> QuerySet[ScriptVersion]:
    """Every version, newest first within its language and country."""
    return ScriptVersion.objects.order_by("language", "country", "-version")


def ticks_of(attempt_id: int) -> list[str]:
    """What was ticked as said in a contact."""
    found = ScriptUse.objects.filter(attempt_id=attempt_id).values_list("said", flat=True).first()
    return list(found or [])
