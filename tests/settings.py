"""The product's settings for tests: its own, with what a test can't have or can't wait for replaced."""

import os
from pathlib import Path

_scratch = Path(__file__).resolve().parents[1] / "var" / "test"

os.environ["SECRET_KEY"] = "for-tests-only" * 4
os.environ["ROLLBOOK_INSECURE_HTTP"] = "1"
os.environ["ROLLBOOK_DATA"] = str(_scratch)
os.environ["ROLLBOOK_HOSTS"] = "localhost,127.0.0.1,testserver"
os.environ["EMAIL_URL"] = "memorymail://"
for _name in ("ROLLBOOK_DEMO", "ROLLBOOK_DEBUG", "ROLLBOOK_CLOCK_OFFSET"):
    os.environ.pop(_name, None)

from rollbook.config.settings import *  # noqa: E402, F403
from rollbook.config.settings import DATABASES, STORAGES, sqlite_options  # noqa: E402

ON_SQLITE = DATABASES["default"]["ENGINE"].endswith("sqlite3")

if ON_SQLITE:
    # A file, so that the browser's server thread has a connection of its own; the durability tests start
    # servers with the product's own settings, so here a commit need not reach the disk.
    DATABASES["default"]["OPTIONS"] = sqlite_options(synchronous="OFF")
    DATABASES["default"]["TEST"] = {"NAME": f"{_scratch}/{os.getpid()}.sqlite3"}
else:
    DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=off"

# Argon2 takes a fifth of a second on purpose. One test of sign-in turns it on again.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Tests run before collectstatic.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
WHITENOISE_AUTOREFRESH = True
