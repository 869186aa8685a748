"""Addresses of the inbox."""

from django.urls import path

from acuerdo.workspace.inbox import views

app_name = "inbox"

urlpatterns = [
    path("", views.inbox, name="list"),
    path("sin-persona", views.unknown, name="unknown"),
    path("<uuid:uid>", views.inbox, name="conversation"),
    path("<uuid:uid>/responder", views.reply, name="reply"),
    path("<uuid:uid>/tomar", views.take, name="take"),
    path("<uuid:uid>/cerrar", views.close, name="close"),
    path("archivos/<uuid:uid>", views.received_file, name="file"),
]
