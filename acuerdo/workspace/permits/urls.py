"""Addresses of one person's permissions; they are read by people, so they are in Spanish."""

from django.urls import path

from acuerdo.workspace.permits import views

app_name = "permits"

urlpatterns = [
    path("", views.permits, name="page"),
]
