"""Every address of the product: which app answers where."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

_APPS = (
    "accounts",
    "schools",
    "roll",
    "registers",
    "lessons",
    "absence",
    "support",
    "insight",
    "reports",
    "exchange",
    "keeping",
    "jobs",
    "post",
    "followup",
    "duties",
    "audit",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"rollbook.apps.{app}.urls")) for app in _APPS if find_spec(f"rollbook.apps.{app}.urls")
]
