"""Addresses of the providers' and the letters' screens."""

from django.urls import path, re_path

from acuerdo.workspace.providers import letters, views

app_name = "providers"

urlpatterns = [
    path("", views.providers, name="list"),
    path("cartas", letters.letters, name="letters"),
    re_path(r"^cartas/(?P<name>[\w.-]{1,80})/(?P<kind>pdf|csv)$", letters.download, name="letters_file"),
    re_path(r"^cartas/(?P<name>[\w.-]{1,80})/enviado$", letters.posted, name="letters_posted"),
    path("<slug:name>/interruptor", views.switch, name="switch"),
]
