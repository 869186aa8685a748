"""The reference page of the contact rules: every pack that ships, rule by rule in words, from the packs themselves."""

from collections.abc import Iterator
from datetime import date

from acuerdo.policy.rules import Pack, Rule, load_pack, pack_codes
from acuerdo.policy.rules.pack import OPEN_END, Setting

WORDS = {
    "es": {
        "title": "# Reglas de contacto por país",
        "intro": (
            "Lo que cada norma permite, en palabras, con su artículo. La puerta aplica todas las que "
            "correspondan y nombra cada una que niega. "
            "La confianza dice de dónde se tomó el texto: **A** el texto oficial, **Bq** citado al pie "
            "de la letra por fuentes secundarias, **Bm** dos o "
            "más fuentes, **Bs** una sola, **C** por confirmar, **product** política del producto. No "
            "es asesoría legal: confirme con su abogado."
        ),
        "common": "En todos los países",
        "heads": "| regla | artículo | confianza | desde | hasta |",
        "settings": "Lecturas que puede elegir el acreedor",
        "setting_heads": "| ajuste | lecturas | por omisión | más suave: exige aprobación | fundamento |",
        "elsewhere": "Artículos que no son una condición del contacto",
        "elsewhere_heads": "| artículo | qué lo cumple, o por qué no es regla |",
        "version": "Versión",
        "calendar": "festivos",
        "zones": "zona horaria si no se sabe la de la persona",
        "region": "solo en",
        "none": "ninguna",
    },
    "en": {
        "title": "# Contact rules by country",
        "intro": (
            "What each law permits, in words, with its article. The gate applies all that concern a "
            "contact and names each one that denies. "
            "Confidence says where the text was taken from: **A** the official text, **Bq** quoted "
            "verbatim by secondary sources, **Bm** two or more "
            "sources, **Bs** one, **C** to be confirmed, **product** the product's policy. Not legal "
            "advice: confirm with your lawyer."
        ),
        "common": "In every country",
        "heads": "| rule | article | confidence | from | to |",
        "settings": "Readings that the lender may choose",
        "setting_heads": "| setting | readings | default | milder: needs approval | ground |",
        "elsewhere": "Articles that are no condition of a contact",
        "elsewhere_heads": "| article | what keeps it, or why it is no rule |",
        "version": "Version",
        "calendar": "holidays",
        "zones": "time zone when the person's is unknown",
        "region": "only in",
        "none": "none",
    },
}


def page(language: str, generated: str) -> str:
    words, packs = WORDS[language], [load_pack(code) for code in pack_codes()]
    common = [rule for rule in packs[0].rules if rule.id.startswith("common.")]
    parts = [words["title"], generated, words["intro"], f"## {words['common']}", _rules(common, language)]
    for pack in packs:
        parts += _pack(pack, language)
    return "\n\n".join(parts) + "\n"


def _pack(pack: Pack, language: str) -> Iterator[str]:
    words = WORDS[language]
    yield f"## {pack.name} (`{pack.code}`)"
    version = pack.version.split("+")[0]
    zones = ", ".join(pack.zones) or words["none"]
    yield f"{words['version']} {version} · {words['calendar']}: {pack.calendar or words['none']} · {words['zones']}: {zones}."
    yield _rules([rule for rule in pack.rules if not rule.id.startswith("common.")], language)
    if pack.settings:
        yield f"### {words['settings']} ({pack.code.upper()})"
        rows = [
            f"| {one.title_es if language == 'es' else one.title} `{one.name}` | {_said(one, one.options, language)} |"
            f" {_said(one, (one.installed or one.default,), language)} |"
            f" {_said(one, one.needs_approval, language) or '—'} | {one.citation} |"
            for one in pack.settings.values()
        ]
        yield "\n".join([words["setting_heads"], "|---|---|---|---|---|", *rows])
    if pack.elsewhere:
        yield f"### {words['elsewhere']} ({pack.code.upper()})"
        told = [f"| {one.article} | {one.text_es if language == 'es' else one.text} |" for one in pack.elsewhere]
        yield "\n".join([words["elsewhere_heads"], "|---|---|", *told])


def _rules(rules: list[Rule], language: str) -> str:
    words = WORDS[language]
    rows = []
    for rule in rules:
        text = rule.text_es if language == "es" else rule.text
        region = f" ({words['region']} {rule.region})" if rule.region else ""
        until = "—" if rule.effective_to == OPEN_END else date.fromordinal(rule.effective_to).isoformat()
        since = date.fromordinal(rule.effective_from).isoformat()
        rows.append(f"| {text}{region} `{rule.id}` | {rule.citation} | {rule.confidence} | {since} | {until} |")
    return "\n".join([words["heads"], "|---|---|---|---|---|", *rows])


def _said(setting: Setting, values: tuple[str, ...], language: str) -> str:
    """The readings in words, each with its value in the pack."""
    words = setting.words_es if language == "es" else setting.words
    return "; ".join(f"{words[value]} (`{value}`)" for value in values)
