"""The addresses of keeping, in the section School."""

from django.urls import path

from rollbook.apps.keeping.views import pages
from rollbook.ui.converters import register_converters

register_converters()

app_name = "keeping"

urlpatterns = [
    path("school/keeping/", pages.keeping, name="keeping"),
    path("school/keeping/purge/<day:first_day>/", pages.purge, name="purge"),
]
