"""Addresses of the import screens."""

from django.urls import path

from acuerdo.workspace.imports import authorising, views

app_name = "imports"

urlpatterns = [
    path("", views.imports, name="list"),
    path("autorizaciones", authorising.authorisations, name="authorisations"),
    path("nueva", views.upload, name="upload"),
    path("plantilla", views.template_file, name="template"),
    path("<uuid:uid>", views.batch, name="batch"),
    path("<uuid:uid>/columnas", views.columns, name="columns"),
    path("<uuid:uid>/avance", views.progress, name="progress"),
    path("<uuid:uid>/cargar", views.load, name="load"),
    path("<uuid:uid>/deshacer", views.undo, name="undo"),
    path("<uuid:uid>/rechazos.csv", views.rejects, name="rejects"),
]
