from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel(
            "Customer",
            [
                ("id", models.BigAutoField(primary_key=True, auto_created=True, serialize=False, verbose_name="ID")),
                ("nickname", models.CharField(max_length=40)),
                ("email", models.EmailField(max_length=254)),
                ("phone", models.CharField(max_length=40)),
            ],
        ),
        migrations.CreateModel(
            "Purchase",
            [
                ("id", models.BigAutoField(primary_key=True, auto_created=True, serialize=False, verbose_name="ID")),
                ("customer", models.ForeignKey(to="shop.customer", on_delete=models.CASCADE)),
                ("amount", models.DecimalField(max_digits=10, decimal_places=2)),
            ],
        ),
        migrations.CreateModel(
            "Letter",
            [
                ("id", models.BigAutoField(primary_key=True, auto_created=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField()),
            ],
        ),
    ]
