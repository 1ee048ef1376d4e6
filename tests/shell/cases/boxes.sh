# Boxes with types (asked for, since there is no terminal here), and long results.
"$MORSEL" -box -cmd '.types on' -c "SELECT * FROM (VALUES (1, 'a', 1.5), (20, NULL, 2.25)) t(n, s, d)"
"$MORSEL" -box -cmd '.types on' -c "SELECT 1 AS n WHERE false"
"$MORSEL" -box -c "SELECT 1 AS n WHERE false"
# More rows than are measured: printed whole, never cut, with the widths of the first rows.
"$MORSEL" -box -c "SELECT range AS n, 'row ' || range AS s FROM range(120000)" >long.txt
wc -l <long.txt
head -4 long.txt
tail -2 long.txt
"$MORSEL" -column -header -c "SELECT range AS n FROM range(60000)" | md5sum
"$MORSEL" -json -c "SELECT range AS n FROM range(60000)" | python3 -c 'import json,sys; print(sum(r["n"] for r in json.load(sys.stdin)))'
