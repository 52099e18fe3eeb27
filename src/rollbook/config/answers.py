"""Who answers what an app asks of those built on it, which it can't import; `config.settings` takes these in."""

# The question's name and who answers.
ROLLBOOK_ANSWERS = {
    "marks_on": "rollbook.apps.registers.queries.days.marks_on",
    "pupil_marks": "rollbook.apps.registers.queries.days.pupil_marks",
    "pupils_on_roll": "rollbook.apps.roll.queries.pupils_on_roll",
    "audit_subjects": "rollbook.config.subjects.names_of",
    "audit_pupils_called": "rollbook.config.subjects.pupils_called",
    "plan_sources": "rollbook.apps.absence.queries.sources.sources_of",
    "concern_words": "rollbook.apps.insight.queries.concern.concern_words",
    "meeting_words": "rollbook.apps.insight.queries.meeting_words.meeting_words",
    "plan_drafts": "rollbook.apps.absence.queries.sources.drafts_of",
}

# Who says of which pupils a matter is open, so that a purge leaves their marks alone: each is asked (viewer, on) and
# answers with pupils' ids and the matter in words, such as "a removal is under way".
ROLLBOOK_OPEN_CASES: list[str] = [
    "rollbook.apps.roll.queries.keeping.pupils_on_or_coming",
    "rollbook.apps.roll.queries.keeping.pupils_with_open_removals",
    "rollbook.apps.registers.queries.keeping.pupils_with_plans",
    "rollbook.apps.absence.queries.transfers.pupils_with_open_transfers",
    "rollbook.apps.support.queries.supports.pupils_with_open_support",
    "rollbook.apps.support.queries.meetings.pupils_with_unsettled_meetings",
    "rollbook.apps.absence.queries.leave.pupils_with_open_leave",
]
