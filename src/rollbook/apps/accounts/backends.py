"""How a session finds its person again."""

from allauth.account.auth_backends import AuthenticationBackend

from rollbook import clock
from rollbook.apps.accounts.models import User
from rollbook.apps.accounts.queries import person_of_session


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's; only the reading at every request is written out, and brings along what the person holds today."""

    def get_user(self, user_id: int) -> User | None:
        """The person of a session; None for an account that was closed."""
        today = clock.today()
        found = person_of_session(user_id, today)
        if found is None:
            return None
        user, held = found
        user.held_on = (today, held)
        return user if self.user_can_authenticate(user) else None
