"""Reads typed values out of a JSON document; every refusal names the field by its path (`obligation.schedule.rate`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from acuerdo.kernel.errors import Place, Refusal
from acuerdo.kernel.money import minor_from_plain_text


@dataclass(frozen=True, slots=True)
class Fields:
    """One JSON object and where it stands in its document."""

    values: dict[str, Any]
    path: str = ""

    @classmethod
    def of(cls, value: Any, path: str = "") -> "Fields":
        """Refuses `bad-field` when the value is no object."""
        if not isinstance(value, dict):
            raise refused("bad-field", f"Se esperaba un objeto en «{path or 'el documento'}».", path)
        return cls(value, path)

    def at(self, name: str) -> str:
        """The path of a field."""
        return f"{self.path}.{name}" if self.path else name

    def has(self, name: str) -> bool:
        """Whether the field is there and not null."""
        return self.values.get(name) is not None

    def object(self, name: str) -> "Fields":
        """A nested object."""
        return Fields.of(self._require(name), self.at(name))

    def objects(self, name: str) -> list["Fields"]:
        """A list of objects; empty when absent."""
        return [Fields.of(value, f"{self.at(name)}[{index}]") for index, value in enumerate(self.list(name))]

    def list(self, name: str) -> Sequence[Any]:
        """A list; empty when absent."""
        value = self.values.get(name)
        if value is None:
            return []
        if not isinstance(value, list):
            raise refused("bad-field", f"Se esperaba una lista en «{self.at(name)}».", self.at(name))
        return value

    def text(self, name: str, default: str | None = None) -> str:
        """A text; the default when absent, and refuses `missing-field` when there is none."""
        if default is not None and not self.has(name):
            return default
        value = self._require(name)
        if not isinstance(value, str):
            raise refused("bad-field", f"Se esperaba un texto en «{self.at(name)}».", self.at(name))
        return value

    def choice[T: str](self, name: str, choices: Sequence[T], default: T | None = None) -> T:
        """One of the texts allowed."""
        value = self.text(name, default)
        for choice in choices:
            if choice == value:
                return choice
        raise refused("bad-field", f"«{value}» no vale en «{self.at(name)}». Use {', '.join(choices)}.", self.at(name))

    def date(self, name: str) -> date:
        """An ISO date; refuses days that do not exist."""
        value = self.text(name)
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise refused("bad-date", f"La fecha «{value}» de «{self.at(name)}» no existe.", self.at(name)) from None

    def integer(self, name: str, default: int | None = None) -> int:
        """A whole number."""
        if default is not None and not self.has(name):
            return default
        value = self._require(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise refused("bad-field", f"Se esperaba un número entero en «{self.at(name)}».", self.at(name))
        return value

    def decimal(self, name: str) -> Decimal:
        """A decimal written as text (or as a JSON number that the reader kept exact)."""
        value = self._require(name)
        refusal = refused("bad-field", f"Se esperaba un número decimal en «{self.at(name)}».", self.at(name))
        if not isinstance(value, str | int | Decimal) or isinstance(value, bool):
            raise refusal
        try:
            number = Decimal(value)
        except InvalidOperation:
            raise refusal from None
        # A number of a thousand digits is no number of ours, and would take its time.
        if not number.is_finite() or not -40 < number.adjusted() < 40:
            raise refusal
        return number

    def amount(self, name: str, currency: str, default: int | None = None) -> int:
        """An amount in minor units of the currency."""
        if default is not None and not self.has(name):
            return default
        try:
            return minor_from_plain_text(f"{self.decimal(name):f}", currency)
        except Refusal as refusal:
            raise refused(refusal.code, refusal.message, self.at(name)) from None

    def _require(self, name: str) -> Any:
        value = self.values.get(name)
        if value is None:
            raise refused("missing-field", f"Falta el campo «{self.at(name)}».", self.at(name))
        return value


def refused(code: str, message: str, path: str) -> Refusal:
    """A refusal that names the field."""
    return Refusal(code, message, Place(column=path))
