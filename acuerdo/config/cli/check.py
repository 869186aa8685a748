"""`acuerdo check`: Django's own checks, and whether the database serves and is up to date."""

import argparse
from typing import Any

from acuerdo.base.language import in_language
from acuerdo.config.cli import installation, output
from acuerdo.kernel.errors import Refusal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--deploy",
        action="store_true",
        help=in_language(
            es="revisa también lo que exige una instalación en producción", en="also what production asks for"
        ),
    )


def run(args: argparse.Namespace) -> int:
    findings: list[dict[str, Any]] = []
    try:
        installation.open_installation()
    except Refusal as refusal:
        findings.append({"id": refusal.code, "level": "error", "message": refusal.message, "hint": ""})
    findings += _framework_findings(deploy=args.deploy)
    serious = [finding for finding in findings if finding["level"] == "error" or args.deploy]
    document = {"status": "refused" if serious else "done", "findings": findings}
    lines = [
        f"{finding['level']}: {finding['id']}: {finding['message']} {finding['hint']}".strip() for finding in findings
    ]
    output.answer(args, document, "\n".join(lines) or in_language(es="Todo está en orden.", en="All is well."))
    return 1 if serious else 0


def _framework_findings(*, deploy: bool) -> list[dict[str, Any]]:
    import django  # noqa: PLC0415 - after the installation was opened, or at least tried

    django.setup()
    from django.core import checks  # noqa: PLC0415

    return [
        {
            "id": str(found.id),
            "level": "error" if found.level >= checks.ERROR else "warning",
            "message": str(found.msg),
            "hint": str(found.hint or ""),
        }
        for found in checks.run_checks(include_deployment_checks=deploy)
        if found.level >= checks.WARNING and not found.is_silenced()
    ]
