"""What the frame of every page shows: navigation by permission, the search, the account, the clock."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, get_urlconf, reverse
from django.utils.module_loading import import_string

from rollbook import __version__, clock
from rollbook.domain.access import Permission, Viewer
from rollbook.ui.words import long_day, moment

# (words, name of the address, permissions of which one is enough). config may set ROLLBOOK_NAV instead.
NavEntry = tuple[str, str, Sequence[str]]

_LINKS = {
    "home": "home",
    "account": "accounts:account",
    "choose_school": "accounts:choose_school",
    "sign_in": "account_login",
    "sign_out": "account_logout",
    "codes": "schools:codes",
    "find_pupil": "roll:pupils",
    "roll_call": "",
}
_FIND_PERMISSIONS = (Permission.PUPIL_VIEW_ANY, Permission.PUPIL_VIEW_OWN)


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the navigation as the viewer gets it."""

    words: str
    url: str
    is_current: bool
    count: int = 0


@lru_cache(maxsize=256)
def _address(name: str, urlconf: str | None) -> str:
    try:
        return reverse(name, urlconf=urlconf)
    except NoReverseMatch:
        return ""


def address(name: str) -> str:
    """The address of this name, or "" while no such page exists."""
    return _address(name, get_urlconf())


class Shell:
    """The frame of one page. Everything is worked out only when a template asks for it."""

    def __init__(self, request: HttpRequest) -> None:
        self._request = request

    @property
    def _viewer(self) -> Viewer | None:
        # The viewer may be a lazy object around None, which is falsy but is not None.
        viewer: Viewer | None = getattr(self._request, "viewer", None)
        return viewer or None

    def _may_any(self, permissions: Sequence[str]) -> bool:
        viewer = self._viewer
        return viewer is not None and any(viewer.may(Permission(name)) for name in permissions)

    def _link(self, name: str) -> str:
        return address({**_LINKS, **getattr(settings, "ROLLBOOK_LINKS", {})}[name])

    @cached_property
    def nav(self) -> list[NavItem]:
        """The pages this viewer may open, the one being shown marked as current."""
        return self._shown(getattr(settings, "ROLLBOOK_NAV", ()))

    def tabs(self, section: str) -> list[NavItem]:
        """The pages of a section that this viewer may open; none where there is only one.

        The one being shown is the one whose address the path begins with, the longest of them. Pages on which things
        wait carry their number.
        """
        entries: Sequence[NavEntry] = getattr(settings, "ROLLBOOK_TABS", {}).get(section, ())
        counted = getattr(settings, "ROLLBOOK_TAB_COUNTS", {})
        counters = {address(name): count for name, count in counted.items()}
        shown = self._shown([entry for entry in entries if self._is_there(entry[1])])
        if len(shown) < 2:
            return []
        return [
            replace(item, count=self._count(counters[item.url])) if item.url in counters else item
            for item in shown
        ]

    def _is_there(self, name: str) -> bool:
        """Is this page there for the viewer's school today? Some are a choice of the school's policy."""
        asked: str | None = getattr(settings, "ROLLBOOK_TABS_WHILE", {}).get(name)
        return asked is None or bool(import_string(asked)(self._viewer, clock.today()))

    def _count(self, counter: str) -> int:
        count: int = import_string(counter)(self._viewer, clock.today())
        return count

    def pupil_links(self, pupil_id: int, forename: str) -> list[NavItem]:
        """What else this viewer may do for a pupil: `ROLLBOOK_PUPIL_LINKS` names it, "{forename}" is the pupil's."""
        entries: Sequence[NavEntry] = getattr(settings, "ROLLBOOK_PUPIL_LINKS", ())
        return [
            NavItem(words.replace("{forename}", forename), reverse(name, args=[pupil_id]), is_current=False)
            for words, name, allowed in entries
            if self._may_any(allowed)
        ]

    def _shown(self, entries: Sequence[NavEntry]) -> list[NavItem]:
        found = [(words, address(name)) for words, name, allowed in entries if self._may_any(allowed)]
        shown = [(words, url) for words, url in found if url]
        path = self._request.path
        # The longest address that the path begins with; the start page only when it is the page itself.
        matches = [url for _, url in shown if path == url or (url != "/" and path.startswith(url))]
        current = max(matches, key=len, default=None)
        return [NavItem(words, url, url == current) for words, url in shown]

    @property
    def find_url(self) -> str:
        """Where the search for a pupil goes, or "" for those who may see no pupils."""
        return self._link("find_pupil") if self._may_any(_FIND_PERMISSIONS) else ""

    @property
    def roll_call_url(self) -> str:
        """The roll call of an evacuation, one press from every page for those who take part in it."""
        return self._link("roll_call") if self._may_any((Permission.ROLLCALL_TAKE,)) else ""

    @property
    def home_url(self) -> str:
        """Where the name in the corner leads."""
        return self._link("home") or "/"

    @property
    def account_url(self) -> str:
        """The page of one's own account, if there is one."""
        return self._link("account")

    @property
    def choose_school_url(self) -> str:
        """Where those who work at several schools, or for a trust, go from one to another."""
        viewer = self._viewer
        several = viewer is not None and len({each.school_id for each in viewer.appointments}) > 1
        return self._link("choose_school") if several else ""

    @property
    def sign_in_url(self) -> str:
        """The page to sign in at."""
        return self._link("sign_in")

    @property
    def sign_out_url(self) -> str:
        """Where signing out is posted to."""
        return self._link("sign_out")

    @property
    def codes_url(self) -> str:
        """The page that explains the attendance codes, for those who may open it."""
        return self._link("codes") if self._may_any((Permission.SCHOOL_VIEW,)) else ""

    @property
    def version(self) -> str:
        """The version of Rollbook that is running."""
        return __version__

    @property
    def demo_clock(self) -> str:
        """What the demonstration's clock says, or "" where the clock is the true one."""
        if not clock.offset():
            return ""
        now = clock.now()
        return f"{long_day(now)}, {now:%H:%M}"

    @property
    def printed_at(self) -> str:
        """When the page was made, for the foot of a printed page."""
        return moment(clock.now())


def page(request: HttpRequest) -> dict[str, Any]:
    """Puts `shell` and `viewer` into every template that is rendered for a request."""
    return {"shell": Shell(request), "viewer": getattr(request, "viewer", None)}
