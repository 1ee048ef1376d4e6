# In scripts errors name file and line and the run goes on; the exit code is 1.
cat >bad.sql <<'END'
-- a comment first

SELECT 1;
SELECT nothing;
SELECT
  2,
  nowhere.x
FROM range(3);
SELECT 'after'; SELEC 3; SELECT 'and after';
.nosuch
.mode nomode
SELECT 1 +;
SELECT 5
END
"$MORSEL" bad.sql
echo "= $?"
"$MORSEL" <bad.sql
echo "= $?"
"$MORSEL" -c 'SELECT nothing' -c 'SELECT 2'
echo "= $?"
echo '.read bad.sql' >outer.sql
echo ".print back" >>outer.sql
"$MORSEL" outer.sql
echo "= $?"
echo ".read self.sql" >self.sql
"$MORSEL" self.sql
echo "= $?"
"$MORSEL" -c "FROM 'nosuch.csv'"
echo "= $?"
printf 'a\0b\n' >nul.sql
"$MORSEL" nul.sql
echo "= $?"
"$MORSEL" -f nosuch.sql
echo "= $?"
"$MORSEL" -f .
echo "= $?"
