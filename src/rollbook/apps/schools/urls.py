"""The addresses of the school's own set-up."""

from django.urls import path

from rollbook.apps.schools.views import calendar, groups, school, times, years
from rollbook.ui.converters import register_converters

register_converters()

app_name = "schools"

urlpatterns = [
    path("school/", calendar.calendar, name="calendar"),
    path("school/years/<int:year_id>/", calendar.calendar, name="year"),
    path("school/years/new/", years.new_year, name="year_new"),
    path("school/years/<int:year_id>/change/", years.change_year, name="year_change"),
    path("school/years/<int:year_id>/remove/", years.remove_year, name="year_remove"),
    path("school/days/new/", calendar.new_entry, name="entry_new"),
    path("school/days/<int:entry_id>/", calendar.entry, name="entry"),
    path("school/days/<int:entry_id>/remove/", calendar.remove_entry, name="entry_remove"),
    path("school/times/", times.times, name="times"),
    path("school/times/new/", times.new_times, name="times_new"),
    path("school/times/<day:effective_from>/", times.change_times, name="times_change"),
    path("school/times/<day:effective_from>/remove/", times.remove_times, name="times_remove"),
    path("school/groups/", groups.groups, name="groups"),
    path("school/groups/new/", groups.new_group, name="group_new"),
    path("school/groups/<int:group_id>/", groups.group, name="group"),
    path("school/groups/<int:group_id>/change/", groups.change, name="group_change"),
    path("school/groups/<int:group_id>/end/", groups.end, name="group_end"),
    path("school/groups/<int:group_id>/teachers/new/", groups.give, name="group_give"),
    path("school/groups/teachers/<int:teaching_id>/", groups.end_teacher, name="teaching"),
    path("school/settings/", school.settings, name="settings"),
    path("school/settings/<slug:name>/choose/", school.choose_setting, name="setting_choose"),
    path("school/settings/<int:row_id>/remove/", school.take_back_setting, name="setting_remove"),
    path("school/particulars/", school.particulars, name="particulars"),
    path("school/codes/", school.codes, name="codes"),
]
