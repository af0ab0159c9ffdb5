"""Keep a phone as this version leaves it: `python -m tests.formats.keep VERSION`, or this very file run in a checkout of an older one.

One person's phone after a day: a record the ward has, one it refused, one that waits, one written while locked, half a form.
"""
import json
import sys
import tempfile
from pathlib import Path
from urllib.parse import parse_qs

sys.path.insert(0, str(Path.cwd()))
from tests import chromium, ward  # noqa: E402

HERE = Path(__file__).parent
# The first version's own copies lie under a key the browser keeps: let it be taken out this once.
TAKEN_OUT = """const generate = SubtleCrypto.prototype.generateKey;
SubtleCrypto.prototype.generateKey = function (how, _taken, uses) { return generate.call(this, how, true, uses); };"""
MOST_PAGES = 4
WORDS = {"read": "Nghe tiếng khóc đêm qua", "waits": "Còn chờ gửi từ bản cũ", "locked": "Viết khi sổ còn khóa", "draft": "Viết dở ở bản cũ"}


def main(version):
    # Not as a package: an older checkout has another one of this name, or none.
    code = {}
    exec((HERE / "__init__.py").read_text().replace("__file__", repr(str(HERE / "__init__.py"))), code)
    with tempfile.TemporaryDirectory() as folder, chromium.chromium() as browser:
        server = ward.Server(folder)
        if hasattr(ward, "PIN"):
            server.flask("ward", "set", "quick-note", "on")
        server.start()
        try:
            kept = day(browser, server)
            database = kept.pop("phone").page.evaluate(code["INTO_TEXT"], "sotay")
        finally:
            server.stop()
        if pages := database["stores"].get("pages"):
            # A few stand for all.
            pages |= {part: pages[part][:MOST_PAGES] for part in ("keys", "rows")}
        key, = (Path(folder) / "keys/entry").glob("*.pem")
        kept |= {"version": version, "key": {"id": key.stem, "pem": key.read_text()}, "database": database}
    (HERE / f"{version}.json").write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n")


def day(browser, server):
    lan = chromium.BrowserPhone(browser, server)
    lan.context.add_init_script(TAKEN_OUT)
    posted = []
    lan.page.on("request", lambda request: posted.append(request) if request.method == "POST" and request.url.endswith("/start") else None)
    lan.enrol("lan")
    verifier = parse_qs(posted[-1].post_data).get("verifier", [None])[0]
    read = lan.write_record(WORDS["read"])
    lan.expect_state(read, "Đã nhận")
    lan.open("/records/new")
    refused, = lan.deposit("form_name=observation&acts=khac")
    lan.open("/records")
    lan.expect_state(refused, "Cần sửa")
    lan.offline()
    waits = [lan.write_record(WORDS["waits"])]
    page = lan.open("/records/new")
    page.locator("textarea[name=narrative]").fill(WORDS["draft"])
    while not lan.stored("drafts"):
        page.wait_for_timeout(50)
    if verifier:
        lan.lock()
        page.locator("#quick").fill(WORDS["locked"])
        page.locator("[data-quick-form] [type=submit]").click()
        while len(lan.stored("outbox")) < 3:
            page.wait_for_timeout(50)
        waits.append(next(row["id"] for row in lan.stored("outbox") if row["id"] not in (refused, *waits)))
    [me] = lan.stored("enrolments")
    return {"phone": lan, "pin": getattr(ward, "PIN", None), "enrolment": me["id"], "person": me["person"], "verifier": verifier,
            "read": read, "refused": refused, "waits": waits, "words": WORDS}


if __name__ == "__main__":
    main(sys.argv[1])
