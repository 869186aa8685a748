"""Addresses of the whole installation; each capability brings its own."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", include("acuerdo.api.urls")),
    path("", include("acuerdo.workspace.urls")),
]

handler403 = "acuerdo.workspace.views.errors.not_allowed"
handler404 = "acuerdo.workspace.views.errors.not_found"
handler500 = "acuerdo.workspace.views.errors.failed"
