"""ASGI entry, what `acuerdo up` serves."""

import os

from django.core.asgi import get_asgi_application

from acuerdo.config import environment

environment.keep_secret_key()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "acuerdo.config.settings")
application = get_asgi_application()
