"""Addresses of campaigns."""

from django.urls import path, re_path

from acuerdo.workspace.campaigns import views

app_name = "campaigns"

urlpatterns = [
    path("", views.campaigns, name="list"),
    path("nueva", views.new, name="new"),
    path("<uuid:uid>", views.page, name="page"),
    path("<uuid:uid>/editar", views.edit, name="edit"),
    path("<uuid:uid>/contar", views.count, name="count"),
    path("<uuid:uid>/conteo", views.counted, name="counted"),
    path("<uuid:uid>/exportar", views.export, name="export"),
    re_path(r"^(?P<uid>[0-9a-f-]{36})/(?P<event>submit|approve|send_back|pause|resume|stop)$", views.step, name="step"),
]
