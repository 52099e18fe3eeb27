"""One's own account, the choice of school, and whom to ask at the school."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rollbook import clock
from rollbook.apps.accounts.actions import signing
from rollbook.apps.accounts.middleware import SCHOOL_KEY
from rollbook.apps.accounts.models import User
from rollbook.apps.accounts.presenters import post_line
from rollbook.apps.accounts.queries import has_second_step, holders, own_posts, schools_to_choose
from rollbook.domain.access import Permission, Viewer
from rollbook.ui.permissions import requires


@requires(Permission.SCHOOL_VIEW)
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """One's own name, address, roles, password and second step."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    today = clock.today()
    posts = [(school, post_line(post, today)) for school, post in own_posts(viewer)]
    context = {
        "posts": posts,
        "has_second_step": has_second_step(viewer.user_id),
        "several_schools": len(schools_to_choose(viewer, today)) > 1,
        "telephone": request.user.telephone if isinstance(request.user, User) else "",
        "may_see_staff": viewer.may(Permission.STAFF_MANAGE),
    }
    return render(request, "accounts/account.html", context)


@requires(Permission.SCHOOL_VIEW)
@require_http_methods(["GET", "POST"])
def choose_school(request: HttpRequest) -> HttpResponse:
    """The schools where one works today, to go from one to another."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    schools = schools_to_choose(viewer, clock.today())
    if request.method == "POST":
        chosen = request.POST.get("school", "")
        if chosen not in {str(school_id) for school_id, _ in schools}:
            raise Http404("not a school of theirs")
        request.session[SCHOOL_KEY] = int(chosen)
        return redirect(_safe_next(request))
    return render(request, "accounts/choose_school.html", {"schools": schools, "next": _safe_next(request)})


def _safe_next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    allowed = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if allowed else "/"


@requires(Permission.SCHOOL_VIEW)
@require_POST
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """Ends every session of one's own, this one too."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    signing.end_own_sessions(
        person_id=viewer.user_id, school_id=viewer.school_id, by=viewer.actor, at=clock.now()
    )
    logout(request)
    messages.success(request, "You are signed out on every device.")
    return redirect(reverse("account_login"))


@requires(Permission.SCHOOL_VIEW)
@require_GET
def who_to_ask(request: HttpRequest) -> HttpResponse:
    """Who holds which role at the school today, with e-mail and telephone."""
    viewer: Viewer = request.viewer  # type: ignore[attr-defined]
    return render(request, "accounts/who_to_ask.html", {"holders": holders(viewer, clock.today())})
