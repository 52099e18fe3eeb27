"""Signing in and passwords: allauth's forms in our words, with labels instead of placeholders."""

from typing import Any

from allauth.account import forms as allauth_forms
from allauth.account.adapter import get_adapter
from django import forms

CHOICE_HINT = (
    "At least 12 characters. Three or four words that don't belong together are safe and easy to remember. "
    "Use one that you use nowhere else."
)


def dress(field: forms.Field, label: str, required: str, hint: str = "") -> None:
    """Gives one of allauth's fields our label, hint and message, and takes its placeholder away."""
    field.label = label
    field.help_text = hint
    field.widget.attrs.pop("placeholder", None)
    field.error_messages["required"] = required
    field.error_messages["invalid"] = "Enter an e-mail address like name@school.org.uk."


def _dress_new_passwords(fields: dict[str, forms.Field]) -> None:
    dress(fields["password1"], "New password", "Choose a password.", CHOICE_HINT)
    dress(fields["password2"], "The same password again", "Type the password a second time.")


class _SamePassword:
    """Says in our words that the two passwords differ."""

    def clean(self) -> dict[str, Any]:
        """Checks the two against each other."""
        form: Any = self
        cleaned: dict[str, Any] = form.cleaned_data
        first, second = cleaned.get("password1"), cleaned.get("password2")
        if first and second and first != second:
            form.add_error("password2", "The two passwords are not the same. Type the new one again.")
        return cleaned


class SignInForm(allauth_forms.LoginForm):  # type: ignore[misc]
    """Address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self.fields["login"], "E-mail address", "Enter your e-mail address.")
        self.fields["login"].widget.attrs |= {
            "autocomplete": "username",
            "spellcheck": "false",
            "autocapitalize": "none",
            "autofocus": True,
        }
        dress(self.fields["password"], "Password", "Enter your password.")

    def clean(self) -> dict[str, Any]:
        """Checks the password; only who knows it learns that an account is closed."""
        cleaned: dict[str, Any] = super().clean()
        if self.user is not None and not self.user.is_active:
            raise get_adapter().validation_error("account_inactive")
        return cleaned


class ForgottenPasswordForm(allauth_forms.ResetPasswordForm):  # type: ignore[misc]
    """The address to which a link goes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        hint = "The address with which you sign in, usually your school's."
        dress(self.fields["email"], "E-mail address", "Enter your e-mail address.", hint)

    def save(self, request: Any, **kwargs: Any) -> str:
        """Sends the link. An unknown address gets a letter that says so: both take as long, so neither tells anything.

        Errors: adapter.MailNotSent.
        """
        if self.users:
            return str(super().save(request, **kwargs))
        email: str = self.cleaned_data["email"]
        get_adapter().send_mail("account/email/unknown_account", email, {"request": request})
        return email


class ChoosePasswordForm(_SamePassword, allauth_forms.ResetPasswordKeyForm):  # type: ignore[misc]
    """A new password, after following the link."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress_new_passwords(self.fields)


class ChangePasswordForm(_SamePassword, allauth_forms.ChangePasswordForm):  # type: ignore[misc]
    """The password now, and a new one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self.fields["oldpassword"], "Your password now", "Enter your password.")
        _dress_new_passwords(self.fields)


class ConfirmPasswordForm(allauth_forms.ReauthenticateForm):  # type: ignore[misc]
    """The password once more, before something that matters."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        dress(self.fields["password"], "Your password", "Enter your password.")
