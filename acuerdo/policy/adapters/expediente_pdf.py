"""The *expediente* for reading: A4, embedded fonts, one paragraph a receipt, in the order of time. Spanish: it is for the authority."""

import json
from collections.abc import Mapping
from datetime import datetime
from importlib import resources
from typing import Any

from fpdf import FPDF

from acuerdo.policy.rules.bureau import WORDS

FAMILY = "Roboto"
MARGIN_MM = 16.0
SOFT, INK = (96, 88, 80), (32, 27, 22)
KINDS = {
    "verdict": "Consulta a las reglas", "content": "Texto enviado", "status": "Entrega", "outcome": "Resultado",
    "bureau": "Central de riesgo",
}  # fmt: skip
BUREAU_EVENTS = {
    "notice": "Aviso previo al reporte", "report": "Se autorizó el reporte", "report-refused": "No se permitió el reporte",
    "withdrawal": "Se retiró el reporte",
}  # fmt: skip
ANSWERS = {"allow": "permitido", "deny": "no permitido", "refuse": "sin decidir por falta de un dato"}
STATES = {
    "reserved": "autorizado", "sent": "enviado", "delivered": "entregado", "read": "leído", "answered": "respondido",
    "unanswered": "sin respuesta", "failed": "no salió", "cancelled": "cancelado",
}  # fmt: skip
CHANNELS = {
    "sms": "SMS", "email": "correo", "whatsapp": "WhatsApp", "voice": "mensaje de voz", "call": "llamada", "visit": "visita",
    "letter": "carta",
}  # fmt: skip


class _Sheet(FPDF):
    def __init__(self) -> None:
        super().__init__(format="A4")
        folder = resources.files("font_roboto").joinpath("files")
        self.add_font(FAMILY, "", str(folder.joinpath("Roboto-Regular.ttf")))
        self.add_font(FAMILY, "B", str(folder.joinpath("Roboto-Bold.ttf")))
        self.set_margins(MARGIN_MM, MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=MARGIN_MM + 6)
        self.set_title("Expediente de contactos")
        self.set_lang("es")
        self.set_creator("Acuerdo")
        self.alias_nb_pages("{total}")

    def footer(self) -> None:
        self.set_y(-MARGIN_MM)
        self.set_font(FAMILY, "", 8)
        self.set_text_color(*SOFT)
        self.cell(0, 5, f"Página {self.page_no()} de {{total}}", align="R")

    def say(self, text: str, *, size: float = 9.5, bold: bool = False, is_soft: bool = False) -> None:
        self.set_font(FAMILY, "B" if bold else "", size)
        self.set_text_color(*(SOFT if is_soft else INK))
        self.multi_cell(0, size * 0.5, text, new_x="LMARGIN", new_y="NEXT")


def draw_expediente(document: Mapping[str, Any], now: datetime) -> bytes:
    """The PDF's bytes; `document` is what `expediente.json` holds."""
    sheet = _Sheet()
    sheet.set_creation_date(now)
    sheet.add_page()
    sheet.say("Expediente de contactos", size=16, bold=True)
    debtor = document["debtor"]
    sheet.say(f"{debtor['name']} · {debtor['document']}")
    sheet.say(f"Hecho el {document['made_at']} (UTC). {len(document['receipts'])} recibos.", is_soft=True)
    sheet.say(f"Llave de la entidad: {document['public_key']}", size=8, is_soft=True)
    texts = {(one["chain"], one["sequence"]): json.loads(one["text"]) for one in document["texts"]}
    for row in sorted(document["receipts"], key=lambda one: (one["at"], one["chain"], one["sequence"])):
        sheet.ln(3)
        payload = json.loads(row["payload"])
        sheet.say(
            f"{row['at'][:19].replace('T', ' ')} UTC · {KINDS[row['kind']]} · recibo {row['sequence']}", bold=True
        )
        for line in _lines(row["kind"], payload, texts.get((row["chain"], row["sequence"]))):
            sheet.say(line)
        sheet.say(f"Cadena {row['chain']} · huella {row['digest']}", size=7, is_soft=True)
    return bytes(sheet.output())


def _lines(kind: str, payload: Mapping[str, Any], text: list[str] | None) -> list[str]:
    if kind == "verdict":
        return _verdict_lines(payload)
    if kind == "content":
        return [
            f"Plantilla {payload['template'] or '—'}",
            *([text[1], text[2]] if text else ["El texto ya no se conserva."]),
        ]
    if kind == "status":
        return [f"El contacto quedó {STATES.get(payload['status'], payload['status'])}."]
    if kind == "bureau":
        return _bureau_lines(payload)
    return [
        f"Código {payload['disposition'] or '—'} · {STATES.get(payload['status'], payload['status'])} · {payload['actor']}"
    ]


def _bureau_lines(payload: Mapping[str, Any]) -> list[str]:
    day = payload.get("on") or payload.get("sent_on")
    lines = [
        f"{BUREAU_EVENTS[payload['event']]} el {day}. Obligación {payload['obligation']}. Quién: {payload['actor']}."
    ]
    if "channel" in payload:
        lines.append(f"Por {CHANNELS.get(payload['channel'], payload['channel'])}.")
    if "bureau" in payload:
        lines.append(f"Central: {payload['bureau']}.")
    if (answer := payload.get("answer")) is not None:
        facts = payload["facts"]
        lines += [f"· {WORDS[code]}" for code in answer["reasons"]]
        lines.append(
            f"Avisos: {', '.join(facts['notices']) or 'ninguno'}; hacen falta {answer['notices_needed']}. {answer['citation']}."
        )
    return lines


def _verdict_lines(payload: Mapping[str, Any]) -> list[str]:
    answer, question, facts = payload["verdict"], payload["question"], payload["facts"] or {}
    channel = CHANNELS.get(question["channel"], question["channel"])
    rules = f"según las reglas {answer['pack']} {answer['pack_version']}"
    asked_by = payload["actor"] or "el sistema"
    lines = [f"{channel.capitalize()}: {ANSWERS[answer['answer']]}, {rules}. Preguntó: {asked_by}."]
    lines += [f"· {rule['reason']} ({rule['citation']})" for rule in answer["rules"]]
    lines.append(
        f"Se tuvo en cuenta: {len(facts.get('consents', []))} autorizaciones, {len(facts.get('holds', []))} pausas, "
        f"{len(facts.get('history', []))} contactos de los últimos nueve días."
    )
    return lines
