from django.apps import AppConfig


class LessonsConfig(AppConfig):
    name = "rollbook.apps.lessons"
    label = "lessons"
    default_auto_field = "django.db.models.BigAutoField"
