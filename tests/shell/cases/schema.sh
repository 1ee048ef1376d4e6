"$MORSEL" <<'END'
.tables
CREATE TABLE zoo(id INTEGER NOT NULL, name VARCHAR, weight DECIMAL(8,2));
CREATE TABLE "odd name"("select" DOUBLE);
CREATE VIEW heavy AS SELECT * FROM zoo WHERE weight > 100;
.tables
.tables %o%
.schema
.schema zoo
.indexes
.indexes zoo
.indexes nosuch
\dt
\d zoo
.changes on
INSERT INTO zoo VALUES (1, 'elephant', 6000), (2, 'ant', 0.01);
FROM heavy;
.open
.tables
END
echo "= $?"
