# -safe and -readonly.
m() { "$MORSEL" "$@"; echo "= $?"; }
m -safe -c '.shell echo no' -c '.output x' -c '.once x' -c '.read x' -c '.cd /' -c '.open' -c '\! echo no'
m -safe -c "COPY (SELECT 1) TO 'x.csv'"
m -safe -c "SELECT 'COPY' AS \"copy\" -- COPY"
m -safe -c 'CREATE TABLE t(a INTEGER)'
m -readonly -c 'CREATE TABLE t(a INTEGER)'
m -readonly -c "/* x */ INSERT INTO t VALUES (1)"
m -readonly -c "COPY (SELECT 1) TO 'x.csv'"
m -readonly -c "SELECT 'DELETE' AS d"
m -readonly -c 'EXPLAIN ANALYZE CREATE TABLE t AS SELECT 1'
ls
