"""Addresses of the providers' screen."""

from django.urls import path

from acuerdo.workspace.providers import views

app_name = "providers"

urlpatterns = [
    path("", views.providers, name="list"),
    path("<slug:name>/interruptor", views.switch, name="switch"),
]
