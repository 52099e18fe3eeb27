from django.urls import path

from rollbook.apps.lessons.views import alerts, day, sets, taking, timetable
from rollbook.ui.converters import register_converters

register_converters()

app_name = "lessons"

urlpatterns = [
    path("registers/lessons/", day.day, name="today"),
    path("registers/lessons/<day:on>/", day.day, name="day"),
    path("registers/lessons/<int:lesson_id>/<day:on>/", taking.take, name="take"),
    path("registers/lessons/<int:lesson_id>/<day:on>/cover/", day.cover, name="cover"),
    path("registers/missing/", alerts.alerts, name="alerts"),
    path("registers/missing/<int:alert_id>/", alerts.alert, name="alert"),
    path("school/timetable/", timetable.timetable, name="timetable"),
    path("school/timetable/new/", timetable.new_lesson, name="new"),
    path("school/timetable/<int:lesson_id>/change/", timetable.change, name="change"),
    path("school/timetable/<int:lesson_id>/end/", timetable.end, name="end"),
    path("school/timetable/sets/new/", sets.new_set, name="set_new"),
    path("school/timetable/sets/<int:set_id>/", sets.one_set, name="set"),
    path("school/timetable/sets/<int:set_id>/end/", sets.end, name="set_end"),
    path("school/timetable/sets/<int:set_id>/groups/<int:group_id>/", sets.pupils, name="set_pupils"),
]
