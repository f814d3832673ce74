from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0003_score")]
    operations = [migrations.RenameField("customer", "nickname", "name")]
