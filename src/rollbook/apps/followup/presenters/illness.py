"""Illnesses as the list and the page of one spell show them."""

from datetime import date
from typing import Any

from django.urls import reverse

from rollbook.apps.followup.models import IllnessStep
from rollbook.apps.followup.queries.illness import Spell
from rollbook.domain.contact_steps import HOW
from rollbook.domain.illness import (
    Evidence,
    IllnessStepKind,
    may_ask_for_evidence,
    may_become_unauthorised,
)
from rollbook.ui.words import short_day

_HOW = dict(HOW)


def spell_row(spell: Spell, from_day: int, today: date) -> dict[str, Any]:
    """A spell on the list: how long, what was done last, what may be done."""
    days = len(spell.days)
    return {
        "name": f"{spell.forename} {spell.surname}",
        "surname": spell.surname,
        "forename": spell.forename,
        "group": spell.group_name,
        "url": reverse("followup:illness_spell", args=[spell.pupil_id, spell.key_day]),
        "days": days,
        "first": spell.absence.first.on,
        "last": spell.absence.last.on,
        "is_open": spell.absence.is_open,
        "is_current": spell.absence.is_open and (today - spell.absence.last.on).days < 14,
        "asked_count": spell.asked_count,
        "state": state_words(spell, from_day),
        "look": state_look(spell),
    }


def state_words(spell: Spell, from_day: int) -> str:
    """Where it stands, in a few words."""
    last = spell.steps[-1] if spell.steps else None
    if last is None:
        may = spell.absence.is_open and may_ask_for_evidence(len(spell.days), spell.done, from_day).answer
        return "Evidence may be asked for, if it is needed" if may else "Accepted"
    if last.kind == IllnessStepKind.DECIDED:
        return "Accepted by the head" if last.is_accepted else "Not accepted: tell the parents"
    if last.kind == IllnessStepKind.TOLD:
        return "Parents told" if may_become_unauthorised(spell.done).answer else "Parents told; decided since"
    if last.kind == IllnessStepKind.ASKED:
        return f"Evidence asked for, {short_day(last.at.date())}"
    if last.kind == IllnessStepKind.CAME:
        return f"{Evidence(last.evidence).words} came, {short_day(last.on) if last.on else ''}"
    return "In doubt: the head decides"


def state_look(spell: Spell) -> str:
    """How urgent that looks."""
    last = spell.steps[-1] if spell.steps else None
    if last is None:
        return ""
    is_refused = last.kind == IllnessStepKind.DECIDED and not last.is_accepted
    return "warn" if is_refused or last.kind == IllnessStepKind.DOUBTED else "info"


def step_row(step: IllnessStep) -> dict[str, Any]:
    """One record of a spell."""
    title = IllnessStepKind(step.kind).words
    if step.kind == IllnessStepKind.DECIDED:
        title = f"{title}: {'accepted' if step.is_accepted else 'not accepted'}"
    if step.kind == IllnessStepKind.CAME:
        title = f"{title}: {Evidence(step.evidence).words}"
    lines = [
        ("On", short_day(step.on) if step.on else ""),
        ("How", _HOW.get(step.how, "")),
        ("Parent", step.who),
        ("Why" if step.kind != IllnessStepKind.CAME else "What it says", step.text),
    ]
    return {
        "title": title,
        "lines": [(words, text) for words, text in lines if text],
        "by": f"{step.by_name}, {step.by_position}",
        "at": step.at,
    }
