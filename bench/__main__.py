"""make bench [FIGURE=name]: the index of figures. Standard output carries one line per figure, everything else goes to standard error."""
import os
import sys
import traceback

from bench import (
    caseload, chaos, courier, delivery, latency, lighthouse, markers, reading, ringing, rotation, running, saving, storm, transfer,
)
from bench.ground import Unfit, speed

FIGURES = {
    "first-visit-bytes": transfer.first_visit,
    "precache-bytes": transfer.precache,
    "lighthouse": lighthouse.record_form,
    "save-to-waiting": saving.save_to_waiting,
    "seal-and-store": saving.seal_and_store,
    "sync-500": delivery.sync_500,
    "server-entries": courier.server_entries,
    "key-rotation": rotation.key_rotation,
    "list-growth": caseload.list_growth,
    "case-page": caseload.case_page,
    "queries-per-page": caseload.queries_per_page,
    "access-cells": caseload.access_cells,
    "memory-at-rest": running.memory_at_rest,
    "second-start": running.second_start,
    "unlock": reading.unlock,
    "open-sealed-page": reading.open_sealed_page,
    "idle-sync": reading.idle_sync,
    "fill-200-pages": reading.fill_200_pages,
    "plaintext-markers": markers.plaintext_markers,
    "phone-chaos": chaos.phone_chaos,
    "fan-out": ringing.fan_out,
    "push-cpu": ringing.push_cpu,
    "notice-storm": storm.notice_storm,
    "escalation-error": storm.escalation_error,
    "push-latency": latency.push_latency,
}


def main(wanted):
    """0 when every figure was measured, whether its bar was met or not; 1 when one could not be, 2 when there is none of that name."""
    if unknown := [name for name in wanted if name not in FIGURES]:
        print(f"No figure {', '.join(unknown)}. There are: {', '.join(FIGURES)}.", file=sys.stderr)
        return 2
    unmeasured = 0
    for name in wanted or FIGURES:
        print(f"-- {name} (load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores, {speed()})", file=sys.stderr, flush=True)
        try:
            for line in FIGURES[name]():
                print(line, flush=True)
        except Unfit as reason:
            unmeasured += 1
            print(f"{name}: not measured. {reason}", file=sys.stderr)
        except Exception:
            # One figure that breaks must not hide the others.
            unmeasured += 1
            traceback.print_exc()
            print(f"{name}: not measured.", file=sys.stderr)
    return int(bool(unmeasured))


sys.exit(main(sys.argv[1:]))
