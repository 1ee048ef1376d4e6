-- Keys that the questions look rows up by; SQLite reads whole tables without them.
CREATE INDEX i1 ON lineitem (l_orderkey);
CREATE INDEX i2 ON lineitem (l_partkey);
CREATE INDEX i3 ON partsupp (ps_partkey);
CREATE INDEX i4 ON orders (o_custkey);
CREATE INDEX i5 ON orders (o_orderkey);
