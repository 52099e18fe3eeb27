from django.urls import path

from rollbook.apps.duties.views import lists

app_name = "duties"

urlpatterns = [
    path("to-do/", lists.to_do, name="to_do"),
    path("to-do/policy/", lists.policy_kept, name="kept"),
    path("to-do/policy/<str:key>/", lists.one_duty, name="duty"),
]
