"""A site that keeps everything in clear: what the search must find before it may be believed when it finds nothing."""
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import brotli

# Enough rows that a browser's database turns its log into tables, and one value long enough to be compressed, but not so
# long, however many markers it holds, that it is put into a file of its own.
PADDING = 120
STORE = """async (markers, padding) => {
  const db = await new Promise((done) => {
    const opening = indexedDB.open("control");
    opening.onupgradeneeded = () => opening.result.createObjectStore("rows", { keyPath: "id" });
    opening.onsuccess = () => done(opening.result);
  });
  const put = async (...rows) => {
    const write = db.transaction("rows", "readwrite", { durability: "strict" });
    for (const row of rows) write.objectStore("rows").put(row);
    await new Promise((done) => { write.oncomplete = done; });
  };
  await put(...markers.map((text) => ({ id: text, text })));
  await put({ id: "long", text: markers.join(" ".repeat(90_000 / markers.length)) });
  for (let turn = 0; turn < padding; turn += 1) {
    await put({ id: `noise ${turn}`, noise: crypto.getRandomValues(new Uint8Array(50_000)) });
  }
  db.close();
  const cache = await caches.open("control");
  for (const [turn, text] of markers.entries()) await cache.put(`/kept/${turn}`, new Response(text.repeat(3), { headers: { "Content-Type": "text/plain" } }));
  return true;
}"""


@contextmanager
def site(markers):
    """A server whose pages may all be cached and carry a marker in title and text; its address."""
    class Page(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            turn = self.path.removeprefix("/page/")
            if turn.isdigit():
                self.answer(f"<title>{markers[int(turn)]}</title><p>{markers[int(turn)]}", "max-age=3600")
            else:
                fields = "".join(f"<textarea name='field{turn}'></textarea>" for turn in range(len(markers)))
                self.answer(f"<title>Form</title><form>{fields}</form>", "no-store")

        def answer(self, html, cache):
            body = brotli.compress(f"<!doctype html><html lang='vi'><meta charset='utf-8'>{html}".encode())
            self.send_response(200)
            for name, value in {"Content-Type": "text/html; charset=utf-8", "Content-Encoding": "br", "Cache-Control": cache,
                                "Content-Length": len(body)}.items():
                self.send_header(name, str(value))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_words):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def leave(browser, markers):
    """Put every marker into every kind of store of this browser, and close it."""
    with site(markers) as url:
        browser.open(url + "/form")
        browser.run(STORE, markers, PADDING)
        for turn in range(len(markers)):
            browser.open(f"{url}/page/{turn}")
        browser.open(url + "/form")
        for turn, marker in enumerate(markers):
            browser.write(f"[name=field{turn}]", marker)
        # Browsers write down what is typed a moment later.
        browser.run("() => new Promise((done) => setTimeout(done, 3_000))")
        browser.quit()
