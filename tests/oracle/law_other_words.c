/// law_other_words.c: windows, limits, first rows, set operations and texts in terms of others (see law.h).
#include "generate_int.h"
#include "law_int.h"

#include <stdio.h>

/// The first rows in an order are those with the least numbers. The order is by every column, so that equal rows only
/// change places.
void make_limit(choice *c, law *l) {
    query q;
    scope s = {0};
    text order = {0};
    unsigned limit = (unsigned)choose(c, 12), offset = chance(c, 40) ? (unsigned)choose(c, 6) : 0;
    l->name = "LIMIT and row_number()";
    reach(c, CLAUSE_LIMIT);
    reach(c, CLAUSE_WINDOW);
    generate_unordered(c, &q);
    for (unsigned i = 0; i < q.columns; i++) {
        char column[16];
        snprintf(column, sizeof column, "c%u", i);
        scope_add(&s, "z", column, INT, 0);
    }
    add_total_order(c, &order, &s);
    text_add(&l->sides[0][0], "SELECT * FROM (%s) AS z %s LIMIT %u OFFSET %u", q.sql.bytes, order.bytes, limit, offset);
    text_add(&l->sides[1][0],
             "SELECT * EXCLUDE (place) FROM (SELECT z.*, row_number() OVER (%s) AS place FROM (%s) AS z) AS y "
             "WHERE place BETWEEN %u AND %u",
             order.bytes, q.sql.bytes, offset + 1, offset + limit);
    text_free(&order);
    query_free(&q);
}

/// DISTINCT ON keeps each key's row number 1.
void make_first(choice *c, law *l) {
    scope s = {0};
    text from = {0}, key = {0}, order = {0}, items = {0};
    kind kinds[1];
    l->name = "DISTINCT ON and row_number()";
    reach(c, CLAUSE_DISTINCT_ON);
    reach(c, CLAUSE_QUALIFY);
    add_from(c, &from, &s, 2);
    add_where(c, &from, &s, 1);
    add_group_keys(c, &key, kinds, 1, &s, 1);
    add_total_order(c, &order, &s);
    add_value(c, &items, &s, any_kind(c), 1);
    text_add(&items, ", ");
    add_value(c, &items, &s, any_kind(c), 1);
    text_add(&l->sides[0][0], "SELECT DISTINCT ON (%s) %s%s ORDER BY %s, %s", key.bytes, items.bytes, from.bytes,
             key.bytes, order.bytes + sizeof "ORDER BY " - 1);
    text_add(&l->sides[1][0], "SELECT %s%s QUALIFY row_number() OVER (PARTITION BY %s %s) = 1", items.bytes, from.bytes,
             key.bytes, order.bytes);
    text_free(&from), text_free(&key), text_free(&order), text_free(&items);
}

/// INTERSECT and EXCEPT are EXISTS over DISTINCT rows, where NULL equals NULL.
void make_set(choice *c, law *l) {
    int is_except = chance(c, 50);
    unsigned columns = 1 + (unsigned)choose(c, 3),
             tables[2] = {any_table(c, ORACLE_TABLES), any_table(c, ORACLE_TABLES)};
    text sides[2] = {{0}, {0}};
    kind kinds[3];
    l->name = "set operation and EXISTS";
    reach(c, CLAUSE_SET_OPERATION);
    reach(c, CLAUSE_EXISTS);
    for (unsigned i = 0; i < columns; i++) kinds[i] = any_kind(c);
    for (unsigned side = 0; side < 2; side++) {
        scope s = {0};
        scope_add_table(c, &s, "x");
        text_add(&sides[side], "SELECT ");
        for (unsigned i = 0; i < columns; i++) {
            if (chance(c, 60))
                add_leaf(c, &sides[side], &s, kinds[i], 0);
            else
                add_value(c, &sides[side], &s, kinds[i], 2);
            text_add(&sides[side], " AS c%u%s", i, i + 1 < columns ? ", " : "");
        }
        text_add(&sides[side], " FROM t%u AS x", tables[side]);
        if (chance(c, 50)) add_where(c, &sides[side], &s, 1);
    }
    text_add(&l->sides[0][0], "%s %s %s", sides[0].bytes, is_except ? "EXCEPT" : "INTERSECT", sides[1].bytes);
    text_add(&l->sides[1][0], // both in their common types
             "SELECT DISTINCT * FROM (%s UNION ALL SELECT * FROM (%s) AS w WHERE false) AS a WHERE %sEXISTS (SELECT 1 "
             "FROM (%s) AS b "
             "WHERE ",
             sides[0].bytes, sides[1].bytes, is_except ? "NOT " : "", sides[1].bytes);
    for (unsigned i = 0; i < columns; i++) {
        text_add(&l->sides[1][0], "%sa.c%u IS NOT DISTINCT FROM b.c%u", i ? " AND " : "", i, i);
    }
    text_add(&l->sides[1][0], ")");
    text_free(&sides[0]), text_free(&sides[1]);
}

/// A window is a query beside each row: over the rows of its partition, or those whose number n (1 and 3 have each
/// once) is in the frame.
void make_window(choice *c, law *l) {
    static const char *const calls[] = {
        "count(%s.i)",   "sum(%s.i)", "min(%s.s)", "max(%s.m)",    "count(DISTINCT %s.s)", "max(%s.l)",
        "bool_or(%s.o)", "sum(%s.d)", "min(%s.r)", "median(%s.i)", "mode(%s.s)",           "histogram(%s.i)"};
    static const char *const keys[] = {"k", "s", "i", "o", "l", "a", "r"};
    unsigned table = chance(c, 50) ? 1 : 3, before = (unsigned)choose(c, 6), after = (unsigned)choose(c, 20);
    const char *call = calls[choose(c, 12)], *key = keys[choose(c, 7)];
    int is_frame = chance(c, 50), has_key = !is_frame || chance(c, 30);
    text out = {0}, in = {0}, condition = {0};
    l->name = "window and correlated subquery";
    reach(c, CLAUSE_WINDOW);
    reach(c, CLAUSE_SCALAR);
    reach(c, CLAUSE_CORRELATED);
    for (const char *f = call; *f; f++) {
        int is_alias = f[0] == '%';
        text_add(&out, "%c", is_alias ? 'x' : *f);
        text_add(&in, "%c", is_alias ? 'y' : *f);
        f += is_alias;
    }
    if (has_key) text_add(&condition, "y.%s IS NOT DISTINCT FROM x.%s", key, key);
    text_add(&l->sides[0][0], "SELECT x.n, %s OVER (", out.bytes);
    if (has_key) text_add(&l->sides[0][0], "PARTITION BY x.%s", key);
    if (is_frame) { // by value, since a partition has gaps in n
        reach(c, CLAUSE_FRAME);
        text_add(&l->sides[0][0], " ORDER BY x.n RANGE BETWEEN %u PRECEDING AND %u FOLLOWING", before, after);
        text_add(&condition, "%sy.n BETWEEN x.n - %u AND x.n + %u", has_key ? " AND " : "", before, after);
    }
    text_add(&l->sides[0][0], ") FROM t%u AS x", table);
    text_add(&l->sides[1][0], "SELECT x.n, (SELECT %s FROM t%u AS y WHERE %s) FROM t%u AS x", in.bytes, table,
             condition.bytes, table);
    text_free(&out), text_free(&in), text_free(&condition);
}

/// What is written as text reads back the same.
void make_text(choice *c, law *l) {
    static const char *const types[KINDS] = {"BIGINT", "DOUBLE",   "VARCHAR[]", "DECIMAL(12, 4)",
                                             "DATE",   "INTERVAL", "BIGINT[]",  "STRUCT(x BIGINT, y VARCHAR)",
                                             "BOOLEAN"};
    scope s = {0};
    text v = {0};
    kind k = any_kind(c);
    unsigned table = any_table(c, ORACLE_TABLES);
    l->name = "a value and its text";
    scope_add_table(c, &s, "x");
    if (k == TEXT)
        add_form(c, &v, &s, "[$T, NULL, $T]", 2);
    else
        add_value(c, &v, &s, k, 2);
    text_add(&l->sides[0][0], "SELECT CAST(%s AS %s) FROM t%u AS x", v.bytes, types[k], table);
    text_add(&l->sides[1][0], "SELECT CAST(CAST(CAST(%s AS %s) AS VARCHAR) AS %s) FROM t%u AS x", v.bytes, types[k],
             types[k], table);
    text_free(&v);
}
