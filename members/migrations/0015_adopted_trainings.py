from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("members", "0014_training_kinds"),
    ]

    operations = [
        migrations.AddField(
            model_name="trainee",
            name="adopted",
            field=models.JSONField(editable=False, null=True, verbose_name="结业前的培训记录"),
        ),
    ]
