from django.apps import AppConfig


class FollowUpConfig(AppConfig):
    name = "rollbook.apps.followup"
    label = "followup"
    default_auto_field = "django.db.models.BigAutoField"
