# Cutting input into statements.
"$MORSEL" <<'END'
-- comment; with a semicolon
# a line that the shell ignores
/* block;
   comment */
SELECT 1 -- first
  + 1;
SELECT ';' AS a, '.x' AS b;
SELECT '
.not a command
' AS text;
SELECT 3; SELECT 4;   SELECT 5
;
.5
;
.print 'single  quotes' "double\tquotes" plain words
.headers on
SELECT 1 AS "a;b";
;;
SELECT 'no semicolon at the end' AS last
END
echo "= $?"
printf '\357\273\277SELECT 1;\r\nSELECT 2;\r\n' | "$MORSEL"
echo "= $?"
printf '' | "$MORSEL"
echo "= $?"
printf 'SELECT 1;\n.echo on\n-- said\nSELECT\n 2;\n.print x\n' | "$MORSEL"
echo 'SELECT $$dollar; quoted$$;' | "$MORSEL"
# A conversation: the answer is there before the next line is sent.
mkfifo in out
"$MORSEL" <in >out &
exec 3>in 4<out
echo 'SELECT 1;' >&3
read -r answer <&4
echo "answer $answer"
echo 'SELECT 2;' >&3
read -r answer <&4
echo "answer $answer"
exec 3>&- 4<&-
wait
