/// law_rewriting.c: joins, subqueries and changing statements in terms of others (see law.h).
#include "generate_int.h"
#include "law_int.h"

/// Two sides of a join and a condition between them.
typedef struct sides {
    scope scope;      ///< of both, x and y
    text left, right; ///< "t1 AS x"
    text p;
} sides;

/// Some equality, which most joins have, and a condition that may hold anything.
static void sides_make(choice *c, sides *s, unsigned left_tables, int depth) {
    text *p = &s->p;
    add_derived_or_table(c, &s->left, any_table(c, left_tables), depth);
    text_add(&s->left, " AS x");
    add_derived_or_table(c, &s->right, any_table(c, 3), depth);
    text_add(&s->right, " AS y");
    scope_add_table(c, &s->scope, "x");
    scope_add_table(c, &s->scope, "y");
    if (chance(c, 60)) text_add(p, "x.%s = y.%s", chance(c, 50) ? "k" : "i", chance(c, 50) ? "k" : "n");
    if (p->bytes && chance(c, 30)) return;
    if (p->bytes) text_add(p, " AND ");
    add_predicate(c, p, &s->scope, depth);
}

static void sides_free(sides *s) {
    text_free(&s->left);
    text_free(&s->right);
    text_free(&s->p);
}

/// Every column of a side, or as many NULLs.
static void add_side(const choice *c, text *out, const char *alias, int is_null) {
    if (!is_null) {
        add_table_columns(c, out, alias);
        return;
    }
    scope s = {0};
    scope_add_table(c, &s, alias);
    for (unsigned n = 0; n < s.count; n++) text_add(out, n ? ", NULL" : "NULL");
}

/// An outer join is the inner one and what has no partner.
static void of_outer_join(choice *c, law *l) {
    static const char *const names[] = {"LEFT", "RIGHT", "FULL"};
    unsigned which = (unsigned)choose(c, 3);
    sides s = {.scope = {.count = 0}};
    l->name = "outer join and ANTI JOIN";
    reach(c, (clause)(CLAUSE_LEFT_JOIN + which));
    reach(c, CLAUSE_SEMI_JOIN);
    sides_make(c, &s, ORACLE_TABLES, 1 + (int)choose(c, 2));
    for (unsigned n = 0; n < 2; n++) {
        text *out = &l->sides[n][0];
        text_add(out, "SELECT ");
        add_side(c, out, "x", 0);
        text_add(out, ", ");
        add_side(c, out, "y", 0);
        text_add(out, " FROM %s %s JOIN %s ON %s", s.left.bytes, n ? "INNER" : names[which], s.right.bytes, s.p.bytes);
    }
    for (unsigned side = 0; side < 2; side++) {
        if (which != 2 && which != side) continue;
        text *out = &l->sides[1][1 + side];
        text_add(out, "SELECT ");
        add_side(c, out, "x", side == 1);
        text_add(out, ", ");
        add_side(c, out, "y", side == 0);
        text_add(out, " FROM %s ANTI JOIN %s ON %s", side ? s.right.bytes : s.left.bytes,
                 side ? s.left.bytes : s.right.bytes, s.p.bytes);
    }
    sides_free(&s);
}

/// SEMI JOIN is EXISTS, ANTI JOIN is NOT EXISTS.
static void of_exists(choice *c, law *l) {
    int is_anti = chance(c, 50);
    sides s = {.scope = {.count = 0}};
    l->name = "SEMI JOIN and EXISTS";
    reach(c, CLAUSE_SEMI_JOIN);
    reach(c, CLAUSE_EXISTS);
    reach(c, CLAUSE_CORRELATED);
    sides_make(c, &s, ORACLE_TABLES, 1 + (int)choose(c, 2));
    for (unsigned n = 0; n < 2; n++) {
        text_add(&l->sides[n][0], "SELECT ");
        add_side(c, &l->sides[n][0], "x", 0);
    }
    text_add(&l->sides[0][0], " FROM %s %s JOIN %s ON %s", s.left.bytes, is_anti ? "ANTI" : "SEMI", s.right.bytes,
             s.p.bytes);
    text_add(&l->sides[1][0], " FROM %s WHERE %sEXISTS (SELECT 1 FROM %s WHERE %s)", s.left.bytes,
             is_anti ? "NOT " : "", s.right.bytes, s.p.bytes);
    sides_free(&s);
}

/// A query beside each row is a join.
static void of_lateral(choice *c, law *l) {
    int is_left = chance(c, 40);
    sides s = {.scope = {.count = 0}};
    l->name = "LATERAL and JOIN";
    reach(c, CLAUSE_LATERAL);
    sides_make(c, &s, ORACLE_TABLES, 1 + (int)choose(c, 2));
    for (unsigned n = 0; n < 2; n++) {
        text *out = &l->sides[n][0];
        text_add(out, "SELECT ");
        add_side(c, out, "x", 0);
        text_add(out, ", ");
        add_side(c, out, "y", 0);
        if (n == 0)
            text_add(out, " FROM %s %sJOIN LATERAL (SELECT * FROM %s WHERE %s) AS y ON true", s.left.bytes,
                     is_left ? "LEFT " : "", s.right.bytes, s.p.bytes);
        else
            text_add(out, " FROM %s %sJOIN %s ON %s", s.left.bytes, is_left ? "LEFT " : "", s.right.bytes, s.p.bytes);
    }
    sides_free(&s);
}

/// An aggregate of a query beside each row is a LEFT JOIN, grouped by a key of the row.
static void of_scalar(choice *c, law *l) {
    static const char *const aggregates[] = {"count(y.k)",          "sum(y.i)", "min(y.s)",     "max(y.m)",
                                             "count(DISTINCT y.s)", "max(y.l)", "bool_and(y.o)"};
    const char *aggregate = aggregates[choose(c, 7)];
    unsigned table = chance(c, 50) ? 1 : 3; // n is a key of theirs
    sides s = {.scope = {.count = 0}};
    l->name = "aggregate subquery and LEFT JOIN";
    reach(c, CLAUSE_SCALAR);
    reach(c, CLAUSE_CORRELATED);
    sides_make(c, &s, ORACLE_TABLES, 1);
    text_add(&l->sides[0][0], "SELECT x.n, (SELECT %s FROM %s WHERE %s) FROM t%u AS x", aggregate, s.right.bytes,
             s.p.bytes, table);
    text_add(&l->sides[1][0], "SELECT x.n, %s FROM t%u AS x LEFT JOIN %s ON %s GROUP BY x.n", aggregate, table,
             s.right.bytes, s.p.bytes);
    sides_free(&s);
}

/// DELETE returns what SELECT finds, and leaves the rest.
static void of_delete(choice *c, law *l) {
    unsigned table = any_table(c, ORACLE_TABLES);
    scope s = {0};
    text p = {0}, items = {0};
    l->name = "DELETE and SELECT";
    l->is_undone = 1;
    reach(c, CLAUSE_DELETE);
    scope_add_table(c, &s, "x");
    add_predicate(c, &p, &s, 2);
    add_side(c, &items, "x", 0);
    text_add(&l->sides[0][0], "DELETE FROM t%u AS x WHERE %s RETURNING %s", table, p.bytes, items.bytes);
    text_add(&l->sides[0][1], "SELECT %s FROM t%u AS x", items.bytes, table);
    text_add(&l->sides[1][0], "SELECT %s FROM t%u AS x WHERE %s", items.bytes, table, p.bytes);
    text_add(&l->sides[1][1], "SELECT %s FROM t%u AS x WHERE (%s) IS NOT TRUE", items.bytes, table, p.bytes);
    text_free(&p);
    text_free(&items);
}

/// UPDATE returns the new values, and leaves every other row and column.
static void of_update(choice *c, law *l) {
    static const struct {
        const char *column;
        kind kind;
    } columns[] = {{"k", INT}, {"s", TEXT}, {"o", BOOL}, {"d", REAL}, {"l", LIST}};
    unsigned table = any_table(c, ORACLE_TABLES), which = (unsigned)choose(c, 5);
    const char *column = columns[which].column;
    scope s = {0};
    text p = {0}, v = {0}, rest = {0};
    l->name = "UPDATE and SELECT";
    l->is_undone = 1;
    reach(c, CLAUSE_UPDATE);
    scope_add_table(c, &s, "x");
    add_predicate(c, &p, &s, 2);
    add_value(c, &v, &s, columns[which].kind, 2);
    text_add(&rest, "x.i, x.b, x.m, x.a, x.h, x.r, x.n");
    text_add(&l->sides[0][0], "UPDATE t%u AS x SET %s = %s WHERE %s RETURNING %s, x.%s", table, column, v.bytes,
             p.bytes, rest.bytes, column);
    text_add(&l->sides[0][1], "SELECT %s, x.%s FROM t%u AS x", rest.bytes, column, table);
    text_add(&l->sides[1][0], "SELECT %s, %s FROM t%u AS x WHERE %s", rest.bytes, v.bytes, table, p.bytes);
    text_add(&l->sides[1][1], "SELECT %s, CASE WHEN %s THEN %s ELSE x.%s END FROM t%u AS x", rest.bytes, p.bytes,
             v.bytes, column, table);
    text_free(&p), text_free(&v), text_free(&rest);
}

/// INSERT returns the query's rows and adds them.
static void of_insert(choice *c, law *l) {
    query q;
    text values = {0};
    l->name = "INSERT and SELECT";
    l->is_undone = 1;
    reach(c, CLAUSE_INSERT);
    generate_unordered(c, &q);
    text_add(&values, "SELECT * FROM (%s) AS z", q.sql.bytes);
    text_add(&l->sides[0][0], "CREATE TABLE made AS SELECT * FROM (%s) AS z LIMIT 0", q.sql.bytes);
    text_add(&l->sides[0][1], "INSERT INTO made %s RETURNING *", values.bytes);
    text_add(&l->sides[0][2], "SELECT * FROM made");
    text_add(&l->sides[1][0], "%s", values.bytes);
    text_add(&l->sides[1][1], "%s", values.bytes);
    text_free(&values);
    query_free(&q);
}

void make_rewriting(choice *c, law *l) {
    static void (*const makers[])(choice *, law *) = {
        of_outer_join, of_outer_join, of_exists,  of_lateral, of_lateral, of_scalar,   of_scalar,   of_delete,
        of_update,     of_insert,     make_limit, make_first, make_set,   make_window, make_window, make_text};
    makers[choose(c, sizeof makers / sizeof makers[0])](c, l);
}
