"""The two kinds of trouble that the product expects.

A `Refusal` is a business "no" with a stable code and a sentence a person can act on; an `ExternalError` is trouble in
the outside world, which a job retries unless it is permanent. Anything else is a bug and fails loudly.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Place:
    """Where bad input stands: file, 1-based row as the user counts it, column or JSON field."""

    file: str = ""
    row: int | None = None
    column: str = ""

    def __str__(self) -> str:
        parts = [
            self.file,
            f"fila {self.row}" if self.row is not None else "",
            f"columna {self.column}" if self.column else "",
        ]
        return ", ".join(part for part in parts if part)


@dataclass(eq=False)
class Refusal(Exception):
    """An expected "no": `code` is kebab-case and stable, `message` a Spanish sentence that says what to do."""

    code: str
    message: str
    where: Place = field(default_factory=Place)

    def __post_init__(self) -> None:
        Exception.__init__(self, self.code, self.message)

    def __str__(self) -> str:
        place = str(self.where)
        return f"{place}: {self.message}" if place else self.message


@dataclass(eq=False)
class ExternalError(Exception):
    """Trouble in the outside world; `permanent` true means that trying again cannot help."""

    code: str
    message: str
    permanent: bool = False

    def __post_init__(self) -> None:
        Exception.__init__(self, self.code, self.message)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"
