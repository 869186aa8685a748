"""A text as an accessible HTML letter: paragraphs, lists and the one button that the sender's own link may be.

The whole text is escaped first and only then given its shape, so a value can never bring markup along. Nothing is loaded
from anywhere: no images, no fonts, no script.
"""

import re
from html import escape

_STYLE = (
    "body{margin:0;background:#f4f5f7;color:#1d2733;font:16px/1.6 -apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif}"
    ".sheet{max-width:600px;margin:0 auto;background:#fff}"
    ".head{padding:20px 28px;border-bottom:3px solid #1f6f5c;font-size:18px;font-weight:600;color:#1f6f5c}"
    ".text{padding:12px 28px 28px}"
    "p{margin:16px 0;overflow-wrap:anywhere}ul{margin:16px 0;padding-left:22px}li{margin:6px 0;overflow-wrap:anywhere}"
    "a.button{display:inline-block;background:#1f6f5c;color:#fff;text-decoration:none;font-weight:600;padding:12px 22px;border-radius:8px}"
)
_AMOUNT_SPACE = re.compile(r"(?<=[$/]) (?=\d)")  # an amount is not parted from its sign at the end of a line
_BUTTON = {"es": "Pagar o responder", "en": "Pay or reply"}


def html_letter(*, subject: str, body: str, sender: str, language: str, link: str = "") -> str:
    """The HTML part of an e-mail whose text part is `body`. `link` must be ours: it is shown as a button."""
    whole = _AMOUNT_SPACE.sub("\u00a0", body)
    blocks = "\n".join(_block(block, link, language) for block in whole.split("\n\n") if block.strip())
    return (
        f'<!doctype html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(subject)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f'<div class="sheet">\n<div class="head">{escape(sender)}</div>\n<div class="text">\n{blocks}\n</div>\n</div>\n</body>\n</html>\n'
    )


def _block(block: str, link: str, language: str) -> str:
    lines = block.strip("\n").split("\n")
    if all(line.startswith("- ") for line in lines):
        return "<ul>\n" + "\n".join(f"<li>{escape(line[2:])}</li>" for line in lines) + "\n</ul>"
    if link.startswith("https://") and link in block:
        return "\n".join(_line_with_link(line, link, language) for line in lines)
    return "<p>" + "<br>\n".join(escape(line) for line in lines) + "</p>"


def _line_with_link(line: str, link: str, language: str) -> str:
    if link not in line:
        return f"<p>{escape(line)}</p>"
    address = escape(link, quote=True)
    button = f'<p><a class="button" href="{address}">{_BUTTON.get(language, _BUTTON["es"])}</a></p>'
    return f"{button}\n<p>{escape(line)}</p>"
