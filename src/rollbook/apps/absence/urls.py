from django.urls import path

from rollbook.apps.absence.views import (
    activities,
    dual,
    leave,
    leave_deciding,
    line,
    line_calls,
    on_activity,
    suspensions,
    timetables,
)
from rollbook.ui.converters import register_converters

register_converters()

app_name = "absence"

urlpatterns = [
    path("planned/leave/", leave.leaves, name="leaves"),
    path("planned/leave/new/", leave.choose_pupil, name="new_leave"),
    path("planned/leave/new/<int:pupil_id>/", leave.record, name="record_leave"),
    path("planned/leave/request-form.pdf", leave.request_form, name="leave_request_form"),
    path("planned/leave/<int:leave_id>/", leave.leave, name="leave"),
    path("planned/leave/<int:leave_id>/change/", leave.change, name="change_leave"),
    path("planned/leave/<int:leave_id>/withdraw/", leave.withdraw, name="withdraw_leave"),
    path("planned/leave/<int:leave_id>/evidence/ask/", leave.ask_for_evidence, name="ask_leave_evidence"),
    path("planned/leave/<int:leave_id>/evidence/", leave.evidence, name="leave_evidence"),
    path("planned/leave/<int:leave_id>/decide/", leave_deciding.decide, name="decide_leave"),
    path("planned/leave/<int:leave_id>/letter.pdf", leave_deciding.letter_pdf, name="leave_letter"),
    path("planned/leave/<int:leave_id>/told/", leave_deciding.tell, name="tell_leave"),
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
    path("planned/part-time/", timetables.timetables, name="timetables"),
    path("planned/part-time/new/", timetables.new_timetable, name="new_timetable"),
    path("planned/part-time/<int:timetable_id>/", timetables.timetable, name="timetable"),
    path("planned/part-time/<int:timetable_id>/change/", timetables.change, name="change_timetable"),
    path("planned/part-time/<int:timetable_id>/agree/", timetables.agree, name="agree_timetable"),
    path("planned/part-time/<int:timetable_id>/review/", timetables.review, name="review_timetable"),
    path("planned/part-time/<int:timetable_id>/end/", timetables.end, name="end_timetable"),
    path("planned/suspensions/", suspensions.suspensions, name="suspensions"),
    path("planned/suspensions/new/", suspensions.new_suspension, name="new_suspension"),
    path("planned/suspensions/<int:suspension_id>/", suspensions.suspension, name="suspension"),
    path("planned/suspensions/<int:suspension_id>/change/", suspensions.change, name="change_suspension"),
    path(
        "planned/suspensions/<int:suspension_id>/withdraw/", suspensions.withdraw, name="withdraw_suspension"
    ),
    path("absence/line/", line.line, name="line"),
    path("absence/line/new/", line.new_report, name="new_report"),
    path("absence/line/<int:report_id>/", line.report, name="report"),
    path("absence/line/<int:report_id>/change/", line.change, name="change_report"),
    path("absence/line/<int:report_id>/withdraw/", line.withdraw, name="withdraw_report"),
    path("absence/line/<int:report_id>/<day:on>/<session:session>/", line.decide, name="decide"),
    path("absence/line/message/", line_calls.new_message, name="new_message"),
    path("absence/line/message/<int:told_id>/set-aside/", line_calls.set_message_aside, name="set_aside"),
    path("absence/line/transfers/", line_calls.transfers, name="transfers"),
    path("absence/line/transfers/new/", line_calls.new_transfer, name="new_transfer"),
    path("absence/line/transfers/<int:transfer_id>/", line_calls.transferred, name="transfer"),
    path("absence/line/transfers/<int:transfer_id>/take-on/", line_calls.take_on, name="take_on"),
    path("absence/line/still-away/", line_calls.still_away_page, name="still_away"),
    path("absence/line/appointments/", line_calls.appointments, name="appointments"),
]
