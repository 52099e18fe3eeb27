"""Loading a history: the rows and the chain are those that saving register by register leaves behind."""

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import islice
from uuid import UUID

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from rollbook.apps.audit.models import Event
from rollbook.apps.registers.actions.bulk import load_history
from rollbook.apps.registers.actions.past import Cast, PastMarks, PastSave
from rollbook.apps.registers.actions.writing import NewEntry, Occasion, add_entries
from rollbook.apps.registers.models import Chain, Entry, PlannedMark, Save
from rollbook.apps.registers.queries.digests import digest_of, entry_line
from rollbook.apps.roll.models import Pupil
from rollbook.config.simulation.environment import bank_holidays_round
from rollbook.config.simulation.invented import invented_school
from rollbook.config.simulation.loading import load_school
from rollbook.config.simulation.school import make_school
from rollbook.domain.access import Actor
from rollbook.domain.marks import SchoolSession

AT = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
UNTIL = date(2026, 9, 25)


def _load(number: int, pupils: int = 24) -> int:
    outline = invented_school(
        number=number,
        phase="special",
        pupils=pupils,
        years=1,
        until=UNTIL,
        seed=1,
        bank_holidays=bank_holidays_round(UNTIL),
    )
    school_id, loaded = load_school(
        make_school(outline),
        email_domain=lambda pk: f"school{pk}.example.org",
        password="!",
        seed="1",
        at=AT,
    )
    assert loaded.save_count == Save.objects.filter(school_id=school_id).count()
    assert loaded.entry_count == Entry.objects.filter(school_id=school_id).count()
    assert loaded.plan_count == PlannedMark.objects.filter(school_id=school_id).count()
    return school_id


@pytest.mark.django_db
def test_every_digest_comes_out_again() -> None:
    school_id = _load(1)
    previous = ""
    for number, save in enumerate(Save.objects.filter(school_id=school_id).order_by("number"), 1):
        entries = list(save.entries.all())
        assert (save.number, save.previous_digest, save.entry_count) == (number, previous, len(entries))
        assert save.digest == digest_of(save, map(entry_line, entries))
        previous = save.digest
    chain = Chain.objects.get(pk=school_id)
    assert (chain.length, chain.digest) == (number, previous)
    ids = list(Entry.objects.order_by("save_made__number", "id").values_list("id", flat=True))
    assert ids == sorted(ids)


@pytest.mark.django_db
def test_two_schools_keep_to_themselves_and_one_event_says_so() -> None:
    one, other = _load(1), _load(2, pupils=16)
    for school_id in (one, other):
        assert not Entry.objects.filter(school_id=school_id).exclude(pupil__school_id=school_id).exists()
        saves = Save.objects.filter(school_id=school_id)
        assert saves.count() == saves.filter(by__appointments__school_id=school_id).distinct().count()
        registers = saves.filter(kind="register")
        assert registers.count() == registers.filter(group__school_id=school_id).count()
        [event] = Event.objects.filter(school_id=school_id, type="register.history.loaded")
        assert event.by_name == "Rollbook"
        assert event.facts["entries"] == Entry.objects.filter(school_id=school_id).count()
    assert (
        Pupil.objects.filter(school_id=one).exclude(upn="").count()
        == Pupil.objects.filter(school_id=one).count()
    )


@pytest.mark.django_db
def test_a_loaded_chain_goes_on_with_the_next_register() -> None:
    school_id = _load(1)
    before = Chain.objects.get(pk=school_id)
    last = Save.objects.filter(school_id=school_id).latest("number")
    pupil = Pupil.objects.filter(school_id=school_id).latest("id")
    save = add_entries(
        occasion=Occasion(school_id, Save.Kind.REGISTER, UUID(int=5), on=UNTIL, session=SchoolSession.AM),
        entries=[NewEntry(pupil.pk, UNTIL, SchoolSession.AM, 1, "/")],
        by=Actor(last.by_id, "A. Lee", "Office"),
        at=AT,
    )
    assert (save.number, save.previous_digest) == (before.length + 1, before.digest)
    assert save.pk > last.pk


@pytest.mark.django_db
def test_what_is_awkward_to_copy_arrives_as_it_was() -> None:
    school_id = _load(1)
    pupil = Pupil.objects.filter(school_id=school_id).earliest("id")
    writer = Save.objects.filter(school_id=school_id).earliest("id").by_id
    note = 'Tab\there, "quotes", a \\ back-slash,\nnew line, \\N and ü'
    cast = Cast(school_id, [pupil.pk], [], [Actor(writer, "D'Arcy \\ O'Neill", "Office")])
    on = date(2027, 1, 11)
    save = PastSave("register", on, "PM", AT, 0, (PastMarks((0,), "\\"),))
    again = PastSave("amendment", on, "PM", AT, 0, (PastMarks((0,), "I", 2, note=note, reason=note),))
    load_history(cast_of=cast, saves=[save, again], keys=_keys(), plans=[], by=Actor(None, "Test", ""), at=AT)
    first, second = Entry.objects.filter(pupil=pupil, on=on).order_by("version")
    assert (first.code, first.by_name) == ("\\", "D'Arcy \\ O'Neill")
    assert (second.note, second.reason, second.at) == (note, note, AT)
    assert second.save_made.digest == digest_of(second.save_made, [entry_line(second)])


@pytest.mark.django_db
def test_loads_all_or_nothing() -> None:
    school_id = _load(1)
    entry = Entry.objects.filter(school_id=school_id, version=1).select_related("save_made").latest("id")
    state = (
        Save.objects.count(),
        Entry.objects.count(),
        Event.objects.count(),
        Chain.objects.get(pk=school_id).digest,
    )
    cast = Cast(school_id, [entry.pupil_id], [], [Actor(entry.by_id, "A. Lee", "Office")])
    fresh = PastSave("register", date(2027, 1, 11), "AM", AT, 0, (PastMarks((0,), "/"),))
    twice = PastSave("register", entry.on, entry.session, AT, 0, (PastMarks((0,), "/"),))
    with pytest.raises(IntegrityError), transaction.atomic():
        load_history(
            cast_of=cast, saves=[fresh, twice], keys=_keys(), plans=[], by=Actor(None, "Test", ""), at=AT
        )
    assert state == (
        Save.objects.count(), Entry.objects.count(), Event.objects.count(), Chain.objects.get(pk=school_id).digest,
    )  # fmt: skip


@pytest.mark.django_db
def test_loaded_entries_are_kept_like_any_other() -> None:
    _load(1)
    with pytest.raises(DatabaseError, match="never changed or removed"), transaction.atomic():
        Entry.objects.update(code="/")


def _keys() -> Iterator[UUID]:
    draw = random.Random(7)
    return (UUID(int=draw.getrandbits(128), version=4) for _ in islice(iter(int, 1), 10))
