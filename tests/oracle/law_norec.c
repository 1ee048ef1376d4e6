/// law_norec.c: how many rows satisfy a condition, asked so that the planner can and cannot use it (see law.h).
#include "generate_int.h"
#include "law.h"

void make_norec(choice *c, law *l) {
    scope s = {0};
    text from = {0}, p = {0};
    int depth = 1 + (int)choose(c, 3);
    l->name = "norec";
    if (chance(c, 30)) {
        query q;
        generate_unordered(c, &q);
        scope_add_query(&s, "z", &q);
        text_add(&from, " FROM (%s) AS z", q.sql.bytes);
        query_free(&q);
    } else {
        add_from(c, &from, &s, depth);
    }
    add_predicate(c, &p, &s, depth);
    text_add(&l->sides[0][0], "SELECT count(*)%s WHERE %s", from.bytes, p.bytes);
    text_add(&l->sides[1][0], "SELECT coalesce(sum(n), 0) FROM (SELECT CAST((%s) IS TRUE AS INTEGER) AS n%s) AS y",
             p.bytes, from.bytes);
    text_free(&from);
    text_free(&p);
}

void law_free(law *l) {
    for (unsigned side = 0; side < 2; side++) {
        for (unsigned n = 0; n < MOST_STATEMENTS; n++) text_free(&l->sides[side][n]);
    }
}
