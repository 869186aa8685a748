"""What the telephone room will lend to the supervisor's screen once there is a dialer: the calls of now and listening to one.

The setting `LIVE_CALLS` names the class that serves it; while it is empty the screen offers no listening.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

type Listening = Literal["listen", "whisper", "join"]


@dataclass(frozen=True, slots=True)
class LiveCall:
    """A call of an agent at this moment. `call` is how the dialer knows it."""

    call: str
    agent: str
    since: datetime
    may_listen: bool


class LiveCalls(Protocol):
    """Served by the dialer."""

    def of_agents(self, usernames: Collection[str]) -> Mapping[str, LiveCall]:
        """By user name, the calls that are going on."""

    def listen(self, call: str, *, by: str, how: Listening) -> str:
        """Joins the supervisor to a call and answers the address that their browser opens. Refuses `call-over`."""
