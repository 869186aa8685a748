"""Addresses of a person's papers."""

from django.urls import path

from acuerdo.workspace.papers import views

app_name = "papers"

urlpatterns = [
    path("", views.papers, name="list"),
    path("<uuid:paper_uid>", views.download, name="download"),
]
