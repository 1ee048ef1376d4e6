#!/bin/sh
# Runs cases/NAME.sh with $MORSEL set, in an empty folder, and compares what it prints with cases/NAME.expected.
#   run_case.sh MORSEL cases/NAME            compare
#   run_case.sh MORSEL cases/NAME --accept   write what is printed as expected
set -u
MORSEL=$1
case=$2
export MORSEL
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
# Nothing of the user's own settings; standard error goes where standard output goes, in the order of writing.
HOME=$folder XDG_CONFIG_HOME= XDG_STATE_HOME= TERM=dumb sh "$case.sh" >"$folder/.actual" 2>&1 </dev/null
if [ "${3:-}" = --accept ]; then
    cp "$folder/.actual" "$case.expected"
    exit 0
fi
diff -u "$case.expected" "$folder/.actual"
