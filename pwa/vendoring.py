"""Browser libraries under static/vendor: fetched from npm by exact version, and checked byte for byte.

    python -m pwa.vendoring verify     every file is the one static/vendor.json names
    python -m pwa.vendoring refresh    fetch them anew; a package that changed under its version is refused
"""
import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

STATIC = Path(__file__).parents[1] / "static"
PINS = STATIC / "vendor.json"
ESBUILD = "0.28.2"


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def verify():
    """Names of files that are missing or not as pinned."""
    return [pin["file"] for pin in json.loads(PINS.read_text())
            if not (STATIC / "vendor" / pin["file"]).exists() or sha256(STATIC / "vendor" / pin["file"]) != pin["sha256"]]


def refresh():
    """Fetch every package of its pinned version; raises SystemExit when npm's archive is not the pinned one."""
    pins, licences = json.loads(PINS.read_text()), []
    for pin in pins:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["npm", "pack", "--silent", f"{pin['package']}@{pin['version']}"], cwd=folder, check=True, capture_output=True)
            archive = next(Path(folder).glob("*.tgz"))
            integrity = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
            if pin.setdefault("integrity", integrity) != integrity:
                raise SystemExit(f"{pin['package']} {pin['version']} is not the archive that was pinned.")
            with tarfile.open(archive) as files:
                files.extractall(folder, filter="data")
            source, target = Path(folder) / "package", STATIC / "vendor" / pin["file"]
            if names := pin.get("exports"):
                _press(source / pin["path"], names, target)
            else:
                target.write_bytes((source / pin["path"]).read_bytes())
            licences.append(f"# {pin['package']} {pin['version']}\n\n{_licence(source)}\n")
        pin["sha256"] = sha256(target)
    (STATIC / "vendor" / "LICENSES.md").write_text("\n".join(licences))
    PINS.write_text(json.dumps(pins, indent=1) + "\n")


def _press(source, names, target):
    """Keep only what we import, without comments: phones pay for every byte."""
    entry = source.with_name("entry.mjs")
    entry.write_text(f"export {{ {', '.join(names)} }} from './{source.name}';")
    subprocess.run(["npx", "--yes", f"esbuild@{ESBUILD}", str(entry), "--bundle", "--minify", "--format=esm", "--target=es2020",
                    "--legal-comments=none", f"--outfile={target}"], check=True, capture_output=True)


def _licence(source):
    return next(path.read_text() for path in sorted(source.iterdir()) if path.name.upper().startswith("LICEN"))


if __name__ == "__main__":
    if sys.argv[1:] == ["refresh"]:
        refresh()
    elif bad := verify():
        raise SystemExit("not as pinned: " + ", ".join(bad))
