"""What a text does to the person who reads it: form of address, threats, shame, pressure, and what the law forbids.

Rules are data (`phrases`), read by one engine (`check`); no model, no network, no Django, so it answers at once.
"""

from acuerdo.messaging.rules.tone.check import ToneReport, check_tone
from acuerdo.messaging.rules.tone.findings import Finding
from acuerdo.messaging.rules.tone.remedy import Remedy, remedy

__all__ = ["Finding", "Remedy", "ToneReport", "check_tone", "remedy"]
