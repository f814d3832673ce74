from django.db import migrations, models


def backfill(apps, schema_editor):
    apps.get_model("shop", "Customer").objects.update(score=1)


class Migration(migrations.Migration):
    """Widens a varchar, adds a column and fills it in every row, in one transaction."""

    dependencies = [("shop", "0002_language")]
    operations = [
        migrations.AlterField("customer", "nickname", models.CharField(max_length=80)),
        migrations.AddField("customer", "score", models.IntegerField(null=True)),
        migrations.RunPython(backfill, migrations.RunPython.noop),
    ]
