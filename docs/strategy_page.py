"""The reference page of strategy documents: fields, the language of conditions, every fact, every reason. Made from the code."""

from acuerdo.strategy.rules.facts import FACTS, NEVER
from acuerdo.strategy.rules.field_words import FIELD_WORDS
from acuerdo.strategy.rules.reasons import REASONS, say

WORDS = {
    "es": {
        "title": "# Estrategias",
        "intro": (
            "Una estrategia es un documento YAML con versiones. `acuerdo strategy validate` lo revisa y dice línea, qué está mal y cómo "
            "corregirlo; `acuerdo strategy publish` lo pone en vigor desde la próxima corrida. La ley manda sobre la "
            "estrategia: cada contacto "
            "pasa por las normas del país al planearse y otra vez al salir, y quien tiene una pausa no se contacta.\n\n"
            "Los segmentos y los pasos son listas en orden: **el primero que se cumple decide**. Un paso cae en un día de la línea "
            "(`day: -5` es cinco días antes de vencer; `day: 8`, el octavo de mora), puede repetirse (`repeat_days`, "
            "`until`) y queda abierto "
            "`open_days` días: si ese día no se puede contactar, se hace el siguiente permitido. Cualquier contacto "
            "desde que cayó cuenta como "
            "haberlo hecho, salvo que el paso pida un reintento (`retry`). Con `relative_to` el día se cuenta desde la fecha "
            "prometida (`promise`) o desde el último contacto (`contact`). Sin `day`, el paso cae cuando "
            "se cumple su `when`.\n\n"
            "Una condición (`when`) compara hechos: `days_past_due >= 4 and not company`, `0 <= promise_due_in <= 1`, "
            '`stage in ["early", "middle"]`, `balance_due > amount(COP=2000000, PEN=2000)`. Admite `and`, `or`, `not`, `in`, `+` y `-`. '
            f"Un hecho nunca está vacío: «no hay» son {NEVER} días o un texto vacío. Las características protegidas (sexo, edad, "
            "origen…) no se admiten.\n\n"
            "El esquema JSON está en `acuerdo/strategy/data/strategy.schema.json` y lo imprime `acuerdo strategy schema`: con él, un "
            "editor de YAML completa y revisa mientras se escribe.\n\n"
            "Una versión pasa de borrador a por aprobar, y **otra persona** la aprueba: rige de inmediato o desde su fecha, hasta que "
            "otra la reemplaza, termina su plazo (y vuelve la anterior) o alguien regresa a la anterior. Antes de enviarla se "
            "revisa que la ley permita cada paso, que cada plantilla exista y tenga sus campos, y quién queda por fuera.\n\n"
            "Un experimento (`experiments`) reparte a las personas en variantes por un sorteo estable; nadie está en dos. Un paso "
            "con `variants` sirve solo a esas."
        ),
        "fields": "## Campos",
        "field_heads": ["campo", "qué es"],
        "facts": "## Hechos",
        "fact_heads": ["hecho", "tipo", "qué es", "valores"],
        "reasons": "## Motivos",
        "reasons_intro": "Cada obligación tiene una fila al día con sus motivos, el principal primero; "
        "`email:no-consent` lo dice de un canal.",
        "reason_heads": ["código", "frase"],
    },
    "en": {
        "title": "# Strategies",
        "intro": (
            "A strategy is a YAML document with versions. `acuerdo strategy validate` checks it and tells the line, "
            "what is wrong and how to "
            "mend it; `acuerdo strategy publish` puts it in force from the next run on. The law rules over the "
            "strategy: each contact passes "
            "the country's rules when it is planned and again when it leaves, and whoever is on hold is not contacted.\n\n"
            "Segments and steps are lists in order: **the first that applies wins**. A step falls on a day of the line "
            "(`day: -5` is five days "
            "before the due date; `day: 8`, the eighth past due), may repeat (`repeat_days`, `until`) and stays open "
            "for `open_days` days: when "
            "nobody may be contacted that day, it is done on the next permitted one. Any contact since it fell counts "
            "as having done it, unless the step asks for a `retry`. With "
            "`relative_to` the day counts from the promised date (`promise`) or the last contact (`contact`). Without `day`, "
            "the step falls when its `when` holds.\n\n"
            "A condition (`when`) compares facts: `days_past_due >= 4 and not company`, `0 <= promise_due_in <= 1`, "
            '`stage in ["early", "middle"]`, `balance_due > amount(COP=2000000, PEN=2000)`. It takes `and`, `or`, '
            "`not`, `in`, `+` and `-`. "
            f"A fact is never empty: “none” is {NEVER} days or an empty text. Protected characteristics (sex, age, origin…) are "
            "refused.\n\n"
            "The JSON Schema is in `acuerdo/strategy/data/strategy.schema.json` and `acuerdo strategy schema` prints it: with it a YAML "
            "editor completes and checks as one writes.\n\n"
            "A version goes from draft to in review, and **another person** approves it: it is in force at once or from its date, until "
            "another replaces it, its term ends (and the one before returns) or somebody rolls back. Before it is sent to review "
            "it is checked that the law permits each step, that each template exists with its fields, and who is left out.\n\n"
            "An experiment (`experiments`) divides people into variants by a stable draw; nobody is in two. A step with "
            "`variants` serves those alone."
        ),
        "fields": "## Fields",
        "field_heads": ["field", "is"],
        "facts": "## Facts",
        "fact_heads": ["fact", "type", "is", "values"],
        "reasons": "## Reasons",
        "reasons_intro": "Every obligation has one row a day with its reasons, the main one first; `email:no-consent` "
        "says it of one channel.",
        "reason_heads": ["code", "sentence"],
    },
}


def page(language: str, generated: str) -> str:
    """The page's text in one language; `generated` is the notice that it is made from the code."""
    words = WORDS[language]
    facts = [
        [
            f"`{fact.code}`",
            fact.type,
            fact.spanish if language == "es" else fact.english,
            ", ".join(f"`{value}`" for value in fact.values if value),
        ]
        for fact in FACTS.values()
    ]
    reasons = [[f"`{code}`", say(code, language)] for code in REASONS]
    parts = [
        str(words["title"]),
        generated,
        str(words["intro"]),
        str(words["fields"]),
        _table(
            words["field_heads"],
            [[f"`{name}`", told[0 if language == "es" else 1]] for name, told in FIELD_WORDS.items()],
        ),
        str(words["facts"]),
        _table(words["fact_heads"], facts),
    ]
    parts += [str(words["reasons"]), str(words["reasons_intro"]), _table(words["reason_heads"], reasons)]
    return "\n\n".join(parts) + "\n"


def _table(heads: object, rows: list[list[str]]) -> str:
    names = [str(head) for head in heads] if isinstance(heads, list) else []
    return "\n".join("| " + " | ".join(line) + " |" for line in [names, ["---"] * len(names), *rows])
