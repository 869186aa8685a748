"""Words of the builder: states, tones, parts and changes."""

from django.utils.translation import gettext_lazy as _

STATES = {
    "draft": (_("Borrador"), "quiet"),
    "in_review": (_("Por aprobar"), "warn"),
    "scheduled": (_("Aprobada, espera su fecha"), "info"),
    "published": (_("Vigente"), "ok"),
    "retired": (_("Retirada"), "quiet"),
}
TONES = {"warm": _("Cálido"), "neutral": _("Neutro"), "formal": _("Formal"), "firm": _("Firme")}
RELATIVE = {
    "due": _("del vencimiento"),
    "promise": _("de la fecha prometida"),
    "contact": _("del último contacto"),
}
HOUR_POLICIES = {"fixed": _("A esta hora"), "best": _("Cuando mejor responde")}
ALONE = {
    "": _("Se contactan"),
    "promise-running": _("No: tienen una promesa vigente"),
    "promise-grace": _("No: su promesa está en verificación"),
    "leave-alone": _("No: se dejan tranquilos"),
    "specialist": _("No: los lleva un especialista"),
}
PARTS = {
    "title": _("Título"), "target": _("Objetivo"), "scope": _("Alcance"), "stages": _("Etapas"), "segments": _("Segmento"),
    "steps": _("Paso"), "capacity": _("Capacidad"), "costs": _("Costos"), "control_percent": _("Grupo de control"),
    "experiments": _("Experimento"), "guards": _("Cifras vigiladas"), "code": _("Código"),
}  # fmt: skip
CHANGES = {
    "added": (_("Nuevo"), "ok"),
    "removed": (_("Quitado"), "bad"),
    "changed": (_("Cambió"), "info"),
    "moved": (_("Cambió de lugar"), "quiet"),
}
SHIFTS = {
    "gained": _("ganan un contacto"),
    "lost": _("dejan de contactarse"),
    "channel": _("cambian de canal"),
    "step": _("cambian de paso"),
    "same": _("igual"),
    "quiet": _("siguen sin contacto"),
}
FACT_TYPES = {"int": _("número"), "bool": _("sí o no"), "text": _("texto"), "money": _("dinero")}
