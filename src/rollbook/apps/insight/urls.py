from django.urls import path

from rollbook.apps.insight.views import concern, explore, overview

app_name = "insight"

urlpatterns = [
    path("figures/", overview.overview, name="overview"),
    path("figures/explore/", explore.explore, name="explore"),
    path("figures/concern/", concern.concern, name="concern"),
    path("figures/pupils/", overview.behind, name="behind"),
]
