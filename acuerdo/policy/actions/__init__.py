"""What changes in policy: a contact is let out or refused, its outcome is recorded, permissions are given and withdrawn."""
