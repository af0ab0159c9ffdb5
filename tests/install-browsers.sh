#!/bin/sh
# Browsers the tests drive, from the system's packages: Chromium, also without its windows, and Firefox.
set -e
missing=""
command -v chromium >/dev/null || missing="$missing chromium"
command -v chromium-headless-shell >/dev/null || missing="$missing chromium-headless-shell"
command -v firefox-esr >/dev/null || missing="$missing firefox-esr"
[ -z "$missing" ] && exit 0
packages="$missing fonts-noto-core"
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
  echo "The tests need:$packages. Install them, for example: sudo apt-get install$packages" >&2
  exit 1
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages >/dev/null
