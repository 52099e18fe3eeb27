from django.urls import path

from rollbook.apps.support.views import supports

app_name = "support"

urlpatterns = [
    path("figures/support/", supports.support_list, name="list"),
    path("figures/support/new/", supports.start, name="start"),
    path("figures/support/<int:support_id>/", supports.support, name="support"),
    path("figures/support/<int:support_id>/review/", supports.review, name="review"),
    path("figures/support/<int:support_id>/end/", supports.end, name="end"),
]
