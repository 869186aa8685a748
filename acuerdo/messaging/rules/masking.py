"""A text with a one-time code: what is stored shows the mask, what the provider gets shows the code."""

from collections.abc import Mapping

CODE_FIELD = "codigo"
# In every channel's alphabet, and as long as the code, so that a text in parts is cut alike.
MASK = "******"


def unmasked(text: str, code: str) -> str:
    """The text as it leaves; as it is where there is no code."""
    return text.replace(MASK, code) if code else text


def unmasked_values(values: Mapping[str, str], code: str) -> dict[str, str]:
    """The same of the values of a provider's template."""
    return {name: unmasked(value, code) if name == CODE_FIELD else value for name, value in values.items()}
