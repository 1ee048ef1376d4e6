/// generate_queries.c: whole queries.
#include "generate_int.h"

void query_free(query *q) {
    text_free(&q->sql);
    text_free(&q->for_sqlite);
}

/// turn: which column stands first; the others follow in a circle.
static void add_plain_select(choice *c, query *q, int depth, unsigned turn) {
    scope s = {0};
    text from = {0};
    int is_distinct = chance(c, 20);
    add_from(c, &from, &s, depth);
    if (is_distinct) reach(c, CLAUSE_DISTINCT);
    text_add(&q->sql, "SELECT %s", is_distinct ? "DISTINCT " : "");
    for (unsigned n = 0; n < q->columns; n++) {
        unsigned i = (n + turn) % q->columns;
        if (n) text_add(&q->sql, ", ");
        if (q->kinds[i] == INT && chance(c, 15))
            add_leaf(c, &q->sql, &s, INT, 1);
        else
            add_value(c, &q->sql, &s, q->kinds[i], depth);
        text_add(&q->sql, " AS c%u", i);
    }
    text_add(&q->sql, "%s", from.bytes);
    add_where(c, &q->sql, &s, depth);
    text_free(&from);
}

static void add_set_operation(choice *c, query *q, int depth) {
    static const char *const sets[] = {"UNION", "UNION ALL", "INTERSECT", "EXCEPT"};
    static const char *const own_sets[] = {"INTERSECT ALL", "EXCEPT ALL", "UNION BY NAME", "UNION ALL BY NAME"};
    static const unsigned others[] = {1, 3, 2, 0}; // INTERSECT stays alone: SQLite's binds no tighter than the others
    unsigned op = (unsigned)choose(c, 4);
    int is_own = c->is_own && chance(c, 40), by_name = 0;
    reach(c, CLAUSE_SET_OPERATION);
    add_plain_select(c, q, depth, 0);
    for (unsigned n = 1 + (unsigned)choose(c, 3); n; n--) {
        by_name = is_own && op >= 2;
        if ((is_own && op != 2) || (!is_own && op == 1)) reach(c, CLAUSE_SET_ALL);
        if (by_name) reach(c, CLAUSE_BY_NAME);
        text_add(&q->sql, " %s ", is_own ? own_sets[op] : sets[op]);
        if (!is_own && chance(c, 40)) op = others[op];
        add_plain_select(c, q, depth - 1, by_name ? (unsigned)choose(c, q->columns) : 0);
    }
}

/// The first row of each key, in an order that decides.
static void add_distinct_on_select(choice *c, query *q, int depth) {
    scope s = {0};
    text from = {0}, key = {0}, order = {0};
    kind kinds[1];
    reach(c, CLAUSE_DISTINCT_ON);
    add_from(c, &from, &s, depth);
    add_group_keys(c, &key, kinds, 1, &s, depth);
    add_total_order(c, &order, &s);
    text_add(&q->sql, "SELECT * FROM (SELECT DISTINCT ON (%s) ", key.bytes);
    for (unsigned i = 0; i < q->columns; i++) {
        add_value(c, &q->sql, &s, q->kinds[i], depth);
        text_add(&q->sql, " AS c%u%s", i, i + 1 < q->columns ? ", " : "");
    }
    text_add(&q->sql, "%s", from.bytes);
    add_where(c, &q->sql, &s, depth);
    text_add(&q->sql, " ORDER BY %s NULLS FIRST, %s) AS z", key.bytes, order.bytes + sizeof "ORDER BY " - 1);
    text_free(&from);
    text_free(&key);
    text_free(&order);
}

static void add_order(choice *c, text *out, unsigned columns) {
    unsigned start = (unsigned)choose(c, columns);
    reach(c, CLAUSE_ORDER_BY);
    for (unsigned i = 0; i < columns; i++) {
        text_add(out, "%s%u%s NULLS %s", i ? ", " : " ORDER BY ", (start + i) % columns + 1,
                 chance(c, 50) ? " DESC" : "", chance(c, 50) ? "FIRST" : "LAST");
    }
    if (!chance(c, 50)) return;
    reach(c, CLAUSE_LIMIT);
    if (chance(c, 20))
        text_add(out, " LIMIT (SELECT count(*) FROM t%u WHERE i > %u)", any_table(c, ORACLE_TABLES),
                 (unsigned)choose(c, 4));
    else
        text_add(out, " LIMIT %u", (unsigned)choose(c, 12));
    if (chance(c, 40)) text_add(out, chance(c, 20) ? " OFFSET (SELECT %u)" : " OFFSET %u", (unsigned)choose(c, 6));
}

/// A query without ORDER BY.
static void add_unordered(choice *c, query *q, int depth);

/// A query over another one: conditions and groupings above whatever stands below.
static void add_query_over_query(choice *c, query *q, int depth) {
    query below = {.columns = 1 + (unsigned)choose(c, 4)};
    scope s = {0};
    text items = {0};
    for (unsigned i = 0; i < 4; i++) below.kinds[i] = any_kind(c);
    add_unordered(c, &below, depth - 1);
    scope_add_query(&s, "z", &below);
    reach(c, CLAUSE_DERIVED);
    int is_grouped = chance(c, 40);
    if (is_grouped) reach(c, CLAUSE_GROUP_BY);
    for (unsigned i = 0; i < q->columns; i++) {
        if (is_grouped)
            q->kinds[i] = add_aggregate(c, &items, &s, 1);
        else
            add_value(c, &items, &s, q->kinds[i], 1);
        text_add(&items, " AS c%u%s", i, i + 1 < q->columns ? ", " : "");
    }
    text_add(&q->sql, "SELECT %s FROM (%s) AS z WHERE ", items.bytes, below.sql.bytes);
    add_predicate(c, &q->sql, &s, 1);
    if (is_grouped && chance(c, 60)) text_add(&q->sql, " GROUP BY z.c0");
    text_free(&items);
    query_free(&below);
}

static void add_unordered(choice *c, query *q, int depth) {
    if (chance(c, 10)) {
        if (chance(c, 50))
            add_shared_with(c, q);
        else
            add_recursive_with(c, q);
    } else if (c->is_own && depth > 1 && chance(c, 12)) {
        add_query_over_query(c, q, depth);
    } else if (c->is_own && chance(c, 5)) {
        add_distinct_on_select(c, q, depth);
    } else if (chance(c, 30)) {
        if (chance(c, 20))
            add_window_over_groups(c, q, depth);
        else
            add_window_select(c, q, depth);
    } else if (chance(c, 15)) {
        add_set_operation(c, q, depth);
    } else if (chance(c, 45)) {
        if (chance(c, 25))
            add_star_select(c, q);
        else if (chance(c, 25))
            add_sets_select(c, q, depth);
        else
            add_grouped_select(c, q, depth);
    } else {
        add_plain_select(c, q, depth, 0);
    }
}

void generate_unordered(choice *c, query *q) {
    *q = (query){.columns = 1 + (unsigned)choose(c, 4)};
    int depth = 1 + (int)choose(c, 3);
    for (unsigned i = 0; i < 4; i++) q->kinds[i] = any_kind(c);
    add_unordered(c, q, depth);
}

void generate_query(choice *c, query *q) {
    generate_unordered(c, q);
    q->is_ordered = chance(c, 40);
    if (!q->is_ordered) return;
    text order = {0};
    add_order(c, &order, q->columns);
    text_add(&q->sql, "%s", order.bytes);
    if (q->for_sqlite.bytes) text_add(&q->for_sqlite, "%s", order.bytes);
    text_free(&order);
}
