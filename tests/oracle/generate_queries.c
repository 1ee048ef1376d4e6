/// generate_queries.c: whole queries.
#include "generate_int.h"

static void add_plain_select(choice *c, text *out, unsigned columns, const kind *kinds, int depth) {
    scope s = {0};
    text from = {0};
    add_from(c, &from, &s, depth);
    text_add(out, "SELECT %s", chance(c, 20) ? "DISTINCT " : "");
    for (unsigned i = 0; i < columns; i++) {
        if (i) text_add(out, ", ");
        if (kinds[i] == INT && chance(c, 15)) add_leaf(c, out, &s, INT, 1);
        else add_value(c, out, &s, kinds[i], depth);
        text_add(out, " AS c%u", i);
    }
    text_add(out, "%s", from.bytes);
    add_where(c, out, &s, depth);
    text_free(&from);
}

static void add_order(choice *c, text *out, unsigned columns) {
    unsigned start = (unsigned)choose(c, columns);
    for (unsigned i = 0; i < columns; i++) {
        text_add(out, "%s%u%s NULLS %s", i ? ", " : " ORDER BY ", (start + i) % columns + 1, chance(c, 50) ? " DESC" : "",
                 chance(c, 50) ? "FIRST" : "LAST");
    }
    if (!chance(c, 50)) return;
    if (chance(c, 20)) text_add(out, " LIMIT (SELECT count(*) FROM t%u WHERE i > %u)", (unsigned)choose(c, ORACLE_TABLES), (unsigned)choose(c, 4));
    else text_add(out, " LIMIT %u", (unsigned)choose(c, 12));
    if (chance(c, 40)) text_add(out, chance(c, 20) ? " OFFSET (SELECT %u)" : " OFFSET %u", (unsigned)choose(c, 6));
}

/// One query with two readers: streamed, grouped, limited in an order that decides.
static void add_shared_with(choice *c, text *out) {
    unsigned table = (unsigned)choose(c, ORACLE_TABLES);
    const char *hint = chance(c, 20) ? "MATERIALIZED " : chance(c, 10) ? "NOT MATERIALIZED " : "";
    switch (choose(c, 4)) {
    case 0:
        text_add(out, "WITH w AS %s(SELECT i, k, s FROM t%u WHERE i IS NOT NULL) ", hint, table);
        text_add(out, "SELECT a.i AS c0, b.s AS c1, count(*) AS c2 FROM w AS a JOIN w AS b ON a.k = b.k GROUP BY a.i, b.s");
        return;
    case 1:
        text_add(out, "WITH w AS %s(SELECT k, count(*) AS n, min(i) AS m, max(s) AS s FROM t%u GROUP BY k) ", hint, table);
        text_add(out, "SELECT a.m AS c0, b.s AS c1, a.n AS c2 FROM w AS a %sJOIN w AS b ON a.k = b.m%s",
                 chance(c, 50) ? "LEFT " : "", chance(c, 50) ? " WHERE a.n > 1" : "");
        return;
    case 2:
        text_add(out, "WITH w AS %s(SELECT DISTINCT i, s FROM t%u) ", hint, table);
        text_add(out, "SELECT i AS c0, s AS c1, 1 AS c2 FROM w WHERE i > %d UNION ALL SELECT i, s, 2 FROM w WHERE i < %d",
                 (int)choose(c, 10) - 5, (int)choose(c, 10) - 5);
        return;
    default:
        text_add(out, "WITH w AS %s(SELECT i, count(*) AS n FROM t%u GROUP BY i ORDER BY i NULLS FIRST LIMIT %u), ", hint, table,
                 1 + (unsigned)choose(c, 9));
        text_add(out, "v AS (SELECT i, n FROM w WHERE n > 1 UNION SELECT n, i FROM w) ");
        text_add(out, "SELECT a.i AS c0, b.n AS c1, (SELECT count(*) FROM w) AS c2 FROM v AS a JOIN v AS b ON a.n = b.i");
    }
}

/// A walk along i -> k of a table from some rows on, or a count; UNION, or UNION ALL for a few rounds.
static void add_recursive_with(choice *c, text *out) {
    unsigned table = (unsigned)choose(c, ORACLE_TABLES);
    int all = chance(c, 35), from = (int)choose(c, 8) - 4;
    unsigned rounds = all ? 1 + (unsigned)choose(c, 2) : 1 + (unsigned)choose(c, 6);
    text_add(out, "WITH RECURSIVE w(i, n) AS (SELECT i, 0 FROM t%u WHERE i BETWEEN %d AND %d UNION%s ", table, from, from + 2,
             all ? " ALL" : "");
    scope s = {0};
    scope_add_table(&s, "t");
    switch (choose(c, 3)) {
    case 0: text_add(out, "SELECT t.k, w.n + 1 FROM w JOIN t%u AS t ON t.i = w.i WHERE w.n < %u", table, rounds); break;
    case 1: text_add(out, "SELECT t.k, w.n + 1 FROM t%u AS t, w WHERE w.i = t.i AND w.n < %u", table, rounds); break;
    default:
        text_add(out, "SELECT coalesce(t.k, w.i + 1), w.n + 1 FROM w LEFT JOIN t%u AS t ON t.i = w.i WHERE w.n < %u", table,
                 rounds);
    }
    if (chance(c, 30)) {
        text_add(out, " AND ");
        add_predicate(c, out, &s, 1);
    }
    text_add(out, ") SELECT %si AS c0, n AS c1, %s AS c2 FROM w", chance(c, 20) ? "DISTINCT " : "",
             chance(c, 50) ? "i * 2" : "(SELECT max(n) FROM w)");
}

void generate_query(choice *c, text *out, text *for_sqlite, int *is_ordered) {
    static const char *const sets[] = {"UNION", "UNION ALL", "INTERSECT", "EXCEPT"};
    static const unsigned others[] = {1, 3, 2, 0}; // INTERSECT stays alone: SQLite's binds no tighter than the others
    unsigned columns = 1 + (unsigned)choose(c, 4);
    int depth = 1 + (int)choose(c, 3);
    kind kinds[4];
    for (unsigned i = 0; i < 4; i++) kinds[i] = (kind)choose(c, KINDS);
    if (chance(c, 10)) {
        columns = 3;
        if (chance(c, 50)) add_shared_with(c, out);
        else add_recursive_with(c, out);
    } else if (chance(c, 30)) {
        if (chance(c, 20)) add_window_over_groups(c, out, columns, depth);
        else add_window_select(c, out, columns, kinds, depth);
    } else if (chance(c, 15)) {
        unsigned op = (unsigned)choose(c, 4);
        add_plain_select(c, out, columns, kinds, depth);
        for (unsigned n = 1 + (unsigned)choose(c, 3); n; n--) {
            text_add(out, " %s ", sets[op]);
            if (chance(c, 40)) op = others[op];
            add_plain_select(c, out, columns, kinds, depth - 1);
        }
    } else if (chance(c, 45)) {
        if (chance(c, 25)) add_sets_select(c, out, for_sqlite, columns, depth);
        else add_grouped_select(c, out, columns, depth);
    } else {
        add_plain_select(c, out, columns, kinds, depth);
    }
    *is_ordered = chance(c, 40);
    if (!*is_ordered) return;
    text order = {0};
    add_order(c, &order, columns);
    text_add(out, "%s", order.bytes);
    if (for_sqlite->bytes) text_add(for_sqlite, "%s", order.bytes);
    text_free(&order);
}
