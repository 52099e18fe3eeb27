import django.db.models.deletion
from django.db import migrations, models

from rollbook.apps.audit.immutable import Protect

_protect = Protect("registers_purge", "registers_purgedpart", "registers_entry", with_purge=True)


class Migration(migrations.Migration):
    """Entries may go when they are six years old and a purge's record covers them (docs/adr/0017)."""

    dependencies = [
        ("registers", "0005_past_marks_imported"),
        ("schools", "0001_initial"),
    ]

    operations = [
        migrations.AlterField(
            model_name="save",
            name="kind",
            field=models.CharField(
                choices=[
                    ("register", "Register"),
                    ("arrival", "Late arrival"),
                    ("amendment", "Amendment"),
                    ("closure", "Unplanned closure"),
                    ("import", "Marks of past days imported"),
                    ("purge", "Purge of what is six years old"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="Purge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_day", models.DateField(help_text="Of the academic year whose marks went.")),
                ("last_day", models.DateField()),
                (
                    "made_until",
                    models.DateField(
                        help_text="The newest entry of every history that went was made by then."
                    ),
                ),
                ("reason", models.CharField(max_length=300)),
                ("entry_count", models.PositiveIntegerField()),
                ("pupil_count", models.PositiveIntegerField()),
                (
                    "save_made",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="registers.save"
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
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="PurgedPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entry_count", models.PositiveIntegerField()),
                ("removed_digest", models.CharField(max_length=64)),
                ("left_digest", models.CharField(max_length=64)),
                (
                    "purge",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="registers.purge",
                    ),
                ),
                (
                    "save_cut",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts_purged",
                        to="registers.save",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.AddIndex(
            model_name="purge",
            index=models.Index(fields=["school", "id"], name="purge_by_school"),
        ),
        migrations.AddConstraint(
            model_name="purge",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="a_purge_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="purgedpart",
            constraint=models.UniqueConstraint(fields=("purge", "save_cut"), name="purged_part_once"),
        ),
        migrations.AddConstraint(
            model_name="purgedpart",
            constraint=models.CheckConstraint(
                condition=models.Q(("entry_count__gte", 1)), name="purged_part_is_something"
            ),
        ),
        migrations.RunPython(_protect.forwards, migrations.RunPython.noop),
    ]
