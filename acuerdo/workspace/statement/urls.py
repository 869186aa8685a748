"""Addresses of the statement, below one obligation of one person."""

from django.urls import path

from acuerdo.workspace.statement import views

app_name = "statement"

urlpatterns = [
    path("estado", views.statement, name="page"),
    path("estado.pdf", views.statement_pdf, name="pdf"),
]
