from collections import defaultdict

from django.db import migrations

from lib.encryption import cipher_for

KIND = "heart_talk"
TABLE, FIELD = "activities_talk", "content"


def seal_talks(apps, schema_editor):
    """What was noted of a talk until now goes where only those who talked read it; its versions too."""
    activities = apps.get_model("activities", "Activity").objects
    said = _said_in_agenda(apps)
    noted = dict(activities.filter(kind=KIND).exclude(notes="").values_list("pk", "notes"))
    versions = apps.get_model("activities", "HistoricalActivity").objects.filter(kind=KIND).exclude(notes="")
    found = noted.keys() | said.keys() | set(versions.values_list("id", flat=True))
    if not found:
        return
    seal = cipher_for(TABLE, FIELD).encrypt
    talk, history = apps.get_model("activities", "Talk"), apps.get_model("activities", "HistoricalTalk")
    for row in activities.filter(pk__in=found).only("pk", "version"):
        content, draft = "", 0
        for version in versions.filter(id=row.pk).order_by("history_id"):
            if version.notes != content:
                content, draft = version.notes, draft + 1
                _keep(history, version, seal(content, row.pk), draft)
        text = "\n\n".join(filter(None, (noted.get(row.pk, ""), *said.get(row.pk, ()))))
        draft += text != content
        talk.objects.create(
            activity_id=row.pk, version=row.version, content_cipher=seal(text, row.pk), draft=draft
        )
    activities.filter(pk__in=noted).update(notes="")
    versions.update(notes="")


def _said_in_agenda(apps):
    """Record → what its agenda says, taken out of it; the titles and what is to be done stay."""
    items = apps.get_model("activities", "AgendaItem").objects.filter(activity__kind=KIND)
    found = defaultdict(list)
    for item in items.order_by("position", "pk"):
        if item.proceedings or item.decision:
            found[item.activity_id].append(
                "\n".join(filter(None, (item.title, item.proceedings, item.decision)))
            )
    history = apps.get_model("activities", "HistoricalAgendaItem").objects
    history.filter(activity_id__in=items.values("activity")).update(proceedings="", decision="")
    items.update(proceedings="", decision="")
    return found


def _keep(history, version, token, draft):
    history.objects.create(
        activity_id=version.id,
        version=version.version,
        content_cipher=token,
        draft=draft,
        history_date=version.history_date,
        history_user_id=version.history_user_id,
        history_type="~" if draft > 1 else "+",
    )


class Migration(migrations.Migration):
    dependencies = [("activities", "0013_talks")]

    operations = [migrations.RunPython(seal_talks, migrations.RunPython.noop)]
