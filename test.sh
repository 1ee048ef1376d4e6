#!/bin/sh
# Installs what is needed, builds, and runs every test: the release build first, then under the sanitizers.
#   ./test.sh            everything
#   ./test.sh release    one preset: release, debug, asan or tsan
# ThreadSanitizer runs what has threads: the interface, the executor, the scan's life, the corpus at 8 threads and in tiny morsels.
set -eu
cd "$(dirname "$0")"
./install_packages.sh
presets="${*:-release asan tsan}"
threaded='^(api|executor_pipeline|executor_concurrency|csv\.life|machine_group|sql_threads_8|sql_morsels_tiny)$'
for preset in $presets; do
    echo "== $preset: build =="
    mkdir -p "build/$preset"
    cmake --preset "$preset" >"build/$preset/configure.log" 2>&1 || {
        tail -20 "build/$preset/configure.log"
        exit 1
    }
    cmake --build --preset "$preset" >"build/$preset/build.log" 2>&1 || {
        grep -nE "error|FAILED" "build/$preset/build.log" | head -50
        exit 1
    }
    echo "== $preset: tests =="
    if [ "$preset" = tsan ]; then
        ctest --preset "$preset" -j "$(nproc)" --timeout 1200 -R "$threaded"
    else
        ctest --preset "$preset" -j "$(nproc)" --timeout 1200
    fi
done
