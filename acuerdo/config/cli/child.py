"""The processes that `acuerdo up` starts: `web` and `worker`. Not for people.

Each counts itself among the database's users, and ends in order when its parent is gone, even killed.
"""

import argparse
import os
import signal
import socket
import sys
import threading

from acuerdo.config.cli import installation

_LISTENERS_END_SECONDS = 3.0


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("part", choices=["web", "worker"])
    parser.add_argument("door", nargs="?", type=int, help="the web's listening socket")
    parser.add_argument("ready", nargs="?", type=int, help="where the web writes one byte once it takes requests")
    args = parser.parse_args()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    installation.open_installation()
    return _web(args.door, args.ready) if args.part == "web" else _worker()


def _web(door: int, ready: int) -> int:
    import uvicorn  # noqa: PLC0415 - only the web part pays for it

    from acuerdo.config.asgi import application  # noqa: PLC0415
    from acuerdo.config.warming import warm  # noqa: PLC0415

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            os.write(ready, b".")

    warm()
    config = uvicorn.Config(
        application,
        lifespan="off",
        log_level="warning",
        # Behind a proxy on this machine the caller's address and scheme come in its headers.
        proxy_headers=True,
        forwarded_allow_ips="127.0.0.1,::1",
        timeout_graceful_shutdown=10,
        server_header=False,
    )
    Server(config).run([socket.socket(fileno=door)])
    application.close()
    return 0


def _worker() -> int:
    from acuerdo.base.jobs import run_worker  # noqa: PLC0415 - needs Django ready
    from acuerdo.config.listening import start_listeners  # noqa: PLC0415

    must_stop = threading.Event()
    listeners = start_listeners(must_stop)
    try:
        run_worker()
    finally:
        must_stop.set()
        for thread in listeners:
            thread.join(_LISTENERS_END_SECONDS)
    return 0


def _end_with_parent() -> None:
    """The parent never writes: the pipe ends when the parent does."""
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
