from django.urls import path

from rollbook.apps.insight.views import overview

app_name = "insight"

urlpatterns = [
    path("figures/", overview.overview, name="overview"),
    path("figures/pupils/", overview.behind, name="behind"),
]
