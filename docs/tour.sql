-- A tour of Morsel over two real files:
--   products.tsv      a header and a million rows, separated by tabs (bench/ generates it)
--   UnicodeData.txt   Debian's table of all characters: no header, separated by semicolons
-- Lines that start with a dot are commands of the shell; everything else is SQL.
.types on

-- 1. A file is a table. Nothing is loaded first, and only what is asked for is read: this reads its beginning.
FROM 'products.tsv' LIMIT 3;

-- What was found in it: separator, header and types come from the file itself.
DESCRIBE 'products.tsv';

-- 2. The main job: groups of a whole file, in parallel. GROUP BY ALL means every column that is not an aggregate.
SELECT cat_1, cat_2, cat_3, count(rid) AS products
FROM 'products.tsv'
GROUP BY ALL
ORDER BY products DESC, cat_3
LIMIT 5;

-- Filters go into the scan, and only three of the eight columns are cut out and converted.
-- Sums come out the same to the last digit, whatever the number of threads.
SELECT sum(price) AS revenue, count(*) AS rows
FROM 'products.tsv'
WHERE qty > 5 AND r_date >= '2020-01-01';

-- SELECT may come last, an alias may be used in WHERE and GROUP BY, aggregates take FILTER and DISTINCT.
FROM 'products.tsv'
SELECT year(r_date) AS year, count(*) AS sold, count(DISTINCT pid) AS products,
       avg(price) FILTER (qty = 1) AS avg_single, max(price) AS dearest
WHERE year >= 2020
GROUP BY year
ORDER BY year;

-- The ten dearest: the sort keeps ten rows, not a million.
SELECT rid, cat_3, r_date, price FROM 'products.tsv' ORDER BY price DESC, rid LIMIT 10;

-- 3. A file without a header: columns are called column0, column1, ... A view gives them names; it reads nothing yet.
CREATE VIEW characters AS
SELECT column0 AS code, column1 AS name, column2 AS category
FROM 'UnicodeData.txt';

SELECT category, count(*) AS characters, min(name) AS first_name
FROM characters
GROUP BY ALL
ORDER BY characters DESC
LIMIT 5;

SELECT code, name FROM characters WHERE name ILIKE '%snowman%' OR name LIKE '%CROCODILE%';

-- What the reader found out about a file; "prompt" is a call to copy and change. Codes with leading zeros stay text.
.mode line
SELECT delimiter, quote, has_header, sampled_rows, confidence, prompt FROM sniff_csv('UnicodeData.txt');
.mode box

-- 4. Files join files, tables and lists of values.
SELECT c.category, v.meaning, count(*) AS characters
FROM characters c
JOIN (VALUES ('Lu', 'upper case letter'), ('Sc', 'currency'), ('Nd', 'digit')) v(category, meaning)
  ON c.category = v.category
GROUP BY ALL
ORDER BY ALL;

-- Days with unusually many sales, next to the month's average: a join of two groupings of the same file.
WITH days AS (SELECT r_date, count(*) AS sold FROM 'products.tsv' GROUP BY ALL),
     months AS (SELECT date_trunc('month', r_date) AS month, avg(sold) AS usual FROM days GROUP BY ALL)
SELECT d.r_date, d.sold, round(m.usual, 1) AS usual
FROM days d JOIN months m ON date_trunc('month', d.r_date) = m.month
ORDER BY d.sold - m.usual DESC, d.r_date
LIMIT 3;

-- Subqueries: categories that sell more than the average category.
SELECT cat_1, count(*) AS sold
FROM 'products.tsv'
GROUP BY cat_1
HAVING count(*) > (SELECT count(*) / 10 FROM 'products.tsv')
ORDER BY sold DESC;

-- 5. Tables live in memory.
CREATE TABLE top_products AS
SELECT pid, count(*) AS sold, sum(price * qty) AS revenue
FROM 'products.tsv'
GROUP BY pid;

SELECT count(*) AS products, max(sold) AS most, max(revenue) AS best FROM top_products;

CREATE TABLE notes(pid VARCHAR NOT NULL, note VARCHAR);
INSERT INTO notes SELECT pid, 'sold ' || sold || ' times' FROM top_products ORDER BY revenue DESC, pid LIMIT 2;
SELECT n.note, t.* FROM notes n JOIN top_products t USING (pid) ORDER BY revenue DESC;
.tables
.schema notes

-- 6. Results go to files, compressed too, and come back from there.
COPY (SELECT cat_1, cat_2, sum(qty) AS pieces FROM 'products.tsv' GROUP BY ALL ORDER BY ALL) TO 'pieces.csv.gz';
SELECT count(*) AS groups, sum(pieces) AS pieces FROM 'pieces.csv.gz';

-- 7. How it runs: the plan, with the exchanges between parallel parts. EXPLAIN ANALYZE runs it and adds rows and times.
EXPLAIN
SELECT cat_1, count(*) AS products FROM 'products.tsv' WHERE qty > 5 GROUP BY ALL ORDER BY products DESC LIMIT 3;

-- 8. Expressions: 1.1 + 2.2 is exact, division by zero is NULL, a cast may be tried, text is UTF-8.
SELECT 1.1 + 2.2 AS exact, 7 / 2 AS whole, 1 / 0 AS nothing, TRY_CAST('12a' AS INTEGER) AS tried,
       upper('größe') AS upper, length('日本') AS characters, DATE '2024-02-29' + INTERVAL 1 YEAR AS a_year_later;

-- An error names the place, and the script goes on.
-- (This one is meant; the last line of this script says that it ended well.)
SELECT cat_1, sum(prise) FROM 'products.tsv' GROUP BY ALL;

-- 9. Settings: threads and the memory that queries may hold.
SET memory_limit = '500MB';
SHOW memory_limit;

-- Other output: .mode csv, json, markdown, line, ...; .help lists what the shell can do.
.mode json
SELECT cat_2, min(price) AS cheapest FROM 'products.tsv' WHERE cat_1 = 'electronics' GROUP BY ALL ORDER BY ALL LIMIT 2;
.exit 0
