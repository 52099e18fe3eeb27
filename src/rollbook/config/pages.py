"""What apps put on one another's pages, as settings of the frame; `config.settings` takes these in."""

# How many things wait on a page of a section, shown beside its name: the address, and who counts for a viewer on a day.
ROLLBOOK_TAB_COUNTS = {
    "roll:removals": "rollbook.apps.roll.queries.removals.waiting_count",
    "roll:returns": "rollbook.apps.roll.queries.returns.to_send_count",
    "absence:suspensions": "rollbook.apps.absence.queries.suspensions.waiting_count",
    "lessons:alerts": "rollbook.apps.lessons.queries.alerts.open_count",
    "support:list": "rollbook.apps.support.queries.supports.review_count",
}

# Pages that a school may do without: the address, and who says for a viewer on a day whether it is there.
ROLLBOOK_TABS_WHILE = {
    "lessons:today": "rollbook.apps.lessons.queries.switch.are_on",
    "lessons:alerts": "rollbook.apps.lessons.queries.switch.are_on",
    "lessons:timetable": "rollbook.apps.lessons.queries.switch.are_on_or_coming",
}

# Cards on another app's page: asked (viewer, now) for Today, (viewer, now, pupil's id) for a pupil's page.
ROLLBOOK_CARDS = {
    "today": ["rollbook.apps.lessons.presenters.cards.alerts_card"],
    "pupil": [
        "rollbook.apps.support.presenters.cards.pupil_card",
        "rollbook.apps.lessons.presenters.cards.pupil_card",
    ],
}

# Parts on another app's page, each in its place: asked (viewer, now) for Today, (viewer, now, the pupil's year) for a
# pupil's page.
ROLLBOOK_PARTS = {
    "today": ["rollbook.apps.insight.presenters.today.parts"],
    "pupil": ["rollbook.apps.insight.presenters.pupil.parts"],
}

# What else can be done for a pupil, as links on the pupil's page. Words, address (it takes the pupil's number), and the
# permissions of which one opens it.
ROLLBOOK_PUPIL_LINKS = [
    ("Attendance certificate", "reports:certificate", ["pupil.view_any", "pupil.view_own"]),
]
