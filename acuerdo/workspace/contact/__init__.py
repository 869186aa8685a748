"""One message to one person, written or chosen by who attends them; it leaves by the same gate and outbox as all others."""
