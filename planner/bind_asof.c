/// bind_asof.c: ASOF joins: of the right rows that match, the nearest one.
///
///   a ASOF JOIN b ON a.k = b.k AND a.time >= b.time     the b with the greatest time that is not after a's
///   a ASOF JOIN b USING (k, time)                       the same: the last column of USING is compared by >=
///
/// The condition has exactly one inequality between the sides; whatever else stands in it limits the candidates.
#include "planner/binder.h"

#include <string.h>

static bool is_of(const msl_expr *e, const msl_logical *side, const msl_logical *other) {
    return msl_expr_uses_any(e, side->columns, side->column_count) && !msl_expr_uses_any(e, other->columns, other->column_count);
}

/// Does `e` compare a value of the left side with one of the right side by <, <=, > or >=? Columns of queries around may
/// stand in both.
static bool is_inequality(const msl_expr *e, const msl_logical *left, const msl_logical *right) {
    const char *name = msl_expr_function(e);
    if ((name[0] != '<' && name[0] != '>') || (name[1] && strcmp(name + 1, "=") != 0)) return false;
    for (uint32_t swap = 0; swap < 2; swap++) {
        if (is_of(e->args[swap], left, right) && is_of(e->args[1 - swap], right, left)) return true;
    }
    return false;
}

/// The compared values become columns of their sides: what else they are made of is no matter of the join.
static morsel_status name_operands(msl_binder *b, msl_logical *join, msl_expr *e, msl_expr **out) {
    msl_expr *args[2];
    for (uint32_t k = 0; k < 2; k++) {
        uint32_t id, side = is_of(e->args[k], join->children[0], join->children[1]) ? 0 : 1;
        args[k] = e->args[k];
        if (args[k]->kind == MSL_EXPR_COLUMN) continue;
        MSL_TRY(msl_new_column(b->p, args[k]->type, NULL, &id));
        MSL_TRY(msl_logical_define(b->p, join->children[side], &id, &args[k], 1, &join->children[side]));
        MSL_TRY(msl_expr_column(b->p, id, msl_expr_at(args[k]), &args[k]));
    }
    return msl_expr_with_args(b->p, e, args, out);
}

/// The join over its sides as they are now.
static morsel_status join_again(msl_planner *p, msl_logical *join) {
    msl_logical *again;
    MSL_TRY(msl_logical_join(p, join->join.type, join->children[0], join->children[1], NULL, 0, &again));
    join->columns = again->columns;
    join->column_count = again->column_count;
    return MORSEL_OK;
}

static morsel_status check_nearest(msl_binder *b, const msl_expr *e, msl_at at) {
    if (!(e->flags & MSL_EXPR_VOLATILE)) return MORSEL_OK;
    return msl_error_at(b->p->err, MORSEL_BIND, "42P10", at.offset, at.length,
                        "the inequality of ASOF JOIN must give the same value each time");
}

/// Takes the inequality out of the conjuncts.
static morsel_status take_inequality(msl_binder *b, const msl_logical *join, msl_exprs *conjuncts, msl_at at,
                                     msl_expr **out) {
    uint32_t kept = 0;
    *out = NULL;
    for (uint32_t k = 0; k < conjuncts->count; k++) {
        msl_expr *e = conjuncts->items[k];
        if (!is_inequality(e, join->children[0], join->children[1])) {
            conjuncts->items[kept++] = e;
            continue;
        }
        if (*out) {
            morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42601", e->sql_offset, e->sql_length,
                                                "ASOF JOIN has two inequalities: only one says which row is the nearest");
            msl_error_hint(b->p->err, "leave one, and filter the result by the other with WHERE");
            return status;
        }
        *out = e;
    }
    conjuncts->count = kept;
    if (*out) return MORSEL_OK;
    morsel_status status = msl_error_at(b->p->err, MORSEL_BIND, "42601", at.offset, at.length,
                                        "ASOF JOIN needs an inequality between its sides that says which row is the nearest");
    msl_error_hint(b->p->err, "ON a.id = b.id AND a.time >= b.time takes the last b that is not after a");
    return status;
}

morsel_status msl_make_asof(msl_binder *b, msl_logical *join, msl_at at) {
    msl_exprs conjuncts = {join->join.conjuncts, join->join.count, join->join.count};
    msl_expr *nearest;
    MSL_TRY(take_inequality(b, join, &conjuncts, at, &nearest));
    MSL_TRY(check_nearest(b, nearest, nearest->sql_offset >= 0 ? msl_expr_at(nearest) : at));
    join->join.count = conjuncts.count;
    MSL_TRY(name_operands(b, join, nearest, &join->join.nearest));
    MSL_TRY(join_again(b->p, join));
    join->kind = MSL_LOGICAL_ASOF_JOIN;
    return MORSEL_OK;
}
