"""Carries the commands that need more than one app, such as the demonstration."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """The app's name and label."""

    name = "rollbook.config"
    label = "config"
    verbose_name = "Rollbook"
