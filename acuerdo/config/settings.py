"""Settings of the installation, read from ACUERDO_* variables and DATABASE_URL (see config/environment.py)."""

from pathlib import Path

from django.utils.csp import CSP

from acuerdo.base.database import data_folder, server_dsn
from acuerdo.config import environment

PACKAGE = Path(__file__).resolve().parent.parent

DEBUG = environment.flag("ACUERDO_DEBUG")
SECRET_KEY = environment.secret_key()
ALLOWED_HOSTS = environment.words("ACUERDO_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = environment.words("ACUERDO_ORIGINS")

DATA_FOLDER = data_folder().resolve()
DATABASE_URL = environment.text("DATABASE_URL")
DATABASES = {"default": environment.database(DATABASE_URL or server_dsn(DATA_FOLDER))}
# How many requests a web process works on at once; each holds one connection at most.
WEB_THREADS = environment.number("ACUERDO_WEB_THREADS", 8)

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
    "acuerdo.agenda",
    "acuerdo.strategy",
    "acuerdo.workspace",
    "acuerdo.api",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "acuerdo.base.static.StaticFilesMiddleware",
    "acuerdo.base.middleware.ClockMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "acuerdo.workspace.middleware.UserLanguage",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "acuerdo.workspace.middleware.ErrorSentences",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "acuerdo.workspace.context.workspace",
            ],
        },
    },
]
ROOT_URLCONF = "acuerdo.config.urls"
WSGI_APPLICATION = "acuerdo.config.wsgi.application"
ASGI_APPLICATION = "acuerdo.config.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "base.User"
LOGIN_URL = "workspace:login"
LOGIN_REDIRECT_URL = "/"
CSRF_FAILURE_VIEW = "acuerdo.workspace.views.errors.form_expired"
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "es"
LANGUAGES = [("es", "Español"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_TZ = True
TIME_ZONE = environment.time_zone("ACUERDO_TIMEZONE", "America/Bogota")

STATIC_URL = "static/"
STATICFILES_DIRS = [PACKAGE / "static"] if (PACKAGE / "static").is_dir() else []
# Served straight from the package: an installation has no collecting step.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG

MEDIA_ROOT = DATA_FOLDER / "files"
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024

# Cookies travel only over TLS unless the installation says that it is a local trial on plain HTTP.
SECURE_COOKIES = environment.flag("ACUERDO_TLS", default=not DEBUG)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if environment.flag("ACUERDO_TLS") else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_SECONDS > 0
SECURE_SSL_REDIRECT = environment.flag("ACUERDO_TLS_REDIRECT", default=environment.flag("ACUERDO_TLS"))
# Whether a domain joins the browsers' preload list is for its owner to decide.
SILENCED_SYSTEM_CHECKS = ["security.W021"]
if environment.flag("ACUERDO_BEHIND_PROXY"):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.SELF],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF, CSP.NONCE],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}

# When the day's cycle starts by itself, local time; empty: never.
DAY_AT = environment.local_time("ACUERDO_DAY_AT", "05:00")
DAY_PHASES = "acuerdo.config.wiring.day_phases"
# What follows from payments: the ledger calls it in the transaction that posts them (ledger.ports.AfterPayments).
AFTER_PAYMENTS = "acuerdo.strategy.public.settle_payments"
# What follows from a loaded portfolio: authorisations and stops (portfolio.ports.AfterLoad), and their undoing.
AFTER_LOAD = "acuerdo.policy.public.follow_load"
AFTER_UNDO = "acuerdo.policy.public.take_back_load"
# Who else keeps words of a person: policy calls them in the transaction that erases one (policy.ports.ForgetPerson).
FORGET_PERSON = (
    "acuerdo.api.erasure.forget_person",  # first: it finds its answers by the rows that the others remove
    "acuerdo.messaging.public.forget_person",
    "acuerdo.negotiation.public.forget_person",
    "acuerdo.agenda.public.forget_person",
    "acuerdo.workspace.actions.lists.forget_person",
)
PROCRASTINATE_IMPORT_PATHS = ["acuerdo.config.tasks"]
PROCRASTINATE_ON_APP_READY = "acuerdo.base.jobs.on_app_ready"

# How e-mail leaves: `sandbox` (a mailbox screen), or smtp+starttls://user:password@host:587, smtps://…, smtp://127.0.0.1.
EMAIL_URL = environment.text("ACUERDO_EMAIL_URL", "sandbox")
EMAIL_FROM = environment.text("ACUERDO_EMAIL_FROM")
MESSAGE_CHANNELS = "acuerdo.config.wiring.message_channels"
PROVIDER_READERS = "acuerdo.config.providers.reader_named"
# Providers of every channel, a TOML document (docs: how-to/connect-providers); and where they and customers reach this installation.
PROVIDERS = environment.text("ACUERDO_PROVIDERS")
# Systems that are asked about a person beside the page: the core, a bureau (docs: how-to/connect-panels).
PANELS = environment.text("ACUERDO_PANELS")
PERSON_PANELS = "acuerdo.config.panels.person_panels"
PUBLIC_URL = environment.web_address("ACUERDO_PUBLIC_URL")
# The video server of appointments (Jitsi or any other whose rooms are an address); empty: no video calls.
VIDEO_URL = environment.web_address("ACUERDO_VIDEO_URL")
# Who serves live calls to the supervisor's room (workspace.ports.LiveCalls); empty until there is a dialer.
LIVE_CALLS = ""
# Hosts inside the own network that the HTTP door may reach.
HTTP_PRIVATE = environment.words("ACUERDO_HTTP_PRIVATE")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": environment.text("ACUERDO_LOG_LEVEL", "WARNING")},
}
