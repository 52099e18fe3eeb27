"""Addresses of signing in, of one's own account, and of the people of the school."""

from django.urls import include, path, re_path

from rollbook.apps.accounts.views import account, inspections, signing, staff, trust

_own = [
    path("account/", account.account, name="account"),
    path("account/school/", account.choose_school, name="choose_school"),
    path("account/sign-out-everywhere/", account.sign_out_everywhere, name="sign_out_everywhere"),
    path("who-to-ask/", account.who_to_ask, name="who_to_ask"),
    path("staff/", staff.staff, name="staff"),
    path("staff/new/", staff.add, name="add"),
    path("staff/trust/", trust.trust, name="trust"),
    path("staff/inspections/", inspections.inspections, name="inspections"),
    path("staff/inspections/<int:inspection_id>/", inspections.inspection, name="inspection"),
    path("staff/inspections/<int:inspection_id>/end/", inspections.end, name="end_inspection"),
    path("staff/<int:person_id>/", staff.person, name="person"),
    path("staff/<int:person_id>/details/", staff.details, name="details"),
    path("staff/<int:person_id>/link/", staff.send_link, name="send_link"),
    path("staff/<int:person_id>/close/", staff.close, name="close"),
    path("staff/<int:person_id>/open/", staff.reopen, name="reopen"),
    path("staff/<int:person_id>/second-step/", staff.remove_second_step, name="remove_second_step"),
    path("staff/<int:person_id>/roles/new/", staff.appoint, name="appoint"),
    path("staff/<int:person_id>/roles/<int:post_id>/end/", staff.end, name="end"),
    path("staff/<int:person_id>/roles/<int:post_id>/position/", staff.position, name="position"),
    path("staff/<int:person_id>/roles/<int:post_id>/withdraw/", staff.withdraw, name="withdraw"),
]

# Named as allauth names them: it looks them up by these names.
urlpatterns = [
    path("", include((_own, "accounts"))),
    path("sign-in/", signing.sign_in, name="account_login"),
    path("sign-in/code/", signing.enter_code, name="mfa_authenticate"),
    path("sign-out/", signing.sign_out, name="account_logout"),
    path("password/forgotten/", signing.forgotten, name="account_reset_password"),
    path("password/forgotten/sent/", signing.forgotten_sent, name="account_reset_password_done"),
    re_path(
        r"^password/choose/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        signing.choose_password,
        name="account_reset_password_from_key",
    ),
    path("password/chosen/", signing.password_chosen, name="account_reset_password_from_key_done"),
    path("account/password/", signing.change_password, name="account_change_password"),
    path("account/confirm/", signing.confirm_password, name="account_reauthenticate"),
    path("account/confirm/code/", signing.confirm_code, name="mfa_reauthenticate"),
    path("account/second-step/", signing.second_step, name="mfa_index"),
    path("account/second-step/app/", signing.add_app, name="mfa_activate_totp"),
    path("account/second-step/remove/", signing.remove_app, name="mfa_deactivate_totp"),
    path("account/second-step/codes/", signing.recovery_codes, name="mfa_view_recovery_codes"),
    path("account/second-step/codes/new/", signing.new_codes, name="mfa_generate_recovery_codes"),
    path("account/second-step/codes/download/", signing.download_codes, name="mfa_download_recovery_codes"),
]
