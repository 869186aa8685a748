from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "acuerdo.api"
    label = "api"
