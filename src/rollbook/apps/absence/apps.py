from django.apps import AppConfig


class AbsenceConfig(AppConfig):
    name = "rollbook.apps.absence"
    label = "absence"
    default_auto_field = "django.db.models.BigAutoField"
