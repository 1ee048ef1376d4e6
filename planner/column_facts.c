/// column_facts.c: what is known about columns: where they come from, how many different values they have.
///
/// Facts are learnt bottom up while rows are estimated: a scan's columns from its source (asked only when somebody needs
/// them), what a projection or grouping passes on from below. Memory that is refused leaves them unknown: they are hints.
#include "planner/cardinality.h"
#include "planner/expr_walk.h"

#include <math.h>
#include <string.h>

static const msl_column_facts nothing = {.rows = -1, .values = {.distinct = -1, .null_share = -1}};

/// The place of an id's facts; NULL when memory is refused.
static msl_column_facts *facts_at(msl_planner *p, uint32_t id) {
    if (id >= p->facts_room) {
        uint32_t room = p->columns.count + 64;
        msl_column_facts *grown = msl_arena_alloc(p->arena, sizeof *grown * room);
        if (!grown) return NULL;
        if (p->facts_room) memcpy(grown, p->facts, sizeof *grown * p->facts_room);
        p->facts = grown;
        p->facts_room = room;
    }
    return &p->facts[id];
}

/// A column that a key of the source consists of alone.
static bool is_key(const msl_source *source, uint32_t index) {
    for (uint32_t k = 0; k < source->key_count; k++) {
        if (source->keys[k].column_count == 1 && source->keys[k].columns[0] == index) return true;
    }
    return false;
}

const msl_column_facts *msl_column_facts_of(msl_planner *p, uint32_t id) {
    if (id >= p->facts_room || !p->facts[id].is_known) return &nothing;
    msl_column_facts *f = &p->facts[id];
    if (!f->source || f->is_asked) return f;
    f->is_asked = true;
    if (f->source->ops->statistics) f->source->ops->statistics(f->source, f->index, &f->values);
    if (is_key(f->source, f->index) && f->rows >= 0) f->values.distinct = f->rows;
    return f;
}

static void learn(msl_planner *p, uint32_t id, const msl_column_facts *facts) {
    msl_column_facts *f = facts_at(p, id);
    if (!f) return;
    *f = *facts;
    f->is_known = true;
}

static void learn_scan(msl_planner *p, const msl_logical *node) {
    const msl_source *source = node->scan.source;
    bool is_new = node->column_count && !(node->columns[0] < p->facts_room && p->facts[node->columns[0]].is_known);
    if (!is_new) return;
    p->scan_count++;
    for (uint32_t k = 0; k < node->column_count; k++) {
        msl_column_facts f = nothing;
        f.source = source;
        f.index = node->scan.indexes[k];
        f.rows = source->estimated_rows;
        f.origin = p->scan_count;
        learn(p, node->columns[k], &f);
    }
}

/// What an expression that becomes a column is: a column under another name or type, or something new.
static void learn_expr(msl_planner *p, uint32_t id, const msl_expr *e, double rows) {
    msl_column_facts f = nothing;
    f.rows = rows;
    if (e->kind == MSL_EXPR_COLUMN) {
        if (e->column == id) return;
        f = *msl_column_facts_of(p, e->column);
    } else if (e->kind == MSL_EXPR_CAST && e->args[0]->kind == MSL_EXPR_COLUMN) {
        f = *msl_column_facts_of(p, e->args[0]->column);
        f.source = NULL;
        f.values.has_range = false; // of another type
    } else if (e->kind == MSL_EXPR_CONSTANT) {
        f.values.distinct = 1;
    }
    learn(p, id, &f);
}

void msl_learn_columns(msl_planner *p, const msl_logical *node) {
    switch (node->kind) {
    case MSL_LOGICAL_SCAN: learn_scan(p, node); return;
    case MSL_LOGICAL_PROJECT:
        for (uint32_t k = 0; k < node->column_count; k++)
            learn_expr(p, node->columns[k], node->project.exprs[k], node->rows);
        return;
    case MSL_LOGICAL_AGGREGATE:
        for (uint32_t k = 0; k < node->aggregate.key_count; k++)
            learn_expr(p, node->columns[k], node->aggregate.keys[k], node->rows);
        if (node->aggregate.key_count != 1) return;
        {
            msl_column_facts *f = facts_at(p, node->columns[0]);
            if (f && f->is_known && f->values.distinct < 0 && !f->source) f->values.distinct = node->rows; // a group each
        }
        return;
    case MSL_LOGICAL_UNION_ALL:
        for (uint32_t k = 0; k < node->column_count; k++) {
            msl_column_facts f = nothing;
            f.rows = node->rows;
            f.values.distinct = 0;
            for (uint32_t c = 0; c < node->child_count; c++) {
                double d = msl_column_facts_of(p, node->children[c]->columns[k])->values.distinct;
                if (d > f.values.distinct) f.values.distinct = d;
            }
            if (f.values.distinct <= 0) f.values.distinct = -1;
            learn(p, node->columns[k], &f);
        }
        return;
    case MSL_LOGICAL_CTE:
        for (uint32_t k = 0; k < node->column_count; k++)
            learn(p, node->columns[k], msl_column_facts_of(p, node->cte.sources[k]));
        return;
    case MSL_LOGICAL_RECURSIVE:
    case MSL_LOGICAL_WORK:
    case MSL_LOGICAL_VALUES:
    case MSL_LOGICAL_FILTER:
    case MSL_LOGICAL_JOIN:
    case MSL_LOGICAL_ASOF_JOIN:
    case MSL_LOGICAL_SORT:
    case MSL_LOGICAL_TOP_N:
    case MSL_LOGICAL_LIMIT:
    case MSL_LOGICAL_REPEAT:
    case MSL_LOGICAL_EXPAND:
    case MSL_LOGICAL_UNNEST:
    case MSL_LOGICAL_WINDOW:
    case MSL_LOGICAL_DRAW:
    case MSL_LOGICAL_CHANGE:
    case MSL_LOGICAL_COPY_TO: return;
    }
}

#define COMBINED_MAX 8u

/// The columns of an expression, each once.
typedef struct combined {
    uint32_t ids[COMBINED_MAX], count;
} combined;

/// Adds the node if it is a column; true when there are too many of them, or something that is no function of columns.
static bool add_column(const msl_expr *e, void *context) {
    combined *c = context;
    if (e->kind == MSL_EXPR_SUBQUERY || e->kind == MSL_EXPR_AGGREGATE) return true;
    if (e->kind != MSL_EXPR_COLUMN || msl_id_position(c->ids, c->count, e->column) >= 0) return false;
    if (c->count == COMBINED_MAX) return true;
    c->ids[c->count++] = e->column;
    return false;
}

/// f(x, y) has at most as many values as there are pairs of x and y; < 0 = unknown, as for what has no column.
static double combinations(msl_planner *p, const msl_expr *e) {
    combined c = {.count = 0};
    double all = 1;
    if (msl_expr_any(e, add_column, &c) || c.count == 0) return -1;
    for (uint32_t k = 0; k < c.count; k++) {
        double distinct = msl_column_facts_of(p, c.ids[k])->values.distinct;
        if (distinct < 0) return -1;
        all *= fmax(1, distinct);
    }
    return all;
}

double msl_expr_distinct(msl_planner *p, const msl_expr *e, double rows) {
    double distinct = -1;
    while (e->kind == MSL_EXPR_CAST) e = e->args[0];
    if (e->kind == MSL_EXPR_CONSTANT) return 1;
    if (e->kind == MSL_EXPR_COLUMN) distinct = msl_column_facts_of(p, e->column)->values.distinct;
    if (distinct < 0 && e->type->id == MSL_TYPE_BOOLEAN) distinct = 2;
    if (distinct < 0 && e->kind == MSL_EXPR_CALL && !(e->flags & MSL_EXPR_VOLATILE)) distinct = combinations(p, e);
    return distinct >= 0 && rows >= 0 && distinct > rows ? rows : distinct;
}

double msl_exprs_distinct(msl_planner *p, msl_expr *const *exprs, uint32_t count, double rows) {
    double all = 1;
    for (uint32_t k = 0; k < count; k++) {
        uint32_t origin = exprs[k]->kind == MSL_EXPR_COLUMN ? msl_column_facts_of(p, exprs[k]->column)->origin : 0;
        bool is_first = true; // of its scan: the others are taken together with it
        for (uint32_t j = 0; j < k && origin; j++) {
            if (exprs[j]->kind == MSL_EXPR_COLUMN && msl_column_facts_of(p, exprs[j]->column)->origin == origin)
                is_first = false;
        }
        if (!is_first) continue;
        double distinct = msl_expr_distinct(p, exprs[k], rows);
        if (distinct < 0) return -1;
        double most = origin ? msl_column_facts_of(p, exprs[k]->column)->rows : -1;
        for (uint32_t j = k + 1; j < count && origin; j++) {
            if (exprs[j]->kind != MSL_EXPR_COLUMN || msl_column_facts_of(p, exprs[j]->column)->origin != origin) continue;
            double more = msl_expr_distinct(p, exprs[j], rows);
            if (more < 0) return -1;
            distinct *= fmax(1, more);
        }
        if (most >= 0 && distinct > most) distinct = most;
        all *= fmax(1, distinct);
    }
    return rows >= 0 && all > rows ? rows : all;
}
