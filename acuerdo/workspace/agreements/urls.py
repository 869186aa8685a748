"""Addresses of agreements, below one person; approvals have a page of their own."""

from django.urls import path

from acuerdo.workspace.agreements import views

app_name = "agreements"

urlpatterns = [
    path("", views.desk, name="desk"),
    path("calculo", views.quote, name="quote"),
    path("capacidad", views.declare, name="declare"),
    path("nuevo", views.propose, name="propose"),
    path("<uuid:plan_uid>", views.plan, name="plan"),
    path("<uuid:plan_uid>/aceptar", views.accept, name="accept"),
    path("<uuid:plan_uid>/codigo", views.send_code, name="send_code"),
    path("<uuid:plan_uid>/rechazar", views.decline, name="decline"),
    path("<uuid:plan_uid>/cancelar", views.cancel, name="cancel"),
    path("<uuid:plan_uid>/acuerdo.pdf", views.paper, name="paper"),
]
