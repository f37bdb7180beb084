from django.db import migrations
from django.db.models import F


def count_activities(apps, schema_editor):
    """Until now every record was of one kind: as many activities as were held."""
    apps.get_model("activities", "Tally").objects.update(activities=F("held"))


class Migration(migrations.Migration):
    dependencies = [("activities", "0004_several_kinds")]

    operations = [migrations.RunPython(count_activities, migrations.RunPython.noop)]
