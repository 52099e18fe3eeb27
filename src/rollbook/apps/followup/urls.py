from rollbook.apps.followup.views.reasons import reason_urls

app_name = "followup"

urlpatterns = [
    *reason_urls,
]
