"""What providers call the fate of a message, in our four words, with what the trouble is about.

Statuses come late, twice and out of order, so each is a rank and only a higher one changes a message. Sources: SMPP 3.4
appendix B and section 5.3.2; Twilio "Message Status" and error codes; Infobip status groups; WhatsApp Cloud API statuses
and error codes; RFC 3463 for mail.
"""

import re
from dataclasses import dataclass
from typing import Literal

type Fate = Literal["accepted", "delivered", "read", "failed"]
# Of whom a failure tells: the number or address is dead (receiver) or may be (unsure), the person told the provider to stop,
# this message's text, the provider's account, or nothing lasting.
type About = Literal["", "receiver", "unsure", "stopped", "content", "account", "passing", "unplaced"]

RANK: dict[Fate, int] = {"accepted": 1, "failed": 2, "delivered": 3, "read": 4}


@dataclass(frozen=True, slots=True)
class Told:
    """One status as told. `about` is empty unless the message failed."""

    fate: Fate
    about: About = ""
    code: str = ""


_RECEIPT = re.compile(rb"id:(?P<id>\S+).*?stat:(?P<stat>\w+)(?:\s+err:(?P<err>\w+))?", re.IGNORECASE | re.DOTALL)
_SMPP: dict[str, Fate] = {
    "DELIVRD": "delivered", "ACCEPTD": "accepted", "ENROUTE": "accepted", "UNDELIV": "failed", "EXPIRED": "failed",
    "DELETED": "failed", "REJECTD": "failed", "UNKNOWN": "accepted",
}  # fmt: skip
_SMPP_STATES = {
    1: "ENROUTE",
    2: "DELIVRD",
    3: "EXPIRED",
    4: "DELETED",
    5: "UNDELIV",
    6: "ACCEPTD",
    7: "UNKNOWN",
    8: "REJECTD",
}
_SMPP_ABOUT: dict[str, About] = {"UNDELIV": "unsure", "EXPIRED": "unsure", "DELETED": "account", "REJECTD": "content"}


def smpp_receipt(text: bytes, *, message_id: str = "", state: int | None = None) -> tuple[str, Told] | None:
    """The provider's reference and the fate, from a receipt's TLVs or, without them, its text; None when it is no receipt."""
    match = _RECEIPT.search(text)
    reference = message_id or (match["id"].decode("ascii", "replace") if match else "")
    name = _SMPP_STATES.get(state) if state is not None else None
    name = name or (match["stat"].decode("ascii", "replace").upper() if match else None)
    if not reference or name is None:
        return None
    fate = _SMPP.get(name[:7], "accepted")
    error = match["err"].decode("ascii", "replace") if match and match["err"] else ""
    return reference, Told(fate, _SMPP_ABOUT.get(name[:7], "passing") if fate == "failed" else "", error or name)


def same_reference(reference: str) -> tuple[str, ...]:
    """The ways one SMPP id is written: some centres answer in hexadecimal and tell the receipt in decimal, or the reverse.

    Only the text itself can be the reference that was answered, so it comes first.
    """
    found = [reference]
    if re.fullmatch(r"\d{1,19}", reference):
        found += [f"{int(reference):X}", f"{int(reference):x}", f"{int(reference):08X}"]
    if re.fullmatch(r"[0-9A-Fa-f]{1,16}", reference):
        found.append(str(int(reference, 16)))
    stripped = reference.lstrip("0")
    return tuple(dict.fromkeys([*found, stripped or reference]))


_TWILIO: dict[str, Fate] = {
    "accepted": "accepted", "queued": "accepted", "sending": "accepted", "sent": "accepted", "delivered": "delivered",
    "read": "read", "undelivered": "failed", "failed": "failed", "canceled": "failed",
}  # fmt: skip
# 30003 unreachable, 30005 unknown, 30006 landline; 21610 the person said STOP; 30004, 30007 blocked or filtered.
_TWILIO_ABOUT: dict[str, About] = {
    "30005": "receiver", "30006": "receiver", "21211": "receiver", "21614": "receiver", "21610": "stopped", "30004": "stopped",
    "30003": "unsure", "30007": "content", "30008": "passing",
}  # fmt: skip


def twilio_status(status: str, error: str = "") -> Told | None:
    """None for a word that Twilio does not use."""
    fate = _TWILIO.get(status)
    if fate is None:
        return None
    return Told(fate, _TWILIO_ABOUT.get(error, "passing") if fate == "failed" else "", error or status)


_INFOBIP: dict[int, Fate] = {1: "accepted", 2: "failed", 3: "delivered", 4: "failed", 5: "failed"}


def infobip_status(group: int, name: str, *, is_error_permanent: bool = False) -> Told | None:
    """By `groupId`: 1 pending, 2 undeliverable, 3 delivered, 4 expired, 5 rejected. None for any other."""
    fate = _INFOBIP.get(group)
    if fate is None:
        return None
    if fate != "failed":
        return Told(fate, code=name)
    about: About = {2: "receiver" if is_error_permanent else "unsure", 4: "unsure", 5: "content"}[group]
    if "STOP" in name or "BLACKLIST" in name:
        about = "stopped"
    return Told(fate, about, name)


_META: dict[str, Fate] = {
    "sent": "accepted",
    "delivered": "delivered",
    "read": "read",
    "played": "read",
    "failed": "failed",
}
META_RETRY = frozenset({130429, 131056, 131016, 80007, 4})
_META_ABOUT: dict[int, About] = {
    **dict.fromkeys((131026,), "receiver"),
    **dict.fromkeys((131050, 131049, 130472), "stopped"),
    **dict.fromkeys((132000, 132001, 132007, 132012, 132015, 132016, 131047), "content"),
    **dict.fromkeys((190, 131031, 368, 131042, 131048, 131064, 130497), "account"),
    **dict.fromkeys(META_RETRY, "passing"),
}


def meta_status(status: str, error: int | None = None) -> Told | None:
    """A WhatsApp status; None for a word that the Cloud API does not use."""
    fate = _META.get(status)
    if fate is None:
        return None
    return Told(fate, meta_about(error) if fate == "failed" else "", str(error) if error else status)


def meta_about(error: int | None) -> About:
    """Of whom a Cloud API error tells."""
    return _META_ABOUT.get(error or 0, "passing")


def mail_status(action: str, status: str) -> Told | None:
    """A delivery report's Action (RFC 3464) and enhanced status (RFC 3463): 5.1.x tells of the address, 5.7.x of the text."""
    if action in ("delivered", "relayed", "expanded"):
        return Told("delivered", code=status)
    if action == "delayed":
        return Told("accepted", code=status)
    if action != "failed":
        return None
    about: About = "passing"
    if status.startswith(("5.1.", "5.2.1")):
        about = "receiver"
    elif status.startswith(("5.6.", "5.7.")):
        about = "content"
    return Told("failed", about, status)
