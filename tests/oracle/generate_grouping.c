/// generate_grouping.c: aggregates, GROUP BY, grouping sets (for SQLite a UNION ALL of one grouping for each set).
#include "generate_int.h"

#include <string.h>

/// Many calls whose FILTERs compare the same keys with constants, as PIVOT makes them; one number says all of their answers.
static void add_branches(choice *c, text *out, const scope *s, int depth) {
    text key = {0}, second = {0}, argument = {0};
    add_leaf(c, &key, s, INT, 0);
    if (chance(c, 40)) add_leaf(c, &second, s, TEXT, 0);
    add_leaf(c, &argument, s, INT, 0);
    int first = (int)choose(c, 6) - 3, rest = chance(c, 30);
    text_add(out, "(");
    for (int k = 0; k < 10; k++) {
        text_add(out, "%s%d * count(%s) FILTER (WHERE %s = %d", k ? " + " : "", k * k + 1, argument.bytes, key.bytes, first + k);
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
}

/// An aggregate call; every result is exact in both engines.
void add_aggregate(choice *c, text *out, const scope *s, int depth) {
    if (chance(c, 4)) {
        add_branches(c, out, s, depth);
        return;
    }
    switch (choose(c, 9)) {
    case 0: text_add(out, "count(*)"); break;
    case 1: add_call(c, out, s, "count", (kind)choose(c, KINDS), 1, depth); break;
    case 2: add_call(c, out, s, "sum", INT, 1, depth); break;
    case 3: add_call(c, out, s, "sum", REAL, 1, 1); break;
    case 4: add_call(c, out, s, "min", (kind)choose(c, KINDS), 1, depth); break;
    case 5: add_call(c, out, s, "max", (kind)choose(c, KINDS), 1, depth); break;
    case 6: add_call(c, out, s, "avg", INT, 1, 1); break;
    case 7:
        text_add(out, "count(DISTINCT ");
        add_value(c, out, s, (kind)choose(c, KINDS), depth - 1);
        text_add(out, ")");
        break;
    default:
        text_add(out, "sum(DISTINCT ");
        add_value(c, out, s, INT, depth - 1);
        text_add(out, ")");
    }
    if (chance(c, 20)) {
        text_add(out, " FILTER (WHERE ");
        add_predicate(c, out, s, depth - 1);
        text_add(out, ")");
    }
}

static void add_group_keys(choice *c, text *keys, unsigned count, const scope *s, int depth) {
    for (unsigned i = 0; i < count; i++) {
        if (chance(c, 60)) add_leaf(c, &keys[i], s, (kind)choose(c, KINDS), 1);
        else add_value(c, &keys[i], s, (kind)choose(c, KINDS), depth - 1);
        if (!strchr("0123456789-'", keys[i].bytes[0])) continue; // a literal in GROUP BY would be a position
        text_free(&keys[i]);
        text_add(&keys[i], "coalesce(x.k, 0)");
    }
}

void add_grouped_select(choice *c, text *out, unsigned columns, int depth) {
    scope s = {0};
    text from = {0}, keys[3] = {{0}};
    unsigned key_count = (unsigned)choose(c, columns < 3 ? columns : 3);
    add_from(c, &from, &s, depth);
    add_group_keys(c, keys, key_count, &s, depth);
    text_add(out, "SELECT ");
    for (unsigned i = 0; i < columns; i++) {
        if (i) text_add(out, ", ");
        if (i < key_count) text_add(out, "%s", keys[i].bytes);
        else add_aggregate(c, out, &s, depth - 1);
        text_add(out, " AS c%u", i);
    }
    text_add(out, "%s", from.bytes);
    add_where(c, out, &s, depth);
    for (unsigned i = 0; i < key_count; i++) text_add(out, "%s%s", i ? ", " : " GROUP BY ", keys[i].bytes);
    if (key_count && chance(c, 25)) {
        text_add(out, " HAVING ");
        add_aggregate(c, out, &s, 1);
        text_add(out, chance(c, 50) ? " IS NOT NULL" : " IS NULL");
        if (chance(c, 50)) text_add(out, " OR count(*) > %d", (int)choose(c, 3));
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

void add_sets_select(choice *c, text *out, text *for_sqlite, unsigned columns, int depth) {
    scope s = {0};
    text from = {0}, keys[4] = {{0}}, items[4] = {{0}}, having = {0}, clause = {0};
    unsigned key_count = 1 + (unsigned)choose(c, 3), shown[4] = {0};
    key_sets all = {{0}, 0};
    add_from(c, &from, &s, depth);
    add_group_keys(c, keys, key_count, &s, depth);
    for (unsigned k = 1; k < key_count; k++) { // equal keys would be in each other's sets
        for (unsigned j = 0; j < k; j++) {
            text other = {0};
            if (strcmp(keys[k].bytes, keys[j].bytes) != 0) continue;
            text_add(&other, "coalesce(%s, %s)", keys[j].bytes, keys[j].bytes);
            text_free(&keys[k]);
            keys[k] = other;
        }
    }
    add_where(c, &from, &s, depth);
    add_sets_clause(c, &clause, &all, keys, key_count);
    for (unsigned i = 0; i < columns; i++) {
        shown[i] = chance(c, 45) ? 1 + (unsigned)choose(c, key_count) : chance(c, 20) ? 100 : 0; // a key, grouping(), an aggregate
        if (shown[i] == 0) add_aggregate(c, &items[i], &s, depth - 1);
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
    text_add(out, "%s%s HAVING %s", from.bytes, clause.bytes, having.bytes);
    for (unsigned n = 0; n < all.count; n++) {
        unsigned mask = all.masks[n], grouping = 0;
        for (unsigned k = 0; k < key_count; k++) grouping = grouping * 2 + !(mask >> k & 1);
        text_add(for_sqlite, n ? " UNION ALL SELECT " : "SELECT ");
        for (unsigned i = 0; i < columns; i++) {
            text_add(for_sqlite, i ? ", " : "");
            if (shown[i] == 100) text_add(for_sqlite, "%u", grouping);
            else if (shown[i] == 0) text_add(for_sqlite, "%s", items[i].bytes);
            else text_add(for_sqlite, "%s", mask >> (shown[i] - 1) & 1 ? keys[shown[i] - 1].bytes : "NULL");
            text_add(for_sqlite, " AS c%u", i);
        }
        text_add(for_sqlite, "%s", from.bytes);
        for (unsigned k = 0, first = 1; k < key_count; k++) {
            if (mask >> k & 1) text_add(for_sqlite, "%s%s", first ? " GROUP BY " : ", ", keys[k].bytes), first = 0;
        }
        text_add(for_sqlite, " HAVING %s", having.bytes);
    }
    for (unsigned i = 0; i < 4; i++) text_free(&keys[i]), text_free(&items[i]);
    text_free(&from), text_free(&having), text_free(&clause);
}
