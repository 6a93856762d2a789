"""Settings, read from the environment; without any of it Leadwright runs on SQLite under var/."""

import os
from typing import Any

import dj_database_url
from django.utils.csp import CSP
from django.utils.translation import gettext_lazy

from crm.admin_look import UNFOLD  # noqa: F401  (read by unfold)
from crm.environment import PROJECT, flag, prices, secret, var_dir, words
from crm.observing import crashes, logs
from crm.replica import REPLICA, configuring
from crm.secret_key import encryption_keys, secret_key

BASE_DIR = PROJECT
VAR_DIR = var_dir()
VAR_DIR.mkdir(parents=True, exist_ok=True)

DEBUG = flag("DEBUG")
SECRET_KEY = secret_key(VAR_DIR)
# Former keys, so that links in e-mails that were sent with them still work.
SECRET_KEY_FALLBACKS = words("SECRET_KEY_FALLBACKS")
# Fernet keys for secrets that lie in the database; the first closes, any opens.
ENCRYPTION_KEYS = encryption_keys(VAR_DIR)
# Where the world reaches this site: https://crm.example.com
PUBLIC_URL = os.environ.get("PUBLIC_URL", "").rstrip("/")
#: Where links lead while there is no PUBLIC_URL; manage.py serve says its port here.
LOCAL_URL = os.environ.get("LOCAL_URL", "http://localhost:8000")
# The world reaches it: crm/production_checks.py refuses what is fit for a desk only.
IS_PRODUCTION = flag("PRODUCTION", default=PUBLIC_URL.startswith("https:"))
ALLOWED_HOSTS = words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = words("CSRF_TRUSTED_ORIGINS")

INSTALLED_APPS = [
    "unfold.apps.BasicAppConfig",
    "unfold.contrib.filters",
    "unfold.contrib.import_export",
    "import_export",
    "crm.admin_app.Administration",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "django_htmx",
    "django_q",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "crm",
    "leads",
    "sequences",
    "api",
]

MIDDLEWARE = [
    "crm.unread.ReadToTheEnd",
    "crm.observing.requests.Observed",
    "crm.reach.Fenced",
    "crm.views.health.Probes",
    "django.middleware.security.SecurityMiddleware",
    "api.middleware.ContractsFirst",  # what follows is for pages
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "crm.unkept.Unkept",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "crm.languages.Speaking",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "crm.sessions.Bounded",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

# The four contracts are spelled without a trailing slash, and a redirect would lose a POST body.
APPEND_SLASH = False
ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crm.views.context.workspace",
            ],
        },
    },
]

SQLITE_OPTIONS: dict[str, Any] = {
    # Taking the write lock at BEGIN makes every transaction serial: SQLite ignores SELECT … FOR UPDATE.
    "transaction_mode": "IMMEDIATE",
    "timeout": 30,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA cache_size=-65536;",
}
POSTGRESQL_OPTIONS: dict[str, Any] = {
    "server_side_binding": True,
    # The server plans each kind of statement once for a connection; not behind a pooler that lends it by transaction.
    "prepare_threshold": 3 if flag("PREPARED_STATEMENTS", default=True) else None,
}


def database() -> dict[str, Any]:
    """The default database, from DATABASE_URL (postgres://… or sqlite:///…)."""
    config: dict[str, Any] = dict(
        dj_database_url.parse(
            secret("DATABASE_URL") or f"sqlite:///{VAR_DIR / 'leadwright.sqlite3'}",
            conn_max_age=60,
            conn_health_checks=True,
        )
    )
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = SQLITE_OPTIONS | config.get("OPTIONS", {})
        # One file on disk even for tests, so that threads and processes share it.
        config["TEST"] = {"NAME": os.environ.get("TEST_SQLITE_PATH") or str(VAR_DIR / "test.sqlite3")}
        return config
    if config["ENGINE"] == "django.db.backends.postgresql":
        config["ENGINE"] = "crm.postgresql"
    config["OPTIONS"] = POSTGRESQL_OPTIONS | config.get("OPTIONS", {})
    return config


DATABASES = {"default": database()}
# Whoever logs in to PostgreSQL by this name stands behind the wall of crm/postgresql/wall.py.
DATABASE_ROLE = os.environ.get("DATABASE_ROLE", "leadwright_app")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = secret("REDIS_URL")
CACHES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    if REDIS_URL
    else {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
}

# A streaming copy of the database, for lists, reports and exports (crm/replica).
if REPLICA_URL := secret("REPLICA_URL"):
    DATABASES[REPLICA] = configuring.database(REPLICA_URL, redis_url=REDIS_URL, options=POSTGRESQL_OPTIONS)
    DATABASE_ROUTERS = [configuring.ROUTER]
    MIDDLEWARE.insert(MIDDLEWARE.index("crm.reach.Fenced") + 1, configuring.MIDDLEWARE)
# So many seconds behind the primary, it is not read from.
REPLICA_MAX_LAG = float(os.environ.get("REPLICA_MAX_LAG", "5"))

AUTH_USER_MODEL = "crm.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "crm.passwords.LeakedPasswordValidator"},
    {"NAME": "crm.passwords.HouseWordsValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "leads:board"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGOUT_REDIRECT_URL = "account_login"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "crm.signing_in.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Log-ins come from a manager's invitation or from an administrator; a new address is verified before it counts.
ACCOUNT_EMAIL_VERIFICATION = "optional"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_SESSION_REMEMBER = True
# For so long nobody is asked again who they are, before exports, keys and what can't be undone (crm/stepping_up.py).
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900  # seconds
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # also before another e-mail address: it gets the letter that opens the log-in
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if PUBLIC_URL.startswith("https:") else "http"
MFA_ADAPTER = "crm.signing_in.MfaAdapter"
MFA_FORMS = {
    "authenticate": "crm.second_step.AuthenticateForm",
    "reauthenticate": "crm.second_step.ReauthenticateForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TRUST_ENABLED = True
MFA_TOTP_ISSUER = "Leadwright"
MFA_TOTP_TOLERANCE = 1  # a period of 30 s early or late: telephones' clocks
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PUBLIC_URL  # http://localhost
# Staff need a second step for /admin/. Only somebody who develops may do without.
ADMIN_SECOND_STEP = not (DEBUG and flag("ADMIN_WITHOUT_SECOND_STEP"))
# How many proxies of ours add to X-Forwarded-For; log-ins are limited by address, too.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("TRUSTED_PROXIES", "0"))

LANGUAGE_CODE = "en-us"
LANGUAGES = [("en", "English"), ("es", "Español")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["crm.formats"]
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True


def file_storage() -> dict[str, Any]:
    """Closed by crm/sealed_storage.py, wherever they lie."""
    return {"BACKEND": "crm.sealed_storage.SealedStorage", "OPTIONS": {"inner": place_of_files()}}


def place_of_files() -> dict[str, Any]:
    """Below MEDIA_ROOT, for this user alone; in a bucket when S3_BUCKET names one (keys: as boto3 finds them)."""
    if bucket := os.environ.get("S3_BUCKET"):
        options: dict[str, Any] = {
            "bucket_name": bucket,
            "region_name": os.environ.get("S3_REGION") or None,
            "endpoint_url": os.environ.get("S3_ENDPOINT_URL") or None,
            "default_acl": None,
            "file_overwrite": True,  # no look-up first: names are random
            "max_memory_size": 5_000_000,
        }
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    modes = {"file_permissions_mode": 0o600, "directory_permissions_mode": 0o700}
    return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": modes}


# While processes of a release before still run, files and secrets are stored as those can read them.
CLOSE_AS_BEFORE = flag("CLOSE_AS_BEFORE")

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
STATICFILES_DIRS = [BASE_DIR / "static"]
# What borrowers hand in and recordings of calls: private, and served by our own views alone.
MEDIA_ROOT = VAR_DIR / "files"
RECORDING_MAX_BYTES = int(os.environ.get("RECORDING_MAX_MB", "80")) * 1_000_000  # of one call
UPLOAD_MAX_BYTES = int(os.environ.get("UPLOAD_MAX_MB", "25")) * 1_000_000  # of one file
# No build step: crm.webserver collects and compresses them when it starts; else they come straight from static/ and the
# packages, looked up at each request, so that a file may change while it is served.
STATIC_COLLECTED = flag("STATIC_COLLECTED")
STORAGES = {
    "default": file_storage(),
    "staticfiles": {
        "BACKEND": "crm.static_files.Collected"
        if STATIC_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not STATIC_COLLECTED
WHITENOISE_ALLOW_ALL_ORIGINS = False  # no other site needs them
WHITENOISE_MAX_AGE = 0 if DEBUG else 300

SECURE_CSP = {
    "default-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "object-src": [CSP.NONE],
    "base-uri": [CSP.NONE],
    "form-action": [CSP.SELF],
    "frame-ancestors": [CSP.NONE],
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
HTTPS_ONLY = flag("HTTPS_ONLY")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS_ONLY
# Programs are not led there but refused (api/tls.py): a redirect would hide that their key was readable on the way.
SECURE_REDIRECT_EXEMPT = [r"^(?:v1|auth|lendworks|recoverbiz|userleads|convoso|twilio|inbound-email)(?:/|\Z)"]
# With TLS, browsers take such a cookie from this very host alone, and show it to no other of the domain.
_HOST = "__Host-" if HTTPS_ONLY else ""
SESSION_COOKIE_NAME = f"{_HOST}sessionid"
CSRF_COOKIE_NAME = f"{_HOST}csrftoken"
LANGUAGE_COOKIE_NAME = f"{_HOST}django_language"
MFA_TRUST_COOKIE_NAME = f"{_HOST}mfa_trusted"
MESSAGES_COOKIE_NAME = f"{_HOST}messages"
MESSAGE_STORAGE = "crm.message_cookie.Messages"
CSRF_FAILURE_VIEW = "crm.views.outage.strange_form"
CSRF_COOKIE_HTTPONLY = True  # scripts read the token in the page
# A browser that was here once asks for nothing but TLS for so long. What else the name holds, its owner decides.
SECURE_HSTS_SECONDS = int(os.environ.get("HSTS_SECONDS", str(365 * 24 * 3600))) if HTTPS_ONLY else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = flag("HSTS_SUBDOMAINS")
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # subdomains and preload
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if flag("BEHIND_TLS_PROXY") else None
SESSION_COOKIE_HTTPONLY = True
# In seconds: from signing in, however busy; and from when somebody last opened a page or did something (security.md).
SESSION_COOKIE_AGE = int(float(os.environ.get("SESSION_DAYS", "7")) * 24 * 3600)
SESSION_IDLE_SECONDS = int(float(os.environ.get("SESSION_IDLE_HOURS", "12")) * 3600)

# A bulk import of 1,000 leads with notes passes Django's default of 2.5 MB.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_SCHEMA_CLASS": "api.openapi.generator.ContractSchema",
}
# A document for each contract (api/openapi), in the order of its routes.
SPECTACULAR_SETTINGS = {"OAS_VERSION": "3.1.0", "SORT_OPERATIONS": False}

# How long whoever sends a message may hold it; tests shorten this.
MESSAGE_LEASE_SECONDS = float(os.environ.get("MESSAGE_LEASE_SECONDS", "60"))
WORKERS = int(os.environ.get("WORKERS", "2"))
# The queue only rings the bell: every fact is a row of ours, so a lost or doubled task is harmless.
Q_CLUSTER = {
    "name": "leadwright",
    "orm": "default",
    "workers": WORKERS,
    "queue_limit": 1,  # what a busy machine holds for later, no idle one can take
    "bulk": 1,
    "poll": 0.2,
    "timeout": 120,
    "retry": 600,
    "ack_failures": True,
    "catch_up": False,
    "save_limit": -1,
    "max_attempts": 0,
    "label": gettext_lazy("Background work"),
    "ALT_CLUSTERS": {},
}

# Host name -> contract, for people who point a contract's own name at this site: {"api.lend.works": "lendworks"}.
CONTRACT_HOSTS: dict[str, str] = dict(pair.split("=", 1) for pair in words("CONTRACT_HOSTS") if "=" in pair)

# What the workers do every minute besides: functions without arguments that return how much they did.
HOUSEKEEPING = [
    "crm.webhook_tasks.deliver",
    "crm.invitations.send_waiting",
    "leads.tallies.fold",
    "leads.assigning.fold",
    "leads.offering.expire",
    "leads.notifying.callbacks",
    "leads.notification_mail.send_due",
    "leads.notifying.prune",
    "leads.bulk_tidying.tidy",
    "leads.borrower_export.build_waiting",
    "leads.retention.clear_away",
    "leads.stored_files.sweep",
    "leads.approving.withdraw_stale",
    "leads.summaries.refresh",
    "api.idempotency.prune",
    "api.userleads.log_ins.prune",
    "crm.locking_out.prune",
    "crm.auditing.chaining.chain",
    "crm.auditing.verifying.patrol",
]

# What the audit log is made of (crm/auditing): tables of facts that only grow.
AUDITED = ["crm.auditing.sources.EVENTS", "leads.ledger.REFUSALS"]

# What a restored database must not do again: functions of when the backup was made, and now.
AFTER_RESTORE = ["leads.restored.park", "sequences.restored.park"]

_SIMULATOR, _EMAIL = "crm.channels.simulator.Simulator", "crm.channels.mail.Email"
# Name -> dotted path of the client (see crm/channels/base.py): what carries texts and e-mails of organisations without
# an account of their own, and each provider that an account may be with.
CHANNELS = {
    "sms": os.environ.get("SMS_CHANNEL", _SIMULATOR),
    "email": os.environ.get("EMAIL_CHANNEL", _EMAIL if "EMAIL_HOST" in os.environ else _SIMULATOR),
    "twilio": "crm.channels.twilio.Twilio",
    "smtp": _EMAIL,
}
# How many messages a minute one number or account sends at most, by the same names; 0: as many as there are. A Twilio
# number takes about one text a second and queues what comes faster. An account may have a rate of its own.
MESSAGES_PER_MINUTE = {
    "sms": int(os.environ.get("SMS_PER_MINUTE", "0")),
    "email": int(os.environ.get("EMAIL_PER_MINUTE", "0")),
    "twilio": int(os.environ.get("TWILIO_PER_MINUTE", "60")),
    "smtp": int(os.environ.get("SMTP_PER_MINUTE", "0")),
}
# Whether real organisations without an account get the simulator; a site with a PUBLIC_URL refuses their messages.
SIMULATE_WITHOUT_ACCOUNT = flag("SIMULATE_WITHOUT_ACCOUNT", default=not PUBLIC_URL)
TWILIO_API_URL = os.environ.get("TWILIO_API_URL", "https://api.twilio.com")
# Where the simulator keeps its append-only record of what "left the house".
SIMULATOR_LOG = os.environ.get("SIMULATOR_LOG", str(VAR_DIR / "simulator.jsonl"))
# Who writes the text of AI steps and drafts: a dotted path to a function (see crm/ai/).
COMPOSER = "crm.ai.writing.compose"
# The model that writes for organisations without one of their own, "provider:name"; without it, plain composed words.
AI_MODEL = os.environ.get("AI_MODEL", "")
AI_API_KEY = secret("AI_API_KEY")
# A server that speaks OpenAI's API, instead of the provider's own: http://localhost:11434/v1
AI_BASE_URL = os.environ.get("AI_BASE_URL", "").rstrip("/")
# Where the providers' own servers are.
AI_PROVIDER_URLS = {"openai": "https://api.openai.com/v1", "anthropic": "https://api.anthropic.com"}
# US dollars for a million tokens read, and written, where no price list knows the model: "0.15,0.60".
AI_PRICES = prices("AI_PRICES")
# How long one text may take; never longer than a third of the lease on the message.
AI_TIMEOUT_SECONDS = float(os.environ.get("AI_TIMEOUT_SECONDS", "20"))
# How many texts one worker has written at the same moment.
AI_AT_ONCE = int(os.environ.get("AI_AT_ONCE", "8"))
# After so many days a draft that nobody approved is withdrawn, and its sequence goes on.
APPROVAL_DAYS = int(os.environ.get("APPROVAL_DAYS", "3"))

# Contract -> the module that says what its customers are told of events (see crm/webhooks.py).
WEBHOOK_VOICES = {"lendworks": "api.lendworks.webhooks", "recoverbiz": "api.recoverbiz.webhooks"}
# E-mail goes to the console until EMAIL_HOST names a server.
MAILERS: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": os.environ["EMAIL_HOST"],
            "port": int(os.environ.get("EMAIL_PORT", "587")),
            "username": os.environ.get("EMAIL_USER", ""),
            "password": secret("EMAIL_PASSWORD"),
            "use_tls": flag("EMAIL_TLS", default=True),
            "timeout": 5,
        },
    }
    if "EMAIL_HOST" in os.environ
    else {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
}
DEFAULT_FROM_EMAIL = os.environ.get("DEFAULT_FROM_EMAIL", "leadwright@localhost")
# Customers' webhook addresses must be public and speak TLS; exceptions are for tests and for closed networks.
OUTBOUND_ALLOWED_NETWORKS = words("OUTBOUND_ALLOWED_NETWORKS")
OUTBOUND_ALLOWS_HTTP = flag("OUTBOUND_ALLOWS_HTTP")

_LOG_JSON = os.environ.get("LOG_FORMAT", "json" if PUBLIC_URL else "line") == "json"
LOGGING = logs.configuration(
    as_json=_LOG_JSON,
    level=os.environ.get("LOG_LEVEL", "WARNING").upper(),
    access=flag("LOG_REQUESTS", default=_LOG_JSON),
)
crashes.report_to(secret("SENTRY_DSN"), environment=os.environ.get("SENTRY_ENVIRONMENT", "production"))
