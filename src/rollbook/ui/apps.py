"""The base templates, components and static files."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    """The app's name and label."""

    name = "rollbook.ui"
    label = "ui"
    verbose_name = "Pages and components"
