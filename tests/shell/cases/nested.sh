# Nested values in the output modes; JSON has them as arrays and objects.
sql="SELECT [1, 2, NULL] AS l, {'a': E'q\"\\n', 'b': {'c': [1.5, 'inf'::DOUBLE]}} AS s, MAP {1: DATE '2020-01-01'} AS m, ROW(1, 'x') AS r, NULL::INTEGER[] AS n, ['\\x00ff'::BLOB] AS b"
for mode in json jsonlines csv line; do
    echo "-- $mode"
    "$MORSEL" -cmd ".mode $mode" -c "$sql"
done
echo "-- schema"
"$MORSEL" -c 'CREATE TABLE t (a STRUCT("select" INTEGER, "a b" VARCHAR)[], m MAP(VARCHAR, INTEGER[2]))' -c ".schema t"
