from django.db import models


class Pulse(models.Model):
    """When something that comes round by itself was last there: what has gone silent shows by its age."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "后台信号"
        verbose_name_plural = "后台信号"

    def __str__(self) -> str:
        return self.name
