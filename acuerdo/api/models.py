"""What the API remembers: keys, of which only a digest is kept, and the answers to requests that may come twice."""

from typing import ClassVar

from django.db import models

from acuerdo.base.fields import uid_field


class ApiKey(models.Model):
    """A program's key. It acts as `user`, an account without password whose role and scope bound it as they bound a person."""

    uid = uid_field()
    name = models.CharField(max_length=40, unique=True)
    hint = models.CharField(max_length=12)  # the key's beginning, so that its owner recognises it
    digest = models.BinaryField(max_length=32, unique=True)
    user = models.OneToOneField("base.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=60)
    last_used_on = models.DateField(null=True)
    revoked_at = models.DateTimeField(null=True)


class Answered(models.Model):
    """The answer to one idempotent request of one key; written in the transaction of what it did."""

    api_key = models.ForeignKey(ApiKey, on_delete=models.CASCADE, related_name="answers")
    idempotency_key = models.CharField(max_length=255)
    request_digest = models.BinaryField(max_length=32)
    status = models.SmallIntegerField()
    body = models.JSONField()
    answered_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["api_key", "idempotency_key"], name="api_answered_once")
        ]
