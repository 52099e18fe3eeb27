"""Signing in and out, passwords and the second step: allauth's pages, each with who may open it."""

from typing import Any

from allauth.account import views as account_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes import views as code_views
from allauth.mfa.totp import views as totp_views
from django.conf import settings
from django.db import transaction
from django.http import HttpResponse

from rollbook import clock
from rollbook.apps.accounts.actions import signing
from rollbook.apps.accounts.adapter import MailNotSent
from rollbook.apps.accounts.queries import writer_for
from rollbook.domain.access import Permission
from rollbook.ui.permissions import public, requires

_ended_words = {
    "idle": "You were signed out because nothing was done for {minutes} minutes.",
    "day": "You were signed out after 12 hours.",
    "everywhere": "You are signed out on every device.",
}


class _SignIn(account_views.LoginView):  # type: ignore[misc]
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words = _ended_words.get(self.request.GET.get("ended", ""), "")
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "ended": words.format(minutes=settings.ROLLBOOK_IDLE_MINUTES),
            "goes_back": bool(self.request.GET.get("next", "/") != "/"),
        }


class _Forgotten(account_views.PasswordResetView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        try:
            answer: HttpResponse = super().form_valid(form)
        except MailNotSent:
            form.add_error(
                None,
                "The letter could not be sent just now. Try again in some minutes, or ask the school office.",
            )
            return self.render_to_response(self.get_context_data(form=form), status=503)  # type: ignore[no-any-return]
        return answer


class _AddApp(totp_views.ActivateTOTPView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            answer: HttpResponse = super().form_valid(form)
            _note(self.request, "added")
        return answer


class _RemoveApp(totp_views.DeactivateTOTPView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            answer: HttpResponse = super().form_valid(form)
            # Recovery codes open nothing without an app; allauth drops them only when it was the last of its kind.
            Authenticator.objects.filter(user=self.request.user).delete()
            _note(self.request, "removed")
        return answer


class _NewCodes(code_views.GenerateRecoveryCodesView):  # type: ignore[misc]
    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            answer: HttpResponse = super().form_valid(form)
            _note(self.request, "codes")
        return answer


def _note(request: Any, change: str) -> None:
    by, school_id = writer_for(request.user, clock.today())
    signing.note_second_step(
        change=change, person_id=request.user.pk, school_id=school_id, by=by, at=clock.now()
    )


_member = requires(Permission.SCHOOL_VIEW)

sign_in = public(_SignIn.as_view())
sign_out = public(account_views.LogoutView.as_view())
enter_code = public(mfa_views.AuthenticateView.as_view())
forgotten = public(_Forgotten.as_view())
forgotten_sent = public(account_views.PasswordResetDoneView.as_view())
choose_password = public(account_views.PasswordResetFromKeyView.as_view())
password_chosen = public(account_views.PasswordResetFromKeyDoneView.as_view())

change_password = _member(account_views.PasswordChangeView.as_view())
confirm_password = _member(account_views.ReauthenticateView.as_view())
confirm_code = _member(mfa_views.ReauthenticateView.as_view())
second_step = _member(mfa_views.IndexView.as_view())
add_app = _member(_AddApp.as_view())
remove_app = _member(_RemoveApp.as_view())
recovery_codes = _member(code_views.ViewRecoveryCodesView.as_view())
new_codes = _member(_NewCodes.as_view())
download_codes = _member(code_views.DownloadRecoveryCodesView.as_view())
