"""Ten thousand SMS over SMPP while workers are killed with -9 and links are cut or go deaf: counts what became of each.

`--messages 10000 --kills 40 --seed 7`. Fails unless every message left exactly once, or is in doubt and not repeated, and
doubts are at most as many as were being said at each death. The database is one of its own, durable as in production.
"""

import argparse
import os
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=7)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="acuerdo-chaos-") as name:
        Path(name).chmod(0o755)
        os.environ["ACUERDO_DATA"] = str(Path(name) / "data")
        os.environ["ACUERDO_SECRET_KEY"] = "benchmark-" + "0" * 40
        os.environ["DJANGO_SETTINGS_MODULE"] = "acuerdo.config.settings"
        sys.path.insert(0, str(Path(__file__).parent.parent))
        from acuerdo.base.database import data_folder, ensure_server, release_server

        ensure_server(data_folder())
        try:
            return run(args.messages, args.kills, args.seed)
        finally:
            release_server(data_folder())


def run(messages: int, kills: int, seed: int) -> int:
    import django

    django.setup()
    from django.core.management import call_command

    from tests.concurrency import test_outbox_chaos as chaos
    from tests.module.messaging.sms_peer import message_centre, wire

    call_command("migrate", verbosity=0)
    chaos.plan_messages(messages)
    start = time.perf_counter()
    with message_centre() as centre, wire(centre.port) as cable:
        centre.sends_receipts = False
        chaos.run_until_empty(cable, kills, seed)
        taken = Counter(submit.destination_addr for submit in centre.taken if chaos.is_first(submit))
    found = chaos.judge(taken, kills)
    print(f"{messages:,} messages, {kills} workers killed, {time.perf_counter() - start:.0f} s: {found}")
    return 0 if found["sent"] + found["in_doubt"] == messages else 1


if __name__ == "__main__":
    sys.exit(main())
