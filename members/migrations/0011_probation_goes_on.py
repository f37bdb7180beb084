from django.db import migrations

BATCH = 500


def open_developments(apps, schema_editor):
    """Whoever is on probation and has no development gets one, as newcomers do from now on."""
    Member = apps.get_model("members", "Member")
    Development = apps.get_model("members", "Development")
    running = Development.objects.filter(closed_on__isnull=True).values("member")
    without = Member.objects.filter(status="probationary", joined_on__isnull=False).exclude(pk__in=running)
    Development.objects.bulk_create(
        (Development(member_id=pk, began_at_probation=True) for pk in without.values_list("pk", flat=True)),
        batch_size=BATCH,
    )


class Migration(migrations.Migration):
    dependencies = [("members", "0010_development_at_probation")]

    operations = [migrations.RunPython(open_developments, migrations.RunPython.noop)]
