"""A worker of its own process that empties the outbox over SMPP until it is killed. Run by the chaos test and benchmark.

`python -m tests.concurrency.outbox_worker PORT WINDOW MINUTES`: the database is that of DATABASE_URL; MINUTES is how long after
the plan's moment this worker lives.
"""

import sys
from datetime import timedelta


def main() -> int:
    import django

    django.setup()
    from acuerdo.messaging.adapters.smpp import SmppChannel
    from acuerdo.messaging.adapters.smpp_link import SmppServer
    from acuerdo.messaging.ports import Route
    from acuerdo.messaging.public import deliver_due, recover_stuck
    from acuerdo.messaging.rules.routing import Lane
    from tests.factories import NOW

    port, window, minutes = (int(word) for word in sys.argv[1:4])
    server = SmppServer("127.0.0.1", port, "banco", "clave123", window=window, answer_seconds=3.0)
    channels = {"sms": [Route(Lane("central", per_second=5000), SmppChannel("central", server))]}
    now = NOW + timedelta(minutes=minutes)
    recover_stuck(now, channels)
    while deliver_due(now, channels, limit=200).taken:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
