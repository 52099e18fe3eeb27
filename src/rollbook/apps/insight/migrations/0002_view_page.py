from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("insight", "0001_views")]

    operations = [
        migrations.AddField(
            model_name="savedview",
            name="page",
            field=models.CharField(
                choices=[("explore", "Explore"), ("punctuality", "Punctuality"), ("patterns", "Patterns")],
                default="explore",
                max_length=20,
            ),
        ),
    ]
