"""The guide of a conversation: a versioned document of steps, objections and phrases, and the lines that fit one case."""

from acuerdo.negotiation.rules.scripts.document import FIELDS, Script, read_script
from acuerdo.negotiation.rules.scripts.guiding import Guide, GuideStep, Situation, guide_for

__all__ = ["FIELDS", "Guide", "GuideStep", "Script", "Situation", "guide_for", "read_script"]
