"""The reference page of the contact rules: every pack that ships, rule by rule in words, from the packs themselves."""

from collections.abc import Iterator
from datetime import date

from acuerdo.policy.rules import Pack, Rule, load_pack, pack_codes
from acuerdo.policy.rules.pack import OPEN_END

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
        "setting_heads": "| ajuste | qué elige | opciones | por omisión | exige aprobación | fundamento |",
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
        "setting_heads": "| setting | what it chooses | options | default | needs approval | ground |",
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
            f"| `{one.name}` | {one.text_es if language == 'es' else one.text} | {_codes(one.options)} | `{one.default}` |"
            f" {_codes(one.needs_approval) or '—'} | {one.citation} |"
            for one in pack.settings.values()
        ]
        yield "\n".join([words["setting_heads"], "|---|---|---|---|---|---|", *rows])


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


def _codes(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
