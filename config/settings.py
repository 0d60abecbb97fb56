"""Every knob of Recinto, from the environment, each with a safe default for development.

Development and tests need no environment at all. `DATABASE_URL` makes it production (so does `PRODUCTION=true`),
which refuses to start without `SECRET_KEY`, `ALLOWED_HOSTS` and `CELERY_BROKER_URL`. See docs/deploy.md.
"""

import contextlib
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import environ
import structlog
import structlog.typing
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from ops import valkey

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DEBUG = env.bool("DEBUG", default=False)
PRODUCTION = env.bool("PRODUCTION", default=bool(env.str("DATABASE_URL", default="")) and not DEBUG)


def needed(name: str, what: str, *, otherwise: str) -> str:
    """The value of a variable that production must set, or `otherwise` in development."""
    value = env.str(name, default="")
    if PRODUCTION and not value:
        raise ImproperlyConfigured(f"{name} is missing: set it to {what}.")
    return value or otherwise


# Everything that a running Recinto writes on disk lies under this folder.
DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).absolute()
with contextlib.suppress(OSError):  # who needs the folder says so; `manage.py check` does not
    DATA_DIR.mkdir(parents=True, exist_ok=True)

SECRET_KEY = needed("SECRET_KEY", "50 random characters or more", otherwise="development-only-" + "recinto" * 8)
# Earlier keys, still good for sessions that were opened under them.
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])
ALLOWED_HOSTS = needed(
    "ALLOWED_HOSTS", "the host names people type, with commas between", otherwise="localhost,127.0.0.1,[::1],testserver"
).split(",")
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "inventory.apps.InventoryConfig",
    "warehouse.apps.WarehouseConfig",
    "config.apps.RecintoAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "django.forms",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "auditlog",
    "csp",
    "django_celery_beat",
    "django_countries",
    "django_filters",
    "django_htmx",
    "django_prometheus",
    "django_structlog",
    "django_tables2",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "import_export",
    "rest_framework",
    "template_partials",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "inventory.web.middleware.LanguageMiddleware",
    # Every page wants a login unless it says `login_not_required`.
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "inventory.audit.middleware.AuditMiddleware",
    "inventory.web.middleware.AccessMiddleware",
    "inventory.web.middleware.SecondFactorMiddleware",
    "inventory.web.middleware.ReasonMiddleware",
    "inventory.web.middleware.HtmxMessagesMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
AUTH_USER_MODEL = "inventory.User"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "csp.context_processors.nonce",
                "inventory.web.context.shell",
            ],
        },
    },
]

FORM_RENDERER = "inventory.web.forms.RecintoRenderer"

# ── The books' database: SQLite embedded, PostgreSQL in production ──────────────────────────────
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 30,
    # recursive_triggers: without it INSERT OR REPLACE walks past the append-only triggers.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA recursive_triggers=ON; PRAGMA foreign_keys=ON; "
    f"PRAGMA synchronous={env.str('SQLITE_SYNCHRONOUS', default='FULL' if PRODUCTION else 'NORMAL')};",
}
DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{quote(str(DATA_DIR / 'recinto.sqlite3'))}")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = SQLITE_OPTIONS
    DATABASES["default"]["CONN_MAX_AGE"] = 60
else:
    # A folder with a socket is written with %2F in an address, as libpq wants it.
    DATABASES["default"]["HOST"] = unquote(DATABASES["default"]["HOST"])
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # A pooler that hands connections round between transactions keeps no plans, settings or cursors of ours.
    pooled = env.bool("TRANSACTION_POOLER", default=False)
    DATABASES["default"]["CONN_MAX_AGE"] = env.int("CONN_MAX_AGE", default=0 if pooled else 60)
    DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = pooled
    if not pooled:
        OPTIONS = DATABASES["default"].setdefault("OPTIONS", {})
        OPTIONS.setdefault("prepare_threshold", 5)  # for inventory/statements.py (ADR 6)
        OPTIONS.setdefault("options", "-c enable_memoize=off")  # ADR 7

# ── Broker and cache: the embedded Valkey, or any Redis by URL ──────────────────────────────────
VALKEY_SOCKET = valkey.socket_path(DATA_DIR)
CELERY_BROKER_URL = needed(
    "CELERY_BROKER_URL",
    "the address of a Redis, like redis://localhost:6379/0",
    otherwise=valkey.broker_url(VALKEY_SOCKET),
)
# Unless told otherwise, the cache is database 1 of the broker's server.
CACHE_URL = env.str(
    "CACHE_URL",
    default=urlsplit(CELERY_BROKER_URL)._replace(path="/1").geturl() if PRODUCTION else valkey.cache_url(VALKEY_SOCKET),
)
CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": CACHE_URL}}

CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 1500
CELERY_TASK_SOFT_TIME_LIMIT = 1440
CELERY_TIMEZONE = "America/Mexico_City"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
# kombu looks for lost messages every 10 s × every 10th call unless told otherwise (celery/kombu#2558).
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 1800,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
}
# The beat writes down at once what it has sent: /readyz reads it, and a restart repeats nothing.
CELERY_BEAT_SYNC_EVERY = 1
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "sweep_jobs": {
        "task": "inventory.tasks.sweep_jobs",
        "schedule": timedelta(seconds=15),
    },
    "beat_heartbeat": {
        "task": "inventory.tasks.record_heartbeat",
        "schedule": timedelta(seconds=20),
    },
    "verify_books_nightly": {
        "task": "inventory.tasks.verify_books_nightly",
        "schedule": crontab(hour=2, minute=30),
    },
    "watch_deadlines_daily": {
        "task": "inventory.tasks.watch_deadlines_daily",
        "schedule": crontab(hour=5, minute=0),
    },
    "watch_exchange_rates_daily": {
        "task": "inventory.tasks.watch_exchange_rates_daily",
        "schedule": crontab(hour=5, minute=10),
    },
    "watch_jobs": {
        "task": "inventory.tasks.watch_jobs",
        "schedule": crontab(minute="*/5"),
    },
    "watch_shipments_hourly": {
        "task": "warehouse.tasks.watch_shipments_hourly",
        "schedule": crontab(minute=10),
    },
    "learn_lead_times_nightly": {
        "task": "warehouse.tasks.learn_lead_times_nightly",
        "schedule": crontab(hour=3, minute=15),
    },
    "seal_audit_daily": {
        "task": "inventory.tasks.seal_audit_daily",
        "schedule": crontab(hour=0, minute=20),
    },
}

# ── People and passwords ────────────────────────────────────────────────────────────────────────
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["inventory.web.accounts.People"]
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email*", "password1*", "password2*"]
ACCOUNT_FORMS = {"login": "inventory.web.login.LoginForm"}
ACCOUNT_ADAPTER = "inventory.web.accounts.ClosedSignupAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_REAUTHENTICATION_REQUIRED = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PRODUCTION
MFA_FORMS = {"add_webauthn": "inventory.web.login.AddKeyForm"}
MFA_TOTP_ISSUER = "Recinto"
# Administrators make the accounts and give the addresses: there is no one to verify them to.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Roles that must have a second factor before they may see any page, e.g. "administrator,customs".
MFA_REQUIRED_ROLES = frozenset(env.list("MFA_REQUIRED_ROLES", default=["administrator"] if PRODUCTION else []))
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"

SESSION_ENGINE = "inventory.web.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 12
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if PRODUCTION:
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    # Who asks for health stands behind the proxy and speaks plain HTTP.
    SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$"]
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, "'wasm-unsafe-eval'"],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "connect-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [SELF],
        "form-action": [SELF],
        "object-src": [NONE],
    }
}

# ── Language, time, files ───────────────────────────────────────────────────────────────────────
LANGUAGE_CODE = "es-mx"
LANGUAGES = [("es-mx", _("Spanish (Mexico)")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "America/Mexico_City"

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = env.str("STATIC_ROOT", default=str(DATA_DIR / "static")) if PRODUCTION else None
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(DATA_DIR / "files")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# In production `collectstatic` has gathered, hashed and compressed them; elsewhere they come from where they lie.
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = [*Compressor.SKIP_COMPRESS_EXTENSIONS, "map"]  # only a debugger reads maps
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
# The largest file a person may upload (demand history, pedimentos): refused with a sentence, never read whole.
UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", default=8 * 1024 * 1024)

# EMAIL_BACKEND, EMAIL_HOST and the like, from one address such as smtp+tls://user:password@host:587.
globals().update(env.email("EMAIL_URL", default="smtp://localhost:25" if PRODUCTION else "consolemail://"))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="recinto@localhost")

# ── The API ─────────────────────────────────────────────────────────────────────────────────────
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["inventory.api.authentication.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["inventory.api.permissions.HasScope"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "inventory.api.pagination.CursorPages",
    "DEFAULT_THROTTLE_CLASSES": ["inventory.api.throttling.ApiKeyThrottle"],
    "DEFAULT_THROTTLE_RATES": {
        "api_key": env.str("API_RATE", default="6000/min"),
        "anonymous": "60/min",
    },
    "EXCEPTION_HANDLER": "inventory.api.problems.problem_response",
    "COERCE_DECIMAL_TO_STRING": True,
}

API_BODY_MAX_BYTES = env.int("API_BODY_MAX_BYTES", default=2 * 1024 * 1024)
# How many proxies of our own stand before the application: that many last entries of X-Forwarded-For are believed.
TRUSTED_PROXY_HOPS = env.int("TRUSTED_PROXY_HOPS", default=1 if env.bool("BEHIND_PROXY", default=False) else 0)
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_HOPS
SPECTACULAR_SETTINGS = {
    "TITLE": "Recinto API",
    "DESCRIPTION": "Bonded stock, cross-border movements and inventory placement. See docs/api.md.",
    "VERSION": "1.0.0",
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_NO_READ_ONLY_REQUIRED": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    # Enums stay where they are used: several lists have a `state` of their own.
    "POSTPROCESSING_HOOKS": [],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
}

AUDITLOG_DISABLE_REMOTE_ADDR = False
DJANGO_TABLES2_TEMPLATE = "inventory/_table.html"
IMPORT_EXPORT_USE_TRANSACTIONS = True
PROMETHEUS_EXPORT_MIGRATIONS = False

# ── What operations see ─────────────────────────────────────────────────────────────────────────
# /metrics is served only to who sends this token as `Authorization: Bearer …`; without one it does not exist.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# /readyz fails when less than this is free where files are written.
READY_FREE_MEGABYTES = env.int("READY_FREE_MEGABYTES", default=200)

# In production one JSON object a line; every line of a request or a task carries its id.
LOG_JSON = env.bool("LOG_JSON", default=PRODUCTION)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False  # it believes what a caller says of itself; the audit trail knows better
LOG_STEPS: list[structlog.typing.Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": LOG_STEPS,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
            ],
        },
        "json": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": LOG_STEPS,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(),
            ],
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json" if LOG_JSON else "plain"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO" if PRODUCTION else "WARNING")},
}
structlog.configure(
    processors=[*LOG_STEPS, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)

if SENTRY_DSN := env.str("SENTRY_DSN", default=""):
    import sentry_sdk

    sentry_sdk.init(dsn=SENTRY_DSN, send_default_pii=False)
