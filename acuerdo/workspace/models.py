"""What the workspace itself remembers: failed log-ins, so that guessing a password is slow; who attends whom and where each
agent is; named views of the queue, words put on people, and notes between supervisor and agent."""

from typing import ClassVar

from django.db import models

from acuerdo.base.fields import uid_field


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


class Presence(models.Model):
    """What an agent's open pages last told: the state, the person on screen, and the seconds of `on_day` (actions/presence.py)."""

    agent = models.OneToOneField("base.User", primary_key=True, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=9, default="available")  # available | pause | training
    since = models.DateTimeField()
    seen_at = models.DateTimeField()
    debtor = models.ForeignKey("portfolio.Debtor", null=True, on_delete=models.CASCADE, related_name="+")
    on_day = models.DateField()
    online_seconds = models.IntegerField(default=0)
    busy_seconds = models.IntegerField(default=0)


class SavedFilter(models.Model):
    """A view of the queue that its user named; `query` is the address's own."""

    uid = uid_field()
    user = models.ForeignKey("base.User", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=400)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["user", "name"], name="workspace_savedfilter_name")]


class DebtorLabel(models.Model):
    """A word that a house put on a person to find them again. Another house does not see it."""

    debtor = models.ForeignKey("portfolio.Debtor", on_delete=models.CASCADE, related_name="+")
    agency = models.ForeignKey("portfolio.Agency", null=True, on_delete=models.CASCADE, related_name="+")
    label = models.CharField(max_length=40)
    added_by = models.CharField(max_length=60)
    added_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["debtor", "agency", "label"], name="workspace_debtorlabel_once", nulls_distinct=False
            )
        ]


class CoachingNote(models.Model):
    """A supervisor's word to an agent, about one contact where it names one, and the agent's answer."""

    uid = uid_field()
    agent = models.ForeignKey("base.User", on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey("base.User", on_delete=models.PROTECT, related_name="+")
    attempt = models.ForeignKey("policy.Attempt", null=True, on_delete=models.PROTECT, related_name="+")
    tone = models.CharField(max_length=6)  # praise | try
    text = models.CharField(max_length=1_000)
    action = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=1_000, blank=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["agent", "-made_at"], name="workspace_coachingnote_agent")]
