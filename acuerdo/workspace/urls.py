"""Addresses of the workspace. They are read by people, so they are in Spanish; their names are not."""

from django.urls import include, path

from acuerdo.workspace.views import session

app_name = "workspace"

urlpatterns = [
    path("", session.home, name="home"),
    path("ingresar", session.log_in, name="login"),
    path("salir", session.log_out, name="logout"),
    path("idioma", session.language, name="language"),
]
