"""Says of every page who may open it. A view without one of these two marks fails the architecture test."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from rollbook.domain.access import Permission

P = ParamSpec("P")
R = TypeVar("R", bound=HttpResponseBase)
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def requires(*permissions: Permission) -> Callable[[View[P]], View[P]]:
    """Opens the page to those who hold any one of these permissions.

    Someone not signed in is sent to the sign-in page; someone without the permission gets the 403 page.
    The permissions stay readable on the view as `required_permissions`.
    """
    if not permissions:
        raise ValueError("Name at least one permission, or mark the view with @public.")

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            viewer = getattr(request, "viewer", None)
            if viewer is None:
                if request.user.is_authenticated:
                    # Signed in, but no appointment today: asking to sign in again would go round in circles.
                    raise PermissionDenied
                return redirect_to_login(request.get_full_path())
            if not any(viewer.may(permission) for permission in permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        _mark(guarded, required_permissions=frozenset(permissions))
        return guarded

    return decorate


def public(view: View[P]) -> View[P]:
    """Marks one of the few pages that anyone may open without signing in, such as the sign-in page itself."""
    _mark(view, is_public=True)
    return view


def _mark(view: Callable[..., Any], **marks: object) -> None:
    for name, value in marks.items():
        setattr(view, name, value)
