"""How allauth works here: no self sign-up, limits by account, every act in the audit log, plain words."""

import logging
import math
import time
from smtplib import SMTPException
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.internal import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from rollbook import clock
from rollbook.apps.accounts.actions import signing
from rollbook.apps.accounts.middleware import must_have_second_step, stamp_session
from rollbook.apps.accounts.models import User
from rollbook.apps.accounts.queries import home_school, person_with_address, writer_for

log = logging.getLogger(__name__)

_FAILED = {"app": "allauth.account", "action": "login_failed"}


class MailNotSent(Exception):
    """A letter could not be handed to the mail server."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Signing in and out, passwords and their letters."""

    error_messages = {  # noqa: RUF012
        **DefaultAccountAdapter.error_messages,
        "account_inactive": "This account is closed. Ask the head teacher or the Rollbook administrator.",
        "email_password_mismatch": "The e-mail address or the password is not right. Check both and try again.",
        "enter_current_password": "This is not your password now. Try again.",
        "incorrect_password": "This is not your password. Try again.",
        "invalid_password_reset": "This link no longer works.",
        "too_many_login_attempts": "Too many tries. Wait 15 minutes, then try again.",
        "rate_limited": "Too many tries. Wait 15 minutes, then try again.",
    }

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        """Nobody signs up by themselves: the school adds its people."""
        return False

    # --- Limits ---

    def _get_login_attempts_cache_key(self, _request: HttpRequest, **credentials: Any) -> str:
        return str(credentials.get("email", "")).strip().lower()

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Counts the try. Errors: ValidationError that says how long to wait and what else to do."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            raise ValidationError(self._locked_words(request, **credentials), code="locked") from None

    def _locked_words(self, request: HttpRequest, **credentials: Any) -> str:
        seconds = self._seconds_locked(request, self._get_login_attempts_cache_key(request, **credentials))
        minutes = max(1, math.ceil(seconds / 60))
        wait = "1 minute" if minutes == 1 else f"{minutes} minutes"
        return (
            f"Too many tries for this e-mail address. Wait {wait}, then try again. "
            "You need not wait if you choose a new password: press 'Forgotten your password?'."
        )

    def _seconds_locked(self, request: HttpRequest, key: str) -> float:
        """How long until the next try counts: the longest wait of those limits that are used up, 0 where none is."""
        waits = [0.0]
        for rate in ratelimit.get_rates(**_FAILED):
            tries = cache.get(ratelimit.get_cache_key(request, rate=rate, key=key, **_FAILED), [])
            if len(tries) >= rate.amount:
                waits.append(tries[rate.amount - 1] + rate.duration - time.time())
        return max(waits)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Records the failed try with the address that was given."""
        address = self._get_login_attempts_cache_key(request, **credentials)
        person = person_with_address(address)
        signing.note_failed_sign_in(
            address=address,
            person_id=person.pk if person else None,
            school_id=home_school(person.pk if person else None),
            step="password",
            is_locked=self._seconds_locked(request, address) > 0,
            by=signing.NOBODY,
            at=clock.now(),
        )

    # --- In and out ---

    def login(self, request: HttpRequest, user: User) -> None:
        """Begins the session, with its event in the same transaction."""
        by, school_id = writer_for(user, clock.today())
        second = any(each["method"] == "mfa" for each in get_authentication_records(request, user))
        with transaction.atomic():
            signing.note_sign_in(school_id=school_id, second_step=second, by=by, at=clock.now())
            super().login(request, user)
            stamp_session(request)

    def logout(self, request: HttpRequest) -> None:
        """Ends the session, with its event."""
        if request.user.is_authenticated:
            by, school_id = writer_for(request.user, clock.today())
            signing.note_sign_out(why="asked", school_id=school_id, by=by, at=clock.now())
        super().logout(request)

    def respond_user_inactive(self, _request: HttpRequest, _user: User) -> HttpResponse:
        """The sign-in form has refused a closed account already; whoever gets here another way goes back to it."""
        return redirect("account_login")

    # --- Passwords ---

    def set_password(self, user: User, password: str) -> None:
        """Sets the password with its event, and lifts the limit on failed tries: who got here is the owner."""
        request = context.request
        by, school_id = writer_for(user, clock.today())
        with_link = not request.user.is_authenticated or request.user.pk != user.pk
        signing.change_password(
            person=user, password=password, with_link=with_link, school_id=school_id, by=by, at=clock.now()
        )
        self._delete_login_attempts_cached_email(request, email=user.email)

    def get_password_change_redirect_url(self, _request: HttpRequest) -> str:
        """After changing the password: back to one's account."""
        return reverse("accounts:account")

    # --- Letters ---

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Sends one letter. Errors: MailNotSent."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException) as error:
            log.exception("A letter could not be sent")
            raise MailNotSent from error

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """Tells somebody what was changed on their account; what is done stays done where no mail gets out."""
        try:
            super().send_notification_mail(template_prefix, user, *args, **kwargs)
        except MailNotSent:
            log.warning("Nobody was told of a change: %s", template_prefix)


class SecondStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The second step of signing in."""

    error_messages = {  # noqa: RUF012
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": "This code is not right, or it was used already. Wait for the next one and type that.",
        "cannot_delete_authenticator": "Your role sees the whole school, so you can't do without the second step here.",
    }

    def build_totp_svg(self, url: str) -> str:
        """The square to point a telephone at, as SVG to put into a page: without the XML declaration."""
        svg: str = super().build_totp_svg(url)
        return svg[svg.index("<svg") :]

    def can_delete_authenticator(self, _authenticator: Authenticator) -> bool:
        """May the second step be taken away?"""
        return not must_have_second_step(getattr(context.request, "viewer", None))
