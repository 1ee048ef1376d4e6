#!/bin/sh
# Installs what is needed, builds Morsel and shows what it does on real input: a products file of a million rows that
# is generated here, and Debian's UnicodeData.txt.
set -eu
cd "$(dirname "$0")"
./install_packages.sh
cmake --preset release >/dev/null
cmake --build --preset release >build/release/build.log 2>&1 || {
    tail -50 build/release/build.log
    exit 1
}
mkdir -p build/tour
[ -s build/tour/products.tsv ] || build/release/bench/bench_generate_products --rows 1000000 -o build/tour/products.tsv
cp /usr/share/unicode/UnicodeData.txt build/tour/
cp docs/tour.sql build/tour/
cd build/tour
../release/morsel -box -echo tour.sql
cat <<'END'

That was docs/tour.sql. Go on with

    build/release/morsel                                        the shell; .help lists its commands
    build/release/morsel -c "FROM 'build/tour/products.tsv' LIMIT 5"
    build/release/morsel script.sql
    docs/                                                       the language, the C interface, the architecture
END
