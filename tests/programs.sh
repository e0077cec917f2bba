#!/bin/sh
# The browser and the PostgreSQL server that the tests drive: installed on Debian by root, named elsewhere.
set -eu

missing=""
for name in chromium chromium-browser google-chrome-stable google-chrome none; do
    command -v "$name" >/dev/null && break
    [ "$name" = none ] && missing=" chromium"
done
command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -z "$missing" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq </dev/null
    # shellcheck disable=SC2086
    apt-get install -y -qq --no-install-recommends $missing </dev/null >/dev/null
else
    echo "The tests of the review page need Chromium and a PostgreSQL server: install$missing (as root on Debian: apt-get install$missing); without them these tests are skipped." >&2
    [ "${CI:-}" != true ]
fi
