/// generate_from.c: FROM with its joins, and WHERE.
#include "generate_int.h"

#include <stdio.h>

/// An ON condition of inequalities between two tables: one side below, an interval, intervals that overlap, text.
static void add_range_condition(choice *c, text *out, char before, const char *alias) {
    static const char *const operators[] = {"<", "<=", ">", ">="};
    const char *op = operators[choose(c, 4)], *other = operators[choose(c, 4)];
    switch (choose(c, 4)) {
    case 0: text_add(out, "%c.i %s %s.k", before, op, alias); return;
    case 1: text_add(out, "%c.i BETWEEN %s.k AND %s.i", before, alias, alias); return;
    case 2: text_add(out, "%c.i %s %s.k AND %s.i %s %c.k", before, op, alias, alias, other, before); return;
    default: text_add(out, "%c.s %s %s.s AND %c.k %s %s.i", before, op, alias, before, other, alias);
    }
}

/// FROM with one to three tables; fills the scope.
void add_from(choice *c, text *out, scope *s, int depth) {
    static const char *const joins[] = {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN", "CROSS JOIN"};
    unsigned n = chance(c, 50) ? 1 : chance(c, 70) ? 2 : 3;
    text_add(out, " FROM ");
    for (unsigned i = 0; i < n; i++) {
        char alias[8];
        snprintf(alias, sizeof alias, "%c", 'x' + (int)i);
        unsigned join = i ? (unsigned)choose(c, 5) : 0;
        if (i) text_add(out, " %s ", joins[join]);
        unsigned table = (unsigned)choose(c, n == 3 ? 3 : ORACLE_TABLES); // three large ones multiply up
        if (depth > 1 && chance(c, 12)) {
            scope inner = {0};
            scope_add_table(&inner, "p");
            text_add(out, "(SELECT * FROM t%u AS p WHERE ", table);
            add_predicate(c, out, &inner, depth - 1);
            text_add(out, ") AS %s", alias);
        } else {
            text_add(out, "t%u AS %s", table, alias);
        }
        scope_add_table(s, alias);
        if (i && join < 4) {
            char before = (char)('x' + (int)choose(c, i));
            if (n == 2 && chance(c, 12)) { // with more tables SQLite takes the first k where the standard sees several
                text_add(out, " USING (%s)", chance(c, 50) ? "k" : "k, s");
                continue;
            }
            if (chance(c, 65)) text_add(out, " ON %c.%s = %s.%s", before, chance(c, 50) ? "k" : "i", alias, chance(c, 50) ? "k" : "i");
            else if (chance(c, 50)) text_add(out, " ON %c.s = %s.s", before, alias);
            else {
                text_add(out, " ON ");
                add_range_condition(c, out, before, alias);
            }
            if (chance(c, 25)) {
                text_add(out, " AND ");
                add_predicate(c, out, s, depth - 2);
            }
        }
    }
}

void add_where(choice *c, text *out, const scope *s, int depth) {
    if (!chance(c, 65)) return;
    text_add(out, " WHERE ");
    add_predicate(c, out, s, depth);
}
