/// law_partition.c: a query is the union of its parts by a condition that is true, false or NULL (see law.h).
#include "generate_int.h"
#include "law.h"

/// "head keyword (p) tail glue head keyword (NOT p) tail glue head keyword (p IS NULL) tail".
///   in  keyword: " WHERE " and a condition for all three parts, " HAVING ", " ON " or " QUALIFY "
static void add_parts(text *out, const char *head, const char *keyword, const char *p, const char *tail,
                      const char *glue) {
    text_add(out, "%s%s(%s)%s%s", head, keyword, p, tail, glue);
    text_add(out, "%s%s(NOT %s)%s%s", head, keyword, p, tail, glue);
    text_add(out, "%s%s(%s IS NULL)%s", head, keyword, p, tail);
}

/// The parts joined by UNION ALL, or as three statements.
static void add_all_parts(choice *c, law *l, const char *head, const char *keyword, const char *p, const char *tail) {
    if (chance(c, 60)) {
        add_parts(&l->sides[1][0], head, keyword, p, tail, " UNION ALL ");
        return;
    }
    text_add(&l->sides[1][0], "%s%s(%s)%s", head, keyword, p, tail);
    text_add(&l->sides[1][1], "%s%s(NOT %s)%s", head, keyword, p, tail);
    text_add(&l->sides[1][2], "%s%s(%s IS NULL)%s", head, keyword, p, tail);
}

/// What a partition is made of.
typedef struct material {
    scope scope;
    text from;  ///< " FROM ..." and perhaps " WHERE ..."
    text where; ///< where p goes on: " WHERE " or " AND "
    text p;
} material;

static void material_make(choice *c, material *m, int depth) {
    if (chance(c, 30)) { // over any query
        query q;
        generate_unordered(c, &q);
        scope_add_query(&m->scope, "z", &q);
        text_add(&m->from, " FROM (%s) AS z", q.sql.bytes);
        query_free(&q);
        depth = 1;
    } else {
        add_from(c, &m->from, &m->scope, depth);
    }
    int has_where = chance(c, 30);
    if (has_where) {
        text_add(&m->from, " WHERE ");
        add_predicate(c, &m->from, &m->scope, 1);
    }
    text_add(&m->where, has_where ? " AND " : " WHERE ");
    add_predicate(c, &m->p, &m->scope, depth);
}

static void material_free(material *m) {
    text_free(&m->from);
    text_free(&m->where);
    text_free(&m->p);
}

/// "SELECT values", each called c0 and so on.
static void add_items(choice *c, text *out, const scope *s, const char *distinct) {
    unsigned columns = 1 + (unsigned)choose(c, 4);
    text_add(out, "SELECT %s", distinct);
    for (unsigned i = 0; i < columns; i++) {
        if (i) text_add(out, ", ");
        kind k = any_kind(c);
        if (chance(c, 50))
            add_leaf(c, out, s, k, 1);
        else
            add_value(c, out, s, k, 2);
        text_add(out, " AS c%u", i);
    }
}

static void of_rows(choice *c, law *l) {
    material m = {0};
    text head = {0};
    int is_distinct = chance(c, 25);
    l->name = is_distinct ? "partition of DISTINCT" : "partition of rows";
    if (is_distinct) reach(c, CLAUSE_DISTINCT);
    material_make(c, &m, 1 + (int)choose(c, 3));
    add_items(c, &head, &m.scope, is_distinct && chance(c, 50) ? "DISTINCT " : "");
    text_add(&l->sides[0][0], "%s%s", head.bytes, m.from.bytes);
    text_add(&head, "%s", m.from.bytes);
    if (is_distinct) {
        text whole = l->sides[0][0];
        l->sides[0][0] = (text){0};
        text_add(&l->sides[0][0], "SELECT DISTINCT * FROM (%s) AS y", whole.bytes);
        text_free(&whole);
        add_parts(&l->sides[1][0], head.bytes, m.where.bytes, m.p.bytes, "", " UNION ");
    } else {
        add_all_parts(c, l, head.bytes, m.where.bytes, m.p.bytes, "");
    }
    text_free(&head);
    material_free(&m);
}

/// An aggregate whose results over parts of the rows can be merged; returns the one that merges them.
static const char *add_mergeable(choice *c, text *out, const scope *s) {
    static const struct {
        const char *form, *merge;
    } forms[] = {{"count(*)", "sum"},        {"count($W)", "sum"},       {"count($I)", "sum"},
                 {"sum($I)", "sum"},         {"sum($r)", "sum"},         {"sum($M)", "sum"},
                 {"min($I)", "min"},         {"max($T)", "max"},         {"min($R)", "min"},
                 {"max($D)", "max"},         {"min($V)", "min"},         {"max($L)", "max"},
                 {"min($W)", "min"},         {"min($M)", "min"},         {"bool_and($P)", "bool_and"},
                 {"bool_or($B)", "bool_or"}, {"bit_xor($i)", "bit_xor"}, {"bit_and($i)", "bit_and"},
                 {"bit_or($i)", "bit_or"},   {"count_if($P)", "sum"},    {"max($i)", "max"},
                 {"sum($i)", "sum"},         {"min($t)", "min"}};
    unsigned which = (unsigned)choose(c, sizeof forms / sizeof forms[0]);
    add_form(c, out, s, forms[which].form, 2);
    if (chance(c, 20)) {
        reach(c, CLAUSE_FILTER);
        text_add(out, " FILTER (WHERE ");
        add_predicate(c, out, s, 1);
        text_add(out, ")");
    }
    return forms[which].merge;
}

/// A grouping while it is written: what each part computes, and what merges the parts.
typedef struct merging {
    text keys[4]; ///< the last one is empty
    unsigned key_count;
    text head;  ///< "SELECT keys AS g0 ..., aggregates AS v0 ... FROM ..."
    text outer; ///< "SELECT g0, ..., sum(v0), ..."
    text group; ///< " GROUP BY g0, ..."
    text tail;  ///< GROUP BY of the parts
} merging;

static void add_merged_items(choice *c, merging *m, const scope *s, unsigned aggregates) {
    text_add(&m->head, "SELECT ");
    text_add(&m->outer, "SELECT ");
    for (unsigned k = 0; k < m->key_count; k++) {
        text_add(&m->head, "%s%s AS g%u", k ? ", " : "", m->keys[k].bytes, k);
        text_add(&m->outer, "%sg%u", k ? ", " : "", k);
        text_add(&m->group, "%sg%u", k ? ", " : " GROUP BY ", k);
    }
    for (unsigned i = 0; i < aggregates; i++) {
        const char *comma = m->key_count || i ? ", " : "";
        text_add(&m->head, "%s", comma);
        const char *merge = add_mergeable(c, &m->head, s);
        text_add(&m->head, " AS v%u", i);
        text_add(&m->outer, "%s%s(v%u)", comma, merge, i);
    }
}

/// GROUP BY of the parts, and grouping() where there are sets: it tells their NULLs from those of the data.
static void add_merged_groups(choice *c, merging *m, const char *from, int is_sets) {
    for (unsigned k = 0; k < m->key_count && is_sets; k++) {
        text_add(&m->head, "%s%s", k ? ", " : ", grouping(", m->keys[k].bytes);
    }
    if (is_sets) text_add(&m->head, ") AS g9"), text_add(&m->outer, ", g9"), text_add(&m->group, ", g9");
    text_add(&m->head, "%s", from);
    text_add(&m->tail, "%s", "");
    if (is_sets) {
        add_distinct_sets(c, &m->tail, m->keys, m->key_count);
    } else if (m->key_count) {
        reach(c, CLAUSE_GROUP_BY);
        for (unsigned k = 0; k < m->key_count; k++)
            text_add(&m->tail, "%s%s", k ? ", " : " GROUP BY ", m->keys[k].bytes);
    }
}

/// Groups, their aggregates merged; without keys, with keys, over grouping sets.
static void of_aggregates(choice *c, law *l) {
    material of = {0};
    merging m = {.key_count = (unsigned)choose(c, 4)};
    text parts = {0};
    kind kinds[3];
    unsigned aggregates = (m.key_count ? 0u : 1u) + (unsigned)choose(c, 3);
    int is_sets = m.key_count && chance(c, 30);
    l->name = is_sets ? "partition of grouping sets" : m.key_count ? "partition of groups" : "partition of aggregates";
    do {
        material_free(&of);
        of = (material){0};
        material_make(c, &of, 1 + (int)choose(c, 2));
    } while (of.from.bytes[6] == '('); // doubles computed by another query need not have exact sums
    add_group_keys(c, m.keys, kinds, m.key_count, &of.scope, 1);
    add_merged_items(c, &m, &of.scope, aggregates);
    add_merged_groups(c, &m, of.from.bytes, is_sets);
    text_add(&l->sides[0][0], "%s%s", m.head.bytes, m.tail.bytes);
    add_parts(&parts, m.head.bytes, of.where.bytes, of.p.bytes, m.tail.bytes, " UNION ALL ");
    text_add(&l->sides[1][0], "%s FROM (%s) AS y%s", m.outer.bytes, parts.bytes, m.group.bytes ? m.group.bytes : "");
    for (unsigned k = 0; k < 4; k++) text_free(&m.keys[k]);
    text_free(&m.head), text_free(&m.group), text_free(&m.outer), text_free(&m.tail), text_free(&parts);
    material_free(&of);
}

/// A condition over calls: some compared with a literal of their kind, some asked for NULL.
static void add_condition_of_calls(choice *c, text *out, const scope *s, kind (*add)(choice *, text *, const scope *)) {
    static const char *const ops[] = {"=", "<>", "<", "<=", ">", ">="};
    unsigned calls = 1 + (unsigned)choose(c, 2);
    text_add(out, "(");
    for (unsigned n = 0; n < calls; n++) {
        if (n) text_add(out, chance(c, 50) ? " AND " : " OR ");
        if (chance(c, 20)) text_add(out, "NOT ");
        text_add(out, "(");
        kind k = add(c, out, s);
        if (k == KINDS || chance(c, 15)) {
            text_add(out, " IS NOT NULL");
        } else {
            text_add(out, " %s ", ops[choose(c, 6)]);
            add_literal(c, out, k);
        }
        text_add(out, ")");
    }
    text_add(out, ")");
}

static kind add_aggregate_call(choice *c, text *out, const scope *s) { return add_aggregate(c, out, s, 1); }

static void of_having(choice *c, law *l) {
    scope s = {0};
    text from = {0}, keys[4] = {{0}}, head = {0}, p = {0};
    kind kinds[3];
    unsigned key_count = 1 + (unsigned)choose(c, 3);
    l->name = "partition by HAVING";
    reach(c, CLAUSE_HAVING);
    reach(c, CLAUSE_GROUP_BY);
    add_from(c, &from, &s, 2);
    add_where(c, &from, &s, 1);
    add_group_keys(c, keys, kinds, key_count, &s, 1);
    text_add(&head, "SELECT ");
    for (unsigned k = 0; k < key_count; k++) text_add(&head, "%s%s AS g%u", k ? ", " : "", keys[k].bytes, k);
    for (unsigned n = (unsigned)choose(c, 3); n; n--) {
        text_add(&head, ", ");
        add_aggregate(c, &head, &s, 1);
    }
    text_add(&head, "%s", from.bytes);
    if (chance(c, 25))
        add_distinct_sets(c, &head, keys, key_count);
    else
        for (unsigned k = 0; k < key_count; k++) text_add(&head, "%s%s", k ? ", " : " GROUP BY ", keys[k].bytes);
    add_condition_of_calls(c, &p, &s, add_aggregate_call);
    text_add(&l->sides[0][0], "%s", head.bytes);
    add_all_parts(c, l, head.bytes, " HAVING ", p.bytes, "");
    for (unsigned k = 0; k < 4; k++) text_free(&keys[k]);
    text_free(&from), text_free(&head), text_free(&p);
}

static kind add_window(choice *c, text *out, const scope *s) { return add_window_call(c, out, s, 1, 0); }

static void of_qualify(choice *c, law *l) {
    scope s = {0};
    text from = {0}, head = {0}, p = {0};
    l->name = "partition by QUALIFY";
    reach(c, CLAUSE_QUALIFY);
    add_from(c, &from, &s, 2);
    add_where(c, &from, &s, 1);
    add_items(c, &head, &s, "");
    if (chance(c, 50)) {
        text_add(&head, ", ");
        add_window(c, &head, &s);
    }
    text_add(&head, "%s", from.bytes);
    add_condition_of_calls(c, &p, &s, add_window);
    text_add(&l->sides[0][0], "%s", head.bytes);
    add_all_parts(c, l, head.bytes, " QUALIFY ", p.bytes, "");
    text_free(&from), text_free(&head), text_free(&p);
}

/// ON of an inner join: the product of both sides.
static void of_on(choice *c, law *l) {
    scope s = {0};
    text head = {0}, p = {0}, left = {0}, right = {0};
    l->name = "partition by ON";
    reach(c, CLAUSE_JOIN);
    add_derived_or_table(c, &left, any_table(c, ORACLE_TABLES), 1);
    add_derived_or_table(c, &right, any_table(c, 3), 1);
    scope_add_table(c, &s, "x");
    scope_add_table(c, &s, "w");
    add_items(c, &head, &s, "");
    text_add(&l->sides[0][0], "%s FROM %s AS x CROSS JOIN %s AS w", head.bytes, left.bytes, right.bytes);
    text_add(&head, " FROM %s AS x JOIN %s AS w", left.bytes, right.bytes);
    add_predicate(c, &p, &s, 2);
    add_all_parts(c, l, head.bytes, " ON ", p.bytes, "");
    text_free(&head), text_free(&p), text_free(&left), text_free(&right);
}

void make_partition(choice *c, law *l) {
    switch (choose(c, 9)) {
    case 0:
    case 1:
    case 2: of_rows(c, l); return;
    case 3:
    case 4:
    case 5: of_aggregates(c, l); return;
    case 6: of_having(c, l); return;
    case 7: of_qualify(c, l); return;
    default: of_on(c, l);
    }
}
