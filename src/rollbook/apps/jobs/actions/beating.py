"""A worker says that it is alive."""

from datetime import datetime

from rollbook.apps.jobs.models import Worker


def begin_work(*, name: str, at: datetime) -> None:
    """A worker has started."""
    Worker.objects.create(name=name, started_at=at, beat_at=at)


def beat(*, name: str, at: datetime) -> None:
    """It is alive."""
    if not Worker.objects.filter(name=name).update(beat_at=at, stopped_at=None):
        begin_work(name=name, at=at)


def end_work(*, name: str, at: datetime) -> None:
    """It ends in peace."""
    Worker.objects.filter(name=name).update(beat_at=at, stopped_at=at)
