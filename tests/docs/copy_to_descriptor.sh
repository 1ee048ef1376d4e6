#!/bin/sh
# COPY to a descriptor whose target is a regular file goes on where the program's own output stands.
#   copy_to_descriptor.sh MORSEL
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1" -c "SELECT 6; COPY (SELECT 1 AS a) TO '/dev/fd/1'; SELECT 7" >"$folder/printed"
printf '6\na\n1\n7\n' | diff - "$folder/printed"
