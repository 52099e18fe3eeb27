from django.urls import path

from rollbook.apps.absence.views import activities, dual, on_activity
from rollbook.ui.converters import register_converters

register_converters()

app_name = "absence"

urlpatterns = [
    path("planned/activities/", activities.activities, name="activities"),
    path("planned/activities/new/", activities.new_activity, name="new_activity"),
    path("planned/activities/<int:activity_id>/", activities.activity, name="activity"),
    path("planned/activities/<int:activity_id>/change/", activities.change, name="change_activity"),
    path("planned/activities/<int:activity_id>/add/", on_activity.add, name="add_pupils"),
    path("planned/activities/<int:activity_id>/take-off/", on_activity.take_off, name="take_off_pupils"),
    path("planned/activities/<int:activity_id>/cancel/", on_activity.cancel, name="cancel_activity"),
    path(
        "planned/activities/<int:activity_id>/<day:on>/<session:session>/",
        on_activity.confirm,
        name="confirm",
    ),
    path("planned/two-schools/", dual.dual_list, name="dual_list"),
    path("planned/two-schools/new/", dual.new_dual, name="new_dual"),
    path("planned/two-schools/<int:dual_id>/", dual.dual, name="dual"),
    path("planned/two-schools/<int:dual_id>/change/", dual.change, name="change_dual"),
    path("planned/two-schools/<int:dual_id>/end/", dual.end, name="end_dual"),
]
