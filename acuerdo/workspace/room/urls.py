"""Addresses of the supervisor's room and of agents' notes."""

from django.urls import path

from acuerdo.workspace.room import views

app_name = "room"

urlpatterns = [
    path("", views.room, name="room"),
    path("ahora", views.board, name="board"),
    path("presencia", views.presence, name="presence"),
    path("estado", views.state, name="state"),
    path("notas", views.notes, name="notes"),
    path("gestores/<uuid:uid>", views.agent, name="agent"),
    path("gestores/<uuid:uid>/escuchar", views.listen, name="listen"),
]
