"""A cell written by someone else must stay text when a spreadsheet opens our file.

OWASP, "CSV Injection": a cell that starts with = + - @ or a tab or carriage return may be run as a formula. Those get an
apostrophe in front, which a spreadsheet shows as text; plain numbers such as -1500.00 stay numbers.
"""

import re

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# What `neutralise` puts in front, as the vectorised reader finds it: the sign after it is kept.
APOSTROPHE = r"^'([=+\-@＝＋－＠])"
_NUMBER = re.compile(r"^[+-]?\d[\d.,]*$")
_PHONE = re.compile(r"^\+[\d ()\-]{6,25}$")


def neutralise(text: str) -> str:
    """`text` made safe for a cell of an exported CSV or workbook; harmless text comes back unchanged."""
    bare = text.lstrip(" \u00a0")
    if not bare.startswith(_DANGEROUS) or _NUMBER.match(bare) or _PHONE.match(bare):
        return text
    return "'" + text


def restore(text: str) -> str:
    """The text before `neutralise`, so that a corrected rejects file loads as what it was."""
    return re.sub(APOSTROPHE, r"\1", text)
