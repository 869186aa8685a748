"""Addresses of the payment screens."""

from django.urls import path

from acuerdo.workspace.payments import queue, views

app_name = "payments"

urlpatterns = [
    path("", views.files, name="list"),
    path("nuevo", views.upload, name="upload"),
    path("reparto", views.split, name="split"),
    path("por-identificar", queue.waiting, name="waiting"),
    path("por-identificar/<uuid:uid>", queue.credit, name="credit"),
    path("por-identificar/<uuid:uid>/aplicar", queue.assign, name="assign"),
    path("por-identificar/<uuid:uid>/devolver", queue.give_back, name="return"),
    path("por-identificar/<uuid:uid>/deshacer", queue.undo, name="undo"),
    path("<uuid:uid>", views.batch, name="batch"),
    path("<uuid:uid>/avance", views.progress, name="progress"),
    path("<uuid:uid>/cargar", views.load, name="load"),
]
