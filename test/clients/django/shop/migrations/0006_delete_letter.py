from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop", "0005_remove_phone")]
    operations = [migrations.DeleteModel("Letter")]
