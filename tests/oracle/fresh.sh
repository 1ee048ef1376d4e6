#!/bin/sh
# Runs the oracle (argument 1) and the laws (argument 2) with a seed that nobody has tried; differences from SQLite become
# files in the current folder.
seed=$(date +%s)
"$1" --seed "$seed" --queries "${3:-20000}" --write . && "$2" --seed "$seed" --queries "${3:-20000}"
