#!/bin/sh
# Make sure that a Chromium is there for the browser tests: one on the PATH, else Debian's package where it can be
# installed, else Playwright's own.
set -eu
bin=${1:?usage: ensure_browser.sh VENV_BIN}
for name in chromium chromium-browser google-chrome google-chrome-stable; do
    if command -v "$name" >/dev/null 2>&1; then
        exit 0
    fi
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    if apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; then
        exit 0
    fi
    echo "the Debian package of Chromium could not be installed; trying Playwright's own" >&2
fi
exec "$bin/python" -m playwright install chromium
