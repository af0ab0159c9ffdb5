"""Lighthouse, as a mid-range phone sees the record form."""
import json
import os
import shutil
import subprocess
from pathlib import Path

from bench.figures import p50, say
from bench.ground import Unfit, phones, ward
from tests.chromium import WHOLE
from tests.ward import free_port

HERE = Path(__file__).parent
RUNS, TRIES = 3, 3
BARS = {"performance": 0.99, "accessibility": 1.0, "best-practices": 1.0}
TIMINGS = ("first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "speed-index", "cumulative-layout-shift")


def record_form():
    """Median of three runs on the phone of somebody who has begun, whose book is open in another page; mobile emulation with
    simulated slow 4G and 4× CPU: Lighthouse's own default."""
    program, port = _installed(), free_port()
    with ward() as server, phones(server, f"--remote-debugging-port={port}") as make:
        make("lan").open("/records/new")
        reports = [_run(program, server, port) for _run_number in range(RUNS)]
    scores = {name: p50([report["categories"][name]["score"] for report in reports]) for name in BARS}
    missed = [name for name, bar in BARS.items() if scores[name] < bar]
    for name in missed:
        _explain(reports, name)
    joined = " / ".join(f"{score:.2f}" for score in scores.values())
    bars = " / ".join(f"{bar:.2f}" for bar in BARS.values())
    yield f"lighthouse: {joined} score (bar ≥ {bars} score{', missed' if missed else ''})"


def _installed():
    program = HERE / "node_modules" / ".bin" / "lighthouse"
    if not program.exists():
        if not shutil.which("npm"):
            raise Unfit("It needs Node.js and npm. Install them, for example: apt-get install nodejs npm")
        subprocess.run(["npm", "ci", "--silent", "--no-audit", "--no-fund"], cwd=HERE, check=True, stdout=subprocess.DEVNULL)
    return program


def _run(program, server, port):
    out = server.folder / "lighthouse.json"
    words = [program, server.url + "/records/new", "--quiet", "--output=json", f"--output-path={out}",
             "--only-categories=" + ",".join(BARS), f"--port={port}", "--disable-storage-reset"]
    # On a busy machine Lighthouse sometimes loses its own trace and says so; that is no score.
    for _try in range(TRIES):
        done = subprocess.run(words, env={**os.environ, "CHROME_PATH": WHOLE}, capture_output=True, text=True)
        if done.returncode == 0:
            break
        say("once more: " + done.stderr.strip()[-200:])
    else:
        raise RuntimeError(done.stderr[-2000:])
    report = json.loads(out.read_text())
    if not any(item["url"].endswith("/entry.js") for item in report["audits"]["network-requests"]["details"]["items"]):
        raise RuntimeError("Lighthouse was shown another page than the form.")
    scores = [f"{name} {report['categories'][name]['score']}" for name in BARS]
    timings = [f"{name} {report['audits'][name].get('displayValue')}" for name in TIMINGS]
    say(f"{', '.join(scores + timings)}")
    return report


def _explain(reports, category):
    """The audits that cost points, from the run with the lowest score."""
    worst = min(reports, key=lambda report: report["categories"][category]["score"])
    for reference in worst["categories"][category]["auditRefs"]:
        audit = worst["audits"][reference["id"]]
        if reference["weight"] and audit["score"] is not None and audit["score"] < 1:
            say(f"{category}: {audit['id']} {audit['score']} {audit.get('displayValue', '')} {audit['title']}")
            for item in (audit.get("details") or {}).get("items", [])[:3]:
                say(f"   {json.dumps(item, ensure_ascii=False)[:300]}")
