# Every mode on the same rows: NULL, '', quotes, separators, line breaks, wide characters.
for mode in list csv tabs ascii json jsonlines line html quote insert 'insert "my table"' tcl table column markdown box; do
    echo "== $mode"
    "$MORSEL" <<END
.mode $mode
.headers on
SELECT * FROM (VALUES (1, 'x', 1.50, true, DATE '2024-02-29'), (NULL, 'a "b", ''c''', -0.25, false, NULL), (3, '', NULL, NULL, DATE '1999-12-31'),
  (4, 'two
lines|', 2.00, true, NULL), (5, '日本 <&>', 3.00, false, NULL)) t(i, "the text", d, b, day);
SELECT 1 AS i WHERE false;
SELECT 'end' AS e;
END
done 2>&1 | cat -v
echo '.mode box' '
.width 8 -6' "
SELECT 'a long text here' AS a, 1 AS b;
.width
.mode table --wrap 10 --wordwrap on
SELECT 'a long text here, which is wrapped' AS a, 1 AS b;
.mode list
.separator ' <> ' \"|\\n\"
.nullvalue -
SELECT 1, NULL, 3;" | "$MORSEL"
