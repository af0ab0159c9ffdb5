"""Bytes over the network: a first visit, and the offline copy the worker fetches."""
import http.client
import re
from urllib.parse import urlsplit

from bench.courier import Courier
from bench.figures import line, say
from bench.ground import phones, ward

BAR, PRECACHE_BAR = 60_000, 120_000
# Chromium's own process fetches these; the page's network log does not show them.
UNSEEN = "link[rel=icon], link[rel=manifest]"


def first_visit():
    """Everything a page's first visit transfers, headers included, each page in a profile of its own; the worker's fetches apart."""
    with ward() as server, phones(server) as make:
        sizes = {"start": _visit(make(), server, "/start"), "form": _form(server)}
    for name, size in sizes.items():
        yield line(f"first-visit-bytes-{name}", size, "bytes", "≤", BAR)
    yield line("first-visit-bytes", max(sizes.values()), "bytes", "≤", BAR)


def _visit(phone, server, path):
    seen = _watch(phone)
    page = phone.open(path)
    page.wait_for_load_state("networkidle")
    page.evaluate("navigator.serviceWorker.ready.then(() => undefined)")
    page.wait_for_load_state("networkidle")
    transferred = [(address, size) for address, size in seen.values() if size]
    for address in page.evaluate(f"[...document.querySelectorAll({UNSEEN!r})].map((link) => link.href)"):
        if address not in dict(transferred):
            transferred.append((address, sum(fetched(server, urlsplit(address).path))))
    say(f"{path}: {len(transferred)} answers")
    for address, size in sorted(transferred, key=lambda each: -each[1])[:8]:
        say(f"{size:>7} {urlsplit(address).path}")
    return sum(size for _address, size in transferred)


def _form(server):
    """The record form of somebody who has just begun, as if the phone had nothing yet: the page and all it names."""
    status, _etag, _sent, size = Courier(server, "lan").weigh("/records/new")
    page = Courier(server, "lan").ask("GET", "/records/new")[1].decode()
    if status != 200:
        raise RuntimeError(f"/records/new: {status}")
    # The icon of the home screen is fetched by whoever puts it there.
    page = re.sub(r'<link rel="apple-touch-icon"[^>]*>', "", page)
    named = sorted(set(re.findall(r'(?:href|src)="(/_/[^"]+|/manifest[^"]+)"', page)))
    return size + sum(sum(fetched(server, path)) for path in named)


def _watch(phone):
    """Request id → [address, bytes over the network], filled as the page loads."""
    seen = {}
    log = phone.context.new_cdp_session(phone.page)
    log.on("Network.requestWillBeSent", lambda event: seen.update({event["requestId"]: [event["request"]["url"], 0]}))

    def finished(event):
        if event["requestId"] in seen:
            seen[event["requestId"]][1] = event["encodedDataLength"]

    log.on("Network.loadingFinished", finished)
    log.send("Network.enable")
    return seen


def precache():
    """What the worker keeps, each address as it is transferred; the list is taken from the phone, not from the server."""
    with ward() as server, phones(server) as make:
        paths = make("lan").open("/").evaluate("""async () => {
          const paths = [];
          for (const name of (await caches.keys()).filter((each) => each.startsWith("shell-")))
            for (const { url } of await (await caches.open(name)).keys()) paths.push(new URL(url).pathname);
          return paths;
        }""")
        sizes = {path: fetched(server, path) for path in paths}
    say(f"{len(sizes)} addresses; {sum(head for head, _body in sizes.values())} bytes of it headers")
    for path, size in sorted(sizes.items(), key=lambda each: -sum(each[1]))[:10]:
        say(f"{sum(size):>7} {path}")
    yield line("precache-bytes", sum(map(sum, sizes.values())), "bytes", "≤", PRECACHE_BAR)


def fetched(server, path):
    """(bytes of the headers, bytes of the body) when a browser that takes brotli asks for it."""
    wire = http.client.HTTPConnection("localhost", server.port)
    wire.request("GET", path, headers={"Accept-Encoding": "gzip, deflate, br"})
    answer = wire.getresponse()
    body = answer.read()
    wire.close()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status}")
    head = [f"HTTP/1.1 {answer.status} {answer.reason}", *(f"{name}: {value}" for name, value in answer.getheaders()), "", ""]
    return len("\r\n".join(head)), len(body)
