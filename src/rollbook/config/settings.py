"""Settings. Everything that differs between two places comes from the environment; what is left unset is safe.

docs/operations.md lists the variables for those who run a server.
"""

import os
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from rollbook.config.answers import ROLLBOOK_ANSWERS as ROLLBOOK_ANSWERS
from rollbook.config.answers import ROLLBOOK_OPEN_CASES as ROLLBOOK_OPEN_CASES
from rollbook.config.pages import ROLLBOOK_CARDS as ROLLBOOK_CARDS
from rollbook.config.pages import ROLLBOOK_DUTIES as ROLLBOOK_DUTIES
from rollbook.config.pages import ROLLBOOK_JOBS as ROLLBOOK_JOBS
from rollbook.config.pages import ROLLBOOK_LINKS as ROLLBOOK_LINKS
from rollbook.config.pages import ROLLBOOK_NAV as ROLLBOOK_NAV
from rollbook.config.pages import ROLLBOOK_NOTICES as ROLLBOOK_NOTICES
from rollbook.config.pages import ROLLBOOK_PARTS as ROLLBOOK_PARTS
from rollbook.config.pages import ROLLBOOK_PUPIL_LINKS as ROLLBOOK_PUPIL_LINKS
from rollbook.config.pages import ROLLBOOK_PURPOSES as ROLLBOOK_PURPOSES
from rollbook.config.pages import ROLLBOOK_TAB_COUNTS as ROLLBOOK_TAB_COUNTS
from rollbook.config.pages import ROLLBOOK_TABS as ROLLBOOK_TABS
from rollbook.config.pages import ROLLBOOK_TABS_WHILE as ROLLBOOK_TABS_WHILE

env = environ.Env()

# The demonstration runs on one machine over plain HTTP with invented people; nothing else may be this relaxed.
DEMO: bool = env.bool("ROLLBOOK_DEMO", default=False)
INSECURE_HTTP: bool = DEMO or env.bool("ROLLBOOK_INSECURE_HTTP", default=False)
DEBUG: bool = env.bool("ROLLBOOK_DEBUG", default=False)


def _data_dir() -> Path:
    """Where the database and collected files go unless said otherwise: `var` in the checkout, else here."""
    checkout = Path(__file__).resolve().parents[3]
    return (checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()) / "var"


DATA_DIR = Path(env.str("ROLLBOOK_DATA", default="") or _data_dir())

SECRET_KEY: str = env.str("SECRET_KEY", default="demonstration-only" * 4 if DEMO else "")
if not SECRET_KEY:
    raise ImproperlyConfigured("set SECRET_KEY to a long random text, or ROLLBOOK_DEMO=1 to look around.")

ALLOWED_HOSTS: list[str] = env.list("ROLLBOOK_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])

# --- Apps -------------------------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "rollbook.config",
    "rollbook.ui",
    "rollbook.apps.duties",
    "rollbook.apps.keeping",
    "rollbook.apps.exchange",
    "rollbook.apps.insight",
    "rollbook.apps.reports",
    "rollbook.apps.support",
    "rollbook.apps.followup",
    "rollbook.apps.absence",
    "rollbook.apps.lessons",
    "rollbook.apps.registers",
    "rollbook.apps.roll",
    "rollbook.apps.post",
    "rollbook.apps.jobs",
    "rollbook.apps.schools",
    "rollbook.apps.accounts",
    "rollbook.apps.audit",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "rollbook.apps.accounts.middleware.TimeOutMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "rollbook.apps.accounts.middleware.ViewerMiddleware",
    "rollbook.apps.accounts.middleware.SecondStepMiddleware",
    "rollbook.apps.accounts.middleware.InspectionMiddleware",
]

ROOT_URLCONF = "rollbook.config.urls"
WSGI_APPLICATION = "rollbook.config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# A register of a large group, or a calendar, is one form with many small fields.
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "rollbook.ui.context.page",
            ],
        },
    },
]
FORM_RENDERER = "rollbook.ui.forms.Renderer"

# --- Database ---------------------------------------------------------------------------------------------------


def sqlite_options(synchronous: str = "FULL") -> dict[str, Any]:
    """How SQLite is opened. FULL: a register that was acknowledged survives the loss of power."""
    pragmas = {
        "journal_mode": "WAL",
        "synchronous": synchronous,
        "busy_timeout": 20_000,
        "cache_size": -32_000,
        "temp_store": "MEMORY",
        "mmap_size": 134_217_728,
    }
    return {
        "timeout": 20,
        # A transaction that will write takes the write lock at its start, so it can't fail half-way through.
        "transaction_mode": "IMMEDIATE",
        "init_command": ";".join(f"PRAGMA {name}={value}" for name, value in pragmas.items()),
    }


def _database() -> dict[str, Any]:
    """The database named by DATABASE_URL, with what each kind needs to be fast and durable."""
    database: dict[str, Any] = env.db_url("DATABASE_URL", default=f"sqlite:///{DATA_DIR}/rollbook.sqlite3")
    if database["ENGINE"].endswith("sqlite3"):
        Path(database["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        return database | {"CONN_MAX_AGE": 600, "OPTIONS": sqlite_options()}
    # The pool keeps the connections, so Django must give them back after each request.
    pool = {"min_size": 2, "max_size": env.int("ROLLBOOK_DATABASE_POOL", default=8), "timeout": 10}
    # Statements that come again are prepared on each connection: a third less work for the server's planner.
    # A pooler between (PgBouncer) must know prepared statements, as it does from 1.21.
    prepared = {"server_side_binding": True, "prepare_threshold": 3}
    options = {**prepared, **database.get("OPTIONS", {}), "pool": pool}
    return database | {"CONN_MAX_AGE": 0, "OPTIONS": options}


DATABASES = {"default": _database()}

# Background work is queued in the same database, in the transaction of what asks for it; `rollbook worker` does it.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# Sign-in limits must count the same in every process of the server, so the cache is in the database.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # So many that nobody can push out the count against one account by guessing at others.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# --- Sign-in ----------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
_PASSWORDS = "django.contrib.auth.password_validation"
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"{_PASSWORDS}.UserAttributeSimilarityValidator"},
    {"NAME": f"{_PASSWORDS}.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": f"{_PASSWORDS}.CommonPasswordValidator"},
    {"NAME": f"{_PASSWORDS}.NumericPasswordValidator"},
]

# >>> allauth: this block belongs to the accounts app
AUTHENTICATION_BACKENDS = ["rollbook.apps.accounts.backends.Backend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "rollbook.apps.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = False
# Django's own, which goes by the person's address; allauth's would keep a second list of addresses.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"
PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60
ACCOUNT_FORMS = {
    "login": "rollbook.apps.accounts.forms.signing.SignInForm",
    "change_password": "rollbook.apps.accounts.forms.signing.ChangePasswordForm",
    "reset_password": "rollbook.apps.accounts.forms.signing.ForgottenPasswordForm",
    "reset_password_from_key": "rollbook.apps.accounts.forms.signing.ChoosePasswordForm",
    "reauthenticate": "rollbook.apps.accounts.forms.signing.ConfirmPasswordForm",
}
# A whole school sits behind one address: what limits guessing is the account, the address only stops a flood.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "10/15m/key,300/15m/ip",
    "reset_password": "60/h/ip,3/15m/key",
    "reset_password_from_key": "120/m/ip",
    "change_password": "10/15m/user",
    "reauthenticate": "10/15m/user",
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if env.bool("ROLLBOOK_BEHIND_PROXY", default=False) else 0
MFA_ADAPTER = "rollbook.apps.accounts.adapter.SecondStepAdapter"
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Rollbook"
MFA_TOTP_TOLERANCE = 1
MFA_FORMS = {
    "authenticate": "rollbook.apps.accounts.forms.second_step.CodeForm",
    "reauthenticate": "rollbook.apps.accounts.forms.second_step.ConfirmCodeForm",
    "activate_totp": "rollbook.apps.accounts.forms.second_step.AddAppForm",
}
# A session ends after this long without a request, and in any case after twelve hours.
ROLLBOOK_IDLE_MINUTES: int = env.int("ROLLBOOK_IDLE_MINUTES", default=30)
# Whether roles that see the whole school must set up the second step.
ROLLBOOK_SECOND_STEP_REQUIRED: bool = env.bool("ROLLBOOK_SECOND_STEP_REQUIRED", default=False)
# <<< allauth

# --- Sessions, cookies and headers ------------------------------------------------------------------------------

SESSION_ENGINE = "rollbook.apps.accounts.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = not INSECURE_HTTP
# The prefix makes a browser refuse the cookie from anyone but this host over HTTPS.
SESSION_COOKIE_NAME = "rollbook-session" if INSECURE_HTTP else "__Host-rollbook-session"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SECURE = not INSECURE_HTTP
CSRF_COOKIE_NAME = "rollbook-csrf" if INSECURE_HTTP else "__Host-rollbook-csrf"
CSRF_TRUSTED_ORIGINS: list[str] = env.list("ROLLBOOK_ORIGINS", default=[])

SECURE_SSL_REDIRECT: bool = env.bool("ROLLBOOK_REDIRECT_TO_HTTPS", default=not INSECURE_HTTP)
SECURE_HSTS_SECONDS = 0 if INSECURE_HTTP else 365 * 24 * 60 * 60
SECURE_HSTS_INCLUDE_SUBDOMAINS = not INSECURE_HTTP
SECURE_HSTS_PRELOAD = not INSECURE_HTTP
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if env.bool("ROLLBOOK_BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

_SELF = ["'self'"]
_NONE = ["'none'"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": _NONE,
        "script-src": _SELF,
        "style-src": _SELF,
        "img-src": _SELF,
        "font-src": _SELF,
        "connect-src": _SELF,
        "form-action": _SELF,
        "manifest-src": _SELF,
        "base-uri": _NONE,
        "frame-ancestors": _NONE,
    },
}

# --- Time, language, files, mail, log ---------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
MEDIA_ROOT = DATA_DIR / "files"
# Where `rollbook backup` puts its files unless told otherwise: better another disk than the database's.
ROLLBOOK_BACKUPS = Path(env.str("ROLLBOOK_BACKUPS", default="") or DATA_DIR / "backups")

_mail = env.email_url("EMAIL_URL", default="consolemail://" if DEMO else "smtp://localhost:25")
EMAIL_BACKEND: str = _mail["EMAIL_BACKEND"]
EMAIL_HOST: str = _mail["EMAIL_HOST"] or ""
EMAIL_PORT: int = _mail["EMAIL_PORT"] or 25
EMAIL_HOST_USER: str = _mail["EMAIL_HOST_USER"] or ""
EMAIL_HOST_PASSWORD: str = _mail["EMAIL_HOST_PASSWORD"] or ""
EMAIL_FILE_PATH: str = _mail.get("EMAIL_FILE_PATH") or ""
EMAIL_USE_TLS: bool = _mail.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL: bool = _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL: str = env.str("ROLLBOOK_MAIL_FROM", default="attendance@example.org")

# GOV.UK Notify: a channel goes through it where the key and the channel's template are set. The templates' own words
# are ((subject)) and ((body)) for e-mail and letter, ((body)) for a text message.
NOTIFY_API_KEY: str = env.str("NOTIFY_API_KEY", default="")
NOTIFY_URL: str = env.str("NOTIFY_URL", default="https://api.notifications.service.gov.uk")
NOTIFY_TEMPLATES: dict[str, str] = {
    "email": env.str("NOTIFY_EMAIL_TEMPLATE", default=""),
    "sms": env.str("NOTIFY_SMS_TEMPLATE", default=""),
    "letter": env.str("NOTIFY_LETTER_TEMPLATE", default=""),
}
# Where the school opens Rollbook, for the links in messages.
ROLLBOOK_ADDRESS: str = env.str("ROLLBOOK_ADDRESS", default="http://localhost:8000")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("ROLLBOOK_LOG_LEVEL", "WARNING")},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        # A visitor's mistyped address is no news.
        "django.request": {"level": "ERROR"},
    },
}
