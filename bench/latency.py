"""From a referral that is saved on one phone to the notification another shows: real Firefox, real worker, everything on loopback."""
import time

from bench.courier import Courier
from bench.figures import line, p50, p95, say
from bench.ground import folder
from tests.push.firefox import Firefox
from tests.push.service import PushService
from tests.ward import REFERRAL, Server

TURNS = 20
# The moment a notification appears, by the clock of the machine, which both ends share.
SEEN = """async (before) => {
  const registration = await navigator.serviceWorker.ready;
  for (;;) {
    const [newest] = (await registration.getNotifications()).sort((one, other) => other.timestamp - one.timestamp);
    if (newest && newest.data.notice !== before) return { notice: newest.data.notice, at: Date.now() };
    await new Promise((done) => setTimeout(done, 5));
  }
}"""


def push_latency():
    """The clock starts when the phone sends its entry and stops when the notification can be seen."""
    times = []
    with folder() as where, PushService().running() as service:
        (where / "firefox").mkdir()
        server = Server(where, PUSH_EXTRA_HOSTS=service.host).start(worker=True)
        try:
            with Firefox(where / "firefox", service) as firefox:
                firefox.allow_notifications(server.url)
                firefox.enrol(server, "thu")
                firefox.tap("Bật thông báo")
                firefox.shows("Thông báo đang bật trên máy này.")
                last, lan = firefox.run(SEEN, "")["notice"], Courier(server, "lan")
                for _turn in range(TURNS):
                    entry = lan.seal("referral", REFERRAL)
                    began = time.time() * 1000
                    status, said = lan.post_json("/sync", {"enrolment": lan.me["enrolment"], "entries": [entry]})
                    if status != 200 or b"stored" not in said:
                        raise RuntimeError(said.decode())
                    found = firefox.run(SEEN, last)
                    last = found["notice"]
                    times.append((found["at"] - began) / 1000)
        finally:
            server.stop()
    say(f"median {p50(times):.2f} s over {TURNS} referrals")
    yield line("push-latency", p95(times), "s", "≤", 1.0, digits=2)
