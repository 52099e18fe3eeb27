"""Who can be chosen to teach a lesson."""

from datetime import date

from rollbook.apps.accounts.queries import Post, people_of
from rollbook.domain.access import ROLE_PERMISSIONS, Permission, Viewer

_MAY_TAKE = frozenset({Permission.REGISTER_TAKE_OWN, Permission.REGISTER_TAKE_ANY})


def staff_of(viewer: Viewer, on: date) -> list[tuple[int, str]]:
    """The people of the viewer's school whose role takes registers, by name. Two queries."""
    return [
        (person.id, person.name)
        for person in people_of(viewer, on)
        if any(ROLE_PERMISSIONS[post.role] & _MAY_TAKE for post in person.posts if not _is_over(post, on))
    ]


def _is_over(post: Post, on: date) -> bool:
    return not (post.is_held(on) or post.is_to_come(on))
