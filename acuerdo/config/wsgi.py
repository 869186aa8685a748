"""WSGI entry for servers without ASGI; live screens need asgi.py."""

import os

from django.core.wsgi import get_wsgi_application

from acuerdo.config import environment

environment.keep_secret_key()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "acuerdo.config.settings")
application = get_wsgi_application()
