"""Addresses of the agenda."""

from django.urls import path

from acuerdo.workspace.agenda import views

app_name = "agenda"

urlpatterns = [
    path("", views.week, name="week"),
    path("titulares/<uuid:uid>", views.book, name="book"),
    path("titulares/<uuid:uid>/citas", views.person, name="person"),
    path("<uuid:uid>", views.change, name="appointment"),
    path("<uuid:uid>/calendario.ics", views.calendar, name="calendar"),
    path("<uuid:uid>/<slug:word>", views.result, name="result"),
]
