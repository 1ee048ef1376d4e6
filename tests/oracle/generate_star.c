/// generate_star.c: groupings over joins whose aggregates read one side: what may be grouped before it is joined. Little
/// is computed with their columns, and nothing that can fail, and joins are such that rows of the side agree in few columns.
#include "generate_int.h"

#include <stdio.h>
#include <string.h>

/// Calls over the columns of one table, $; # is a number from 1 to 4. The first ones change nothing when rows come once
/// instead of several times.
static const struct {
    const char *form;
    kind kind;
} forms[] = {{"min($.i)", INT},
             {"max($.s)", TEXT},
             {"min($.d) FILTER (WHERE $.k > #)", REAL},
             {"max($.k)", INT},
             {"count($.i)", INT},
             {"count($.s)", INT},
             {"sum($.i)", INT},
             {"sum($.i * # - $.k)", INT},
             {"sum($.d)", REAL},
             {"avg($.i)", REAL},
             {"sum($.k) FILTER (WHERE $.i < #)", INT},
             {"count(*) FILTER (WHERE $.i IS NOT NULL)", INT},
             {"count(*)", INT}},
  own_forms[] = {{"bool_and($.o)", BOOL},     {"bool_or($.o)", BOOL},     {"bit_or($.i)", INT},        {"max($.l)", LIST},
                 {"min($.r)", STRUCT},        {"max($.a)", DAY},          {"min($.h)", SPAN},          {"bit_xor($.i)", INT},
                 {"sum($.m)", DECIMAL},       {"avg($.m)", REAL},         {"avg($.d)", REAL},          {"stddev_pop($.d)", REAL},
                 {"var_samp($.i)", REAL},     {"corr($.i, $.k)", REAL},   {"sum($.b)", INT},           {"count_if($.o)", INT},
                 {"approx_count_distinct($.s)", INT}, {"any_value($.k) IS NULL", BOOL}, {"sum($.h)", SPAN}, {"count($.l)", INT}};
enum { REPEATS_IGNORED = 4, OWN_REPEATS_IGNORED = 7 };

static void add_form_of(choice *c, text *out, const char *form, char side) {
    for (; *form; form++) {
        if (*form == '$') text_add(out, "%c", side);
        else if (*form == '#') text_add(out, "%d", 1 + (int)choose(c, 4));
        else text_add(out, "%c", *form);
    }
}

/// A call over the side; or now and then one over the other side, for which repeats are nothing.
static kind add_call_of(choice *c, text *out, char side, char other) {
    int is_own = c->is_own && chance(c, 50), is_other = chance(c, 20);
    size_t count = is_own ? sizeof own_forms / sizeof own_forms[0] : sizeof forms / sizeof forms[0];
    if (is_other) count = is_own ? OWN_REPEATS_IGNORED : REPEATS_IGNORED;
    size_t which = choose(c, count);
    const char *form = is_own ? own_forms[which].form : forms[which].form;
    if (strstr(form, "FILTER")) reach(c, CLAUSE_FILTER);
    add_form_of(c, out, form, is_other ? other : side);
    return is_own ? own_forms[which].kind : forms[which].kind;
}

/// FROM with one join or two; the sides are x and y, z hangs on one of them.
static void add_star_from(choice *c, text *out) {
    static const char *const joins[] = {"JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"};
    static const char *const pairs[][2] = {{"i", "i"}, {"i", "k"}, {"k", "i"}, {"k", "k"}, {"s", "s"}};
    unsigned join = (unsigned)choose(c, 4), on = (unsigned)choose(c, 5), second = chance(c, 30);
    int is_query = chance(c, 25);
    reach(c, (clause)(CLAUSE_JOIN + join));
    text_add(out, is_query ? " FROM (SELECT * FROM t%u WHERE k > %u) AS x" : " FROM t%u AS x", 2 + (unsigned)choose(c, 2),
             (unsigned)choose(c, 3));
    text_add(out, " %s t%u AS y ON x.%s = y.%s", joins[join], any_table(c, ORACLE_TABLES), pairs[on][0], pairs[on][1]);
    if (chance(c, 20)) text_add(out, " AND x.k %s y.k", chance(c, 50) ? "<" : "<>");
    if (!second) return;
    join = (unsigned)choose(c, 2);
    reach(c, (clause)(CLAUSE_JOIN + join));
    text_add(out, " %s t1 AS z ON z.k = %c.%s", joins[join], chance(c, 50) ? 'x' : 'y', chance(c, 50) ? "k" : "i");
}

static kind add_star_key(choice *c, text *out, char side, char other) {
    static const char *const columns[] = {"i", "k", "s"}, *const own_columns[] = {"o", "a", "n"};
    unsigned which = (unsigned)choose(c, 3);
    char table = chance(c, 75) ? other : side;
    if (c->is_own && chance(c, 30)) {
        static const kind kinds[] = {BOOL, DAY, INT};
        text_add(out, "%c.%s", table, own_columns[which]);
        return kinds[which];
    }
    if (chance(c, 20)) {
        text_add(out, "coalesce(%c.%s, %s)", table, columns[which], which == 2 ? "'none'" : "-1");
    } else {
        text_add(out, "%c.%s", table, columns[which]);
    }
    return which == 2 ? TEXT : INT;
}

void add_star_select(choice *c, query *q) {
    text from = {0}, keys[2] = {{0}};
    unsigned key_count = (unsigned)choose(c, q->columns < 3 ? q->columns : 3);
    char side = chance(c, 60) ? 'x' : 'y', other = side == 'x' ? 'y' : 'x';
    reach(c, CLAUSE_GROUP_BY);
    reach(c, CLAUSE_STAR);
    add_star_from(c, &from);
    text_add(&q->sql, "SELECT ");
    for (unsigned i = 0; i < q->columns; i++) {
        if (i < key_count) {
            q->kinds[i] = add_star_key(c, &keys[i], side, other);
            text_add(&q->sql, "%s", keys[i].bytes);
        } else {
            q->kinds[i] = add_call_of(c, &q->sql, side, other);
        }
        text_add(&q->sql, " AS c%u%s", i, i + 1 < q->columns ? ", " : "");
    }
    text_add(&q->sql, "%s", from.bytes);
    if (chance(c, 25)) text_add(&q->sql, " WHERE %c.k <> %d", chance(c, 50) ? 'x' : 'y', (int)choose(c, 4));
    for (unsigned i = 0; i < key_count; i++) text_add(&q->sql, "%s%s", i ? ", " : " GROUP BY ", keys[i].bytes);
    text_free(&from);
    for (unsigned i = 0; i < 2; i++) text_free(&keys[i]);
}
