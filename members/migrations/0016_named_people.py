from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0015_adopted_trainings"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="developmentperson",
            options={
                "verbose_name": "培养联系人和入党介绍人",
                "verbose_name_plural": "培养联系人和入党介绍人",
            },
        ),
    ]
