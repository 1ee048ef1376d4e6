/// test_csv.c: the corners of the text scan, each with the answer written out.
#include "tests/csv/csv_harness.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define OPT(NAME, ...)                                                                                                 \
    {                                                                                                                  \
        .name = NAME, .texts = { __VA_ARGS__ }                                                                         \
    }
#define STRUCT(NAME, ...)                                                                                              \
    { .name = NAME, .texts = {__VA_ARGS__}, .is_struct = true }
#define OPTIONS(...)                                                                                                   \
    (const option[]) {                                                                                                 \
        __VA_ARGS__, { 0 }                                                                                             \
    }

/// Scans `text` under many setups and checks rows (and schema, when not NULL).
static void expect_named(const char *name, const char *text, size_t n, const option *options, const char *schema,
                         const char *rows, int line) {
    static const scan_setup setups[] = {
        {0},
        {.morsel_bytes = 1, .vector_rows = 1, .workers = 1},
        {.morsel_bytes = 7, .vector_rows = 3, .workers = 3, .seed = 5},
        {.morsel_bytes = 64, .vector_rows = 2048, .workers = 4, .seed = 9},
        {.vector_rows = 1},
    };
    for (size_t i = 0; i < sizeof setups / sizeof setups[0]; i++) {
        scan_setup setup = setups[i];
        setup.survey = true;
        scan_result r = scan_file("read_csv", write_file(name, text, n), options, &setup);
        bool good = r.status == MORSEL_OK && strcmp(r.text, rows) == 0 && (!schema || strcmp(r.schema, schema) == 0);
        CHECK(good, "line %d, setup %zu: status %d %s\n  schema %s\n  rows %s", line, i, (int)r.status, r.error.message,
              r.schema, r.text);
        scan_free(&r);
        if (!good) break;
    }
}
/* text, options, schema (or NULL), rows */
#define EXPECT_IN(NAME, TEXT, ...) expect_named(NAME, TEXT, sizeof(TEXT) - 1, __VA_ARGS__, __LINE__)
#define EXPECT(TEXT, ...)          EXPECT_IN("t.csv", TEXT, __VA_ARGS__)

/// Scans and checks that it fails with a message that has `part` (and a hint that has `hint`).
static void expect_error(const char *path, const option *options, const char *state, const char *part, const char *hint,
                         int64_t at_line, int line) {
    static const scan_setup setups[] = {{0}, {.morsel_bytes = 3, .vector_rows = 2, .workers = 3, .seed = 3}};
    for (size_t i = 0; i < 2; i++) {
        scan_result r = scan_file("read_csv", path, options, &setups[i]);
        bool good = r.status != MORSEL_OK && strstr(r.error.message, part) && strcmp(r.error.sqlstate, state) == 0 &&
                    (!hint || strstr(r.error.hint, hint)) && (!at_line || r.error.line == at_line);
        CHECK(good, "line %d, setup %zu: status %d, %s, line %lld, '%s', hint '%s'", line, i, (int)r.status,
              r.error.sqlstate, (long long)r.error.line, r.error.message, r.error.hint);
        scan_free(&r);
        if (!good) break;
    }
}
/* text, options, sqlstate, part of the message, part of the hint, line of the file */
#define FAILS(TEXT, ...) expect_error(write_file("bad.csv", TEXT, sizeof(TEXT) - 1), __VA_ARGS__, __LINE__)

static void test_dialects(void) {
    EXPECT("a,b\n1,x\n2,y\n", NULL, "a BIGINT, b VARCHAR", "1|x\n2|y\n");
    EXPECT("a;b\n1;x\n2;y\n", NULL, "a BIGINT, b VARCHAR", "1|x\n2|y\n");
    EXPECT("a\tb\n1\tx\n2\ty", NULL, "a BIGINT, b VARCHAR", "1|x\n2|y\n");
    EXPECT("a|b\r\n1|x\r\n2|y\r\n", NULL, "a BIGINT, b VARCHAR", "1|x\n2|y\n");
    EXPECT("a,b\r1,x\r2,y\r", NULL, "a BIGINT, b VARCHAR", "1|x\n2|y\n");
    EXPECT("a,b\n1,x\r\n2,y\r3,z", NULL, "a BIGINT, b VARCHAR", "1|x\n2|y\n3|z\n");
    EXPECT("\xEF\xBB\xBF"
           "a,b\n1,x\n",
           NULL, "a BIGINT, b VARCHAR", "1|x\n");
    EXPECT("a,b\n\n1,x\n\n\n2,y\n\n", NULL, "a BIGINT, b VARCHAR", "1|x\n2|y\n");
    EXPECT("name\nBob\n\nAnn\n", OPTIONS(OPT("header", "true")), "name VARCHAR", "Bob\n~\nAnn\n");
    EXPECT("a,b\n'x,y',1\n'z',2\n", NULL, "a VARCHAR, b BIGINT", "x,y|1\nz|2\n");
    EXPECT("a,b\n\"x\ny\",1\n\"z\"\"w\",2\n", NULL, "a VARCHAR, b BIGINT", "x\ny|1\nz\"w|2\n");
    EXPECT("a,b\n\"x\\\"y\",1\n\"z\",2\n\"q\\\\\",3\n", NULL, "a VARCHAR, b BIGINT", "x\"y|1\nz|2\nq\\|3\n");
    EXPECT("a,b\n5\" disk,1\nit's,2\n", NULL, "a VARCHAR, b BIGINT", "5\" disk|1\nit's|2\n");
    EXPECT("1||2\n3||4\n", OPTIONS(OPT("delim", "||")), "column0 BIGINT, column1 BIGINT", "1|2\n3|4\n");
    EXPECT("1\t2\n", OPTIONS(OPT("delim", "\\t")), "column0 BIGINT, column1 BIGINT", "1|2\n");
    EXPECT("a,b\n#c,d,\"e\n1,2\n", OPTIONS(OPT("comment", "#")), "a BIGINT, b BIGINT", "1|2\n");
    EXPECT("# one\n#two, \"x\n\n1,2\n# three\n3,4\n", NULL, "column0 BIGINT, column1 BIGINT", "1|2\n3|4\n");
    EXPECT("##meta\n#a,b\n1,2\n3,4\n", NULL, "#a BIGINT, b BIGINT", "1|2\n3|4\n");
    EXPECT("# x,y\n1,2\n3,4\n", OPTIONS(OPT("comment", "")), "# x BIGINT, y BIGINT", "1|2\n3|4\n");
    EXPECT("junk\nmore\na,b\n1,2\n", OPTIONS(OPT("skip", "#2")), "a BIGINT, b BIGINT", "1|2\n");
    EXPECT("x\n1,5;2\n3,5;4\n", OPTIONS(OPT("delim", ";"), OPT("header", "false"), OPT("null_padding", "true")), NULL,
           "x|~\n1,5|2\n3,5|4\n");
    EXPECT("p;n\n1,5;2\n3,25;4\n", OPTIONS(OPT("decimal", ",")), "p DOUBLE, n BIGINT", "1.5|2\n3.25|4\n");
    EXPECT("p;n\n1,5;2\n3,25;4\n", NULL, "p VARCHAR, n BIGINT", "1,5|2\n3,25|4\n");
    EXPECT("just some text\nand, maybe, more\nlast one\n", NULL, "just some text VARCHAR",
           "and, maybe, more\nlast one\n");
    EXPECT_IN("t.tsv", "a\tb,c\n1\tx,y\n", NULL, "a BIGINT, b,c VARCHAR", "1|x,y\n");
    EXPECT("a,b\r\n1,2\n", OPTIONS(OPT("new_line", "\\n"), OPT("header", "true")), NULL, "1|2\n");
}

static void test_headers(void) {
    EXPECT("1,2\n3,4\n", NULL, "column0 BIGINT, column1 BIGINT", "1|2\n3|4\n");
    EXPECT("a,b\nc,d\n", NULL, "a VARCHAR, b VARCHAR", "c|d\n");
    EXPECT("a,b\nc,d\na,e\n", NULL, "column0 VARCHAR, column1 VARCHAR", "a|b\nc|d\na|e\n");
    EXPECT("0041..5A,x\n0061..7A,y\n", NULL, "column0 VARCHAR, column1 VARCHAR", "0041..5A|x\n0061..7A|y\n");
    EXPECT("a,b\nc,d\n", OPTIONS(OPT("header", "false")), "column0 VARCHAR, column1 VARCHAR", "a|b\nc|d\n");
    EXPECT("a,a,,A\n1,2,3,4\n", NULL, "a BIGINT, a_1 BIGINT, column2 BIGINT, A_2 BIGINT", "1|2|3|4\n");
    EXPECT(",x\n0,1\n1,2\n", NULL, "column0 BIGINT, x BIGINT", "0|1\n1|2\n");
    EXPECT("a,b\n", NULL, "a VARCHAR, b VARCHAR", "");
    EXPECT("1,2\n3,4\n", OPTIONS(OPT("names", "x", "y")), "x BIGINT, y BIGINT", "1|2\n3|4\n");
    EXPECT("", OPTIONS(STRUCT("columns", "a", "INTEGER")), "a INTEGER", "");
    EXPECT("a,b\n1,2\n", OPTIONS(STRUCT("columns", "a", "INTEGER", "b", "VARCHAR")), "a INTEGER, b VARCHAR", "1|2\n");
    EXPECT("1,2\n", OPTIONS(STRUCT("columns", "a", "SMALLINT", "b", "DECIMAL(10,2)")), "a SMALLINT, b DECIMAL(10,2)",
           "1|2.00\n");
    EXPECT("a,b\n1,2\n", OPTIONS(STRUCT("types", "B", "VARCHAR")), "a BIGINT, b VARCHAR", "1|2\n");
    EXPECT("a,b\n1,2\n", OPTIONS(OPT("dtypes", "VARCHAR", "DOUBLE")), "a VARCHAR, b DOUBLE", "1|2.0\n");
    EXPECT("a,b\n1,2\n", OPTIONS(OPT("all_varchar", "true")), "a VARCHAR, b VARCHAR", "1|2\n");
    EXPECT("a,b\n1,2\n", OPTIONS(OPT("inferSchema", "false"), OPT("header", "true"), OPT("sep", ",")),
           "a VARCHAR, b VARCHAR", "1|2\n");
}

static void test_types(void) {
    EXPECT("a,b,c,d,e,f\ntrue,1,1.5,2020-02-29,12:30,2020-01-01 "
           "10:00:00\nFALSE,-2,-1e3,1999-12-31,23:59:59.5,2021-06-30T23:59:59\n",
           NULL, "a BOOLEAN, b BIGINT, c DOUBLE, d DATE, e TIME, f TIMESTAMP",
           "true|1|1.5|2020-02-29|12:30:00|2020-01-01 10:00:00\nfalse|-2|-1000.0|1999-12-31|23:59:59.5|2021-06-30 "
           "23:59:59\n");
    EXPECT("zip,n\n00123,1\n99999,2\n", NULL, "zip VARCHAR, n BIGINT", "00123|1\n99999|2\n");
    EXPECT("tel,n\n+49,1\n17,2\n", NULL, "tel VARCHAR, n BIGINT", "+49|1\n17|2\n");
    EXPECT("n\n0\n-5\n9223372036854775807\n-9223372036854775808\n", NULL, "n BIGINT",
           "0\n-5\n9223372036854775807\n-9223372036854775808\n");
    EXPECT("n\n9223372036854775808\n1\n", NULL, "n HUGEINT", "9223372036854775808\n1\n");
    EXPECT("n\n9007199254740993\n1.5\n", NULL, "n VARCHAR", "9007199254740993\n1.5\n");
    EXPECT("n\n9007199254740992\n1.5\n", NULL, "n DOUBLE", "9007199254740992.0\n1.5\n");
    EXPECT("n\n1\n1.5\nnan\n-inf\n", NULL, "n DOUBLE", "1.0\n1.5\nnan\n-inf\n");
    EXPECT("n\n2020-02-30\n2020-01-01\n", OPTIONS(OPT("header", "true")), "n VARCHAR", "2020-02-30\n2020-01-01\n");
    EXPECT("d\n2020-01-01\n2020-01-02 03:04:05\n", NULL, "d TIMESTAMP", "2020-01-01 00:00:00\n2020-01-02 03:04:05\n");
    EXPECT("a,b\n1,x\n,\n3,\"\"\n", NULL, "a BIGINT, b VARCHAR", "1|x\n~|~\n3|\n");
    EXPECT("a,b\n1,x\nNA,NA\n3,\"NA\"\n", OPTIONS(OPT("nullstr", "NA")), "a BIGINT, b VARCHAR", "1|x\n~|~\n3|NA\n");
    EXPECT("a,b\n1,x\nNA,-\n,\n", OPTIONS(OPT("nullstr", "NA", "-")), "a BIGINT, b VARCHAR", "1|x\n~|~\n~|\n");
    EXPECT("a,b\n 1 ,x\n 22, y\n", NULL, "a BIGINT, b VARCHAR", "1|x\n22| y\n");
    EXPECT("a,b\n\"1\",\"2.5\"\n\"3\",\"4\"\n", NULL, "a BIGINT, b DOUBLE", "1|2.5\n3|4.0\n");
    EXPECT("d\n31/12/2020\n01/02/2021\n", OPTIONS(OPT("dateformat", "%d/%m/%Y")), "d DATE", "2020-12-31\n2021-02-01\n");
    EXPECT("d\nJan 5 2020 03:04 PM\n", OPTIONS(OPT("timestampformat", "%b %d %Y %I:%M %p"), OPT("header", "true")),
           "d TIMESTAMP", "2020-01-05 15:04:00\n");
    EXPECT("a,b\n,1\n,2\n", NULL, "a VARCHAR, b BIGINT", "~|1\n~|2\n");
    EXPECT("a\nlong text beyond twelve bytes\nshort\n", OPTIONS(OPT("header", "true")), "a VARCHAR",
           "long text beyond twelve bytes\nshort\n");
}

/// Values that contradict the sample widen the column: the rows come out right, no value is changed.
static void test_widening(void) {
    static const struct {
        const char *usual, *odd, *type, *first_row, *last_row;
    } cases[] = {
        {"7", "1.5", "DOUBLE", "7.0\n", "1.5\n"},
        {"7", "007", "VARCHAR", "7\n", "007\n"},
        {"7", "x", "VARCHAR", "7\n", "x\n"},
        {"7", "99999999999999999999", "HUGEINT", "7\n", "99999999999999999999\n"},
        {"7", "+8", "VARCHAR", "7\n", "+8\n"},
        {"1.5", "9007199254740993", "VARCHAR", "1.5\n", "9007199254740993\n"},
        {"1.5", "01.5", "VARCHAR", "1.5\n", "01.5\n"},
        {"2020-01-01", "2020-01-01 10:00:00", "TIMESTAMP", "2020-01-01 00:00:00\n", "2020-01-01 10:00:00\n"},
        {"true", "1", "VARCHAR", "true\n", "1\n"},
        {"2020-01-01", "2020-02-30", "VARCHAR", "2020-01-01\n", "2020-02-30\n"},
        {"7", "nan", "DOUBLE", "7.0\n", "nan\n"},
        {"12:00", "12:00:61", "VARCHAR", "12:00\n", "12:00:61\n"},
        {"9007199254740993", "1.5", "VARCHAR", "9007199254740993\n", "1.5\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        static char text[2000000];
        size_t n = (size_t)sprintf(text, "a,b\n");
        for (int k = 0; k < 40000; k++) n += (size_t)sprintf(text + n, "%s,y\n", cases[i].usual);
        n += (size_t)sprintf(text + n, "%s,y\n", cases[i].odd);
        const uint32_t column = 0;
        scan_setup setup = {.workers = 2, .survey = true, .columns = &column, .column_count = 1};
        scan_result r = scan_file("read_csv", write_file("wide.csv", text, n), NULL, &setup);
        char schema[64];
        snprintf(schema, sizeof schema, "a %s, b VARCHAR", cases[i].type);
        size_t tail = strlen(cases[i].last_row);
        bool good = r.status == MORSEL_OK && r.surveys == 1 && r.rows == 40001 && strcmp(r.schema, schema) == 0 &&
                    strncmp(r.text, cases[i].first_row, strlen(cases[i].first_row)) == 0 &&
                    strcmp(r.text + r.length - tail, cases[i].last_row) == 0;
        CHECK(good, "case %zu (%s, %s): status %d %s, surveys %d, rows %llu, %s, ends %.30s", i, cases[i].usual,
              cases[i].odd, (int)r.status, r.error.message, r.surveys, (unsigned long long)r.rows, r.schema,
              r.text + (r.length > tail ? r.length - tail : 0));
        scan_free(&r);
        setup.survey = false;
        r = scan_file("read_csv", write_file("wide.csv", text, n), NULL, &setup);
        CHECK(r.status == MSL_RESCHEMA && r.error.line == 40002 && strstr(r.error.hint, "types={'a': 'VARCHAR'}"),
              "case %zu: status %d, line %lld, %s", i, (int)r.status, (long long)r.error.line, r.error.hint);
        scan_free(&r);
    }
}

static void test_errors(void) {
    FAILS("a,b\n1,2\n3\n4,5\n", OPTIONS(OPT("header", "true")), "22P04", "line 3: expected 2 values, found 1",
          "null_padding", 3);
    FAILS("a,b\n1,2\n3,4,5\n4,5\n", OPTIONS(OPT("delim", ",")), "22P04", "line 3: expected 2 values, found 3",
          "ignore_errors", 3);
    FAILS("a,b\n1,\"2\n3,4\n", OPTIONS(OPT("delim", ","), OPT("quote", "\""), OPT("header", "true")), "22P04",
          "never closed", "quote=''", 2);
    FAILS("a,b\n1,\"2\"x\n3,4\n", OPTIONS(OPT("delim", ","), OPT("quote", "\"")), "22P04", "after its closing quote",
          "quote=''", 2);
    FAILS("a,b\n1,2\nx,4\n", OPTIONS(STRUCT("types", "a", "INTEGER")), "22P02", "column a: 'x' is not an INTEGER",
          "VARCHAR", 3);
    FAILS("a,b\n1,2\n3000000000,4\n", OPTIONS(STRUCT("types", "a", "INTEGER")), "22P02", "3000000000", "VARCHAR", 3);
    FAILS("a,b\n1,2\n", OPTIONS(OPT("delm", ",")), "42703", "no option 'delm'", "delim", 0);
    FAILS("a,b\n1,2\n", OPTIONS(STRUCT("types", "z", "INTEGER")), "42703", "no column 'z'", NULL, 0);
    FAILS("a,b\n1,2\n", OPTIONS(STRUCT("types", "a", "INTEGR")), "42704", "INTEGR", NULL, 0);
    FAILS("a,b\n1,2\n", OPTIONS(OPT("delim", "\n")), "22023", "delim", NULL, 0);
    FAILS("a,b\n1,2\n", OPTIONS(OPT("encoding", "ebcdic")), "0A000", "ebcdic", NULL, 0);
    FAILS("a,b\n1,2\n", OPTIONS(OPT("compression", "lz4")), "0A000", "lz4", NULL, 0);
    FAILS("a,b\n1,2\n", OPTIONS(OPT("delim", ","), OPT("quote", ",")), "22023", "different", NULL, 0);
    FAILS("a,b\n1,2\n", OPTIONS(OPT("dateformat", "%Q")), "22023", "dateformat", NULL, 0);
    FAILS("", NULL, "22000", "is empty", "columns", 0);
    FAILS("ab\0c,d\n", NULL, "22021", "NUL", "utf-16", 0);
    FAILS("a,b\n1,\xC3x\n", OPTIONS(OPT("delim", ","), OPT("header", "true")), "22021",
          "column b: the text is not valid UTF-8", "latin-1", 2);
    expect_error("/nonexistent/file.csv", NULL, "58P01", "no file matches", NULL, 0, __LINE__);
    write_file("products.csv", "a\n1\n", 4);
    char path[600];
    snprintf(path, sizeof path, "%s/prodcts.csv", temporary_directory());
    expect_error(path, NULL, "58P01", "no file matches", "products.csv", 0, __LINE__);
    expect_error(temporary_directory(), NULL, "42809", "is a directory", "/*", 0, __LINE__);
    snprintf(path, sizeof path, "%s/none*.csv", temporary_directory());
    expect_error(path, NULL, "58P01", "no file matches", NULL, 0, __LINE__);
    if (geteuid() != 0) {
        const char *p = write_file("secret.csv", "a\n1\n", 4);
        chmod(p, 0);
        expect_error(p, NULL, "42501", "cannot open", NULL, 0, __LINE__);
        chmod(p, 0600);
    }
}

static void test_bad_rows(void) {
    const char text[] = "a,b\n1,x\nbad,y\n3\n4,z,w\n5,\"v\n";
    scan_result r = scan_file("read_csv", write_file("r.csv", text, sizeof text - 1),
                              OPTIONS(OPT("delim", ","), OPT("quote", "\""), OPT("header", "true"),
                                      STRUCT("types", "a", "INTEGER"), OPT("store_rejects", "true")),
                              NULL);
    CHECK(r.status == MORSEL_OK && strcmp(r.text, "1|x\n") == 0 && r.rejects == 4, "%d %s rows %s rejects %llu",
          (int)r.status, r.error.message, r.text, (unsigned long long)r.rejects);
    CHECK(strstr(r.warnings, "4 rows of") != NULL, "%s", r.warnings);
    scan_free(&r);
    r = scan_file("read_csv", write_file("r.csv", "a,b\n1,x\nbad,y\n", 14),
                  OPTIONS(STRUCT("types", "a", "INTEGER"), OPT("rejects_table", "oops")), NULL);
    CHECK(strcmp(r.last_reject, "oops|3|8|a|bad,y|'bad' is not an INTEGER value") == 0, "%s", r.last_reject);
    scan_free(&r);
    // Rows before a bad one are delivered, in every order of work; the first of two bad rows is the one reported.
    static char many[400000];
    size_t n = (size_t)sprintf(many, "a,b\n");
    for (int i = 0; i < 20000; i++) n += (size_t)sprintf(many + n, i == 15000 || i == 15001 ? "%d,bad\n" : "%d,1\n", i);
    for (uint32_t workers = 1; workers <= 8; workers *= 2) {
        scan_setup setup = {.morsel_bytes = 4096, .workers = workers, .seed = workers};
        r = scan_file("read_csv", write_file("m.csv", many, n), OPTIONS(STRUCT("types", "b", "INTEGER")), &setup);
        CHECK(r.status == MORSEL_DATA && r.error.line == 15002 && r.rows == 15000, "workers %u: %d line %lld rows %llu",
              workers, (int)r.status, (long long)r.error.line, (unsigned long long)r.rows);
        scan_free(&r);
    }
    EXPECT("a,b,c\n1,2,3\n4\n5,6\n", OPTIONS(OPT("null_padding", "true"), OPT("delim", ",")), NULL,
           "1|2|3\n4|~|~\n5|6|~\n");
}

static void test_filters(void) {
    static char text[300000];
    size_t n = (size_t)sprintf(text, "i,d,t,x\n");
    for (int k = 0; k < 5000; k++) {
        n += (size_t)sprintf(text + n, "%d,%d.5,%s,%s\n", k % 10, k, k % 3 ? "abc" : "a longer text than twelve",
                             k % 7 ? "q" : "");
    }
    msl_value five = {.type = msl_type_of(MSL_TYPE_BIGINT), .i64 = 5},
              abc = {.type = msl_type_of(MSL_TYPE_VARCHAR), .text = "abc", .length = 3};
    msl_value limit = {.type = msl_type_of(MSL_TYPE_DOUBLE), .f64 = 4000};
    msl_scan_filter filters[] = {{.column = 0, .op = MSL_FILTER_GE, .values = &five, .value_count = 1},
                                 {.column = 2, .op = MSL_FILTER_EQ, .values = &abc, .value_count = 1},
                                 {.column = 1, .op = MSL_FILTER_LT, .values = &limit, .value_count = 1},
                                 {.column = 3, .op = MSL_FILTER_IS_NULL}};
    unsigned expected = 0;
    for (int k = 0; k < 5000; k++) expected += k % 10 >= 5 && k % 3 && k < 4000 && k % 7 == 0;
    const uint32_t column = 1;
    for (uint32_t rows = 1; rows <= 2048; rows = rows * 3 + 1) {
        scan_setup setup = {.vector_rows = rows,
                            .workers = 2,
                            .columns = &column,
                            .column_count = 1,
                            .filters = filters,
                            .filter_count = 4};
        scan_result r = scan_file("read_csv", write_file("f.csv", text, n), NULL, &setup);
        CHECK(r.status == MORSEL_OK && r.rows == expected, "rows %u: %llu of %u %s", rows, (unsigned long long)r.rows,
              expected, r.error.message);
        scan_free(&r);
    }
    scan_setup count_only = {.columns = &column, .column_count = 0};
    scan_result r = scan_file("read_csv", write_file("f.csv", text, n), NULL, &count_only);
    CHECK(r.status == MORSEL_OK && r.rows == 5000, "%llu", (unsigned long long)r.rows);
    scan_free(&r);
}

static void test_many_files(void) {
    char pattern[600];
    write_file("part-1.csv", "a,b\n1,x\n", 8);
    write_file("part-2.csv", "b,a\ny,2\n", 8);
    snprintf(pattern, sizeof pattern, "%s/part-*.csv", temporary_directory());
    scan_result r = scan_file("read_csv", pattern, NULL, NULL);
    CHECK(r.status == MORSEL_OK && strcmp(r.text, "1|x\n2|y\n") == 0, "%s %s", r.error.message, r.text);
    scan_free(&r);
    r = scan_file("read_csv", pattern, OPTIONS(OPT("filename", "true")),
                  &(scan_setup){.morsel_bytes = 2, .workers = 3});
    CHECK(r.status == MORSEL_OK && strstr(r.text, "1|x|") && strstr(r.text, "part-2.csv\n"), "%s %s", r.error.message,
          r.text);
    scan_free(&r);
    write_file("part-3.csv", "a,c\n3,z\n", 8);
    r = scan_file("read_csv", pattern, NULL, NULL);
    CHECK(r.status == MORSEL_DATA && strstr(r.error.message, "no column 'b'") && strstr(r.error.hint, "union_by_name"),
          "%s", r.error.message);
    scan_free(&r);
    r = scan_file("read_csv", pattern, OPTIONS(OPT("union_by_name", "true")), &(scan_setup){.workers = 2, .seed = 4});
    CHECK(r.status == MORSEL_OK && strcmp(r.text, "1|x|~\n2|y|~\n3|~|z\n") == 0, "%s %s", r.error.message, r.text);
    scan_free(&r);
    write_file("part-0.csv", "a,b\n", 4);
    snprintf(pattern, sizeof pattern, "%s/part-{0,1}.csv", temporary_directory());
    r = scan_file("read_csv", pattern, NULL, NULL);
    CHECK(r.status == MORSEL_OK && strstr(r.text, "1|x"), "%s %s", r.error.message, r.text);
    scan_free(&r);
    snprintf(pattern, sizeof pattern, "%s/deep", temporary_directory());
    mkdir(pattern, 0700);
    snprintf(pattern, sizeof pattern, "%s/deep/er", temporary_directory());
    mkdir(pattern, 0700);
    write_file("deep/er/leaf.csv", "a,b\n9,z\n", 8);
    snprintf(pattern, sizeof pattern, "%s/**/leaf.csv", temporary_directory());
    r = scan_file("read_csv", pattern, NULL, NULL);
    CHECK(r.status == MORSEL_OK && strcmp(r.text, "9|z\n") == 0, "%s %s", r.error.message, r.text);
    scan_free(&r);
    r = scan_file("glob", pattern, NULL, NULL);
    CHECK(r.status == MORSEL_OK && r.rows == 1 && strstr(r.text, "deep/er/leaf.csv"), "%s %s", r.error.message, r.text);
    scan_free(&r);
}

static void test_compressed(void) {
    static char text[900000];
    size_t n = (size_t)sprintf(text, "a,b\n");
    for (int i = 0; i < 40000; i++) n += (size_t)sprintf(text + n, "%d,\"v\n%d\"\n", i, i);
    scan_result plain = scan_file("read_csv", write_file("p.csv", text, n), NULL, NULL);
    char path[600];
    snprintf(path, sizeof path, "%s/p.csv.gz", temporary_directory());
    gzFile f = gzopen(path, "wb");
    if (gzwrite(f, text, (unsigned)(n / 2)) <= 0) exit(2);
    gzclose(f);
    f = gzopen(path, "ab"); // a second member
    if (gzwrite(f, text + n / 2, (unsigned)(n - n / 2)) <= 0) exit(2);
    gzclose(f);
    for (uint32_t workers = 1; workers <= 4; workers += 3) {
        scan_result r =
            scan_file("read_csv", path, NULL, &(scan_setup){.workers = workers, .morsel_bytes = 10000, .seed = 3});
        CHECK(r.status == MORSEL_OK && r.length == plain.length && memcmp(r.text, plain.text, r.length) == 0,
              "%s rows %llu", r.error.message, (unsigned long long)r.rows);
        scan_free(&r);
    }
    struct stat st;
    if (stat(path, &st) || truncate(path, st.st_size - 100)) exit(2);
    scan_result r = scan_file("read_csv", path, NULL, NULL);
    CHECK(r.status == MORSEL_DATA && strstr(r.error.message, "truncated"), "%s", r.error.message);
    scan_free(&r);
    static char packed[1000000];
    size_t k = ZSTD_compress(packed, sizeof packed, text, n, 3);
    r = scan_file("read_csv", write_file("p.csv.zst", packed, k), NULL, NULL);
    CHECK(r.status == MORSEL_OK && r.length == plain.length && memcmp(r.text, plain.text, r.length) == 0, "%s",
          r.error.message);
    scan_free(&r);
    r = scan_file("read_csv", write_file("p.csv.zst", packed, k - 10), NULL, NULL);
    CHECK(r.status == MORSEL_DATA && strstr(r.error.message, "truncated"), "%s", r.error.message);
    scan_free(&r);
    memset(packed + 12, 0x55, 200);
    r = scan_file("read_csv", write_file("p.csv.zst", packed, k), NULL, NULL);
    CHECK(r.status == MORSEL_DATA && strstr(r.error.message, "zstd"), "%s", r.error.message);
    scan_free(&r);
    // the bad value of a compressed file has its line
    r = scan_file("read_csv",
                  write_file("e.csv.zst", packed, ZSTD_compress(packed, sizeof packed, "a,b\n1,2\n3,4\nx,5\n", 16, 3)),
                  OPTIONS(STRUCT("types", "a", "INTEGER")), NULL);
    CHECK(r.status == MORSEL_DATA && r.error.line == 4, "%s line %lld", r.error.message, (long long)r.error.line);
    scan_free(&r);
    scan_free(&plain);
}

static void test_encodings(void) {
    EXPECT("a,b\n1,caf\xE9\n", OPTIONS(OPT("encoding", "latin-1")), NULL, "1|caf\xC3\xA9\n");
    EXPECT("a,b\n1,\x80 5\n", OPTIONS(OPT("encoding", "cp1252")), NULL, "1|\xE2\x82\xAC 5\n");
    EXPECT("\xFF\xFE"
           "a\0,\0b\0\n\0"
           "1\0,\0\xE9\0\n\0",
           NULL, NULL, "1|\xC3\xA9\n");
    EXPECT("\xFE\xFF"
           "\0a\0,\0b\0\n\0"
           "1\0,\xD8\x3D\xDE\x00\0\n",
           NULL, NULL, "1|\xF0\x9F\x98\x80\n");
    EXPECT("a\0,\0b\0\n\0"
           "1\0,\0x\0\n\0",
           OPTIONS(OPT("encoding", "utf-16le")), NULL, "1|x\n");
    EXPECT("a,b\n1,\xC3\xA9\n2,\xF0\x9F\x98\x80 and more than twelve\n", NULL, NULL,
           "1|\xC3\xA9\n2|\xF0\x9F\x98\x80 and more than twelve\n");
    expect_error(write_file("cut16.csv",
                            "\xFF\xFE"
                            "a\0\n\0x",
                            7),
                 NULL, "22021", "middle of a character", NULL, 0, __LINE__);
}

static void test_pipe(void) {
    char path[600];
    snprintf(path, sizeof path, "%s/fifo", temporary_directory());
    mkfifo(path, 0600);
    pid_t child = fork();
    if (child == 0) {
        int fd = open(path, O_WRONLY);
        char text[2000];
        for (int k = 0; k < 3000; k++) {
            int n = snprintf(text, sizeof text, "%s%d,\"p\n%d\"\n", k ? "" : "a,b\n", k, k);
            for (int at = 0; at < n;) {
                ssize_t w = write(fd, text + at, (size_t)(n - at < 7 ? n - at : 7)); // in small pieces
                if (w <= 0) _exit(1);
                at += (int)w;
            }
        }
        close(fd);
        _exit(0);
    }
    scan_result r = scan_file("read_csv", path, NULL, &(scan_setup){.workers = 3, .morsel_bytes = 500});
    waitpid(child, NULL, 0);
    CHECK(r.status == MORSEL_OK && r.rows == 3000, "%s rows %llu", r.error.message, (unsigned long long)r.rows);
    CHECK(r.length > 20 && strncmp(r.text, "0|p\n0\n1|p\n1\n", 12) == 0, "%.40s", r.text);
    scan_free(&r);
}

static void test_sniff(void) {
    scan_result r = scan_file("sniff_csv", write_file("s.csv", "a;b\n1;'x;y'\n2;'z'\n", 18), NULL, NULL);
    CHECK(r.status == MORSEL_OK && strstr(r.text, ";|'|'|\\n||0|true|{'a': 'BIGINT', 'b': 'VARCHAR'}|"), "%s %s",
          r.error.message, r.text);
    CHECK(strstr(r.text, "FROM read_csv('") &&
              strstr(r.text, "delim=';', quote='''', escape='''', skip=0, header=true, columns={'a'"),
          "%s", r.text);
    scan_free(&r);
    r = scan_file("read_csv", write_file("q.csv", "a,b\n1,\"2\n3,4\n", 13), OPTIONS(OPT("header", "true")), NULL);
    CHECK(r.status == MORSEL_OK && strcmp(r.text, "1|\"2\n3|4\n") == 0 && strstr(r.warnings, "ordinary"), "%s %s",
          r.text, r.warnings);
    scan_free(&r);
    r = scan_file("read_csv", write_file("n.csv", "report of today\na,b\n1,2\n3,4\n5,6\n", 32), NULL, NULL);
    CHECK(r.status == MORSEL_OK && strcmp(r.text, "1|2\n3|4\n5|6\n") == 0 && strstr(r.warnings, "skipped"), "%s %s",
          r.text, r.warnings);
    scan_free(&r);
}

static void test_lines(void) {
    scan_result r = scan_file("read_lines", write_file("l.txt", "a,\"b\n\n#c\r\nlast", 14), NULL,
                              &(scan_setup){.morsel_bytes = 2, .workers = 2});
    CHECK(r.status == MORSEL_OK && strcmp(r.text, "a,\"b\n\n#c\nlast\n") == 0 && strcmp(r.schema, "line VARCHAR") == 0,
          "%s %s %s", r.error.message, r.text, r.schema);
    scan_free(&r);
    r = scan_file("read_lines", write_file("l.txt", "x\n", 2), OPTIONS(OPT("delim", ",")), NULL);
    CHECK(r.status == MORSEL_BIND && strstr(r.error.hint, "read_csv"), "%s", r.error.message);
    scan_free(&r);
}

static void test_wide_and_long(void) {
    // 3000 columns, and a record longer than any buffer
    static char wide[200000];
    size_t n = 0;
    for (int row = 0; row < 3; row++) {
        for (int c = 0; c < 1500; c++) n += (size_t)sprintf(wide + n, row ? "%s%d" : "%sc%d", c ? "," : "", c);
        wide[n++] = '\n';
    }
    const uint32_t last = 1499;
    scan_result r = scan_file("read_csv", write_file("w.csv", wide, n), NULL,
                              &(scan_setup){.columns = &last, .column_count = 1, .morsel_bytes = 100});
    CHECK(r.status == MORSEL_OK && strcmp(r.text, "1499\n1499\n") == 0, "%s %s", r.error.message, r.text);
    scan_free(&r);
    size_t big = 3u << 20;
    char *text = malloc(big + 100);
    if (!text) exit(2);
    memcpy(text, "a,b\n1,\"", 7);
    memset(text + 7, 'x', big);
    memcpy(text + 7 + big, "\"\n2,y\n", 6);
    const char *path = write_file("l.csv", text, big + 13);
    r = scan_file("read_csv", path, NULL, &(scan_setup){.workers = 3});
    CHECK(r.status == MORSEL_OK && r.rows == 2 && r.length == big + 2 + 5, "%s rows %llu length %zu", r.error.message,
          (unsigned long long)r.rows, r.length);
    scan_free(&r);
    r = scan_file("read_csv", path, OPTIONS(OPT("max_line_size", "#1000000")), NULL);
    CHECK(r.status == MORSEL_DATA && strstr(r.error.message, "max_line_size"), "%s", r.error.message);
    scan_free(&r);
    free(text);
}

int main(void) {
    test_dialects();
    test_headers();
    test_types();
    test_widening();
    test_errors();
    test_bad_rows();
    test_filters();
    test_many_files();
    test_compressed();
    test_encodings();
    test_pipe();
    test_sniff();
    test_lines();
    test_wide_and_long();
    char command[600];
    snprintf(command, sizeof command, "rm -rf '%s'", temporary_directory());
    if (!failures && system(command)) return 2;
    printf("csv: %d failures\n", failures);
    return failures != 0;
}
