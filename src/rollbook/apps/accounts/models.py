"""Members of staff and the appointments that give them their roles."""

from datetime import date
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import salted_hmac

from rollbook.domain.access import Role


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, name: str, password: str | None = None) -> "User":
        """Adds a person who may sign in once they hold an appointment."""
        user = self.model(email=self.normalize_email(email).lower(), name=name)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """A person who can sign in. What they may do comes from their appointments alone."""

    email = models.EmailField(
        unique=True, error_messages={"unique": "Somebody already uses this e-mail address."}
    )
    name = models.CharField(max_length=200)
    telephone = models.CharField(max_length=30, blank=True)
    is_active = models.BooleanField(default=True)
    sessions_ended = models.PositiveIntegerField(
        default=0,
        help_text="How often this person signed out everywhere; each time ends every session begun before.",
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]

    objects: ClassVar[UserManager] = UserManager()

    # What a session's person holds on the day it was read; None where it was not read along.
    held_on: "tuple[date, list[Any]] | None" = None

    def __str__(self) -> str:
        return self.name

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """What a session must still match to count: a new password and signing out everywhere both change it."""
        return salted_hmac(
            "rollbook.accounts.session",
            f"{self.password}:{self.sessions_ended}",
            secret=secret,
            algorithm="sha256",
        ).hexdigest()


class Appointment(models.Model):
    """A role at a school, held from a first day to a last day, with the position's own title."""

    user = models.ForeignKey(User, models.PROTECT, related_name="appointments")
    school = models.ForeignKey("schools.School", models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=40, choices=[(role.value, role.words) for role in Role])
    position = models.CharField(
        max_length=100, help_text='The title shown under a mark: "Attendance Officer".'
    )
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last_day=None) | Q(last_day__gte=F("first_day")),
                name="appointment_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["school", "role"], name="appointment_by_role")]

    def __str__(self) -> str:
        return f"{self.user}, {self.position}"


def _in_order(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(last_day=None) | Q(last_day__gte=F("first_day")), name=name)


class Trust(models.Model):
    """Several schools under one roof. It sees only the schools that have joined it themselves."""

    name = models.CharField(max_length=200, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class TrustSchool(models.Model):
    """A school's time in a trust: it joins and leaves by its own decision."""

    trust = models.ForeignKey(Trust, models.PROTECT, related_name="schools")
    school = models.ForeignKey("schools.School", models.PROTECT, related_name="trusts")
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["first_day", "id"]
        constraints = [
            _in_order("trust_school_in_order"),
            models.UniqueConstraint(
                fields=["school"], condition=Q(last_day=None), name="one_trust_of_a_school"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school} in {self.trust}"


class TrustPost(models.Model):
    """The appointment of a trust's attendance lead, who sees every school of the trust and changes nothing."""

    user = models.ForeignKey(User, models.PROTECT, related_name="trust_posts")
    trust = models.ForeignKey(Trust, models.PROTECT, related_name="posts")
    position = models.CharField(max_length=100)
    first_day = models.DateField()
    last_day = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [_in_order("trust_post_in_order")]

    def __str__(self) -> str:
        return f"{self.user}, {self.position} of {self.trust}"
