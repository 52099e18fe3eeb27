"""The addresses of the background's page, in the section School."""

from django.urls import path

from rollbook.apps.jobs.views import pages

app_name = "jobs"

urlpatterns = [
    path("school/background/", pages.work, name="work"),
    path("school/background/<int:run_id>/again/", pages.again, name="again"),
]
