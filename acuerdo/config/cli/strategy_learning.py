"""`acuerdo strategy models|experiments|sample-size`: what is learnt from the own history, how groups fare, how many people are needed."""

import argparse
import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from acuerdo.base.language import in_language, terminal_language
from acuerdo.config.cli import installation, output
from acuerdo.kernel.errors import Refusal

if TYPE_CHECKING:
    from acuerdo.strategy.public import ModelVersion

ACTOR = "acuerdo strategy"
ALL = ("pays_alone", "answers", "keeps_promise")


def add_words(words: Any) -> None:
    models = words.add_parser(
        "models",
        help=in_language(
            es="los modelos: entrenarlos con la historia propia, encenderlos o apagarlos",
            en="models: train them on the own history, switch them on or off",
        ),
    )
    name = in_language(es="MODELO", en="MODEL")
    models.add_argument(
        "--train", action="append", metavar=name, choices=[*ALL, "all"],
        help=in_language(es="entrena una versión (all: todas)", en="train a version (all: every one)"),
    )  # fmt: skip
    models.add_argument(
        "--activate", metavar=name, choices=ALL,
        help=in_language(es="enciende una versión que superó a la regla", en="switch on a version that beat the rule"),
    )  # fmt: skip
    models.add_argument(
        "--deactivate", metavar=name, choices=ALL, help=in_language(es="vuelve a la regla", en="back to the rule")
    )
    models.add_argument(
        "--export",
        type=Path,
        metavar=in_language(es="ARCHIVO", en="FILE"),
        help=in_language(
            es="escribe los encendidos, para «acuerdo decide --models»",
            en="write those that are on, for `acuerdo decide --models`",
        ),
    )
    models.add_argument(
        "--version",
        type=int,
        metavar="N",
        help=in_language(es="cuál versión se enciende", en="which version to switch on"),
    )
    compared = words.add_parser(
        "experiments",
        help=in_language(
            es="cómo les va a los grupos de la estrategia vigente", en="how the groups of the strategy in force fare"
        ),
    )
    compared.add_argument(
        "--days", type=int, default=30, metavar="N",
        help=in_language(es="días para ver el resultado de cada persona", en="days to see each person's result"),
    )  # fmt: skip
    compared.add_argument(
        "--from", dest="since", type=date.fromisoformat, metavar=in_language(es="AAAA-MM-DD", en="YYYY-MM-DD"),
        help=in_language(es="primer día (por omisión, hace 90)", en="first day (default: 90 ago)"),
    )  # fmt: skip
    size = words.add_parser(
        "sample-size",
        help=in_language(es="cuántas personas necesita un experimento", en="how many people an experiment needs"),
    )
    percent = in_language(es="en por ciento", en="in per cent")
    for flag, needed, es, en in (
        ("--base", True, "tasa de hoy", "rate of today"),
        ("--effect", True, "diferencia que vale la pena ver, en puntos", "difference worth seeing, in points"),
        ("--share", False, "parte del retador (por omisión, 50)", "challenger's share (default: 50)"),
        ("--power", False, "potencia (por omisión, 80)", "power (default: 80)"),
    ):
        size.add_argument(
            flag, type=float, required=needed, metavar="%", help=f"{in_language(es=es, en=en)}, {percent}"
        )
    size.add_argument(
        "--people-a-day", type=float, metavar="N", help=in_language(es="personas nuevas al día", en="new people a day")
    )


def models(args: argparse.Namespace) -> int:
    installation.open_installation()
    from acuerdo.base import clock  # noqa: PLC0415 - needs Django ready
    from acuerdo.strategy.public import (  # noqa: PLC0415
        ModelVersion,
        activate_model,
        deactivate_model,
        exported_models,
        train_model,
    )

    now, refused = clock.now(), []
    for question in ALL if args.train and "all" in args.train else args.train or ():
        output.progress(f"→ {question}")
        try:
            train_model(question, on=clock.business_date(), actor=ACTOR, now=now)
        except Refusal as refusal:
            refused.append({"model": question, "code": refusal.code, "message": refusal.message})
    if args.activate:
        activate_model(args.activate, args.version or 0, actor=ACTOR, now=now)
    if args.deactivate:
        deactivate_model(args.deactivate, actor=ACTOR, now=now)
    if args.export:
        args.export.write_text(json.dumps(exported_models(), ensure_ascii=False, indent=1), "utf-8")
    found = list(ModelVersion.objects.order_by("question", "-version"))
    told = {"status": "refused" if refused else "done", "models": [_told(one) for one in found], "refused": refused}
    nothing = in_language(
        es="Aún no hay modelos: decide la regla documentada.", en="No models yet: the documented rule decides."
    )
    lines = [*map(_line, found), *(f"{one['model']}: {one['message']}" for one in refused)]
    output.answer(args, told, "\n".join(lines) or nothing)
    return 1 if refused else 0


def experiments(args: argparse.Namespace) -> int:
    """The groups side by side; honest where there is nothing to compare or too few people."""
    installation.open_installation()
    from acuerdo.base import clock  # noqa: PLC0415 - needs Django ready
    from acuerdo.strategy.public import arm_told, compare_variants  # noqa: PLC0415
    from acuerdo.strategy.rules.comparing_words import breach_sentence, goal_words, verdict_sentence  # noqa: PLC0415

    found = compare_variants(clock.business_date(), days=args.days, since=args.since)
    if found is None:
        nothing = in_language(es="Aún no hay una estrategia vigente.", en="No strategy is in force yet.")
        output.answer(args, {"status": "done", "strategy": None, "experiments": []}, nothing)
        return 0
    language = terminal_language()
    warnings = [breach_sentence(one, language) for one in found.warnings]
    groups = [("control", "", "cured_30_days", found.control)] if found.control else []
    groups += [(one.code, one.title, one.goal, one.arms) for one in found.experiments]
    told = {
        "status": "done", "strategy": found.strategy.code, "version": found.strategy.version, "from": found.since,
        "to": found.until, "days": found.days, "people": found.people, "currency": found.currency,
        "experiments": [
            {"code": code, "goal": goal, "arms": [{**arm_told(arm), "sentence": verdict_sentence(arm, language)} for arm in arms]}
            for code, _title, goal, arms in groups
        ],
        "warnings": warnings,
    }  # fmt: skip
    lines = []
    for code, title, goal, arms in groups:
        lines.append(f"{title or code} · {goal_words(goal, language)}")
        for arm in arms:
            one = arm.counted
            rate = (
                "—"
                if arm.rate is None
                else f"{100 * arm.rate:.1f} % ({100 * (arm.low or 0):.1f}–{100 * (arm.high or 0):.1f})"
            )
            lines.append(
                f"  {one.code:<24} {one.good:>7,}/{one.people:<7,} {rate:<24} {verdict_sentence(arm, language)}"
            )
    nothing = in_language(
        es="La estrategia vigente no divide a nadie: agregue un experimento o un grupo de control para poder comparar.",
        en="The strategy in force divides nobody: add an experiment or a control group to compare.",
    )
    output.answer(args, told, "\n".join([*(lines or [nothing]), *warnings]))
    return 0


def sample_size(args: argparse.Namespace) -> int:
    from acuerdo.strategy.rules.sample_size import people_needed  # noqa: PLC0415

    found = people_needed(
        base_rate=args.base / 100,
        effect=args.effect / 100,
        challenger_share=(args.share or 50) / 100,
        power=(args.power or 80) / 100,
        people_a_day=args.people_a_day,
    )
    told = {"champion": found.champion, "challenger": found.challenger, "total": found.total, "days": found.days}
    days = in_language(es=f", {found.days} días", en=f", {found.days} days") if found.days else ""
    text = in_language(
        es=f"{found.total} personas: {found.champion} en la campeona y {found.challenger} en la retadora{days}.",
        en=f"{found.total} people: {found.champion} for the champion and {found.challenger} for the challenger{days}.",
    )
    output.answer(args, {"status": "done", **told}, text)
    return 0


def _told(one: "ModelVersion") -> dict[str, Any]:
    return {
        "uid": str(one.uid), "model": one.question, "version": one.version, "is_active": one.is_active,
        "trained_at": one.trained_at.isoformat(), "rows": one.rows, "report": one.report,
    }  # fmt: skip


def _line(one: "ModelVersion") -> str:
    state = in_language(es="encendido", en="on") if one.is_active else in_language(es="apagado", en="off")
    beats = one.report["beats_the_rule"]
    verdict = (
        in_language(es="supera a la regla", en="beats the rule")
        if beats
        else in_language(es="no supera a la regla", en="does not beat the rule")
    )
    return f"{one.question} v{one.version} · {state} · AUC {one.report['auc']} · {verdict}"
