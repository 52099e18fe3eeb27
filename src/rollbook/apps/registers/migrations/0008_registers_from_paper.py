from django.db import migrations, models


class Migration(migrations.Migration):
    """A save may say when and by whom its register was taken on paper. Both columns are NULL in every earlier save."""

    # Columns that may be NULL are added on both databases without touching the rows or the triggers of the table.
    dependencies = [("registers", "0007_desk_and_roll_call")]

    operations = [
        migrations.AddField(
            model_name="save",
            name="taken_on_paper_at",
            field=models.DateTimeField(
                help_text="When a register was taken on paper that was keyed in with this save.", null=True
            ),
        ),
        migrations.AddField(
            model_name="save",
            name="taken_by_name",
            field=models.CharField(help_text="Who took it.", max_length=200, null=True),
        ),
    ]
