import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from rollbook.apps.audit.immutable import Protect

_protect = Protect(
    "registers_movement",
    "registers_rollcall",
    "registers_rollcallpupil",
    "registers_rollcalltick",
    "registers_rollcallend",
)


class Migration(migrations.Migration):
    """The desk's log, the screens at the door, and roll calls; what was written there is never changed."""

    dependencies = [
        ("registers", "0006_purges"),
        ("roll", "0002_pupil_file_result"),
        ("schools", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RollCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(help_text="1, 2, 3 ... within the school.")),
                (
                    "kind",
                    models.CharField(
                        choices=[("evacuation", "Evacuation"), ("drill", "Drill")], max_length=10
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(max_length=200)),
                ("by_position", models.CharField(max_length=200)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="roll_calls",
                        to="schools.school",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
            },
        ),
        migrations.CreateModel(
            name="Kiosk",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40)),
                ("pin", models.CharField(help_text="Hashed like a password.", max_length=200)),
                (
                    "token",
                    models.CharField(
                        help_text="SHA-256 of what its cookie holds.", max_length=64, unique=True
                    ),
                ),
                (
                    "reasons",
                    models.JSONField(default=list, help_text="The reasons for being late that it offers."),
                ),
                ("pupils_may_leave", models.BooleanField(default=False)),
                ("opened_at", models.DateTimeField()),
                ("opened_by_name", models.CharField(max_length=200)),
                ("last_used_at", models.DateTimeField(null=True)),
                ("wrong_pins", models.PositiveSmallIntegerField(default=0)),
                ("locked_until", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("closed_by_name", models.CharField(blank=True, max_length=200)),
                (
                    "opened_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="kiosks",
                        to="schools.school",
                    ),
                ),
            ],
            options={
                "ordering": ["-opened_at", "-id"],
            },
        ),
        migrations.CreateModel(
            name="RollCallPupil",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("surname", models.CharField(max_length=100)),
                ("forename", models.CharField(max_length=100)),
                ("group_name", models.CharField(blank=True, max_length=50)),
                ("whereabouts", models.CharField(max_length=10)),
                ("because", models.CharField(max_length=300)),
                (
                    "pupil",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="roll.pupil",
                    ),
                ),
                (
                    "roll_call",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="pupils",
                        to="registers.rollcall",
                    ),
                ),
            ],
            options={
                "ordering": ["surname", "forename", "id"],
            },
        ),
        migrations.CreateModel(
            name="RollCallTick",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("here", "Here"),
                            ("missing", "Missing"),
                            ("elsewhere", "Safe elsewhere"),
                            ("open", "Not found yet"),
                        ],
                        max_length=10,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(max_length=200)),
                ("by_position", models.CharField(max_length=200)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "pupil",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="roll.pupil",
                    ),
                ),
                (
                    "roll_call",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="ticks",
                        to="registers.rollcall",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Movement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("on", models.DateField()),
                (
                    "number",
                    models.PositiveSmallIntegerField(help_text="1, 2, 3 ... for the pupil on the day."),
                ),
                (
                    "key",
                    models.UUIDField(
                        help_text="Made when the form was shown: the same form sent twice counts once."
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("left", "Left"),
                            ("returned", "Back again"),
                            ("arrived", "Arrived, not late"),
                            ("void", "Put right"),
                        ],
                        max_length=8,
                    ),
                ),
                ("moved_at", models.TimeField()),
                ("reason", models.CharField(blank=True, max_length=200)),
                (
                    "collected_by",
                    models.CharField(blank=True, help_text="Who the pupil left with.", max_length=200),
                ),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(max_length=200)),
                ("by_position", models.CharField(max_length=200)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "kiosk",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registers.kiosk",
                    ),
                ),
                (
                    "pupil",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="movements",
                        to="roll.pupil",
                    ),
                ),
                (
                    "school",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="schools.school",
                    ),
                ),
                (
                    "voids",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="voided_by",
                        to="registers.movement",
                    ),
                ),
            ],
            options={
                "ordering": ["on", "id"],
                "indexes": [models.Index(fields=["school", "on"], name="movement_by_school_and_day")],
                "constraints": [
                    models.UniqueConstraint(fields=("pupil", "on", "number"), name="movement_number_once"),
                    models.UniqueConstraint(fields=("school", "key"), name="movement_key_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "void"),
                                ("voids__isnull", False),
                                models.Q(("reason", ""), _negated=True),
                            ),
                            models.Q(models.Q(("kind", "void"), _negated=True), ("voids__isnull", True)),
                            _connector="OR",
                        ),
                        name="only_a_void_movement_names_another_and_says_why",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RollCallEnd",
            fields=[
                (
                    "roll_call",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="end",
                        serialize=False,
                        to="registers.rollcall",
                    ),
                ),
                ("note", models.TextField(blank=True)),
                ("at", models.DateTimeField()),
                ("by_name", models.CharField(max_length=200)),
                ("by_position", models.CharField(max_length=200)),
                (
                    "by",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="rollcall",
            constraint=models.UniqueConstraint(fields=("school", "number"), name="roll_call_number_once"),
        ),
        migrations.AddConstraint(
            model_name="rollcallpupil",
            constraint=models.UniqueConstraint(
                fields=("roll_call", "pupil"), name="pupil_once_in_a_roll_call"
            ),
        ),
        migrations.AddConstraint(
            model_name="rollcalltick",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "elsewhere"), _negated=True),
                    models.Q(("note", ""), _negated=True),
                    _connector="OR",
                ),
                name="safe_elsewhere_says_where",
            ),
        ),
        migrations.RunPython(_protect.forwards, _protect.backwards),
    ]
