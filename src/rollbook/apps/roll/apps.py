from django.apps import AppConfig


class RollConfig(AppConfig):
    name = "rollbook.apps.roll"
    label = "roll"
    default_auto_field = "django.db.models.BigAutoField"
