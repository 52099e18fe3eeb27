"""Addresses of the admission register."""

from django.urls import path

from rollbook.apps.roll.views import (
    contacts,
    details,
    lacking,
    lists,
    next_places,
    removals,
    returns,
    roll_time,
)

app_name = "roll"

urlpatterns = [
    path("pupils/", lists.pupils, name="pupils"),
    path("pupils/starting/", lists.starting, name="starting"),
    path("pupils/leavers/", lists.leavers, name="leavers"),
    path("pupils/export.csv", lists.export, name="export"),
    path("pupils/add/", details.add, name="add"),
    path("pupils/missing/", lacking.missing, name="missing"),
    path("pupils/missing/export.csv", lacking.export, name="missing_export"),
    path("pupils/removals/", removals.removals, name="removals"),
    path("pupils/removals/<int:removal_id>/", removals.removal, name="removal"),
    path("pupils/removals/<int:removal_id>/decide/", removals.decide, name="removal_decide"),
    path("pupils/removals/<int:removal_id>/withdraw/", removals.withdraw, name="removal_withdraw"),
    path("pupils/removals/<int:removal_id>/undo/", removals.undo, name="removal_undo"),
    path("pupils/returns/", returns.returns, name="returns"),
    path("pupils/returns/<int:return_id>/", returns.one_return, name="return"),
    path("pupils/returns/<int:return_id>/ask-for/", returns.ask_for, name="return_ask_for"),
    path("pupils/<int:pupil_id>/removal/", removals.choose, name="removal_choose"),
    path("pupils/<int:pupil_id>/removal/<slug:letter>/", removals.propose, name="removal_propose"),
    path("pupils/<int:pupil_id>/address-change/", next_places.address_change, name="address_change"),
    path("pupils/<int:pupil_id>/destination/", next_places.destination, name="destination"),
    path("pupils/<int:pupil_id>/details/", details.details, name="details"),
    path("pupils/<int:pupil_id>/details/<slug:section>/", details.change, name="change"),
    path("pupils/<int:pupil_id>/group/", roll_time.move, name="move"),
    path("pupils/<int:pupil_id>/on-roll/", roll_time.start_again, name="start_again"),
    path("pupils/<int:pupil_id>/on-roll/<int:enrolment_id>/", roll_time.enrolment, name="enrolment"),
    path(
        "pupils/<int:pupil_id>/on-roll/<int:enrolment_id>/withdraw/",
        roll_time.withdraw,
        name="withdraw_place",
    ),
    path("pupils/<int:pupil_id>/contacts/add/", contacts.add, name="contact_add"),
    path("pupils/<int:pupil_id>/contacts/<int:contact_id>/", contacts.change, name="contact"),
    path("pupils/<int:pupil_id>/contacts/<int:contact_id>/move/", contacts.move, name="contact_move"),
    path("pupils/<int:pupil_id>/contacts/<int:contact_id>/remove/", contacts.remove, name="contact_remove"),
]
