from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0004_rename_nickname")]
    operations = [migrations.RemoveField("customer", "phone")]
