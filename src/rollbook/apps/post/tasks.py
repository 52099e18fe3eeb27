"""What the worker is given to do for the messages."""

from django_tasks import task

from rollbook import clock
from rollbook.apps.post.actions.carrying import carry


@task
def send_message(message_id: int) -> None:
    """Sends one message, or finds that it is not to be sent any more."""
    carry(message_id, clock.now)
