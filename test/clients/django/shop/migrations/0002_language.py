from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds a column without values, and an index."""

    dependencies = [("shop", "0001_initial")]
    operations = [
        migrations.AddField("customer", "language", models.CharField(max_length=2, null=True)),
        migrations.AlterField("customer", "email", models.EmailField(max_length=254, db_index=True)),
    ]
