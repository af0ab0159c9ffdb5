"""What a copied profile gives away: words planted wherever a person types or the server shows, searched on disk after lock and exit."""
from bench.figures import line, say
from bench.ground import folder
from tests.profile import planting, runs, scan


def plaintext_markers():
    """Chromium and Firefox, a lock and an exit in each, before and after the browser is closed; a blind search is no figure."""
    total = 0
    for browser in runs.BROWSERS:
        with folder() as where:
            _control(browser, where / "control")
            found = set()
            for turn, ending in enumerate(runs.ENDINGS):
                day = runs.over_ours(browser, where / str(turn), ending)
                if not day.allowed:
                    raise RuntimeError("Not even the name on the lock screen was found: the wrong profile was searched.")
                for leak in day.leaks:
                    say(f"{ending}: {leak.marker!r} in {leak.file}, read {leak.read}, written {leak.written}")
                say(f"{ending}: {len({leak.marker for leak in day.leaks})} of {day.markers} markers in {day.files} files")
                found |= {leak.marker for leak in day.leaks}
        total += len(found)
        yield line(f"plaintext-markers-{browser}", len(found), "markers", "≤", 0)
    yield line("plaintext-markers", total, "markers", "≤", 0)


def _control(browser, where):
    """Raises when the search misses one marker in one kind of store of a site that seals nothing."""
    markers = runs.wanted(planting.fresh())
    found = runs.over_control(browser, where, markers)
    if found.missing or found.unread or found.unwritten:
        raise RuntimeError(f"The search is blind in {browser}: missed {found.missing}, read nothing as {found.unread}, "
                           f"found nothing written as {found.unwritten}.")
    stores = ", ".join(scan.STORES[browser])
    say(f"{browser}: with nothing sealed, all {len(markers)} markers found in each of {stores}; {found.files} files")
