/// generate_grouping.c: aggregates, GROUP BY, grouping sets (for SQLite a UNION ALL of one grouping for each set).
#include "generate_int.h"

#include <string.h>

/// Many calls whose FILTERs compare the same keys with constants, as PIVOT makes them; one number says all of their
/// answers.
static kind add_branches(choice *c, text *out, const scope *s, int depth) {
    text key = {0}, second = {0}, argument = {0};
    add_leaf(c, &key, s, INT, 0);
    if (chance(c, 40)) add_leaf(c, &second, s, TEXT, 0);
    add_leaf(c, &argument, s, INT, 0);
    int first = (int)choose(c, 6) - 3, rest = chance(c, 30);
    text_add(out, "(");
    for (int k = 0; k < 10; k++) {
        text_add(out, "%s%d * count(%s) FILTER (WHERE %s = %d", k ? " + " : "", k * k + 1, argument.bytes, key.bytes,
                 first + k);
        if (second.length) text_add(out, " AND %s = 'a'", second.bytes);
        if (rest && k % 3 == 0) {
            text_add(out, " AND ");
            add_predicate(c, out, s, depth - 2);
        }
        text_add(out, ")");
    }
    text_add(out, ")");
    text_free(&key);
    text_free(&second);
    text_free(&argument);
    return INT;
}

/// Aggregates of Morsel's own, and the kind of their result (KINDS: none that has literals).
static const struct {
    const char *form;
    kind kind;
    clause clause;
} own_forms[] = {{"stddev_pop($R)", REAL, CLAUSE_STATISTIC},
                 {"var_samp($I)", REAL, CLAUSE_STATISTIC},
                 {"corr($R, $I)", REAL, CLAUSE_STATISTIC},
                 {"regr_slope($R, $I)", REAL, CLAUSE_STATISTIC},
                 {"covar_samp($I, $R)", REAL, CLAUSE_STATISTIC},
                 {"median($I)", REAL, CLAUSE_STATISTIC},
                 {"quantile_cont($R, 0.25)", REAL, CLAUSE_STATISTIC},
                 {"quantile_disc($T, 0.5)", TEXT, CLAUSE_STATISTIC},
                 {"approx_quantile($I, 0.75)", INT, CLAUSE_STATISTIC},
                 {"mode($T)", TEXT, CLAUSE_STATISTIC},
                 {"mad($R)", REAL, CLAUSE_STATISTIC},
                 {"entropy($T)", REAL, CLAUSE_STATISTIC},
                 {"histogram($I)", KINDS, CLAUSE_STATISTIC},
                 {"bool_and($P)", BOOL, CLAUSE_GROUP_BY},
                 {"bool_or($B)", BOOL, CLAUSE_GROUP_BY},
                 {"count_if($P)", INT, CLAUSE_GROUP_BY},
                 {"bit_xor($i)", INT, CLAUSE_GROUP_BY},
                 {"sum($M)", DECIMAL, CLAUSE_OF_DECIMALS},
                 {"avg($M)", REAL, CLAUSE_OF_DECIMALS},
                 {"max($L)", LIST, CLAUSE_OF_LISTS},
                 {"min($W)", STRUCT, CLAUSE_OF_STRUCTS},
                 {"max($D)", DAY, CLAUSE_OF_DATES},
                 {"min($V)", SPAN, CLAUSE_OF_INTERVALS},
                 {"count(DISTINCT $W)", INT, CLAUSE_DISTINCT_AGGREGATE},
                 {"count(DISTINCT $L)", INT, CLAUSE_DISTINCT_AGGREGATE},
                 {"avg(DISTINCT $I)", REAL, CLAUSE_DISTINCT_AGGREGATE},
                 {"product($i)", REAL, CLAUSE_STATISTIC}};

/// A list or text whose order the values themselves decide.
static kind add_ordered_aggregate(choice *c, text *out, const scope *s, int depth) {
    int is_list = chance(c, 50);
    text item = {0};
    reach(c, CLAUSE_ORDERED_AGGREGATE);
    add_value(c, &item, s, is_list ? INT : TEXT, depth - 1);
    text_add(out, "%s(%s%s%s ORDER BY %s%s NULLS %s)", is_list ? "list" : "string_agg",
             chance(c, 30) ? "DISTINCT " : "", item.bytes, is_list ? "" : ", '/'", item.bytes,
             chance(c, 50) ? " DESC" : "", chance(c, 50) ? "FIRST" : "LAST");
    text_free(&item);
    return is_list ? LIST : TEXT;
}

static kind add_own_aggregate(choice *c, text *out, const scope *s, int depth) {
    unsigned which = (unsigned)choose(c, sizeof own_forms / sizeof own_forms[0]);
    if (chance(c, 15)) return add_ordered_aggregate(c, out, s, depth);
    reach(c, own_forms[which].clause);
    add_form(c, out, s, own_forms[which].form, depth);
    return own_forms[which].kind;
}

/// A call; every result is exact in both engines.
static kind add_shared_aggregate(choice *c, text *out, const scope *s, int depth) {
    kind k = any_kind(c);
    switch (choose(c, 9)) {
    case 0: text_add(out, "count(*)"); return INT;
    case 1: add_call(c, out, s, "count", k, 1, depth); return INT;
    case 2: add_call(c, out, s, "sum", INT, 1, depth); return INT;
    case 3: add_call(c, out, s, "sum", REAL, 1, 1); return REAL;
    case 4:
    case 5:
        if (k == BOOL) k = INT;
        add_call(c, out, s, chance(c, 50) ? "min" : "max", k, 1, depth);
        return k;
    case 6: add_call(c, out, s, "avg", INT, 1, 1); return REAL;
    case 7:
        text_add(out, "count(DISTINCT ");
        add_value(c, out, s, k, depth - 1);
        break;
    default: text_add(out, "sum(DISTINCT "); add_value(c, out, s, INT, depth - 1);
    }
    reach(c, CLAUSE_DISTINCT_AGGREGATE);
    text_add(out, ")");
    return INT;
}

kind add_aggregate(choice *c, text *out, const scope *s, int depth) {
    kind k = c->is_own && chance(c, 40) ? add_own_aggregate(c, out, s, depth) : add_shared_aggregate(c, out, s, depth);
    if (!chance(c, 20)) return k;
    reach(c, CLAUSE_FILTER);
    text_add(out, " FILTER (WHERE ");
    add_predicate(c, out, s, depth - 1);
    text_add(out, ")");
    return k;
}

void add_group_keys(choice *c, text *keys, kind *kinds, unsigned count, const scope *s, int depth) {
    for (unsigned i = 0; i < count; i++) {
        kinds[i] = any_kind(c);
        if (chance(c, 60))
            add_leaf(c, &keys[i], s, kinds[i], 1);
        else
            add_value(c, &keys[i], s, kinds[i], depth - 1);
        if (!strchr("0123456789-'", keys[i].bytes[0])) continue; // a literal in GROUP BY would be a position
        text_free(&keys[i]);
        text_add(&keys[i], "coalesce(x.k, 0)");
        kinds[i] = INT;
    }
}

void add_grouped_select(choice *c, query *q, int depth) {
    scope s = {0};
    text from = {0}, keys[3] = {{0}};
    unsigned key_count = (unsigned)choose(c, q->columns < 3 ? q->columns : 3);
    reach(c, CLAUSE_GROUP_BY);
    add_from(c, &from, &s, depth);
    add_group_keys(c, keys, q->kinds, key_count, &s, depth);
    text_add(&q->sql, "SELECT ");
    for (unsigned i = 0; i < q->columns; i++) {
        if (i) text_add(&q->sql, ", ");
        if (i < key_count)
            text_add(&q->sql, "%s", keys[i].bytes);
        else if (chance(c, 4))
            q->kinds[i] = add_branches(c, &q->sql, &s, depth - 1);
        else
            q->kinds[i] = add_aggregate(c, &q->sql, &s, depth - 1);
        text_add(&q->sql, " AS c%u", i);
    }
    text_add(&q->sql, "%s", from.bytes);
    add_where(c, &q->sql, &s, depth);
    int is_all = key_count && c->is_own && chance(c, 15);
    if (is_all) text_add(&q->sql, " GROUP BY ALL");
    for (unsigned i = 0; i < key_count && !is_all; i++)
        text_add(&q->sql, "%s%s", i ? ", " : " GROUP BY ", keys[i].bytes);
    if (key_count && chance(c, 25)) {
        reach(c, CLAUSE_HAVING);
        text_add(&q->sql, " HAVING ");
        add_aggregate(c, &q->sql, &s, 1);
        text_add(&q->sql, chance(c, 50) ? " IS NOT NULL" : " IS NULL");
        if (chance(c, 50)) text_add(&q->sql, " OR count(*) > %d", (int)choose(c, 3));
    }
    text_free(&from);
    for (unsigned i = 0; i < 3; i++) text_free(&keys[i]);
}

#define MOST_SETS 16u

typedef struct key_sets {
    unsigned masks[MOST_SETS]; ///< bit k: key k is in the set
    unsigned count;
} key_sets;

static void add_key_list(text *out, const text *keys, unsigned mask) {
    const char *separator = "";
    text_add(out, "(");
    for (unsigned k = 0; keys[k].bytes; k++) {
        if (!(mask >> k & 1)) continue;
        text_add(out, "%s%s", separator, keys[k].bytes);
        separator = ", ";
    }
    text_add(out, ")");
}

/// One element of GROUP BY over the keys of `mask`.
static void add_sets_element(choice *c, text *out, key_sets *s, const text *keys, unsigned mask) {
    unsigned which = (unsigned)choose(c, 3);
    text_add(out, which == 0 ? "ROLLUP " : which == 1 ? "CUBE " : "GROUPING SETS (");
    if (which < 2) add_key_list(out, keys, mask);
    if (which == 0) {
        for (unsigned left = mask;; left &= ~(1u << (31 - (unsigned)__builtin_clz(left)))) {
            s->masks[s->count++] = left;
            if (!left) return;
        }
    }
    if (which == 1) {
        for (unsigned sub = mask;; sub = (sub - 1) & mask) {
            s->masks[s->count++] = sub;
            if (!sub) return;
        }
    }
    unsigned missing = mask; // every key stands in some set
    for (unsigned n = 1 + (unsigned)choose(c, 3); n; n--) {
        unsigned set = ((unsigned)choose(c, 8) & mask) | (n == 1 ? missing : 0);
        missing &= ~set;
        add_key_list(out, keys, set);
        text_add(out, n > 1 ? ", " : ")");
        s->masks[s->count++] = set;
    }
}

/// GROUP BY; its sets.
static void add_sets_clause(choice *c, text *out, key_sets *s, const text *keys, unsigned key_count) {
    unsigned all = (1u << key_count) - 1;
    text_add(out, " GROUP BY ");
    if (key_count < 2 || chance(c, 50)) {
        add_sets_element(c, out, s, keys, all);
        return;
    }
    if (chance(c, 50)) { // a key, and sets of the others
        text_add(out, "%s, ", keys[0].bytes);
        add_sets_element(c, out, s, keys, all & ~1u);
        for (unsigned i = 0; i < s->count; i++) s->masks[i] |= 1;
        return;
    }
    key_sets left = {{0}, 0}, right = {{0}, 0};
    unsigned half = 1u + (unsigned)choose(c, all - 1);
    add_sets_element(c, out, &left, keys, half);
    text_add(out, ", ");
    add_sets_element(c, out, &right, keys, all & ~half);
    for (unsigned i = 0; i < left.count * right.count && s->count < MOST_SETS; i++) {
        s->masks[s->count++] = left.masks[i / right.count] | right.masks[i % right.count];
    }
}

void add_distinct_sets(choice *c, text *out, const text *keys, unsigned key_count) {
    key_sets sets = {{0}, 0};
    text group_by = {0};
    reach(c, CLAUSE_GROUPING_SETS);
    add_sets_clause(c, &group_by, &sets, keys, key_count);
    text_add(out, " GROUP BY DISTINCT%s", group_by.bytes + sizeof " GROUP BY" - 1);
    text_free(&group_by);
}

static int is_among(const char *key, const text *keys, unsigned count) {
    for (unsigned k = 0; k < count; k++) {
        if (strcmp(key, keys[k].bytes) == 0) return 1;
    }
    return 0;
}

void add_sets_select(choice *c, query *q, int depth) {
    text *out = &q->sql, *for_sqlite = &q->for_sqlite;
    unsigned columns = q->columns;
    kind key_kinds[3];
    scope s = {0};
    text from = {0}, keys[4] = {{0}}, items[4] = {{0}}, having = {0}, group_by = {0};
    unsigned key_count = 1 + (unsigned)choose(c, 3), shown[4] = {0};
    key_sets all = {{0}, 0};
    reach(c, CLAUSE_GROUPING_SETS);
    add_from(c, &from, &s, depth);
    add_group_keys(c, keys, key_kinds, key_count, &s, depth);
    for (unsigned k = 1; k < key_count; k++) { // equal keys would be in each other's sets
        while (is_among(keys[k].bytes, keys, k)) {
            text other = {0};
            text_add(&other, "coalesce(%s, %s)", keys[k].bytes, keys[k].bytes);
            text_free(&keys[k]);
            keys[k] = other;
        }
    }
    add_where(c, &from, &s, depth);
    add_sets_clause(c, &group_by, &all, keys, key_count);
    for (unsigned i = 0; i < columns; i++) {
        shown[i] = chance(c, 45)   ? 1 + (unsigned)choose(c, key_count)
                   : chance(c, 20) ? 100
                                   : 0; // a key, grouping(), an aggregate
        q->kinds[i] = shown[i] == 0     ? add_aggregate(c, &items[i], &s, depth - 1)
                      : shown[i] == 100 ? INT
                                        : key_kinds[shown[i] - 1];
    }
    if (chance(c, 25)) {
        add_aggregate(c, &having, &s, 1);
        text_add(&having, chance(c, 50) ? " IS NOT NULL" : " IS NULL");
    } else {
        text_add(&having, "count(*) >= 0"); // makes () a grouping whatever is selected
    }
    text_add(out, "SELECT ");
    for (unsigned i = 0; i < columns; i++) {
        text_add(out, i ? ", " : "");
        text_add(out, "%s", shown[i] == 100 ? "grouping" : shown[i] ? keys[shown[i] - 1].bytes : items[i].bytes);
        if (shown[i] == 100) add_key_list(out, keys, (1u << key_count) - 1);
        text_add(out, " AS c%u", i);
    }
    text_add(out, "%s%s HAVING %s", from.bytes, group_by.bytes, having.bytes);
    for (unsigned n = 0; n < all.count; n++) {
        unsigned mask = all.masks[n], grouping = 0;
        for (unsigned k = 0; k < key_count; k++) grouping = grouping * 2 + !(mask >> k & 1);
        text_add(for_sqlite, n ? " UNION ALL SELECT " : "SELECT ");
        for (unsigned i = 0; i < columns; i++) {
            text_add(for_sqlite, i ? ", " : "");
            if (shown[i] == 100)
                text_add(for_sqlite, "%u", grouping);
            else if (shown[i] == 0)
                text_add(for_sqlite, "%s", items[i].bytes);
            else
                text_add(for_sqlite, "%s", mask >> (shown[i] - 1) & 1 ? keys[shown[i] - 1].bytes : "NULL");
            text_add(for_sqlite, " AS c%u", i);
        }
        text_add(for_sqlite, "%s", from.bytes);
        for (unsigned k = 0, first = 1; k < key_count; k++) {
            if (mask >> k & 1) text_add(for_sqlite, "%s%s", first ? " GROUP BY " : ", ", keys[k].bytes), first = 0;
        }
        text_add(for_sqlite, " HAVING %s", having.bytes);
    }
    for (unsigned i = 0; i < 4; i++) text_free(&keys[i]), text_free(&items[i]);
    text_free(&from), text_free(&having), text_free(&group_by);
}
