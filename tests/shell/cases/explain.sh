# EXPLAIN prints lines, not a box around them, unless told otherwise.
"$MORSEL" -box -c 'EXPLAIN SELECT 1' | grep -c '│'
"$MORSEL" -box -cmd '.explain off' -c 'EXPLAIN SELECT 1' | grep -c '│' | grep -qv '^0$' && echo framed
"$MORSEL" -c 'EXPLAIN SELECT 1' | grep -c .  | grep -qv '^0$' && echo lines
