"""The supervisor of several workers: it owns their sockets, replaces those that end, and stops or renews all."""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.runtime.listener import Listener
from service.sharing import SharedState, shared_state
from service.workers.channel import Channel
from service.workers.serving import RETIRE, Contents, ready_line

logger = logging.getLogger(__name__)

STOP_S = 15.0
"""Seconds after which a worker that does not stop is killed; it promises to stop within twelve."""

STABLE_S = 2.0
"""Seconds for which a worker must have been ready, so that its end does not count as a failed start."""

LONGEST_DELAY_S = 30.0
"""Longest delay before a worker is replaced whose starts fail. The first one, after the third failure, is .5 s."""


DIED = (
    "The process that loads the models has ended without a message. If it was killed for want of memory, give the "
    "service more, or set FOOTNOTE_WORKERS to 1."
)


class StartError(Exception):
    """The service could not start.

    Args:
        message: The message of the process that failed.
        code: Exit code of the command.
    """

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


@dataclass(eq=False, slots=True)
class Worker:
    """A worker process.

    Args:
        slot: Its place.
        channel: To it; closed by the system when it ends.
        process: Its process id; None until it has named it.
        ready_at: When it began to accept requests; None before that.
        kill_at: When it is killed if it has not stopped; None if it was not told to stop.
    """

    slot: Slot
    channel: Channel
    process: int | None = None
    ready_at: float | None = None
    kill_at: float | None = None

    def stop(self, number: int = signal.SIGTERM) -> None:
        """Tell the process, by a signal, to finish its requests and end."""
        if self.kill_at is None or number == signal.SIGTERM:
            self.kill_at = self.kill_at or time.monotonic() + STOP_S
            self.signal(number)

    def signal(self, number: int) -> None:
        """Send a signal to the process, if it is known and lives."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process, number)


@dataclass(eq=False, slots=True)
class Slot:
    """A place for a worker, with its own socket, whose queue outlives the worker.

    Args:
        number: Number of the place, from 0.
        listener: The socket.
        current: The worker; None if it has ended.
        failures: How often in a row a worker has ended soon after its start.
        start_at: When to start another worker; None if none is to be started.
    """

    number: int
    listener: Listener
    current: Worker | None = None
    failures: int = 0
    start_at: float | None = None


class Template:
    """A process that forks workers.

    Args:
        first: First message to it; see `service.workers.template.main`.
    """

    def __init__(self, first: Mapping[str, Any]) -> None:
        self.channel, other = Channel.pair()
        command = [sys.executable, "-P", "-m", "service.workers.template", str(other.fileno())]
        self._process = subprocess.Popen(  # noqa: S603 - our own command
            command,
            pass_fds=[other.fileno()],
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # it would start threads when it is imported
        )
        other.close()
        self.channel.send(dict(first))
        self.is_ready = False

    def fork(self, slot: Slot, *, warns: bool) -> Worker | None:
        """Request a worker for a slot; return None if the template has ended."""
        mine, its = Channel.pair()
        sent = self.channel.send({"warns": warns, "slot": slot.number}, [its.fileno(), slot.listener.fileno()])
        its.close()
        if sent:
            return Worker(slot, mine)
        mine.close()
        return None

    def close(self) -> None:
        """Let the process end; interrupt it if it still loads the models or ingests."""
        self.channel.close()
        if not self.is_ready:
            self._process.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(STOP_S)
            return
        self._process.kill()
        self._process.wait()


def supervise(
    listeners: Sequence[Listener], options: Mapping[str, Any], say: Callable[[str], None], *, starter: bool
) -> None:
    """Serve with a worker for each socket, until SIGTERM or SIGINT. SIGHUP renews all workers.

    Args:
        listeners: Sockets bound to one address.
        options: Settings that the command was given, by name; a new template reads the others again.
        say: Shows a line.
        starter: Ingest the starter documents if there are none.

    Raises:
        StartError: The service could not start.
    """
    with shared_state() as shared:
        first = {"options": dict(options), "shared": str(shared.folder), "starter": starter}
        Supervisor(listeners, first, shared, say).run()


class Supervisor:
    """See `supervise`."""

    def __init__(
        self, listeners: Sequence[Listener], first: Mapping[str, Any], shared: SharedState, say: Callable[[str], None]
    ) -> None:
        self._slots = [Slot(number, listener) for number, listener in enumerate(listeners)]
        self._first = first
        self._shared = shared
        self._say = say
        self._selector = selectors.DefaultSelector()
        self._template: Template | None = None
        self._next: Template | None = None
        self._workers: list[Worker] = []
        self._renewing: list[Slot] = []
        self._retry_template_at: float | None = None
        self._has_started = False
        self._stopping = False

    def run(self) -> None:
        """See `supervise`."""
        for slot in self._slots:
            slot.listener.listen()
        with _signals() as signals:
            self._selector.register(signals, selectors.EVENT_READ, lambda: self._handle_signals(signals))
            try:
                self._start_template()
                while not self._stopping or self._workers:
                    for key, _ in self._selector.select(self._timeout()):
                        key.data()
                    self._do_what_is_due()
                if not self._has_started:
                    self._say("Stopped.")
            finally:
                self._end()

    def _handle_signals(self, signals: socket.socket) -> None:
        received = set(signals.recv(1024))
        with contextlib.suppress(ChildProcessError):  # workers whose template has ended
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if received & {signal.SIGTERM, signal.SIGINT}:
            self._stop()
        elif signal.SIGHUP in received:
            self._renew()

    # Templates

    def _start_template(self) -> None:
        """Start a template; its workers replace those of the present one when it is ready."""
        self._next = Template(self._first)
        template = self._next
        self._selector.register(template.channel, selectors.EVENT_READ, lambda: self._hear_template(template))

    def _hear_template(self, template: Template) -> None:
        message, _ = template.channel.receive()
        if message is not None and "ready" in message:
            template.is_ready = True
            self._use_next()
            return
        self._discard(template)
        said = DIED if message is None else str(message["failed"])
        if template is self._next:
            self._next = None
            if not self._has_started:
                raise StartError(said, 1 if message is None else int(message["code"]))
            logger.error("New workers cannot be started, and the present ones go on: %s", said)
            if self._template is None and not self._stopping:
                self._retry_template_at = time.monotonic() + LONGEST_DELAY_S
        elif template is self._template:
            self._template = None
            logger.error("The process that starts workers has ended, and is started again.")
            if self._next is None and not self._stopping:
                self._start_template()

    def _use_next(self) -> None:
        """Let the next template start workers, one after the other, for those that are there, and for empty slots."""
        old, self._template, self._next = self._template, self._next, None
        if old is not None:
            self._discard(old)
        self._renewing = [slot for slot in self._slots if slot.current is not None]
        for slot in self._slots:
            if slot.current is None:
                slot.start_at = time.monotonic()
        self._renew_one()

    def _discard(self, template: Template) -> None:
        self._selector.unregister(template.channel)
        template.close()

    def _renew(self) -> None:
        """Replace all workers by those of a new template, which reads the settings again."""
        if self._next is None and not self._stopping:
            logger.info("The workers are renewed.")
            self._start_template()

    def _renew_one(self) -> None:
        """Start the successor of the next worker that is to be renewed."""
        if self._renewing:
            self._start(self._renewing.pop(0))

    # Workers

    def _start(self, slot: Slot) -> None:
        slot.start_at = None
        worker = self._template.fork(slot, warns=not self._has_started and slot.number == 0) if self._template else None
        if worker is None:
            slot.start_at = time.monotonic() + 0.5  # the template is being replaced
            return
        self._workers.append(worker)
        self._selector.register(worker.channel, selectors.EVENT_READ, lambda: self._hear_worker(worker))

    def _hear_worker(self, worker: Worker) -> None:
        message, _ = worker.channel.receive()
        if message is None:
            self._mourn(worker)
        elif "process" in message:
            worker.process = int(message["process"])
            if worker.kill_at is not None:
                worker.signal(signal.SIGTERM)
        elif "ready" in message:
            self._greet(worker, Contents(*message["ready"]))
        elif "failed" in message:
            if not self._has_started:
                raise StartError(str(message["failed"]), int(message["code"]))
            logger.error("A worker cannot serve: %s", message["failed"])

    def _greet(self, worker: Worker, contents: Contents) -> None:
        """Put a worker that accepts requests in its place, and let the one that had it finish."""
        slot, worker.ready_at = worker.slot, time.monotonic()
        if slot.current is not None and slot.current is not worker:
            slot.current.stop(RETIRE)
        slot.current = worker
        if self._stopping:
            worker.stop()
        if not self._has_started and all(each.current is not None for each in self._slots):
            self._has_started = True
            self._say(ready_line(slot.listener, contents, len(self._slots)))
        self._renew_one()

    def _mourn(self, worker: Worker) -> None:
        """Replace a worker that has ended, unless it was to end."""
        self._selector.unregister(worker.channel)
        worker.channel.close()
        self._workers.remove(worker)
        if worker.process is not None:
            self._shared.forget(worker.process)
        slot = worker.slot
        if worker.kill_at is not None or self._stopping:
            return
        if slot.current is worker:
            slot.current = None
        elif slot.current is not None:  # it was to replace a worker that goes on
            self._renewing.clear()
            logger.error("A new worker ended before it was ready, and the present ones go on.")
            return
        if not self._has_started and worker.ready_at is None:
            raise StartError("A worker ended before it was ready. Its output above may say why.", 1)
        is_stable = worker.ready_at is not None and time.monotonic() - worker.ready_at > STABLE_S
        slot.failures = 0 if is_stable else slot.failures + 1
        delay = min(LONGEST_DELAY_S, 2.0 ** (slot.failures - 4)) if slot.failures > 2 else 0.0
        slot.start_at = time.monotonic() + delay
        logger.error("Worker %s has ended, and is replaced.", worker.process or slot.number)

    def _stop(self) -> None:
        self._stopping = True
        for slot in self._slots:
            slot.start_at = None
        for worker in self._workers:
            worker.stop()

    # Time

    def _due(self) -> Iterator[float]:
        yield from (slot.start_at for slot in self._slots if slot.start_at is not None)
        yield from (worker.kill_at for worker in self._workers if worker.kill_at is not None)
        if self._retry_template_at is not None:
            yield self._retry_template_at

    def _timeout(self) -> float | None:
        due = min(self._due(), default=None)
        return None if due is None else max(0.0, due - time.monotonic())

    def _do_what_is_due(self) -> None:
        now = time.monotonic()
        for slot in self._slots:
            if slot.start_at is not None and slot.start_at <= now and not self._stopping:
                self._start(slot)
        for worker in self._workers:
            if worker.kill_at is not None and worker.kill_at <= now:
                worker.kill_at = now + STOP_S
                worker.signal(signal.SIGKILL)
        if self._retry_template_at is not None and self._retry_template_at <= now and not self._stopping:
            self._retry_template_at = None
            self._start_template()

    def _end(self) -> None:
        """Kill what is left, after a failure; close everything."""
        for worker in self._workers:
            worker.signal(signal.SIGKILL)
            worker.channel.close()
        for template in (self._template, self._next):
            if template is not None:
                template.close()
        self._selector.close()


@contextlib.contextmanager
def _signals() -> Iterator[socket.socket]:
    """Yield a socket that has a byte, the number, for each signal that the supervisor handles."""
    reading, writing = socket.socketpair()
    with reading, writing:
        reading.setblocking(False)
        writing.setblocking(False)
        before = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        handled = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD)
        handlers = {number: signal.signal(number, lambda *_: None) for number in handled}
        try:
            yield reading
        finally:
            for number, handler in handlers.items():
                signal.signal(number, handler)
            signal.set_wakeup_fd(before)
