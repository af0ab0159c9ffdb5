"""Scripts, styles and icons under one address that changes with their content: `/_/<digest>/static/…`, `/_/<digest>/service_worker/…`.

Relative imports between modules are versioned together, and the digest, which also covers the templates and lists the
shells are made from, is the version of the phone's offline copy.
"""
import hashlib
import re
import shutil
import tempfile
from functools import cache
from pathlib import Path

from rcssmin import cssmin
from rjsmin import jsmin
from whitenoise import WhiteNoise
from whitenoise.compress import Compressor

ROOT = Path(__file__).parents[1]
SERVED = ("static", "service_worker")
MADE_FROM = SERVED + ("templates", "pwa/translations", "pwa/forms", "pwa/domain/records.py", "pwa/web/words.py", "db/seed")
YEAR = 365 * 24 * 3600
# Pages open during an update may still ask for the tree they were made with.
KEPT_TREES = 4

STRIPPED = {".js": jsmin, ".css": cssmin}

# All a phone shows without its key; every other page is sealed on the phone.
SHELLS = ("/lock", "/away", "/later")
IMPORT = re.compile(r'^(?:import|\} from|export .* from)\b.*?"(\.[^"]+)";$', re.M)
NOT_PRECACHED = ("icons/icon-512.png", "icons/maskable-512.png", "icons/apple-180.png", "LICENSES.md", "vendor.json")


def digest(*settings):
    """Sixteen hex characters that change when anything a phone keeps offline changes, also a setting that shows in it."""
    sums = hashlib.sha256(repr(settings).encode())
    for name in MADE_FROM:
        for path in [ROOT / name, *sorted((ROOT / name).rglob("*"))]:
            if path.is_file() and path.suffix != ".pyc":
                sums.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return sums.hexdigest()[:16]


def build(data_dir, version):
    """Lay the tree of this version under `data_dir`/assets with compressed copies; does nothing when it is there."""
    tree = data_dir / "assets" / version
    if not tree.exists():
        tree.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=tree.parent, prefix="new-"))
        for folder in SERVED:
            shutil.copytree(ROOT / folder, fresh / folder)
        _strip(fresh)
        press = Compressor(quiet=True)
        for path in [path for path in fresh.rglob("*") if path.is_file() and press.should_compress(path.name)]:
            list(press.compress(str(path)))
        try:
            fresh.chmod(0o755)
            fresh.rename(tree)
        except OSError:
            # Another process was faster with the same content.
            shutil.rmtree(fresh)
    for old in sorted(tree.parent.glob("[0-9a-f]*"), key=lambda path: path.stat().st_mtime)[:-KEPT_TREES]:
        shutil.rmtree(old, ignore_errors=True)
    return tree


def _strip(tree):
    """Our scripts and styles without comments and blanks, a quarter of their bytes on a phone; what others made is sent as it came."""
    for path in tree.rglob("*.*s"):
        if path.parent.name != "vendor" and path.suffix in STRIPPED:
            path.write_text(STRIPPED[path.suffix](path.read_text()))


def serve(app, data_dir, version):
    """Put the trees before the application and tell it its version."""
    tree = build(data_dir, version)
    app.config["VERSION"] = version
    app.config["FILES"] = [f"/_/{version}/{path.relative_to(tree)}" for path in sorted(tree.rglob("*"))
                           if path.is_file() and path.suffix not in (".br", ".gz") and not str(path).endswith(NOT_PRECACHED)]
    app.add_template_global(lambda name: f"/_/{version}/static/{name}", "asset")
    app.add_template_global(lambda behaviours, first="app": _module_addresses(version, (first, *(behaviours or ()))), "preloads")
    app.wsgi_app = Trees(app.wsgi_app, max_age=YEAR, immutable_file_test=lambda path, url: True,
                              add_headers_function=_headers, allow_all_origins=False)
    for each in tree.parent.iterdir():
        if not each.name.startswith("new-"):
            app.wsgi_app.add_files(str(each), prefix=f"_/{each.name}/")


class Trees(WhiteNoise):
    """Files that never change under their address need no answer to "has it changed?": 80 bytes each on a first visit."""

    def get_static_file(self, path, url, **known):
        file = super().get_static_file(path, url, **known)
        file.alternatives = [(pattern, name, [header for header in headers if header[0] not in ("Last-Modified", "ETag")])
                             for pattern, name, headers in file.alternatives]
        return file


@cache
def _module_addresses(version, names):
    """Addresses of all modules a page that starts with these runs, so that none waits for another to name it."""
    found, waiting = [], [ROOT / f"static/js/{name}.js" for name in names]
    while waiting:
        path = waiting.pop(0)
        if path not in found:
            found.append(path)
            waiting += [(path.parent / name).resolve() for name in IMPORT.findall(path.read_text())]
    return [f"/_/{version}/{path.relative_to(ROOT)}" for path in found]


def _headers(headers, path, url):
    # Said shorter than WhiteNoise says it: thirty answers on a first visit.
    headers["Cache-Control"] = f"max-age={YEAR}, immutable"
    if url.endswith(".js"):
        headers["Content-Type"] = "text/javascript"
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    if url.endswith("/service_worker/stretch.js"):
        headers["Content-Security-Policy"] = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'"
