"""Addresses of the movements, below one obligation of one person."""

from django.urls import path

from acuerdo.workspace.movements import views

app_name = "movements"

urlpatterns = [
    path("movimientos", views.movements, name="page"),
    path("movimientos.csv", views.movements_export, name="export"),
    path("movimientos/<slug:key>", views.record, name="record"),
]
