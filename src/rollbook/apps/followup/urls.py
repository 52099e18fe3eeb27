from django.urls import path

from rollbook.apps.followup.views import messages, missing, sheet, steps
from rollbook.apps.followup.views.back import back_urls
from rollbook.apps.followup.views.illness import illness_urls
from rollbook.apps.followup.views.la_returns import return_urls
from rollbook.apps.followup.views.reasons import reason_urls

app_name = "followup"

urlpatterns = [
    path("absence/", missing.missing, name="missing"),
    path("absence/messages/", messages.write, name="messages"),
    path("absence/pupils/<int:pupil_id>/", sheet.sheet, name="sheet"),
    path("absence/pupils/<int:pupil_id>/take/", missing.take, name="take"),
    path("absence/pupils/<int:pupil_id>/called/", sheet.called, name="called"),
    path("absence/pupils/<int:pupil_id>/reason/", sheet.reason, name="reason"),
    path("absence/pupils/<int:pupil_id>/<slug:step_kind>/", steps.step, name="step"),
    path("absence/steps/<int:step_id>/answer/", steps.answer, name="answer"),
    path("absence/steps/<int:step_id>/put-right/", steps.wrong, name="put_right"),
    *reason_urls,
    *back_urls,
    *illness_urls,
    *return_urls,
]
