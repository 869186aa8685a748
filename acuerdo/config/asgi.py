"""ASGI entry, what `acuerdo up` serves."""

import os

import django
from django.conf import settings

from acuerdo.config import environment

environment.keep_secret_key()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "acuerdo.config.settings")
django.setup(set_prefix=False)

from acuerdo.base.serving import ThreadedHandler, keep_connections  # noqa: E402 - needs Django ready

keep_connections()
application = ThreadedHandler(settings.WEB_THREADS)
