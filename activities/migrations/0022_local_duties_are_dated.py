from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("activities", "0021_local_duties"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="localduty",
            name="local_duty_in_order",
        ),
        migrations.AlterField(
            model_name="localduty",
            name="since",
            field=models.DateField(verbose_name="起"),
        ),
        migrations.AlterField(
            model_name="localduty",
            name="until",
            field=models.DateField(blank=True, null=True, verbose_name="止"),
        ),
        migrations.AddConstraint(
            model_name="localduty",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("until__isnull", True), ("until__gte", models.F("since")), _connector="OR"
                ),
                name="activities_localduty_dates_in_order",
                violation_error_message="结束日期不能早于开始日期。",
            ),
        ),
    ]
