-- rows of the tables
SELECT abs((SELECT count(*) FROM region) - 5) + abs((SELECT count(*) FROM nation) - 25)
     + abs((SELECT count(*) FROM supplier) - round(10000 * :scale)) + abs((SELECT count(*) FROM part) - round(200000 * :scale))
     + abs((SELECT count(*) FROM partsupp) - round(800000 * :scale)) + abs((SELECT count(*) FROM customer) - round(150000 * :scale))
     + abs((SELECT count(*) FROM orders) - round(1500000 * :scale));
-- lines an order
SELECT count(*) FROM (SELECT count(l_orderkey) AS n FROM orders LEFT JOIN lineitem ON l_orderkey = o_orderkey GROUP BY o_orderkey)
WHERE n NOT BETWEEN 1 AND 7;
-- order keys
SELECT count(*) FROM orders WHERE (o_orderkey - 1) % 32 > 7;
-- customers without orders
SELECT count(*) FROM orders WHERE o_custkey % 3 = 0;
-- prices
SELECT count(*) FROM lineitem, part WHERE p_partkey = l_partkey AND abs(l_quantity * p_retailprice - l_extendedprice) > 0.001;
-- totals
SELECT count(*) FROM (SELECT o_totalprice AS t, sum(l_extendedprice * (1 + l_tax) * (1 - l_discount)) AS s
                      FROM orders, lineitem WHERE l_orderkey = o_orderkey GROUP BY o_orderkey) WHERE abs(t - s) > 0.05;
-- pairs
SELECT count(*) FROM lineitem WHERE NOT EXISTS (SELECT 1 FROM partsupp WHERE ps_partkey = l_partkey AND ps_suppkey = l_suppkey);
-- suppliers of a part
SELECT count(*) FROM (SELECT 1 FROM partsupp GROUP BY ps_partkey, ps_suppkey HAVING count(*) > 1);
-- dates
SELECT count(*) FROM lineitem, orders WHERE l_orderkey = o_orderkey
  AND NOT (o_orderdate < l_shipdate AND l_shipdate < l_receiptdate AND l_receiptdate <= '1998-12-31');
-- flags
SELECT count(*) FROM lineitem
WHERE (l_returnflag = 'N') <> (l_receiptdate > '1995-06-17') OR (l_linestatus = 'O') <> (l_shipdate > '1995-06-17');
