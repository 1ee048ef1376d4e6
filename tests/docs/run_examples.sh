#!/bin/sh
# Runs the programs of examples/ and compares what they print.
#   run_examples.sh FOLDER_OF_PROGRAMS GENERATOR
set -eu
programs=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$2" --rows 1000 -o "$folder/products.tsv"
cd "$folder"

# check NAME: compares standard output of the last program with standard input
check() {
    cat >expected
    diff expected printed || { echo "example $1 prints something else"; exit 1; }
}

"$programs/example_rows" products.tsv | head -2 >printed
check rows <<'END'
automotive 50
beauty 78
END

"$programs/example_columns" "SELECT price FROM 'products.tsv'" >printed
check columns <<'END'
3321015.98 (1000 values, 0 NULLs)
END
"$programs/example_columns" "SELECT CASE WHEN range < 5 THEN range END FROM range(8)" >printed
check columns <<'END'
10.00 (5 values, 3 NULLs)
END
"$programs/example_columns" "SELECT range(range) FROM range(5)" >printed
check columns <<'END'
10.00 (10 values, 0 NULLs)
END
if "$programs/example_columns" "SELECT 'text'" 2>printed; then exit 1; fi
check columns <<'END'
the first column must be DOUBLE or BIGINT, not VARCHAR
END

"$programs/example_prepared" >printed
check prepared <<'END'
1 row
1 row
1 row
from B:
Bob 1990-03-02 NULL
Cem 1991-03-02 31.5
from C:
Cem 1991-03-02 31.5
END

"$programs/example_cancel" >printed 2>meter
check cancel <<'END'
interrupted: yes
timeout: the query was stopped: its time limit of 100 ms has passed
END

printf 'CREATE TABLE t AS SELECT 1 AS a;\nSELECT b FROM t;\nSELECT a, NULL, 7 FROM t' >script.sql
if "$programs/example_script" <script.sql >printed 2>errors; then exit 1; fi
check script <<'END'
1||7
END
grep -q "no column named b" errors
