/// generate_from.c: FROM with its joins, and WHERE.
#include "generate_int.h"

#include <stdio.h>

/// FROM while it is written.
typedef struct from {
    scope *scope;
    int depth;
    unsigned items;
    int is_plain;    ///< x is a table of the database
    int is_table[3]; ///< has the item x, y or z the columns of a table, and may they be named?
} from;

/// An ON condition of inequalities between two tables: one side below, an interval, intervals that overlap, text.
static void add_range_condition(choice *c, text *out, char before, char alias) {
    static const char *const operators[] = {"<", "<=", ">", ">="};
    const char *op = operators[choose(c, 4)], *other = operators[choose(c, 4)];
    reach(c, CLAUSE_RANGE_JOIN);
    switch (choose(c, 4)) {
    case 0: text_add(out, "%c.i %s %c.k", before, op, alias); return;
    case 1: text_add(out, "%c.i BETWEEN %c.k AND %c.i", before, alias, alias); return;
    case 2: text_add(out, "%c.i %s %c.k AND %c.i %s %c.k", before, op, alias, alias, other, before); return;
    default: text_add(out, "%c.s %s %c.s AND %c.k %s %c.i", before, op, alias, before, other, alias);
    }
}

/// A table before item i.
static char any_before(choice *c, const from *f, unsigned i) {
    unsigned start = (unsigned)choose(c, i);
    for (unsigned n = 0; n < i; n++) {
        if (f->is_table[(start + n) % i]) return (char)('x' + (int)((start + n) % i));
    }
    return 'x';
}

/// " ON ..." between a table before and item i. inner: what can be named in it.
static void add_on(choice *c, text *out, const from *f, unsigned i, const scope *inner) {
    char before = any_before(c, f, i), alias = (char)('x' + (int)i);
    if (f->items == 2 && chance(c, 12)) { // with more tables SQLite takes the first k where the standard sees several
        reach(c, CLAUSE_USING);
        text_add(out, " USING (%s)", chance(c, 50) ? "k" : "k, s");
        return;
    }
    text_add(out, " ON ");
    if (chance(c, 65))
        text_add(out, "%c.%s = %c.%s", before, chance(c, 50) ? "k" : "i", alias, chance(c, 50) ? "k" : "i");
    else if (chance(c, 50))
        text_add(out, "%c.s = %c.s", before, alias);
    else
        add_range_condition(c, out, before, alias);
    // SQLite takes a conjunct without columns for one of the whole query, also where a FULL JOIN follows.
    if (!c->is_own && f->items == 3 && i == 1) return;
    if (!chance(c, 25)) return;
    text_add(out, " AND ");
    add_predicate(c, out, inner, f->depth - 2);
}

/// A table, or a query that looks like one.
static void add_item(choice *c, text *out, const from *f, unsigned i) {
    unsigned table = any_table(c, f->items == 3 ? 3 : ORACLE_TABLES); // three large ones multiply up
    if (f->depth > 1 && chance(c, 14))
        add_derived(c, out, NULL, 0, table, f->depth - 1);
    else
        text_add(out, "t%u", table);
    text_add(out, " AS %c", 'x' + (int)i);
}

/// SEMI and ANTI JOIN: the columns of the right side are seen by the condition only.
static void add_semi_join(choice *c, text *out, from *f, unsigned i) {
    scope inner = *f->scope;
    char alias[2] = {(char)('x' + (int)i)};
    reach(c, CLAUSE_SEMI_JOIN);
    text_add(out, " %s JOIN ", chance(c, 50) ? "SEMI" : "ANTI");
    add_item(c, out, f, i);
    scope_add_table(c, &inner, alias);
    add_on(c, out, f, i, &inner);
}

/// The nearest row of a table, whose order says which of equal ones is the first.
static void add_asof_join(choice *c, text *out, from *f, unsigned i) {
    static const char *const operators[] = {">=", ">", "<=", "<"}, *const keys[] = {"i", "d", "a", "m", "n", "b", "h", "l"};
    char before = any_before(c, f, i), alias[2] = {(char)('x' + (int)i)};
    const char *key = keys[choose(c, 8)];
    reach(c, CLAUSE_ASOF_JOIN);
    text_add(out, " ASOF %sJOIN t%u AS %s ON %c.%s %s %s.%s", chance(c, 40) ? "LEFT " : "", any_table(c, 3), alias,
             before, key, operators[choose(c, 4)], alias, key);
    if (chance(c, 60)) text_add(out, " AND %c.k = %s.k", before, alias);
    if (chance(c, 20)) { // over both sides
        text_add(out, " AND %sEXISTS (SELECT 1 FROM t%u AS both WHERE both.k = %c.k AND both.i %s %s.i)", chance(c, 30) ? "NOT " : "",
                 any_table(c, 3), before, chance(c, 50) ? "<" : "=", alias);
    }
    f->is_table[i] = 1;
    scope_add_table(c, f->scope, alias);
}

/// A query that sees the items before it.
static void add_lateral(choice *c, text *out, from *f, unsigned i) {
    static const char *const words[] = {" LEFT JOIN LATERAL ", " JOIN LATERAL ", " CROSS JOIN LATERAL ", ", LATERAL "};
    unsigned which = (unsigned)choose(c, i + 1 == f->items ? 4 : 3); // a comma binds weaker than the joins behind it
    char alias[2] = {(char)('x' + (int)i)};
    reach(c, CLAUSE_LATERAL);
    text_add(out, "%s", words[which]);
    add_derived(c, out, f->scope, 1, any_table(c, 3), f->depth - 1);
    text_add(out, " AS %s", alias);
    f->is_table[i] = 1;
    scope_add_table(c, f->scope, alias);
    if (which >= 2) return;
    if (chance(c, 50))
        text_add(out, " ON true");
    else
        text_add(out, " ON x.k %s %s.k", chance(c, 50) ? "=" : "<=", alias);
}

/// One column e: elements of lists, numbers up to a column, or values.
static void add_values_item(choice *c, text *out, from *f, unsigned i) {
    char alias[2] = {(char)('x' + (int)i)};
    unsigned which = (unsigned)choose(c, 4);
    reach(c, which < 2 ? CLAUSE_UNNEST : which == 2 ? CLAUSE_TABLE_FUNCTION : CLAUSE_VALUES);
    text_add(out, which == 0   ? " LEFT JOIN unnest("
                  : which == 1 ? " CROSS JOIN unnest("
                  : which == 2 ? " CROSS JOIN range("
                               : " CROSS JOIN (VALUES (");
    if (which < 2)
        add_value(c, out, f->scope, LIST, f->depth - 1);
    else if (which == 2)
        text_add(out, "x.k %% 4");
    else
        add_literal(c, out, INT);
    if (which == 3) text_add(out, "), (NULL), (%d)", (int)choose(c, 5));
    text_add(out, ") AS %s(e)", alias);
    if (which == 0 && chance(c, 50)) text_add(out, " ON true");
    else if (which == 0) text_add(out, " ON %s.e %s %s", alias, chance(c, 50) ? ">" : "<>", chance(c, 50) ? "x.k" : "3");
    scope_add(f->scope, alias, "e", INT, 0);
}

/// A join of Morsel's own.
static void add_own_join(choice *c, text *out, from *f, unsigned i) {
    switch (choose(c, 8)) {
    case 0:
    case 1: add_semi_join(c, out, f, i); return;
    case 2: add_asof_join(c, out, f, i); return;
    case 3:
    case 4: add_lateral(c, out, f, i); return;
    case 5:
        if (f->is_plain && f->items == 2) { // the order of both sides counts
            reach(c, CLAUSE_POSITIONAL_JOIN);
            text_add(out, " POSITIONAL JOIN t%u AS y", any_table(c, ORACLE_TABLES));
            scope_add_table(c, f->scope, "y");
            return;
        }
        __attribute__((fallthrough));
    default: add_values_item(c, out, f, i);
    }
}

void add_from(choice *c, text *out, scope *s, int depth) {
    static const char *const joins[] = {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN"};
    from f = {.scope = s, .depth = depth, .items = chance(c, 50) ? 1 : chance(c, 70) ? 2 : 3, .is_table = {1, 0, 0}};
    text_add(out, " FROM ");
    size_t start = out->length;
    add_item(c, out, &f, 0);
    f.is_plain = out->bytes[start] == 't';
    scope_add_table(c, s, "x");
    for (unsigned i = 1; i < f.items; i++) {
        char alias[2] = {(char)('x' + (int)i)};
        unsigned join = (unsigned)choose(c, 5);
        if (c->is_own && chance(c, 35)) {
            add_own_join(c, out, &f, i);
            continue;
        }
        reach(c, (clause)(CLAUSE_JOIN + join));
        text_add(out, " %s ", joins[join]);
        add_item(c, out, &f, i);
        f.is_table[i] = 1;
        scope_add_table(c, s, alias);
        if (join < 4) add_on(c, out, &f, i, s);
    }
}

void add_where(choice *c, text *out, const scope *s, int depth) {
    if (!chance(c, 65)) return;
    text_add(out, " WHERE ");
    add_predicate(c, out, s, depth);
}
