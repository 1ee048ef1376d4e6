#!/bin/sh
# Runs docs/tour.sql on a small products file: it ends well, its one intended error is the only word on standard error, and
# it prints the same at one and at eight threads.
#   tour.sh MORSEL GENERATOR docs/tour.sql
set -eu
unicode=/usr/share/unicode/UnicodeData.txt
[ -r "$unicode" ] || { echo "skipped: $unicode is not installed"; exit 0; }
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp "$3" "$unicode" "$folder"
cd "$folder"
"$2" --rows 50000 -o products.tsv
for threads in 1 8; do
    "$1" -box -echo -threads $threads tour.sql >"out.$threads" 2>"err.$threads" || { cat "err.$threads"; exit 1; }
    if [ "$(grep -c '^tour.sql:' "err.$threads")" != 1 ] || ! grep -q 'prise' "err.$threads"; then
        cat "err.$threads"
        exit 1
    fi
done
diff out.1 out.8
[ "$(wc -l <out.1)" -gt 150 ]
