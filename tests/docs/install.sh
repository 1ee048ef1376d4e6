#!/bin/sh
# Installs into a temporary prefix and uses the library as a program of somebody else does: through pkg-config, shared and static,
# from C and C++. Then compares what the shared library exports with what morsel.h declares.
#   install.sh CMAKE BUILD_FOLDER SOURCE_FOLDER
set -eu
cmake=$1 build=$2 source=$3
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$cmake" --install "$build" --prefix "$folder/prefix" >"$folder/log" || { cat "$folder/log"; exit 1; }
cd "$folder"
PKG_CONFIG_PATH=$(dirname "$(find "$folder/prefix" -name morsel.pc)")
LD_LIBRARY_PATH=$(dirname "$(find "$folder/prefix" -name 'libmorsel.so')")
export PKG_CONFIG_PATH LD_LIBRARY_PATH

printf 'a;b\n1;x\n2;y\n' >small.csv
for example in rows columns prepared cancel script; do
    # shellcheck disable=SC2046
    cc -std=c11 -D_DEFAULT_SOURCE -Wall -Wextra -Werror -pthread "$source/examples/$example.c" \
        $(pkg-config --cflags --libs morsel) -o "$example"
    # The archive instead of the shared library: what --static adds is all that it needs.
    # shellcheck disable=SC2046
    cc -std=c11 -D_DEFAULT_SOURCE "$source/examples/$example.c" $(pkg-config --cflags morsel) \
        "$LD_LIBRARY_PATH/libmorsel.a" $(pkg-config --static --libs morsel | sed 's/-lmorsel\b//') -o "$example.static"
done
for program in columns columns.static; do
    [ "$("./$program" "SELECT a FROM 'small.csv'")" = "3.00 (2 values, 0 NULLs)" ] || { echo "$program answers wrongly"; exit 1; }
done
ldd ./columns | grep -q 'libmorsel\.so\.0' || { echo "columns does not use the shared library"; exit 1; }
if ldd ./columns.static | grep -q libmorsel; then echo "columns.static uses the shared library"; exit 1; fi

cat >app.cc <<'END'
#include <morsel.h>
#include <cstdio>
int main() {
    morsel_database *db = nullptr;
    morsel_connection *con = nullptr;
    if (morsel_open(nullptr, nullptr, 0, &db, nullptr) || morsel_connect(db, &con, nullptr)) return 1;
    morsel_status status = morsel_exec(con, "CREATE TABLE t AS SELECT 1 AS a; INSERT INTO t VALUES (2)", -1, nullptr, nullptr);
    morsel_disconnect(&con);
    morsel_close(&db);
    std::printf("%s\n", morsel_version());
    return status;
}
END
# shellcheck disable=SC2046
c++ -std=c++11 -Wall -Wextra -Werror app.cc $(pkg-config --cflags --libs morsel) -o app
[ "$(./app)" = "$(pkg-config --modversion morsel)" ] || { echo "morsel_version() and morsel.pc differ"; exit 1; }

# The program of the README, in a main of its own.
awk '/^```c$/ {inside = 1; next} /^```$/ {inside = 0} inside && !/^#include/' "$source/README.md" >body.c
printf '#include <morsel.h>\n#include <stdio.h>\nint main(void) {\n#include "body.c"\nreturn 0;\n}\n' >readme.c
# shellcheck disable=SC2046
cc -std=c11 -Wall -Wextra -Werror readme.c $(pkg-config --cflags --libs morsel) -o readme

printf 'SELECT 1;\n' | "$folder/prefix/bin/morsel" -batch >shell.out
[ "$(cat shell.out)" = 1 ] || { echo "the installed shell does not answer"; exit 1; }
[ -s "$folder/prefix/share/man/man1/morsel.1" ] || { echo "no manual page was installed"; exit 1; }

sed 's,//.*,,' "$source/include/morsel.h" | tr '\n' ' ' | grep -oE 'MORSEL_API [^(;]*\(' | grep -oE 'morsel_[a-z0-9_]+ *\($' | tr -d ' (' | sort >declared
nm -D --defined-only "$LD_LIBRARY_PATH/libmorsel.so" | awk '{print $3}' | sed 's/@.*//' | sort >exported
diff declared exported || { echo "< declared in morsel.h, > exported by libmorsel.so"; exit 1; }
