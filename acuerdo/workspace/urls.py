"""Addresses of the workspace. They are read by people, so they are in Spanish; their names are not."""

from django.urls import include, path

from acuerdo.workspace.agreements import approvals
from acuerdo.workspace.templates_library.short_links import short_link
from acuerdo.workspace.templates_library.views import library
from acuerdo.workspace.views import (
    board,
    call,
    compliance,
    day,
    debtor,
    documents,
    holds,
    portfolio,
    queue,
    session,
    users,
)

app_name = "workspace"

urlpatterns = [
    path("", session.home, name="home"),
    path("ingresar", session.log_in, name="login"),
    path("salir", session.log_out, name="logout"),
    path("idioma", session.language, name="language"),
    path("buscar", portfolio.search, name="search"),
    path("cola", queue.queue, name="queue"),
    path("titulares/<uuid:uid>", debtor.debtor, name="debtor"),
    path("titulares/<uuid:uid>/semaforo", debtor.light, name="light"),
    path("titulares/<uuid:uid>/historia", debtor.timeline, name="timeline"),
    path("titulares/<uuid:uid>/documento", debtor.unmask, name="unmask"),
    path("titulares/<uuid:uid>/llamar/<uuid:point_uid>", call.call, name="call"),
    path("titulares/<uuid:uid>/entrante", call.incoming, name="incoming"),
    path("titulares/<uuid:uid>/resultado", call.outcome_fields, name="outcome_fields"),
    path("titulares/<uuid:uid>/pausas", holds.place_hold, name="place_hold"),
    path("titulares/<uuid:uid>/pausas/<uuid:hold_uid>/levantar", holds.lift_hold, name="lift_hold"),
    path("titulares/<uuid:uid>/acuerdos/", include("acuerdo.workspace.agreements.urls")),
    path("aprobaciones", approvals.approvals, name="approvals"),
    path("aprobaciones/<uuid:plan_uid>", approvals.decide, name="decide_approval"),
    path("titulares/<uuid:uid>/documentos/", include("acuerdo.workspace.papers.urls")),
    path("titulares/<uuid:uid>/obligaciones/<uuid:obligation_uid>/", include("acuerdo.workspace.statement.urls")),
    path("gestiones/<uuid:attempt_uid>", call.record, name="record"),
    path("gestiones/<uuid:attempt_uid>/sin-llamar", call.give_up, name="give_up"),
    path("gestiones/<uuid:attempt_uid>/deshacer", call.undo, name="undo"),
    path("hoy", board.board, name="board"),
    path("hoy/filas", board.decisions, name="decisions"),
    path("hoy/exportar", board.board_export, name="board_export"),
    path("cartera", portfolio.portfolio, name="portfolio"),
    path("cartera/exportar", portfolio.portfolio_export, name="portfolio_export"),
    path("veredictos", compliance.compliance, name="compliance"),
    path("veredictos/exportar", compliance.compliance_export, name="compliance_export"),
    path("titulares/<uuid:uid>/expediente", compliance.expediente, name="expediente"),
    path("pausas", holds.holds, name="holds"),
    path("reglas", compliance.rules, name="rules"),
    path("estrategia", documents.strategy, name="strategy"),
    path("estrategia/<uuid:uid>", documents.strategy, name="strategy_version"),
    path("plantillas", library, name="templates"),
    path("plantillas/", include("acuerdo.workspace.templates_library.urls")),
    path("l/<slug:code>", short_link, name="short_link"),
    path("usuarios", users.users, name="users"),
    path("usuarios/nuevo", users.new_user, name="new_user"),
    path("usuarios/<uuid:uid>/cuenta", users.switch_user, name="switch_user"),
    path("usuarios/<uuid:uid>/contrasena", users.reset_password, name="reset_password"),
    path("cargas/", include("acuerdo.workspace.imports.urls")),
    path("pagos/", include("acuerdo.workspace.payments.urls")),
    path("buzon/", include("acuerdo.workspace.mailbox.urls")),
    path("dia", day.day, name="day"),
    path("dia/avance", day.day_progress, name="day_progress"),
    path("dia/correr", day.run_day, name="run_day"),
    path("dia/siguiente", day.next_day, name="next_day"),
]
