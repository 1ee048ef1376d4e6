"$MORSEL" -c 'SELECT 1' >/dev/null; echo "fine: $?"
"$MORSEL" -c 'SELECT nothing' 2>/dev/null; echo "error: $?"
"$MORSEL" -nonsense 2>/dev/null; echo "usage: $?"
echo '.exit 7' | "$MORSEL"; echo ".exit 7: $?"
printf '.quit\nSELECT nothing;\n' | "$MORSEL"; echo ".quit: $?"
"$MORSEL" -c 'SELECT range FROM range(1000000)' >/dev/full; echo "full disk: $?"
"$MORSEL" -c 'SELECT 1' >/dev/full; echo "full disk, little: $?"
# The reader goes away: the end is SIGPIPE's, without a word. (Where SIGPIPE is ignored from outside, plain 141 too.)
{ "$MORSEL" -c 'SELECT range FROM range(10000000)'; echo "closed pipe: $?" >&2; } | head -1
# Interrupted from outside.
"$MORSEL" -c 'SELECT count(*) FROM range(100000) a, range(1000000) b WHERE (a.range + b.range) % 7 = 8' -c 'SELECT 2' 2>/dev/null &
child=$!
sleep 1
kill -INT $child
wait $child
echo "interrupted: $?"
