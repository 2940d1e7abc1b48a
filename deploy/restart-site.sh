#!/bin/sh
# Restarts the site where another release is shown than the one it opened, which it notes at its start.
# Two paths may be given: the link to the current release, and the note.
current=${1:-/srv/mediacontracts/releases/current}
opened=${2:-/run/mediacontracts-site/release}
[ "$(readlink "$current")" = "$(cat "$opened" 2>/dev/null)" ] || systemctl try-restart mediacontracts-site.service
