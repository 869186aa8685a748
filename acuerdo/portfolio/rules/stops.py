"""What a lender's file says against contacting somebody: flags in columns of their own, and words in the column of the state.

Each is named as `policy` names the hold that it asks for; "do_not_call" asks for one of the telephone alone.
"""

from acuerdo.kernel.text import fold

# Field of the file → what it asks for.
FLAGS = {
    "disputed": "dispute",
    "do_not_contact": "do_not_contact",
    "do_not_call": "do_not_call",
    "deceased": "deceased",
    "insolvent": "insolvency",
    "represented": "represented",
}
STOPS = tuple(FLAGS.values())
# Words that the column of the state uses for the same; the obligation stays open.
STATE_WORDS = {
    "dispute": ("en disputa", "disputa", "disputado", "disputada", "en reclamo", "en reclamacion"),
    "do_not_contact": ("no contactar", "no gestionar"),
    "deceased": ("fallecido", "fallecida", "titular fallecido", "difunto", "difunta"),
    "insolvency": ("insolvencia", "insolvente", "en insolvencia", "ley 1116", "concurso", "concursal", "en concurso"),
    "represented": ("representado", "representada", "con apoderado", "con representante"),
}
_OF_WORD = {word: stop for stop, words in STATE_WORDS.items() for word in words}


def stop_of_state(text: str) -> str | None:
    """What a word of the state asks for; None when it says nothing against contacting."""
    return _OF_WORD.get(fold(text))
