"""`acuerdo strategy list|show|diff|publish|submit|approve|return|roll-back`: the versions kept in the installation."""

import argparse
from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from acuerdo.base.language import in_language
from acuerdo.config.cli import documents, installation, output, strategy_learning, strategy_rehearsal
from acuerdo.kernel.errors import Refusal

if TYPE_CHECKING:
    from acuerdo.strategy.public import Strategy, Who
    from acuerdo.strategy.rules.differences import Difference

ACTOR = "acuerdo strategy"


def add_words(words: Any) -> None:
    publish = words.add_parser(
        "publish",
        help=in_language(es="guarda un documento y lo pone en vigor", en="save a document and put it in force"),
        description=in_language(
            es="Guarda el documento y lo pone en vigor. La consola responde por ello; en pantalla lo aprueba otra persona.",
            en="Saves the document and puts it in force. The console answers for it; on screen another person approves.",
        ),
    )
    documents.add_file(publish)
    publish.add_argument(
        "--draft", action="store_true", help=in_language(es="solo guarda un borrador", en="save as a draft only")
    )
    strategy_rehearsal.add_word(words)
    strategy_learning.add_words(words)
    words.add_parser("list", help=in_language(es="las estrategias y sus versiones", en="strategies and their versions"))
    show = words.add_parser("show", help=in_language(es="el documento de una estrategia", en="a strategy's document"))
    _add_version(show)
    compare = words.add_parser(
        "diff", help=in_language(es="qué cambia de una versión a otra", en="what changes between two versions")
    )
    _add_code(compare)
    compare.add_argument("before", type=int, metavar="N", help=in_language(es="versión de antes", en="version before"))
    compare.add_argument("after", type=int, metavar="M", help=in_language(es="versión de después", en="version after"))
    submit = words.add_parser(
        "submit", help=in_language(es="envía un borrador a aprobación", en="send a draft to review")
    )
    _add_version(submit)
    _add_by(submit)
    approve = words.add_parser(
        "approve",
        help=in_language(es="otra persona aprueba y pone en vigor", en="another person approves and puts in force"),
    )
    _add_version(approve)
    _add_by(approve)
    for name, es, en in (
        ("--starts", "desde qué día rige", "first day in force"),
        ("--ends", "hasta qué día rige", "last day in force"),
    ):
        approve.add_argument(name, type=date.fromisoformat, metavar="AAAA-MM-DD", help=in_language(es=es, en=en))
    back = words.add_parser("return", help=in_language(es="devuelve una versión al autor", en="send a version back"))
    _add_version(back)
    _add_by(back)
    back.add_argument("--reason", required=True, help=in_language(es="qué hay que cambiar", en="what must change"))
    rolled = words.add_parser(
        "roll-back", help=in_language(es="regresa a la versión anterior", en="return to the version before")
    )
    _add_by(rolled)


def _add_code(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "code", metavar=in_language(es="CÓDIGO", en="CODE"), help=in_language(es="cuál estrategia", en="which strategy")
    )


def _add_version(parser: argparse.ArgumentParser) -> None:
    _add_code(parser)
    parser.add_argument(
        "--version",
        type=int,
        metavar="N",
        help=in_language(es="cuál versión (por omisión, la última)", en="which version (default: the newest)"),
    )


def _add_by(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--by",
        required=True,
        metavar=in_language(es="USUARIO", en="USER"),
        help=in_language(es="quién lo hace", en="who does it"),
    )


def _publish(args: argparse.Namespace) -> int:
    text = documents.read_text(args.file)
    installation.open_installation()
    from acuerdo.base import clock  # noqa: PLC0415 - needs Django ready
    from acuerdo.strategy.public import check_text, publish_strategy, save_strategy  # noqa: PLC0415

    now = clock.now()
    strategy = save_strategy(text, actor=ACTOR, now=now)
    if not args.draft:
        _refuse_errors(check_text(text, now))
        strategy = publish_strategy(strategy.code, strategy.version, actor=ACTOR, now=now)
    output.answer(args, {"status": "done", "strategy": told(strategy)}, line_of(strategy))
    return 0


def _refuse_errors(found: list[Any]) -> None:
    wrong = [(line, finding) for line, finding in found if finding.level == "error"]
    if wrong:
        line, finding = wrong[0]
        more = f" (y {len(wrong) - 1} más)" if len(wrong) > 1 else ""
        raise Refusal(
            "strategy-findings", f"línea {line}, {finding.path}: {finding.message}{more}. Se guardó el borrador."
        )


def _list(args: argparse.Namespace) -> int:
    installation.open_installation()
    from acuerdo.strategy.public import Strategy  # noqa: PLC0415

    found = list(Strategy.objects.order_by("code", "-version"))
    nothing = in_language(es="No hay estrategias guardadas.", en="No strategies are saved.")
    output.answer(args, {"strategies": [told(one) for one in found]}, "\n".join(map(line_of, found)) or nothing)
    return 0


def _show(args: argparse.Namespace) -> int:
    installation.open_installation()
    from acuerdo.strategy.public import strategy_version  # noqa: PLC0415

    strategy = strategy_version(args.code, args.version)
    output.answer(args, {"strategy": told(strategy), "document": strategy.document}, strategy.document)
    return 0


def _diff(args: argparse.Namespace) -> int:
    installation.open_installation()
    from acuerdo.strategy.public import document_of, strategy_version  # noqa: PLC0415
    from acuerdo.strategy.rules.differences import compare  # noqa: PLC0415

    before, after = (document_of(strategy_version(args.code, number)) for number in (args.before, args.after))
    found = compare(before, after)
    rows = [
        {
            "change": one.change,
            "part": one.part,
            "name": one.name,
            "field": one.field,
            "before": one.before,
            "after": one.after,
        }
        for one in found
    ]
    same = in_language(es="Las dos versiones dicen lo mismo.", en="Both versions say the same.")
    lines = [f"{one.change:<8} {_place_of(one)}: {one.before} → {one.after}" for one in found]
    output.answer(args, {"differences": rows}, "\n".join(lines) or same)
    return 0


def _place_of(one: "Difference") -> str:
    return ".".join(filter(None, (one.part, one.name, one.field)))


def _submit(args: argparse.Namespace) -> int:
    from acuerdo.base import clock  # noqa: PLC0415

    strategy, who = _chosen(args)
    from acuerdo.strategy.public import check_text, submit_strategy  # noqa: PLC0415

    _refuse_errors(check_text(strategy.document, clock.now()))
    strategy = submit_strategy(strategy.pk, who=who, now=clock.now())
    return _done(args, strategy)


def _approve(args: argparse.Namespace) -> int:
    from acuerdo.base import clock  # noqa: PLC0415

    strategy, who = _chosen(args)
    from acuerdo.strategy.public import approve_strategy  # noqa: PLC0415

    dates = {"starts_on": args.starts, "ends_on": args.ends}
    return _done(args, approve_strategy(strategy.pk, who=who, now=clock.now(), today=clock.business_date(), **dates))


def _return(args: argparse.Namespace) -> int:
    from acuerdo.base import clock  # noqa: PLC0415

    strategy, who = _chosen(args)
    from acuerdo.strategy.public import return_strategy  # noqa: PLC0415

    return _done(args, return_strategy(strategy.pk, args.reason, who=who, now=clock.now()))


def _roll_back(args: argparse.Namespace) -> int:
    from acuerdo.base import clock  # noqa: PLC0415

    who = _who(args)
    from acuerdo.strategy.public import roll_back_strategy  # noqa: PLC0415

    return _done(args, roll_back_strategy(who=who, now=clock.now()))


def _chosen(args: argparse.Namespace) -> "tuple[Strategy, Who]":
    who = _who(args)
    from acuerdo.strategy.public import strategy_version  # noqa: PLC0415

    return strategy_version(args.code, args.version), who


def _who(args: argparse.Namespace) -> "Who":
    """Refuses `user-unknown` for a name that no active user has."""
    installation.open_installation()
    from acuerdo.strategy.public import Who  # noqa: PLC0415

    user = installation.active_user(args.by)
    return Who(user.username, user.role)


def _done(args: argparse.Namespace, strategy: "Strategy") -> int:
    output.answer(args, {"status": "done", "strategy": told(strategy)}, line_of(strategy))
    return 0


def told(strategy: "Strategy") -> dict[str, Any]:
    """A version for machines."""
    published_at = strategy.published_at.isoformat() if strategy.published_at else None
    return {
        "uid": str(strategy.uid), "code": strategy.code, "version": strategy.version, "status": strategy.status,
        "published_at": published_at, "starts_on": strategy.starts_on, "ends_on": strategy.ends_on,
    }  # fmt: skip


def line_of(strategy: "Strategy") -> str:
    names = {
        "draft": in_language(es="borrador", en="draft"),
        "in_review": in_language(es="por aprobar", en="in review"),
        "scheduled": in_language(es="aprobada, espera su fecha", en="approved, awaits its date"),
        "published": in_language(es="en vigor", en="in force"),
        "retired": in_language(es="retirada", en="retired"),
    }
    return f"{strategy.code} v{strategy.version} · {names[strategy.status]}"


WORDS: dict[str, Callable[[argparse.Namespace], int]] = {
    "publish": _publish, "list": _list, "show": _show, "diff": _diff, "submit": _submit, "approve": _approve,
    "return": _return, "roll-back": _roll_back, "simulate": strategy_rehearsal.run,
    "models": strategy_learning.models,
    "experiments": strategy_learning.experiments,
    "sample-size": strategy_learning.sample_size,
}  # fmt: skip
