"""What `acuerdo import payments` says of a bank's file."""

from typing import TYPE_CHECKING

from acuerdo.base.language import in_language

if TYPE_CHECKING:
    from acuerdo.portfolio.public import BankReport


def lines_of(report: "BankReport") -> list[str]:
    """Posted, known, waiting and passed over, each with its sums; of a file kept out, why."""
    if report.refusal is not None:
        said = f"{report.refusal['message']} [{report.refusal['code']}]"
        return ["  " + in_language(es=f"En cuarentena. {said}", en=f"In quarantine. {said}")]
    rows = [
        (in_language(es="Registros", en="Records"), report.credits, report.total_minor),
        (in_language(es="Pagos aplicados", en="Payments posted"), report.recorded, report.amount_minor),
        (in_language(es="Ya registrados", en="Already here"), report.known, report.known_minor),
        (in_language(es="Por identificar", en="To be identified"), report.unmatched, report.unmatched_minor),
    ]
    lines = [f"  {report.format}"] + [f"  {title:<18} {count:>9}  {sums_of(sums)}" for title, count, sums in rows]
    if report.split:
        lines.append("  " + in_language(es=f"Repartidos: {report.split}", en=f"Split: {report.split}"))
    for reason, count in sorted(report.by_reason.items()):
        lines.append("    " + in_language(es=f"por identificar ({reason}): {count}", en=f"waiting ({reason}): {count}"))
    for reason, count in sorted(report.passed_by_reason.items()):
        lines.append(
            "    " + in_language(es=f"no es un pago ({reason}): {count}", en=f"no payment ({reason}): {count}")
        )
    return lines


def sums_of(sums: dict[str, int]) -> str:
    """Amounts by currency, for people."""
    from acuerdo.kernel.money import format_minor  # noqa: PLC0415 - the other commands start without it

    return ", ".join(format_minor(amount, currency) for currency, amount in sorted(sums.items()))
