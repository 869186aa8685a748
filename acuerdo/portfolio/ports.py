"""What a loaded portfolio asks of the rest of the house; the settings say who answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Declaration:
    """What the lender says of its customers: the channels that they authorised, as it writes them, and the paper that proves it."""

    channels: tuple[str, ...] = ()
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A creditor's file that has just been merged, in the transaction that loads it. `batch` identifies the load."""

    batch: str
    creditor_id: int
    country: str
    as_of: date
    now: datetime
    actor: str
    declared: Declaration


class AfterLoad(Protocol):
    """Turns what the file says of contacting people into policy: authorisations, and stops for what it flags.

    Safe to repeat; the same number of queries for any portfolio. A refusal takes the load back. The answer is told in the
    load's report as `followed`.
    """

    def __call__(self, loaded: Loaded) -> Mapping[str, Any]:
        """What changed, as JSON."""
        ...


class AfterUndo(Protocol):
    """Takes back what `AfterLoad` made of a load that is being undone, in the same transaction."""

    def __call__(self, batch: str, *, actor: str, now: datetime) -> object:
        """`batch` as `Loaded` had it."""
        ...


PANEL_FAILED = "panel-failed"


@dataclass(frozen=True, slots=True)
class PersonAsked:
    """Whom another system is asked about: the national document as the portfolio has it."""

    id_country: str
    id_type: str
    id_number: str


class PersonPanel(Protocol):
    """A system that knows something of a person: the lender's core, a credit bureau."""

    def look_up(self, asked: PersonAsked) -> Any:
        """Its JSON answer, None where it does not know the person. Raises ExternalError when it does not answer in its time."""
        ...
