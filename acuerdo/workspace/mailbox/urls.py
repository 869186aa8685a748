"""Addresses of the sandbox mailbox."""

from django.urls import path

from acuerdo.workspace.mailbox import views

app_name = "mailbox"

urlpatterns = [
    path("", views.mailbox, name="list"),
    path("<uuid:uid>", views.mailbox, name="message"),
    path("<uuid:uid>/carta", views.letter, name="letter"),
    path("<uuid:uid>/responder", views.answer, name="answer"),
]
