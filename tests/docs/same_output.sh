#!/bin/sh
# Compares what a program prints with a file.
#   same_output.sh PROGRAM FILE
set -eu
"$1" | diff "$2" - && exit 0
echo "$2 is not what $1 prints; look at the difference and write it anew: $1 >$2"
exit 1
