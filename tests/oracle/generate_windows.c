/// generate_windows.c: window functions.
///
/// What depends on the order of rows stands over an order by every column of FROM, so that only equal rows are peers;
/// ranks and aggregates over RANGE and GROUPS take any order.
#include "generate_int.h"

#include <stdio.h>
#include <string.h>

/// A frame; key: whether RANGE may have offsets, and of which kind (KINDS: none).
static void add_frame(choice *c, text *out, int is_total, kind key) {
    static const char *const excludes[] = {"", " EXCLUDE NO OTHERS", " EXCLUDE CURRENT ROW", " EXCLUDE GROUP",
                                           " EXCLUDE TIES"};
    unsigned unit = is_total ? (unsigned)choose(c, 3) : 1 + (unsigned)choose(c, 2);
    int has_offsets = unit != 1 || key != KINDS;
    text_add(out, unit == 0 ? " ROWS " : unit == 1 ? " RANGE " : " GROUPS ");
    unsigned start = (unsigned)choose(c, 4),
             end = 1 + (unsigned)choose(c, 4); // UNBOUNDED, PRECEDING, CURRENT, FOLLOWING, UNBOUNDED
    if (!has_offsets) {
        start &= 2;
        end = end < 3 ? 2 : 4;
    }
    if (start >= 2 && end < start) end = start;
    int is_short = end == 2 && start <= 2 && chance(c, 40);
    if (!is_short) text_add(out, "BETWEEN ");
    for (unsigned side = 0; side < (is_short ? 1u : 2u); side++) {
        unsigned bound = side ? end : start;
        char offset[32];
        if (unit == 1 && key == DAY)
            snprintf(offset, sizeof offset, "INTERVAL '%u days'", (unsigned)choose(c, 20));
        else if (unit == 1 && key == REAL)
            snprintf(offset, sizeof offset, "%u.5e0", (unsigned)choose(c, 6));
        else
            snprintf(offset, sizeof offset, "%u", (unsigned)choose(c, chance(c, 80) ? 5 : 60));
        if (side) text_add(out, " AND ");
        if (bound == 0)
            text_add(out, "UNBOUNDED PRECEDING");
        else if (bound == 1)
            text_add(out, "%s PRECEDING", offset);
        else if (bound == 2)
            text_add(out, "CURRENT ROW");
        else if (bound == 3)
            text_add(out, "%s FOLLOWING", offset);
        else
            text_add(out, "UNBOUNDED FOLLOWING");
    }
    reach(c, CLAUSE_FRAME);
    if (!chance(c, 35)) return;
    reach(c, CLAUSE_EXCLUDE);
    text_add(out, "%s", excludes[choose(c, 5)]);
}

void add_order_key(choice *c, text *out, const char *column, unsigned k) {
    text_add(out, "%s%s%s NULLS %s", k ? ", " : "ORDER BY ", column, chance(c, 40) ? " DESC" : "",
             chance(c, 50) ? "FIRST" : "LAST");
}

void add_total_order(choice *c, text *out, const scope *s) {
    unsigned start = (unsigned)choose(c, s->count);
    for (unsigned k = 0; k < s->count; k++) add_order_key(c, out, s->columns[(start + k) % s->count].name, k);
}

static void add_partition_by(choice *c, text *out, const scope *s) {
    unsigned keys = (unsigned)choose(c, 3);
    for (unsigned k = 0; k < keys; k++) {
        text_add(out, "%s", k ? ", " : "PARTITION BY ");
        if (chance(c, 70))
            add_leaf(c, out, s, any_kind(c), 1);
        else
            add_value(c, out, s, any_kind(c), 1);
    }
    if (keys) text_add(out, " ");
}

/// An aggregate that SQLite too computes over windows, or one of Morsel's own. is_total: rows of the frame have one
/// order only.
static kind add_window_aggregate(choice *c, text *out, const scope *s, int depth, int is_total) {
    if (c->is_own && chance(c, 35)) return add_aggregate(c, out, s, depth);
    unsigned which = (unsigned)choose(c, is_total ? 8 : 7);
    kind k = any_kind(c), result = which == 3 || which == 6 ? REAL : which == 7 ? TEXT : INT;
    switch (which) {
    case 7:
        text_add(out, "group_concat('.' || "); // SQLite takes a result without a character for NULL
        add_value(c, out, s, TEXT, depth - 1);
        text_add(out, chance(c, 40) ? ")" : ", '%s')", chance(c, 50) ? "" : "; ");
        break;
    case 0: text_add(out, "count(*)"); break;
    case 1: add_call(c, out, s, "count", k, 1, depth); break;
    case 2: add_call(c, out, s, "sum", INT, 1, depth); break;
    case 3: add_call(c, out, s, "sum", REAL, 1, 1); break;
    case 4:
    case 5:
        if (k == BOOL) k = INT;
        add_call(c, out, s, which == 4 ? "min" : "max", k, 1, depth);
        return k; // SQLite 3.40 forgets FILTER of min and max over moving frames
    default: add_call(c, out, s, "avg", INT, 1, 1);
    }
    if (!chance(c, 25)) return result;
    reach(c, CLAUSE_FILTER);
    text_add(out, " FILTER (WHERE ");
    add_predicate(c, out, s, depth - 1);
    text_add(out, ")");
    return result;
}

/// A function whose answer depends on each row's own place.
static kind add_placed_function(choice *c, text *out, const scope *s, int depth) {
    kind k = any_kind(c);
    unsigned which = (unsigned)choose(c, 8);
    static const char *const names[] = {"lag",       "lead",       "first_value", "last_value",
                                        "nth_value", "row_number", "ntile",       "lag"};
    text_add(out, "%s(", names[which]);
    if (which == 6) text_add(out, "%u", 1 + (unsigned)choose(c, 9));
    if (which == 5 || which == 6) {
        text_add(out, ")");
        return INT;
    }
    add_value(c, out, s, k, depth);
    if (which == 4) text_add(out, ", %u", 1 + (unsigned)choose(c, 4));
    if ((which < 2 || which == 7) && chance(c, 60)) {
        text_add(out, ", %u", (unsigned)choose(c, 4));
        if (chance(c, 60)) {
            text_add(out, ", ");
            add_value(c, out, s, k, 1);
        }
    }
    text_add(out, ")");
    if (!c->is_own || !chance(c, 25)) return k;
    reach(c, CLAUSE_IGNORE_NULLS);
    text_add(out, " IGNORE NULLS");
    return k;
}

static kind add_rank_function(choice *c, text *out) {
    static const char *const names[] = {"rank", "dense_rank", "percent_rank", "cume_dist"};
    unsigned which = (unsigned)choose(c, 4);
    text_add(out, "%s()", names[which]);
    return which < 2 ? INT : REAL;
}

/// " OVER (...)" of rows that have no total order.
static void add_partial_order(choice *c, text *out, const scope *s, int has_named) {
    kind k = chance(c, 70) ? INT : REAL;
    if (c->is_own && chance(c, 35)) k = chance(c, 60) ? DAY : DECIMAL;
    const char *key = scope_pick(c, s, k, 0);
    text_add(out, " OVER (");
    if (has_named && chance(c, 30))
        text_add(out, "p ");
    else
        add_partition_by(c, out, s);
    if (key && !chance(c, 15)) {
        add_order_key(c, out, key, 0);
        if (chance(c, 20)) {
            add_order_key(c, out, scope_pick(c, s, any_kind(c), 1), 1);
            k = KINDS;
        }
        if (chance(c, 80)) add_frame(c, out, 0, k);
    }
    text_add(out, ")");
}

kind add_window_call(choice *c, text *out, const scope *s, int depth, int has_named) {
    int is_total = chance(c, 60), is_ranked = chance(c, 15), is_placed = is_total && chance(c, 45);
    reach(c, CLAUSE_WINDOW);
    kind k = is_ranked   ? add_rank_function(c, out)
             : is_placed ? add_placed_function(c, out, s, depth)
                         : add_window_aggregate(c, out, s, depth, is_total);
    if (!is_total) {
        add_partial_order(c, out, s, has_named);
        return k;
    }
    if (has_named && chance(c, 40)) {
        reach(c, CLAUSE_NAMED_WINDOW);
        text_add(out, " OVER w");
        return k;
    }
    text_add(out, " OVER (");
    if (has_named && chance(c, 50)) {
        reach(c, CLAUSE_NAMED_WINDOW);
        text_add(out, chance(c, 50) ? "p " : "w ");
        if (out->bytes[out->length - 2] == 'p') add_total_order(c, out, s);
    } else {
        add_partition_by(c, out, s);
        add_total_order(c, out, s);
    }
    if (chance(c, 70)) add_frame(c, out, 1, KINDS);
    text_add(out, ")");
    return k;
}

void add_window_select(choice *c, query *q, int depth) {
    text *out = &q->sql;
    scope s;
    text from = {0};
    do { // SQLite takes the square of a product's rows for frames that exclude
        s = (scope){0};
        text_free(&from);
        add_from(c, &from, &s, depth);
    } while (!c->is_own && strstr(from.bytes, "CROSS JOIN"));
    int has_named = chance(c, 40);
    text_add(out, "SELECT %s", chance(c, 10) ? "DISTINCT " : "");
    for (unsigned i = 0; i < q->columns; i++) {
        if (i) text_add(out, ", ");
        if (i && chance(c, 25))
            add_value(c, out, &s, q->kinds[i], depth);
        else
            q->kinds[i] = add_window_call(c, out, &s, depth < 2 ? depth : 2, has_named);
        text_add(out, " AS c%u", i);
    }
    text_add(out, "%s", from.bytes);
    add_where(c, out, &s, depth);
    if (has_named) {
        text_add(out, " WINDOW p AS (");
        add_partition_by(c, out, &s);
        text_add(out, "), w AS (p ");
        add_total_order(c, out, &s);
        text_add(out, ")");
    }
    if (c->is_own && chance(c, 30)) {
        reach(c, CLAUSE_QUALIFY);
        text_add(out, " QUALIFY ");
        if (chance(c, 60)) {
            text_add(out, "row_number() OVER (");
            add_partition_by(c, out, &s);
            add_total_order(c, out, &s);
            text_add(out, ") <= %u", 1 + (unsigned)choose(c, 4));
        } else {
            add_window_call(c, out, &s, 1, has_named);
            text_add(out, " IS NOT NULL AND ");
            add_predicate(c, out, &s, depth - 1);
        }
    }
    text_free(&from);
}

/// Windows over groups.
void add_window_over_groups(choice *c, query *q, int depth) {
    static const struct {
        const char *call;
        kind kind;
    } calls[] = {{"sum(count(*))", INT},         {"min(sum(x.i))", INT},   {"max(max(x.d))", REAL},
                 {"count(min(x.s))", INT},       {"row_number()", INT},    {"lag(count(*))", INT},
                 {"first_value(max(x.i))", INT}, {"avg(count(x.b))", REAL}};
    text *out = &q->sql;
    scope s = {0}, groups = {0};
    text from = {0};
    reach(c, CLAUSE_WINDOW);
    reach(c, CLAUSE_GROUP_BY);
    add_from(c, &from, &s, depth);
    scope_add(&groups, "x", "k", INT, 0);
    scope_add(&groups, "x", "s", TEXT, 0);
    text_add(out, "SELECT ");
    for (unsigned i = 0; i < q->columns; i++) {
        unsigned which = (unsigned)choose(c, 8);
        q->kinds[i] = calls[which].kind;
        text_add(out, "%s%s OVER (", i ? ", " : "", calls[which].call);
        if (chance(c, 40)) text_add(out, "PARTITION BY x.%s ", chance(c, 50) ? "k" : "s");
        add_total_order(c, out, &groups);
        if (chance(c, 60)) add_frame(c, out, 1, KINDS);
        text_add(out, ") AS c%u", i);
    }
    text_add(out, "%s", from.bytes);
    add_where(c, out, &s, depth);
    text_add(out, " GROUP BY x.k, x.s");
    if (chance(c, 25)) text_add(out, " HAVING count(*) > 1");
    text_free(&from);
}
