#!/bin/sh
# Brings the programs that tests drive and pip cannot install: a browser, tesseract with Russian and Kazakh, a font
# with all Kazakh letters. As root with apt it installs them; elsewhere it says what is missing and goes on.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || command -v google-chrome >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 || missing="$missing chromium"
tesseract --list-langs 2>/dev/null | grep -qx kaz || missing="$missing tesseract-ocr tesseract-ocr-rus tesseract-ocr-kaz"
[ -f /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || missing="$missing fonts-dejavu-core"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -q >/dev/null
  # shellcheck disable=SC2086
  apt-get install -q -y --no-install-recommends $missing >/dev/null
else
  echo "These programs are missing:$missing" >&2
  echo "Install them with your package manager; the tests that need them fail until then." >&2
fi
