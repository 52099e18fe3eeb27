from django.urls import path

from rollbook.apps.insight.views import explore, overview

app_name = "insight"

urlpatterns = [
    path("figures/", overview.overview, name="overview"),
    path("figures/explore/", explore.explore, name="explore"),
    path("figures/pupils/", overview.behind, name="behind"),
]
