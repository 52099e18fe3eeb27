"""The frame of every page: the navigation, the pages of each section, and what apps put on one another's pages.

Settings of the frame (`rollbook.ui`); `config.settings` takes them in. An app built on another adds its pages here.
"""

# Words, address, and the permissions of which one opens it. What a person may not open is not shown.
ROLLBOOK_NAV = [
    ("Trust", "registers:trust", ["trust.view"]),
    ("To do", "duties:to_do", ["duties.view", "policy_kept.view"]),
    ("Today", "registers:today", ["board.view", "board.totals"]),
    ("Registers", "registers:mine", ["register.take_own", "register.take_any", "pupil.view_any"]),
    ("Arrivals", "registers:arrivals", ["arrivals.sign_in"]),
    ("Absence", "followup:missing", ["contact.record"]),
    ("Planned", "registers:planned", ["planned.record"]),
    ("Pupils", "roll:pupils", ["pupil.view_any", "pupil.view_own", "roll.import"]),
    ("Figures", "insight:overview", ["measures.view", "measures.totals"]),
    ("School", "schools:calendar", ["school.view"]),
    ("Staff", "accounts:staff", ["staff.manage"]),
    ("Audit log", "audit:log", ["audit.view"]),
]
ROLLBOOK_LINKS = {"home": "registers:home", "roll_call": "registers:roll_call"}

# The pages of a section beside one another, under the section's name in the navigation. Words, address, and the
# permissions of which one opens it. A section of one page shows no tabs.
ROLLBOOK_TABS = {
    "registers": [
        (
            "Registers of the day",
            "registers:mine",
            ["register.take_own", "register.take_any", "pupil.view_any"],
        ),
        ("Lessons", "lessons:today", ["register.take_own", "register.take_any"]),
        ("Missing from lessons", "lessons:alerts", ["register.take_any"]),
        ("Grid", "registers:grid", ["register.amend"]),
        ("To put right", "registers:quality", ["quality.view"]),
        ("Print and export", "reports:print", ["register.take_own", "pupil.view_any"]),
    ],
    "desk": [
        ("Arrivals and departures", "registers:arrivals", ["arrivals.sign_in"]),
        ("Roll call", "registers:roll_call", ["rollcall.take"]),
        ("Kiosk", "registers:kiosks", ["kiosk.manage"]),
    ],
    "absence": [
        ("Missing now", "followup:missing", ["contact.record"]),
        ("Absence line", "absence:line", ["absence.record"]),
        ("Reasons due", "followup:reasons", ["contact.record"]),
        ("Illness", "followup:illness", ["welfare.view"]),
        ("Back at school", "followup:back", ["contact.record"]),
        ("Returns", "followup:la_returns", ["returns.send"]),
    ],
    "planned": [
        ("Known beforehand", "registers:planned", ["planned.record"]),
        ("Activities", "absence:activities", ["activities.record"]),
        ("Two schools", "absence:dual_list", ["activities.record"]),
        ("Part-time", "absence:timetables", ["timetables.draft", "timetables.agree"]),
        ("Suspensions", "absence:suspensions", ["suspensions.record"]),
        ("Leave", "absence:leaves", ["leave.record", "leave.decide"]),
    ],
    "pupils": [
        ("On roll", "roll:pupils", ["pupil.view_any", "pupil.view_own", "roll.import"]),
        ("Starting", "roll:starting", ["pupil.view_any"]),
        ("Leavers", "roll:leavers", ["pupil.view_any"]),
        ("What is missing", "roll:missing", ["pupil.view_any"]),
        ("Removals", "roll:removals", ["roll.propose_removal", "roll.approve_removal"]),
        ("Returns", "roll:returns", ["pupil.edit"]),
        ("Import", "exchange:imports", ["roll.import", "staff.manage", "marks.import"]),
    ],
    "figures": [
        ("Overview", "insight:overview", ["measures.view", "measures.totals"]),
        ("Explore", "insight:explore", ["measures.view", "measures.totals"]),
        ("Persistent absence", "insight:history", ["measures.view", "measures.totals"]),
        ("Pupils of concern", "insight:concern", ["measures.view"]),
        ("Support", "support:list", ["support.record"]),
        ("Meetings", "support:meetings", ["support.record"]),
        ("Effect", "insight:effect", ["support.record"]),
        ("Full-time", "insight:full_time", ["measures.view"]),
        ("Punctuality", "insight:punctuality", ["measures.view", "measures.totals"]),
        ("Patterns", "insight:patterns", ["measures.view", "measures.totals"]),
        ("Views", "insight:views", ["measures.view", "measures.totals"]),
    ],
    "duties": [
        ("To do", "duties:to_do", ["duties.view"]),
        ("Is the policy being kept?", "duties:kept", ["policy_kept.view"]),
    ],
    "school": [
        ("Calendar", "schools:calendar", ["school.view"]),
        ("Times", "schools:times", ["school.view"]),
        ("Groups", "schools:groups", ["school.view"]),
        ("Timetable", "lessons:timetable", ["groups.manage"]),
        ("Settings", "schools:settings", ["school.view"]),
        ("Codes", "schools:codes", ["school.view"]),
        ("Messages sent", "post:messages", ["post.view"]),
        ("Background work", "jobs:work", ["jobs.view"]),
        ("Keeping", "keeping:keeping", ["keeping.view"]),
    ],
}

# How many things wait on a page of a section, shown beside its name: the address, and who counts for a viewer on a day.
ROLLBOOK_TAB_COUNTS = {
    "roll:removals": "rollbook.apps.roll.queries.removals.waiting_count",
    "roll:returns": "rollbook.apps.roll.queries.returns.to_send_count",
    "absence:suspensions": "rollbook.apps.absence.queries.suspensions.waiting_count",
    "absence:line": "rollbook.apps.absence.queries.line_inbox.open_count",
    "absence:leaves": "rollbook.apps.absence.queries.leave.waiting_count",
    "lessons:alerts": "rollbook.apps.lessons.queries.alerts.open_count",
    "support:list": "rollbook.apps.support.queries.supports.review_count",
    "followup:reasons": "rollbook.apps.followup.queries.reasons.running_out_count",
    "post:messages": "rollbook.apps.post.queries.messages.failed_count",
    "jobs:work": "rollbook.apps.jobs.queries.runs.failed_count",
    "support:meetings": "rollbook.apps.support.queries.meetings.due_count",
}

# Pages that a school may do without: the address, and who says for a viewer on a day whether it is there.
ROLLBOOK_TABS_WHILE = {
    "lessons:today": "rollbook.apps.lessons.queries.switch.are_on",
    "lessons:alerts": "rollbook.apps.lessons.queries.switch.are_on",
    "lessons:timetable": "rollbook.apps.lessons.queries.switch.are_on_or_coming",
}

# Cards on another app's page: asked (viewer, now) for Today, (viewer, now, pupil's id) for a pupil's page.
ROLLBOOK_CARDS = {
    "today": [
        "rollbook.apps.followup.presenters.cards.concerns_card",
        "rollbook.apps.lessons.presenters.cards.alerts_card",
        "rollbook.apps.followup.presenters.reasons.today_card",
    ],
    "pupil": [
        "rollbook.apps.followup.presenters.cards.pupil_card",
        "rollbook.apps.absence.presenters.cards.pupil_card",
        "rollbook.apps.support.presenters.cards.pupil_card",
        "rollbook.apps.support.presenters.cards.meetings_card",
        "rollbook.apps.lessons.presenters.cards.pupil_card",
        "rollbook.apps.followup.presenters.back.pupil_card",
        "rollbook.apps.absence.presenters.leave_card.pupil_card",
    ],
}

# Parts on another app's page, each in its place: asked (viewer, now) for Today, (viewer, now, the pupil's year) for a
# pupil's page.
ROLLBOOK_PARTS = {
    "today": ["rollbook.apps.insight.presenters.today.parts"],
    "pupil": ["rollbook.apps.insight.presenters.pupil.parts"],
}

# What else can be done for a pupil, as links on the pupil's page. Words, address (it takes the pupil's number), and the
# permissions of which one opens it; "{forename}" in the words is the pupil's.
ROLLBOOK_PUPIL_LINKS = [
    ("For {forename}", "insight:own_view", ["pupil.view_any", "pupil.view_own"]),
    ("Attendance certificate", "reports:certificate", ["pupil.view_any", "pupil.view_own"]),
    ("Latest illness", "followup:illness_latest", ["welfare.view"]),
]

# Who says what is owed: each is asked (viewer, first_day, last_day, now) for every occasion of a duty of
# `domain.duty_table` that arose on these days (those that arose before and are due in them may come along), whoever is
# asked to see to it, and answers with a list of `Owed`.
ROLLBOOK_DUTIES = [
    "rollbook.apps.registers.queries.owed.owed",
    "rollbook.apps.roll.queries.owed.owed",
    "rollbook.apps.absence.queries.owed_records.owed",
    "rollbook.apps.absence.queries.owed_leave.owed",
    "rollbook.apps.absence.queries.owed_line.owed",
    "rollbook.apps.followup.queries.owed_reasons.owed",
    "rollbook.apps.followup.queries.owed_back.owed",
    "rollbook.apps.followup.queries.owed_returns.owed",
    "rollbook.apps.support.queries.owed.owed",
    "rollbook.apps.keeping.queries.owed.owed",
    "rollbook.apps.followup.queries.owed_contacts.owed",
]

# What the first pages warn of at their top: each is asked (viewer, now) for notices with title, text, href and act.
ROLLBOOK_NOTICES = [
    "rollbook.apps.jobs.queries.notices.notices_for",
    "rollbook.apps.post.queries.notices.notices_for",
    "rollbook.apps.keeping.queries.backups.notices_for",
]

# Work of the background: its name, when it is due (`domain.schedule.parse_when` says in which words), and who does it:
# a function that is told the school's id, when it was due and the time, and answers in words what came of it.
ROLLBOOK_JOBS: list[tuple[str, str, str]] = [
    ("Messages: what became of them", "every 15 minutes", "rollbook.apps.post.actions.following.follow"),
    (
        "Each morning’s list of what is to be done",
        "at 07:30 on school days",
        "rollbook.apps.duties.actions.digest.send_digests",
    ),
    (
        "Absences reported in the morning",
        "at 09:45 on school days",
        "rollbook.apps.absence.actions.line_mail.send_morning_lists",
    ),
    ("Weekly e-mails of kept views", "at 07:00 every day", "rollbook.apps.insight.weekly.send_due"),
]

# What messages are sent for: words, and whether the text is only for those who may see welfare notes.
ROLLBOOK_PURPOSES: dict[str, tuple[str, bool]] = {
    "absence.reported": ("Absences that were reported", False),
    "absence.transferred": ("Calls that were transferred", False),
    "duties.digest": ("Each morning’s list of what is to be done", False),
    "absence.missing": ("A pupil is missing without a reason", False),
    # A letter about leave may speak of a death or of a family's home.
    "absence.leave": ("The decision about leave", True),
}
