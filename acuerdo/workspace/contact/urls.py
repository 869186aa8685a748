"""Addresses of a message by hand, below one person."""

from django.urls import path

from acuerdo.workspace.contact import views

app_name = "contact"

urlpatterns = [
    path("", views.write, name="write"),
    path("vista", views.preview, name="preview"),
]
