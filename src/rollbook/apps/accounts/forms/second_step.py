"""The codes of the second step."""

from typing import Any

from allauth.mfa.base import forms as base_forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp import forms as totp_forms

from rollbook import clock
from rollbook.apps.accounts.actions import signing
from rollbook.apps.accounts.forms.signing import dress
from rollbook.apps.accounts.queries import home_school

_HINT = "The six figures that your authenticator app shows now."


class _Code:
    """A code typed by hand; a wrong one leaves its event."""

    label, hint = "Code", _HINT

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        form: Any = self
        dress(form.fields["code"], self.label, "Enter the code.", self.hint)
        form.fields["code"].widget.attrs |= {
            "class": "input--short",
            "inputmode": "numeric",
            "autofocus": True,
        }

    def _emit_authentication_failed(self, _authenticator: Authenticator) -> None:
        form: Any = self
        signing.note_failed_sign_in(
            address=form.user.email,
            person_id=form.user.pk,
            school_id=home_school(form.user.pk),
            step="code",
            is_locked=False,
            by=signing.NOBODY,
            at=clock.now(),
        )


class CodeForm(_Code, base_forms.AuthenticateForm):  # type: ignore[misc]
    """The second step of signing in."""

    hint = f"{_HINT} Or one of your recovery codes."


class ConfirmCodeForm(_Code, base_forms.ReauthenticateForm):  # type: ignore[misc]
    """A code once more, before something that matters."""

    hint = f"{_HINT} Or one of your recovery codes."


class AddAppForm(_Code, totp_forms.ActivateTOTPForm):  # type: ignore[misc]
    """The first code, which shows that the app was set up rightly."""

    label, hint = "2. Enter the six figures that the app shows now", ""
