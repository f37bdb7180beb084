from django.db import migrations
from django.db.models import F, OuterRef, Subquery

MODELS = ("Plan", "PlanChange")


def follow(apps, schema_editor):
    """Plans of branches that were merged are read with their records; where those stand, the heir is told."""
    records = apps.get_model("activities", "Activity").objects
    for name, branch in zip(MODELS, ("branch", "plan__branch"), strict=True):
        rows = apps.get_model("activities", name).objects.filter(**{f"{branch}__dissolved_on__isnull": False})
        of_branch = records.filter(branch=OuterRef(branch)).exclude(branch_path=OuterRef("branch_path"))
        heirs = rows.annotate(heir=Subquery(of_branch.values("branch_path")[:1])).exclude(heir=None)
        for pk, heir in heirs.values_list("pk", "heir"):
            rows.filter(pk=pk).update(branch_path=heir)


def stay(apps, schema_editor):
    plans = apps.get_model("activities", "Plan").objects
    for row in plans.exclude(branch_path=F("branch__path")).select_related("branch"):
        plans.filter(pk=row.pk).update(branch_path=row.branch.path)
        row.changes.update(branch_path=row.branch.path)


class Migration(migrations.Migration):
    dependencies = [("activities", "0024_elections")]

    operations = [migrations.RunPython(follow, stay)]
