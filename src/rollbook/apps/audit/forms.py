"""What the audit log is narrowed to."""

from django import forms

from rollbook.ui.forms import DateField

# (key in the address, words, beginnings of types, beginnings left out)
KINDS: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "registers",
        "Registers taken and late arrivals",
        ("register.saved", "register.arrival."),
        (),
    ),
    (
        "imported",
        "Marks imported or amended in one go",
        ("register.history.", "register.marks.", "register.import."),
        (),
    ),
    (
        "desk",
        "Departures, roll calls and kiosks",
        ("register.movement.", "register.roll_call.", "kiosk."),
        (),
    ),
    ("amendments", "Marks amended", ("register.mark.amended",), ()),
    ("planned", "Planned absences", ("register.mark.planned", "register.plan.", "register.plans."), ()),
    (
        "agreed",
        "Activities, two schools, part-time timetables, suspensions",
        ("absence.",),
        (),
    ),
    ("missing", "Pupils missing, met again, returns about absence", ("followup.",), ()),
    ("lessons", "Lessons: timetable, registers and alerts", ("lesson.",), ()),
    ("inspection", "Inspections", ("inspection.",), ()),
    ("closures", "Closures", ("register.closure.",), ()),
    ("looks", "Looks at a pupil or a private message", ("roll.pupil.viewed", "post.message.read"), ()),
    ("pupils", "Changes to pupils, parents and the roll", ("roll.",), ("roll.pupil.viewed", "roll.exported")),
    ("imports", "Imports", ("exchange.",), ()),
    ("groups", "Teaching groups", ("group.",), ()),
    ("school", "Calendar, times and settings", ("calendar.", "school.", "policy."), ()),
    ("figures", "Views of the figures, kept and sent", ("figures.",), ()),
    ("support", "Support for pupils", ("support.",), ()),
    ("messages", "Messages sent and background work", ("post.", "jobs."), ("post.message.read",)),
    ("keeping", "Back-ups and what was purged", ("keeping.",), ()),
    ("staff", "Staff and their roles", ("accounts.person.", "accounts.appointment.", "accounts.trust."), ()),
    (
        "signing",
        "Signing in",
        ("accounts.",),
        ("accounts.person.", "accounts.appointment.", "accounts.trust."),
    ),
    ("files", "Files taken out", ("register.exported", "roll.exported", "audit.exported", "extract."), ()),
)


class WantedForm(forms.Form):
    """Who, what, about whom, when."""

    # So short that nobody sends more words than the database can take in one question.
    by = forms.CharField(
        label="Done by", required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    kind = forms.ChoiceField(
        label="What",
        required=False,
        choices=[("", "Everything"), *((key, words) for key, words, _, _ in KINDS)],
    )
    pupil = forms.CharField(
        label="Pupil", required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    first_day = DateField(label="From", required=False)
    last_day = DateField(label="Until", required=False)
    # From the page of a pupil or a person: exactly that one.
    subject = forms.RegexField(r"^(pupil|person|group):\d{1,12}$", required=False, widget=forms.HiddenInput())
