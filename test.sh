#!/bin/sh
# Installs what is needed, builds, and runs every test: the release build first, then the sanitizers.
#   ./test.sh            everything
#   ./test.sh release    one preset: release, debug, asan or tsan
set -eu
cd "$(dirname "$0")"
./install_packages.sh
presets="${*:-release asan tsan}"
for preset in $presets; do
    echo "== $preset =="
    cmake --preset "$preset" >/dev/null
    cmake --build --preset "$preset" -- -v >"build/$preset/build.log" 2>&1 || {
        grep -nE "error|warning|FAILED" "build/$preset/build.log" | head -50
        exit 1
    }
done
for preset in $presets; do
    echo "== $preset: tests =="
    ctest --preset "$preset" -j "$(nproc)"
done
