from django.urls import path

from rollbook.apps.insight.views import (
    concern,
    effect,
    explore,
    full_time,
    history,
    overview,
    own_view,
    patterns,
    punctuality,
    saved_views,
)

app_name = "insight"

urlpatterns = [
    path("figures/", overview.overview, name="overview"),
    path("figures/explore/", explore.explore, name="explore"),
    path("figures/concern/", concern.concern, name="concern"),
    path("figures/effect/", effect.effect, name="effect"),
    path("figures/persistent/", history.history, name="history"),
    path("figures/full-time/", full_time.full_time, name="full_time"),
    path("figures/full-time/file/", full_time.full_time_file, name="full_time_file"),
    path("figures/punctuality/", punctuality.punctuality, name="punctuality"),
    path("figures/punctuality/file/", punctuality.punctuality_file, name="punctuality_file"),
    path("figures/explore/export/", explore.export, name="export"),
    path("figures/views/", saved_views.views, name="views"),
    path("figures/views/new/", saved_views.keep, name="keep"),
    path("figures/views/<int:view_id>/", saved_views.view, name="view"),
    path("figures/patterns/", patterns.patterns, name="patterns"),
    path("figures/patterns/file/", patterns.patterns_file, name="patterns_file"),
    path("figures/patterns/<int:pupil_id>/", patterns.pupil_patterns, name="pupil_patterns"),
    path("pupils/<int:pupil_id>/own/", own_view.own_view, name="own_view"),
    path("pupils/<int:pupil_id>/own.pdf", own_view.own_view_pdf, name="own_view_pdf"),
    path("figures/pupils/", overview.behind, name="behind"),
]
