"""Ringing phones: rows that are due become pushes, many at once; what came of them becomes rows again."""
import asyncio
import logging
import queue
import threading
import time
from collections import Counter

from pwa.crypto import keyring
from pwa.domain import deliveries, health, messages, notices, subscriptions
from pwa.domain.deliveries import Result

log = logging.getLogger(__name__)

# Rings on their way at once, to all push services together.
AT_ONCE = 64
# Seconds in which answers are gathered into one durable write; and after which new notices are looked for while none comes.
GATHER, PATIENCE = 0.015, 0.25


class Ringer:
    """One per process; whoever calls while it is at work only makes it look again. Rows are read and written by the caller's
    thread; pushes are sent by one event loop in a thread of its own, so that a busy database delays no answer."""

    def __init__(self, config):
        self.config = config
        self._turn, self._again = threading.Lock(), threading.Event()
        self._answers = queue.SimpleQueue()
        self._loop, self._sending = None, set()
        # Rings on their way by host, and answers not yet written down: kept, should the database fail in between.
        self._flying, self._results = Counter(), []

    def ring_due(self):
        """Hand out the notices that wait and ring every device that is due."""
        self._again.set()
        while self._again.is_set() and self._turn.acquire(blocking=False):
            try:
                self._run()
            finally:
                self._turn.release()

    def _run(self):
        self._prepare()
        while True:
            if self._again.is_set():
                self._again.clear()
                deliveries.spread()
            _retries, taken = deliveries.turn(self._results, AT_ONCE - self._flying.total(), self._flying)
            done, self._results = self._results, []
            self._flying.update(ring.host for ring in taken)
            self._loop.call_soon_threadsafe(self._start, taken)
            self._report(done)
            if not self._flying.total():
                return
            self._results = self._gather()
            self._flying.subtract(result.ring.host for result in self._results)

    def _prepare(self):
        if self._loop is None:
            # Here, so that the web process never loads what encrypts and signs.
            from pwa.push import sender
            self._new = sender.Ring
            self._sender = sender.Sender(self.config.base_url, self.config.vapid_subject)
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=self._loop.run_forever, name="rings", daemon=True).start()

    def _start(self, rings):
        for ring in rings:
            task = self._loop.create_task(self._send(ring))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _send(self, ring):
        try:
            self._answers.put(await self._answer(ring))
        except Exception as reason:
            # A subscription comes from outside; whatever is wrong with one must not silence the others.
            log.error("a ring could not be sent: %s", type(reason).__name__)
            self._answers.put(Result(ring, "refused", None, "key"))

    async def _answer(self, ring):
        if not subscriptions.allowed(ring.endpoint, self.config.PUSH_EXTRA_HOSTS):
            return Result(ring, "gone", None, "not-allowed")
        push = self._new(ring.id, ring.notice_id, ring.urgent, notices.words(ring.event), ring.endpoint, ring.p256dh, ring.auth)
        said = await self._sender.send(push, ring.vapid_key, keyring.current().vapid_key(ring.vapid_key))
        return Result(ring, said.outcome, said.retry_after, said.cause)

    def _gather(self):
        """The answers that came: at least one, or none after a moment's patience."""
        found, until = [], time.monotonic() + GATHER
        try:
            found.append(self._answers.get(timeout=PATIENCE))
            until = time.monotonic() + GATHER
            while len(found) < AT_ONCE:
                found.append(self._answers.get(timeout=max(0, until - time.monotonic())))
        except queue.Empty:
            pass
        return found

    def _report(self, results):
        for host, cause in {(result.ring.host, result.cause) for result in results if result.outcome == "refused"}:
            log.error("the push service %s refused a ring: %s", host, cause)
            if cause in subscriptions.VAPID_REFUSED and health.alarm(host):
                log.critical("%s does not take our signature: check VAPID_SUBJECT, the keys and the server's clock", host)


def write_due(config):
    """Write to those whom no phone reached."""
    messages.write_due()
    from pwa.push import second
    send = {"sms": lambda to: second.sms(config.SMS_URL, config.SMS_TOKEN, to),
            "mail": lambda to: second.mail(config.SMTP_URL, config.MAIL_FROM, to)}
    while taken := messages.claim():
        row, to = taken
        said = send[row.channel](to) if to else second.Answer("refused", None, "no-address")
        if said.outcome == "refused":
            log.error("the second channel refused a message (%s): %s", row.channel, said.cause)
        messages.settle(row, said.outcome, said.retry_after, said.cause)
