"""Lessons missed beyond chance, in words, each with the lesson marks behind it."""

from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from rollbook.apps.insight.presenters.words import period_query
from rollbook.apps.insight.queries.lesson_patterns import LessonPatterns
from rollbook.domain.lesson_patterns import LessonChance, LessonFound
from rollbook.domain.patterns import Verdict, chance_words
from rollbook.domain.periods import Period
from rollbook.domain.rates import round_half_up
from rollbook.ui.words import short_day

SHOWN_LESSONS = 5


def lessons_context(found: LessonPatterns | None, period: Period) -> dict[str, Any] | None:
    """What `insight/lesson_patterns.html` needs; None where nothing is told."""
    if found is None:
        return None
    days = urlencode(period_query(period))
    return {
        "missed_count": found.missed_count,
        "pupils": [
            {
                "member": row.member,
                "url": f"{reverse('insight:pupil_patterns', args=[row.member.id])}?{days}#lessons",
                "found": [told(each) for each in row.found],
            }
            for row in found.pupils
        ],
        "groups": [
            {"taught": group.taught, "found": [told(each) for each in group.found]} for group in found.groups
        ],
    }


def pupil_lessons_context(found: list[LessonFound] | None) -> dict[str, Any] | None:
    """What `insight/pupil_lessons.html` needs; None where nothing is told or no lesson was marked."""
    if not found:
        return None
    shown = [told(each) for each in found]
    return {
        "marked": [each for each in shown if each["is_marked"]],
        "others": [each for each in shown if not each["is_marked"]],
    }


def told(each: LessonFound) -> dict[str, Any]:
    """One subject or member of staff: what was seen, what was expected, how likely, and the lessons missed."""
    of = each.finding.facts["counted"]
    answer = each.finding.answer
    return {
        "words": each.words,
        "because": each.finding.because,
        "of": of,
        "expected": round_half_up(of.expected, 1),  # type: ignore[attr-defined]
        "chance": chance_words(answer.chance),
        "is_marked": answer.verdict in (Verdict.PATTERN, Verdict.PERHAPS),
        "is_pattern": answer.verdict is Verdict.PATTERN,
        "lessons": [_lesson(lesson) for lesson in each.missed],
        "newest": [_lesson(lesson) for lesson in each.missed[-SHOWN_LESSONS:][::-1]],
        "more": max(0, len(each.missed) - SHOWN_LESSONS),
    }


def _lesson(lesson: LessonChance) -> dict[str, str]:
    return {
        "words": f"{lesson.subject}, {short_day(lesson.on)}",
        "url": reverse("lessons:take", args=[lesson.lesson_id, lesson.on]),
    }
