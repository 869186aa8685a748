"""Settings of the installation, read from ACUERDO_* variables and DATABASE_URL."""

SECRET_KEY = "replaced by the database person"
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "procrastinate.contrib.django",
    "acuerdo.base",
    "acuerdo.ledger",
    "acuerdo.portfolio",
    "acuerdo.policy",
    "acuerdo.negotiation",
    "acuerdo.messaging",
    "acuerdo.strategy",
    "acuerdo.workspace",
]
AUTH_USER_MODEL = "base.User"
USE_TZ = True
LANGUAGE_CODE = "es"
DATABASES = {"default": {"ENGINE": "django.db.backends.postgresql", "NAME": "acuerdo"}}
