"""Addresses of the template screens."""

from django.urls import path

from acuerdo.workspace.templates_library import decisions, views

app_name = "templates_library"

urlpatterns = [
    path("nueva", views.new, name="new"),
    path("tono", views.tone, name="tone"),
    path("<uuid:uid>", views.page, name="page"),
    path("<uuid:uid>/revisar", views.judged, name="judged"),
    path("<uuid:uid>/carta", views.letter, name="letter"),
    path("<uuid:uid>/version", decisions.begin, name="begin"),
    path("<uuid:uid>/enviar", decisions.submit, name="submit"),
    path("<uuid:uid>/aprobar", decisions.approve, name="approve"),
    path("<uuid:uid>/devolver", decisions.send_back, name="send_back"),
    path("<uuid:uid>/retirar", decisions.retire, name="retire"),
    path("<uuid:uid>/proveedor", decisions.provider, name="provider"),
]
