"""Addresses of the guide: one person's, and the versions of the document."""

from django.urls import path

from acuerdo.workspace.guide import editor, views

app_name = "guide"

urlpatterns = [
    path("persona/<uuid:uid>", views.guide, name="person"),
    path("persona/<uuid:uid>/dicho/<uuid:attempt_uid>", views.tick, name="tick"),
    path("", editor.versions, name="versions"),
    path("nuevo", editor.edit, name="edit"),
    path("<uuid:script_uid>", editor.version, name="version"),
    path("<uuid:script_uid>/publicar", editor.publish, name="publish"),
]
