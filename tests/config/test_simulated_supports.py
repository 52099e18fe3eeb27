"""What an invented school does for its pupils: chosen by the marks, and as the actions would have left it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import pytest

from rollbook.apps.accounts.models import User
from rollbook.apps.accounts.queries import viewer_for
from rollbook.apps.audit.models import Event
from rollbook.apps.insight.queries.effect import Effect, effect
from rollbook.apps.roll.models import Pupil
from rollbook.apps.schools.queries import timetable_of_school
from rollbook.apps.support.actions.supporting import (
    SupportDraft,
    end_support,
    review_support,
    start_support,
)
from rollbook.apps.support.models import Review, Support
from rollbook.apps.support.queries.supports import dealt_alike
from rollbook.config.simulation.environment import bank_holidays_round
from rollbook.config.simulation.invented import invented_school
from rollbook.config.simulation.loading import load_school
from rollbook.config.simulation.plan import SchoolPlan, SupportPlan
from rollbook.config.simulation.school import make_school
from rollbook.config.simulation.supporting import LINE, OFFERS
from rollbook.domain.effect import Verdict

FRIDAY = date(2026, 3, 20)
LOADED_AT = datetime(2026, 3, 20, 8, 59, tzinfo=UTC)
Step = tuple[datetime, Callable[[], Any]]


@cache
def school(pupils: int = 80, until: date = FRIDAY, seed: int = 1) -> SchoolPlan:
    """A special school of one year up to a Friday in March."""
    return make_school(
        invented_school(
            number=1,
            phase="special",
            pupils=pupils,
            years=1,
            until=until,
            seed=seed,
            bank_holidays=bank_holidays_round(until, 1),
        )
    )


def load(plan: SchoolPlan) -> int:
    """Puts it into the database. Shape: the school's id."""
    school_id, _ = load_school(
        plan, email_domain=lambda number: f"s{number}.example.org", password="!", seed="1", at=LOADED_AT
    )
    return school_id


def test_every_kind_is_there_ended_going_on_and_due() -> None:
    made = school().supports

    assert {each.title for each in made} == {offer.title for offer in OFFERS}
    assert {each.outcome for each in made} >= {"reached", "partly", "not-reached", ""}
    going_on = [each for each in made if each.last_day is None]
    due = [each for each in going_on if _next_review(each) <= FRIDAY]
    assert len(going_on) > len(due) > 0
    assert any(len(each.reviews) > 1 for each in made)
    assert all("possible sessions this year" in each.why for each in made)


def _next_review(each: SupportPlan) -> date:
    return each.reviews[-1].next_review_on if each.reviews else each.first_review_on


def test_the_same_seed_gives_the_same_and_another_seed_others() -> None:
    one = school().supports
    school.cache_clear()

    assert school().supports == one
    assert school(seed=2).supports != one


@pytest.mark.parametrize(
    "until", [date(2026, 9, 2), date(2026, 9, 14), date(2026, 10, 5), date(2026, 12, 18), date(2027, 7, 21)]
)
def test_nothing_is_known_before_it_has_happened(until: date) -> None:
    for each in school(40, until).supports:
        moments = [each.started_at, *(review.at for review in each.reviews)]
        moments += [] if each.ended_at is None else [each.ended_at]
        assert moments == sorted(moments)
        assert moments[-1].date() < until
        assert each.ended_at is None or each.last_day == each.ended_at.date()


def test_nobody_has_more_than_two_at_once() -> None:
    made = school().supports
    days = {each.first_day for each in made}

    at_once = [
        Counter(each.pupil for each in made if each.first_day <= day <= (each.last_day or FRIDAY))
        for day in days
    ]

    assert max(max(counts.values()) for counts in at_once if counts) <= 2


@pytest.mark.django_db
def test_it_is_what_the_actions_would_have_left() -> None:
    plan = school()
    bulk = load(plan)
    by_hand = load(replace(plan, supports=[]))
    pupils = list(Pupil.objects.filter(school=by_hand).order_by("pk").values_list("pk", flat=True))
    steps: list[Step] = []
    for each in plan.supports:
        steps += _steps(each, by_hand, plan.staff[each.owner].email, pupils)

    for _, take in sorted(steps, key=lambda step: step[0]):
        take()

    assert _rows(bulk) == _rows(by_hand)
    assert _reviews(bulk) == _reviews(by_hand)
    assert _events(bulk) == _events(by_hand)
    assert len(_events(bulk)) > len(_rows(bulk)) > 20


def _steps(each: SupportPlan, school_id: int, email: str, pupils: list[int]) -> list[Step]:
    """The same with the product's own actions, each at its moment."""
    person = User.objects.get(email=f"{email}@s{school_id}.example.org")
    made: list[Support] = []

    def acting(at: datetime) -> dict[str, Any]:
        viewer = viewer_for(person.pk, person.name, person.email, at.date())
        assert viewer is not None
        return {"viewer": viewer, "by": viewer.actor, "at": at}

    def begin() -> None:
        draft = SupportDraft(
            each.kind, each.title, each.why, each.aim, each.first_day, each.first_review_on, person.pk
        )
        act = acting(each.started_at)
        made.append(start_support(pupil_id=pupils[each.pupil], draft=draft, key=each.key, **act))

    def review(number: int) -> None:
        found = each.reviews[number]
        version = Support.objects.get(pk=made[0].pk).version
        review_support(
            support_id=made[0].pk,
            note=found.note,
            next_review_on=found.next_review_on,
            seen_version=version,
            key=found.key,
            **acting(found.at),
        )

    def end() -> None:
        assert each.last_day is not None
        assert each.ended_at is not None
        version = Support.objects.get(pk=made[0].pk).version
        end_support(
            support_id=made[0].pk,
            last_day=each.last_day,
            outcome=each.outcome,
            because=each.ended_because,
            seen_version=version,
            **acting(each.ended_at),
        )

    steps: list[Step] = [(each.started_at, begin)]
    steps += [(found.at, lambda number=number: review(number)) for number, found in enumerate(each.reviews)]
    return [*steps, (each.ended_at, end)] if each.ended_at is not None else steps


_NOT_THE_SAME = {"id", "school_id", "pupil_id", "owner_id", "started_by_id", "support_id", "written_by_id"}


def _rows(school_id: int) -> list[dict[str, Any]]:
    rows = Support.objects.filter(school=school_id).order_by("key").values()
    return [{name: value for name, value in row.items() if name not in _NOT_THE_SAME} for row in rows]


def _reviews(school_id: int) -> list[dict[str, Any]]:
    rows = Review.objects.filter(support__school=school_id).order_by("key").values()
    return [{name: value for name, value in row.items() if name not in _NOT_THE_SAME} for row in rows]


def _events(school_id: int) -> list[Any]:
    """The events of support, told by the key of what they are about instead of by ids that differ."""
    keys = {f"support:{row.pk}": str(row.key) for row in Support.objects.filter(school=school_id)}
    first = Pupil.objects.filter(school=school_id).earliest("pk").pk
    rows = Event.objects.filter(school=school_id, subject__startswith="support:")
    found = []
    for row in rows:
        facts = row.facts | {"pupil": row.facts["pupil"] - first}
        found.append((row.at, keys[row.subject], row.type, row.by_name, row.by_position, facts))
    return sorted(found, key=lambda each: each[:3])


@pytest.mark.django_db
@pytest.mark.policy("P-8.3-5")
def test_what_helps_is_seen_and_what_does_not_is_not() -> None:
    plan = make_school(
        invented_school(
            number=1, phase="secondary", pupils=900, years=1, until=FRIDAY, seed=1,
            bank_holidays=bank_holidays_round(FRIDAY, 1),
        )
    )  # fmt: skip
    school_id = load(replace(plan, planned=[]))
    head = User.objects.get(email=f"head@s{school_id}.example.org")
    viewer = viewer_for(head.pk, head.name, head.email, FRIDAY)
    assert viewer is not None
    assert timetable_of_school(school_id).setting("concern_percent", FRIDAY) == 100 * LINE

    def found(kind: str, title: str) -> Effect:
        alike = dealt_alike(viewer, kind, title)
        return effect(viewer, alike, alike, LOADED_AT)

    assert found("support", "Breakfast club").finding.answer is Verdict.HIGHER
    assert found("reward", "Full-week voucher").finding.answer is Verdict.NOT_CLEAR
