"""Addresses of the strategy builder."""

from django.urls import path

from acuerdo.workspace.strategies import editing, experiments, rehearsals, views

app_name = "strategies"

urlpatterns = [
    path("nueva", views.new_version, name="new"),
    path("hechos", views.facts, name="facts"),
    path("experimentos", experiments.experiments, name="experiments"),
    path("experimentos/pausa", experiments.pause, name="pause_variant"),
    path("comparar", views.compare, name="compare"),
    path("regresar", views.roll_back, name="roll_back"),
    path("ensayos/<uuid:uid>", rehearsals.rehearsal, name="rehearsal"),
    path("ensayos/<uuid:uid>/avance", rehearsals.progress, name="rehearsal_progress"),
    path("<uuid:uid>/enviar", views.submit, name="submit"),
    path("<uuid:uid>/aprobar", views.approve, name="approve"),
    path("<uuid:uid>/devolver", views.send_back, name="send_back"),
    path("<uuid:uid>/ensayar", rehearsals.ask, name="rehearse"),
    path("<uuid:uid>/editar", editing.edit, name="edit"),
    path("<uuid:uid>/revisar", editing.check, name="check"),
    path("<uuid:uid>/deshacer", editing.undo, name="undo"),
    path("<uuid:uid>/<str:part>/<int:index>", editing.item, name="item"),
    path("<uuid:uid>/<str:part>/<int:index>/<str:move>", editing.move, name="move"),
]
