import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import branches.models


class Migration(migrations.Migration):
    dependencies = [
        ("branches", "0004_granted_by"),
        ("members", "0016_named_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="SetUpPaper",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "branch_path",
                    branches.models.PathField(
                        db_index=True, editable=False, max_length=60, verbose_name="组织路径"
                    ),
                ),
                (
                    "deed",
                    models.CharField(
                        choices=[("founded", "成立"), ("ended", "撤销")], max_length=8, verbose_name="事项"
                    ),
                ),
                ("number", models.CharField(max_length=60, verbose_name="批复文号")),
                ("requested_on", models.DateField(blank=True, null=True, verbose_name="请示日期")),
                ("approved_on", models.DateField(verbose_name="批复日期")),
                ("filed_on", models.DateField(blank=True, null=True, verbose_name="备案日期")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="登记时间")),
                (
                    "branch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="set_up_papers",
                        to="branches.branch",
                        verbose_name="党支部",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="登记人",
                    ),
                ),
            ],
            options={
                "verbose_name": "设立和撤销批复",
                "verbose_name_plural": "设立和撤销批复",
                "ordering": ["branch_id", "deed"],
                "constraints": [
                    models.UniqueConstraint(fields=("branch", "deed"), name="set_up_paper_once"),
                    models.CheckConstraint(
                        condition=models.Q(("number", ""), _negated=True), name="set_up_paper_has_number"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("requested_on__isnull", True),
                            ("requested_on__lte", models.F("approved_on")),
                            _connector="OR",
                        ),
                        name="set_up_paper_asked_before",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("filed_on__isnull", True),
                            ("filed_on__gte", models.F("approved_on")),
                            _connector="OR",
                        ),
                        name="set_up_paper_filed_after",
                    ),
                ],
            },
        ),
    ]
