"""A file to start from: the usual columns of a country and one invented row to write over."""

import csv
import io

_CO = {
    "numero_obligacion": "CR-0001", "tipo_identificacion": "CC", "identificacion": "52123456", "nombre": "NOMBRE DE EJEMPLO",
    "telefono": "3991234567", "telefono 2": "", "email": "cliente@ejemplo.com", "direccion": "Calle 1 # 2-34", "ciudad": "Bogotá",
    "departamento": "Cundinamarca", "tipo_de_producto": "Libre inversión", "sucursal": "Centro", "fecha_obligacion": "05/01/2026",
    "valor_obligacion": "10.000.000,00", "plazo": "24", "tasa_interes": "22,50%", "tasa_mora": "25,00%",
    "fecha_primera_cuota": "05/02/2026",
    "valor_cuota": "523.450,00", "fecha_vencimiento": "05/08/2026", "saldo_capital": "8.000.000,00", "intereses_corrientes": "120.000,00",
    "intereses_mora": "0,00", "valor_gastos_cobranza": "0,00", "saldo_total": "8.120.000,00", "valor_vencido": "0,00", "dias_de_mora": "0",
    "cuotas_vencidas": "0", "valor_ultimo_pago": "523.450,00", "fecha_ultimo_pago": "03/07/2026", "cedula_codeudor": "",
    "nombre_codeudor": "", "telefono_codeudor": "",
}  # fmt: skip
_PE = {
    "cuenta": "0001234", "numero_operacion": "1", "dni": "45123456", "nombre": "NOMBRE DE EJEMPLO", "telefono1": "899123456",
    "telefono2": "", "correo": "cliente@ejemplo.com", "direccion": "Av. Ejemplo 123", "distrito": "Cayma", "provincia": "Arequipa",
    "departamento": "Arequipa", "moneda": "PEN", "tipo_credito": "Personal", "agencia": "Cayma", "fecha_desembolso": "05/01/2026",
    "importe_desembolso": "5,000.00",
    "plazo": "12", "tea": "32.00%", "valor_cuota": "490.10", "fecha_vencimiento": "05/08/2026", "monto_capital": "4,000.00",
    "monto_total": "4,120.50", "saldo_vencido": "0.00", "dias_mora": "0", "situacion": "VIGENTE", "dni_aval": "", "nombre_aval": "",
}  # fmt: skip


def template_csv(country: str) -> str:
    """CSV text with `;` and byte order mark, so that a spreadsheet in Spanish opens it in columns."""
    row = _PE if country == "PE" else _CO
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(row)
    writer.writerow(row.values())
    return "\ufeff" + out.getvalue()
