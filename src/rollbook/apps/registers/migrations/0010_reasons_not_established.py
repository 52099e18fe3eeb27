from django.db import migrations, models


class Migration(migrations.Migration):
    """What is or was N is asked over whole years: its few rows have an index of their own."""

    dependencies = [("registers", "0009_pupils_of_entries_at_once")]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("code", "N")), fields=["school", "on"], name="entry_not_established"
            ),
        ),
    ]
