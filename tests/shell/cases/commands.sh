# Names, short names, unknown ones, arguments, what is not supported.
"$MORSEL" <<'END'
.h on
.m csv
SELECT 1 AS a;
.mo list
.he nullvalue
.help time
.help nothing like this
.e
.ex
.show
.headers maybe
.headers
.mode nosuch
.mode csv table
.width a
.separator
.print
.print 'open
.import data.csv t
.dump
.databases
.tabels
.
\timing
\timing off
\x
SELECT 1 AS a, 2 AS b;
\x off
\copy
\nosuch
\echo one two
.version
.history
.timeout x
.timeout 1000
.prompt
.maxrows
.maxrows 10
.maxrows -1
.cd /nosuch
.cd /
.shell pwd
.quit
SELECT 'not reached';
END
echo "= $?"
"$MORSEL" -timer -stats -c 'SELECT 1' | sed 's/[0-9][0-9.]*/N/g'
