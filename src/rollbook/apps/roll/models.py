"""The admission register (reg 8 of SI 2024/208): pupils, their parents, their time on roll, their teaching groups."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from rollbook.domain.removal_steps import RemovalState


def _in_order(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(last_day=None) | Q(last_day__gte=F("first_day")),
        name=name,
        violation_error_message="The last day can't be before the first day.",
    )


class Pupil(models.Model):
    """A person whose name is, was or will be in the admission register of one school."""

    class Sex(models.TextChoices):
        FEMALE = "F", "Female"
        MALE = "M", "Male"

    class SenStatus(models.TextChoices):
        NONE = "N", "No special educational need"
        SUPPORT = "K", "SEN support"
        PLAN = "E", "Education, health and care plan"

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="pupils")
    admission_number = models.CharField(max_length=20, blank=True)
    upn = models.CharField("UPN", max_length=13, blank=True)
    legal_surname = models.CharField(max_length=100)
    legal_forename = models.CharField(max_length=100)
    middle_names = models.CharField(max_length=200, blank=True)
    surname = models.CharField("surname used at school", max_length=100)
    forename = models.CharField("first name used at school", max_length=100)
    sex = models.CharField(max_length=1, choices=Sex.choices)
    born_on = models.DateField("date of birth")
    year_offset = models.SmallIntegerField(
        default=0, help_text="-1 for a pupil taught a year below their age, +1 for a year above."
    )
    address = models.TextField(blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    last_school_name = models.CharField(
        "school last attended", max_length=200, blank=True, help_text='Write "None" where there was none.'
    )
    last_school_address = models.TextField("address of the school last attended", blank=True)
    ethnicity = models.CharField(max_length=4, blank=True)
    sen_status = models.CharField("SEN", max_length=1, choices=SenStatus.choices, default=SenStatus.NONE)
    is_fsm = models.BooleanField("free school meals", default=False)
    is_looked_after = models.BooleanField("looked after by a local authority", default=False)
    has_child_protection_plan = models.BooleanField("child protection plan", default=False)
    is_child_in_need = models.BooleanField("child in need", default=False)
    social_worker = models.CharField(max_length=200, blank=True)
    youth_offending_worker = models.CharField(max_length=200, blank=True)
    virtual_school = models.CharField(max_length=200, blank=True)
    home_local_authority = models.CharField(max_length=100, blank=True)
    commissioning_local_authority = models.CharField(max_length=100, blank=True)
    medical_note = models.TextField("medical condition", blank=True)
    transport = models.CharField("transport arrangement", max_length=200, blank=True)
    interpreter_language = models.CharField("interpreter needed for", max_length=60, blank=True)

    class Meta:
        ordering = ["surname", "forename", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["school", "upn"], condition=~Q(upn=""), name="upn_once_in_a_school"
            ),
            models.UniqueConstraint(
                fields=["school", "admission_number"],
                condition=~Q(admission_number=""),
                name="admission_number_once_in_a_school",
            ),
        ]
        indexes = [models.Index(fields=["school", "surname", "forename"], name="pupil_by_name")]

    def __str__(self) -> str:
        return f"{self.surname}, {self.forename}"


class Enrolment(models.Model):
    """A spell on the roll: from the starting day agreed to the last day on roll."""

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="enrolments")
    first_day = models.DateField("starting day")
    last_day = models.DateField("last day on roll", null=True, blank=True)
    agreed_on = models.DateField(null=True, blank=True)
    agreed_with = models.CharField(max_length=200, blank=True)
    is_boarder = models.BooleanField(default=False)

    class Meta:
        ordering = ["first_day"]
        constraints = [
            _in_order("enrolment_in_order"),
            models.UniqueConstraint(
                fields=["pupil"], condition=Q(last_day=None), name="one_open_enrolment_for_a_pupil"
            ),
        ]
        indexes = [models.Index(fields=["first_day", "last_day"], name="enrolment_by_day")]

    def __str__(self) -> str:
        return f"{self.pupil} from {self.first_day}"


class Parent(models.Model):
    """An adult in the sense of s.576 of the Education Act 1996, or another person to ring in an emergency."""

    school = models.ForeignKey("schools.School", models.PROTECT, related_name="parents")
    title = models.CharField(max_length=20, blank=True)
    forename = models.CharField(max_length=100)
    surname = models.CharField(max_length=100)
    address = models.TextField(blank=True)
    postcode = models.CharField(max_length=10, blank=True)
    email = models.EmailField(blank=True)
    telephone = models.CharField(max_length=30, blank=True)
    other_telephone = models.CharField(max_length=30, blank=True)

    class Meta:
        ordering = ["surname", "forename", "id"]

    def __str__(self) -> str:
        return " ".join(filter(None, [self.title, self.forename, self.surname]))


class Contact(models.Model):
    """What an adult is to a pupil, and in which order the school rings them."""

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="contacts")
    parent = models.ForeignKey(Parent, models.PROTECT, related_name="contacts")
    priority = models.PositiveSmallIntegerField("order", default=1)
    relationship = models.CharField(max_length=40)
    is_parent = models.BooleanField("parent in the legal sense", default=True)
    is_natural_parent = models.BooleanField("natural parent", default=False)
    has_parental_responsibility = models.BooleanField("parental responsibility", default=True)
    has_day_to_day_care = models.BooleanField("day-to-day care of the child", default=False)
    is_worked_with = models.BooleanField("the parent the school works with", default=False)
    lives_with = models.BooleanField("pupil normally lives with them", default=False)
    is_emergency_contact = models.BooleanField("emergency contact", default=True)

    class Meta:
        ordering = ["priority", "id"]
        constraints = [models.UniqueConstraint(fields=["pupil", "parent"], name="contact_once")]

    def __str__(self) -> str:
        return f"{self.parent} ({self.relationship})"


class Membership(models.Model):
    """A pupil's time in a teaching group; one group at a time."""

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="memberships")
    group = models.ForeignKey("schools.TeachingGroup", models.PROTECT, related_name="memberships")
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["first_day"]
        constraints = [
            _in_order("membership_in_order"),
            models.UniqueConstraint(
                fields=["pupil"], condition=Q(last_day=None), name="one_open_membership_for_a_pupil"
            ),
        ]
        indexes = [
            models.Index(fields=["group", "first_day", "last_day"], name="membership_by_group_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.pupil} in {self.group}"


class AddressChange(models.Model):
    """A change of address that a parent notified (reg 8(3)): with whom, where, from when."""

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="address_changes")
    parent = models.ForeignKey(Parent, models.SET_NULL, null=True, related_name="+")
    parent_name = models.CharField("parent the pupil will live with", max_length=220)
    address = models.TextField("new address")
    postcode = models.CharField(max_length=10, blank=True)
    from_day = models.DateField("from")
    notified_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by_name = models.CharField(max_length=200)

    class Meta:
        ordering = ["-from_day", "-id"]

    def __str__(self) -> str:
        return f"{self.pupil} from {self.from_day}"


class Destination(models.Model):
    """Where a pupil goes next, as a parent notified it (reg 8(4)); the newest row is what holds."""

    class Kind(models.TextChoices):
        SCHOOL = "school", "Another school"
        HOME = "home", "Educated at home or otherwise than at school"
        WORK = "work", "College, training or work"
        UNKNOWN = "unknown", "Not known"

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="destinations")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=200, blank=True)
    address = models.TextField(blank=True)
    starts_on = models.DateField(null=True, blank=True)
    notified_on = models.DateField(null=True, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by_name = models.CharField(max_length=200)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.pupil}: {self.kind}"


class RemovalRequest(models.Model):
    """One person's request to remove a name on a ground of regulation 9, and what the second person decided."""

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="removals")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="removals")
    ground = models.CharField(max_length=1)
    state = models.CharField(max_length=10, choices=[(each.value, each.words) for each in RemovalState])
    last_day = models.DateField("last day on roll")
    facts = models.JSONField(
        help_text="Each condition with its answer, what was worked out, and the warnings."
    )
    evidence = models.TextField()
    evidence_seen_on = models.DateField()
    because = models.TextField("reason for going on all the same", blank=True)
    is_standard_leaver = models.BooleanField(default=False)
    destination = models.ForeignKey(Destination, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    proposed_by_name = models.CharField(max_length=200)
    proposed_by_position = models.CharField(max_length=200)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_by_name = models.CharField(max_length=200, blank=True)
    decided_by_position = models.CharField(max_length=200, blank=True)
    decided_because = models.TextField(blank=True)
    alone_because = models.TextField("why no second person decided", blank=True)
    undone = models.JSONField(default=dict, help_text="When, by whom and why an approved request was undone.")
    groups_ended = models.JSONField(default=list, help_text="What the removal ended, to open it again.")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["pupil"], condition=Q(state="proposed"), name="one_removal_waiting_for_a_pupil"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None)
                | ~Q(decided_by=F("proposed_by"))
                | ~Q(alone_because="")
                | ~Q(state__in=["approved", "done"]),
                name="a_second_person_approves_or_the_reason_stands",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pupil}, ground {self.ground}: {self.state}"


class ReturnDue(models.Model):
    """A return to the local authority about one pupil's entry or removal (reg 13): due, prepared, sent."""

    class Kind(models.TextChoices):
        NEW_PUPIL = "new_pupil", "New pupil return"
        DELETION = "deletion", "Deletion return"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="returns")
    enrolment = models.ForeignKey(Enrolment, models.CASCADE, related_name="returns")
    removal = models.ForeignKey(RemovalRequest, models.PROTECT, null=True, related_name="returns")
    due_on = models.DateField(null=True, help_text="Empty where none is due unless the authority asks.")
    because = models.TextField()
    prepared_at = models.DateTimeField()
    sent_on = models.DateField(null=True)
    sent_how = models.CharField(max_length=200, blank=True)
    sent_by_name = models.CharField(max_length=200, blank=True)
    sent_recorded_at = models.DateTimeField(null=True)
    content = models.JSONField(default=list, help_text="What was sent, line by line, as it stood then.")
    cancelled_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment"], condition=Q(kind="new_pupil"), name="one_new_pupil_return_for_a_start"
            ),
            models.UniqueConstraint(fields=["removal"], name="one_return_for_a_removal"),
        ]
        indexes = [models.Index(fields=["sent_on", "due_on"], name="return_by_day")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.pupil} by {self.due_on}"


class WithdrawnPlace(models.Model):
    """A place that was agreed, or an entry made in error, and never taken up: what stood, and why it was taken back."""

    pupil = models.ForeignKey(Pupil, models.PROTECT, related_name="withdrawn_places")
    first_day = models.DateField("starting day")
    agreed_on = models.DateField(null=True)
    agreed_with = models.CharField(max_length=200, blank=True)
    because = models.CharField(max_length=300)
    withdrawn_at = models.DateTimeField()
    withdrawn_by_name = models.CharField(max_length=200)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.pupil} from {self.first_day}"
