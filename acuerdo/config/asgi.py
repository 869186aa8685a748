"""ASGI entry, what `acuerdo up` serves."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "acuerdo.config.settings")
application = get_asgi_application()
