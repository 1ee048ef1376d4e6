#!/bin/sh
# Installs what building and testing Morsel needs on Debian 12. Does nothing when everything is there.
set -eu
packages="gcc g++ libc6-dev cmake ninja-build pkg-config re2c lemon
libedit-dev zlib1g-dev libzstd-dev libpcre2-dev libutf8proc-dev libxxhash-dev
libsqlite3-dev sqlite3 python3 unicode-data iso-codes tzdata zstd gzip"
missing=""
for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q "install ok installed" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
as_root=""
[ "$(id -u)" -eq 0 ] || as_root="sudo"
$as_root apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing >/dev/null
