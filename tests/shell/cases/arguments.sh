# The command line: flags, positions, values.
m() { "$MORSEL" "$@"; echo "= $?"; }
m -c 'SELECT 1'
m --c 'SELECT 1; SELECT 2;' -c 'SELECT 3'
m :memory: 'SELECT 1' '.print two' 'SELECT 3'
m -c='SELECT 4'
m -csv -header -c 'SELECT 1 AS a, 2 AS b'
m --no_header -csv -c 'SELECT 1 AS a'
m -separator ';' -newline '
' -nullvalue NIL -c 'SELECT 1, NULL'
m -json -list -c 'SELECT 1'
m -threads 2 -memory 100MB -c 'SHOW threads; SHOW memory_limit'
m -cmd '.mode csv' -cmd '.headers on' -c 'SELECT 1 AS a'
echo "SELECT 'from init';" >start.sql
m -init start.sql -c 'SELECT 1'
echo 'SELECT 11;' >a.sql
echo 'SELECT 12' >b.txt
echo 'SELECT 13;' >script
m a.sql
m -f a.sql -f b.txt
m script
m :memory: a.sql 'SELECT 14'
m -- a.sql
m -version
# Wrong ones
m -jsn
m --thread 3
m -f
m -csv=3 -c 'SELECT 1'
m -threads many -c 'SELECT 1'
m -memory nonsense -c 'SELECT 1'
m nosuch.db
m 'SELECT 1'
