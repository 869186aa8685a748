"""A real SMPP message centre (smpp34's server) in a thread of this process, and a wire that can be cut or swallow bytes.

The end of the destination number decides: 0088 throttles twice and then accepts, 0089 always throttles, 0011 is no number,
0005 is accepted and later undeliverable, 0099 also answers "NO ENVIAR MÁS". Receipts go to the link that may receive.
"""

import asyncio
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import smpp34

from acuerdo.messaging.rules.wire.gsm import decode, unwrap

REPEATS, REPEAT_SECONDS = 40, 0.25


@dataclass
class Centre:
    """`taken` are the accepted submits in order; `receivers` the links that may be told receipts."""

    port: int
    taken: list[Any] = field(default_factory=list)
    asked: Counter[str] = field(default_factory=Counter)
    receivers: list[Any] = field(default_factory=list)
    is_hexadecimal: bool = False
    is_plain: bool = False  # every number is one like any other
    sends_receipts: bool = True
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def texts(self) -> list[str]:
        return [self.text_of(submit) for submit in self.taken]

    def joined(self) -> str:
        """One long text from its parts, in the order that their headers say: the centre serves them side by side."""
        parts = [(unwrap(submit.short_message)[0], self.text_of(submit)) for submit in self.taken]
        return "".join(text for _chain, text in sorted(parts, key=lambda part: part[0].number if part[0] else 0))

    @staticmethod
    def text_of(submit: Any) -> str:
        payload = submit.short_message or next((tlv.value for tlv in submit.tlvs if tlv.tag == 0x0424), b"")
        body = unwrap(payload)[1] if submit.esm_class & 0x40 else payload
        return decode(body, submit.data_coding)

    def deliver(self, **fields: Any) -> None:
        """The centre brings an answer (or anything) to the receiving link; waits until it was acknowledged."""
        asyncio.run_coroutine_threadsafe(self._deliver(fields), self.loop).result(10)

    async def _deliver(self, fields: dict[str, Any]) -> None:
        answer = await self.receivers[-1].deliver_sm(**fields)
        assert answer.is_success

    async def serve(self, ready: threading.Event) -> None:
        server = smpp34.Server(host="127.0.0.1", port=self.port, system_id="CENTRAL")
        await server.start()
        ready.set()
        receipts: set[asyncio.Task[None]] = set()
        try:
            while True:
                event = await server.next()
                if isinstance(event, smpp34.Esme):
                    if event.can_receive:
                        self.receivers.append(event)
                elif isinstance(event, smpp34.SubmitSmEvent):
                    task = self._judge(event)
                    if task is not None:
                        receipts.add(task)
                        task.add_done_callback(receipts.discard)
        finally:
            await server.stop()

    def _judge(self, event: Any) -> "asyncio.Task[None] | None":
        to = "" if self.is_plain else event.destination_addr
        self.asked[event.destination_addr] += 1
        if to.endswith("0089") or (to.endswith("0088") and self.asked[to] <= 2):
            event.reject(smpp34.ESME_RTHROTTLED)
        elif to.endswith("0011"):
            event.reject(smpp34.ESME_RINVDSTADR)
        else:
            self.taken.append(event)
            number = 0x10000000 + len(self.taken)
            event.accept(message_id=f"{number:X}" if self.is_hexadecimal else str(number))
            if event.registered_delivery & 1 and self.sends_receipts and self.receivers:
                return asyncio.get_running_loop().create_task(self._tell(event, str(number)))
        return None

    async def _insist(self, **fields: Any) -> None:
        """As centres do: what was not acknowledged is told again, for a while."""
        for _ in range(REPEATS):
            with suppress(smpp34.SmppError):
                if (await self.receivers[-1].deliver_sm(**fields)).is_success:
                    return
            await asyncio.sleep(REPEAT_SECONDS)

    async def _tell(self, event: Any, reference: str) -> None:
        is_bad = event.destination_addr.endswith("0005") and not self.is_plain
        stat, error = ("UNDELIV", "001") if is_bad else ("DELIVRD", "000")
        text = f"id:{reference} sub:001 dlvrd:001 submit date:2607151000 done date:2607151001 stat:{stat} err:{error} text:"
        await self._insist(
            source_addr=event.destination_addr, destination_addr=event.source_addr, esm_class=0x04,
            short_message=text.encode(),
        )  # fmt: skip
        with suppress(smpp34.SmppError):
            if event.destination_addr.endswith("0099") and not self.is_plain:
                await self.receivers[-1].deliver_sm(
                    source_addr=event.destination_addr, destination_addr=event.source_addr, data_coding=8,
                    short_message="NO ENVIAR MÁS".encode("utf-16-be"),
                )  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def message_centre() -> Iterator[Centre]:
    centre = Centre(free_port())
    ready = threading.Event()
    task: list[asyncio.Task[None]] = []

    def run() -> None:
        asyncio.set_event_loop(centre.loop)
        task.append(centre.loop.create_task(centre.serve(ready)))
        with suppress(asyncio.CancelledError):
            centre.loop.run_until_complete(task[0])
        centre.loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield centre
    finally:
        centre.loop.call_soon_threadsafe(task[0].cancel)
        thread.join(10)


@dataclass
class Wire:
    """Between us and the centre. `cut_after` bytes towards us it dies; `is_deaf`: nothing comes back and nothing is closed;
    `is_down`: whoever calls is hung up on; each piece that comes back takes `delay_seconds`."""

    port: int
    target: int
    cut_after: int | None = None
    is_deaf: bool = False
    is_down: bool = False
    delay_seconds: float = 0.0
    links: list[socket.socket] = field(default_factory=list)

    def cut(self) -> None:
        for link in list(self.links):
            with suppress(OSError):
                link.shutdown(socket.SHUT_RDWR)


@contextmanager
def wire(target: int) -> Iterator[Wire]:
    listener = socket.create_server(("127.0.0.1", 0))
    found = Wire(listener.getsockname()[1], target)
    threads: list[threading.Thread] = []

    def start(work: Any, *args: Any) -> None:
        thread = threading.Thread(target=work, args=args, daemon=True)
        thread.start()
        threads.append(thread)

    def accept() -> None:
        with suppress(OSError):
            while True:
                near, _address = listener.accept()
                if found.is_down:
                    near.close()
                    continue
                far = socket.create_connection(("127.0.0.1", target))
                found.links += [near, far]
                start(_pump, near, far, None)
                start(_pump, far, near, found)

    start(accept)
    try:
        yield found
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        found.cut()
        for thread in threads:
            thread.join(5)
        for link in found.links:
            link.close()


def _pump(source: socket.socket, target: socket.socket, judge: Wire | None) -> None:
    passed = 0
    with suppress(OSError):
        while chunk := source.recv(4096):
            passed += len(chunk)
            if judge is not None and judge.is_deaf:
                continue
            if judge is not None and judge.delay_seconds:
                time.sleep(judge.delay_seconds)
            if judge is not None and judge.cut_after is not None and passed > judge.cut_after:
                break
            target.sendall(chunk)
    for link in (source, target):
        with suppress(OSError):
            link.shutdown(socket.SHUT_RDWR)
