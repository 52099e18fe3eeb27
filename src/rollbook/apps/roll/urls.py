"""Addresses of the admission register."""

from django.urls import path

from rollbook.apps.roll.views import contacts, details, importing, lists, roll_time

app_name = "roll"

urlpatterns = [
    path("pupils/", lists.pupils, name="pupils"),
    path("pupils/export.csv", lists.export, name="export"),
    path("pupils/add/", details.add, name="add"),
    path("pupils/import/", importing.upload, name="import"),
    path("pupils/import/template.csv", importing.template, name="import_template"),
    path("pupils/import/<int:file_id>/", importing.report, name="import_report"),
    path("pupils/import/<int:file_id>/load/", importing.load, name="import_load"),
    path("pupils/import/<int:file_id>/throw-away/", importing.throw_away, name="import_throw_away"),
    path("pupils/import/<int:file_id>/problems.csv", importing.problems, name="import_problems"),
    path("pupils/<int:pupil_id>/details/", details.details, name="details"),
    path("pupils/<int:pupil_id>/details/<slug:section>/", details.change, name="change"),
    path("pupils/<int:pupil_id>/group/", roll_time.move, name="move"),
    path("pupils/<int:pupil_id>/on-roll/", roll_time.start_again, name="start_again"),
    path("pupils/<int:pupil_id>/on-roll/<int:enrolment_id>/", roll_time.enrolment, name="enrolment"),
    path("pupils/<int:pupil_id>/contacts/add/", contacts.add, name="contact_add"),
    path("pupils/<int:pupil_id>/contacts/<int:contact_id>/", contacts.change, name="contact"),
    path("pupils/<int:pupil_id>/contacts/<int:contact_id>/move/", contacts.move, name="contact_move"),
    path("pupils/<int:pupil_id>/contacts/<int:contact_id>/remove/", contacts.remove, name="contact_remove"),
]
