"""What the workspace itself remembers: failed log-ins, so that guessing a password is slow, and who attends whom."""

from typing import ClassVar

from django.db import models


class LoginFailure(models.Model):
    """One wrong password. `username` is what was typed, folded; rows older than the window are removed by the next log-in."""

    username = models.CharField(max_length=60)
    address = models.CharField(max_length=45)
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["username", "at"], name="workspace_failure_username"),
            models.Index(fields=["address", "at"], name="workspace_failure_address"),
        ]


class Reservation(models.Model):
    """A person who was given to an agent as their next, until `expires_at`; one agent each (actions/next_person.py)."""

    debtor = models.OneToOneField("portfolio.Debtor", primary_key=True, on_delete=models.CASCADE, related_name="+")
    agent = models.ForeignKey("base.User", on_delete=models.CASCADE, related_name="+")
    taken_at = models.DateTimeField()
    expires_at = models.DateTimeField()
