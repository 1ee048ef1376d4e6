/// row_properties.c: keys and NULLs, followed from the sources upwards (see row_properties.h).
#include "planner/row_properties.h"

#include "planner/expr_walk.h"

#include <string.h>

enum { IDS_MAX = 64 }; // more columns than that are not looked through

bool msl_column_is_not_null(const msl_logical *node, uint32_t id) {
    int64_t at = msl_id_position(node->columns, node->column_count, id);
    if (at < 0) return false;
    switch (node->kind) {
    case MSL_LOGICAL_SCAN: return node->scan.source->columns[node->scan.indexes[at]].is_not_null;
    case MSL_LOGICAL_FILTER:
    case MSL_LOGICAL_SORT:
    case MSL_LOGICAL_TOP_N:
    case MSL_LOGICAL_LIMIT:
    case MSL_LOGICAL_REPEAT: return msl_column_is_not_null(node->children[0], id);
    case MSL_LOGICAL_PROJECT: {
        const msl_expr *e = node->project.exprs[at];
        if (e->kind == MSL_EXPR_CONSTANT) return !e->value.is_null;
        return e->kind == MSL_EXPR_COLUMN && msl_column_is_not_null(node->children[0], e->column);
    }
    case MSL_LOGICAL_AGGREGATE:
        if (at >= node->aggregate.key_count || node->aggregate.total_count) return false;
        return node->aggregate.keys[at]->kind == MSL_EXPR_COLUMN &&
               msl_column_is_not_null(node->children[0], node->aggregate.keys[at]->column);
    case MSL_LOGICAL_JOIN:
    case MSL_LOGICAL_ASOF_JOIN: {
        const msl_logical *left = node->children[0], *right = node->children[1];
        msl_join_type type = node->join.type;
        if (msl_logical_has(left, id))
            return type != MSL_JOIN_RIGHT && type != MSL_JOIN_FULL && msl_column_is_not_null(left, id);
        bool keeps = type == MSL_JOIN_INNER || type == MSL_JOIN_RIGHT;
        return keeps && msl_logical_has(right, id) && msl_column_is_not_null(right, id);
    }
    case MSL_LOGICAL_VALUES:
    case MSL_LOGICAL_DRAW:
    case MSL_LOGICAL_UNION_ALL:
    case MSL_LOGICAL_EXPAND:
    case MSL_LOGICAL_UNNEST:
    case MSL_LOGICAL_WINDOW:
    case MSL_LOGICAL_CTE:
    case MSL_LOGICAL_RECURSIVE:
    case MSL_LOGICAL_WORK:
    case MSL_LOGICAL_CHANGE:
    case MSL_LOGICAL_COPY_TO: return false;
    }
    return false;
}

/// A key of the source all of whose columns are among the ids and never NULL.
static bool scan_has_key(const msl_logical *node, const uint32_t *ids, uint32_t count) {
    const msl_source *source = node->scan.source;
    for (uint32_t k = 0; k < source->key_count; k++) {
        const msl_source_key *key = &source->keys[k];
        bool covers = true;
        for (uint32_t c = 0; c < key->column_count && covers; c++) {
            covers = false;
            for (uint32_t i = 0; i < node->column_count && source->columns[key->columns[c]].is_not_null; i++) {
                bool is_it = node->scan.indexes[i] == key->columns[c];
                covers = covers || (is_it && msl_id_position(ids, count, node->columns[i]) >= 0);
            }
        }
        if (covers) return true;
    }
    return false;
}

/// The ids of the child that stand for `ids` above a projection; those of computed columns are left out.
static uint32_t below_project(const msl_logical *node, const uint32_t *ids, uint32_t count, uint32_t *below) {
    uint32_t n = 0;
    for (uint32_t k = 0; k < node->column_count && n < IDS_MAX; k++) {
        const msl_expr *e = node->project.exprs[k];
        if (e->kind == MSL_EXPR_COLUMN && msl_id_position(ids, count, node->columns[k]) >= 0) below[n++] = e->column;
    }
    return n;
}

/// The columns of side `s` that the join's equalities compare.
static uint32_t compared_columns(const msl_logical *join, uint32_t s, uint32_t *out) {
    uint32_t n = 0;
    const msl_logical *side = join->children[s];
    for (uint32_t k = 0; k < join->join.key_count && n < IDS_MAX; k++) {
        const msl_expr *e = s ? join->join.right_keys[k] : join->join.left_keys[k];
        if (e->kind == MSL_EXPR_COLUMN) out[n++] = e->column;
    }
    for (uint32_t k = 0; k < join->join.count && n < IDS_MAX; k++) {
        const msl_expr *e = join->join.conjuncts[k];
        if (strcmp(msl_expr_function(e), "=") != 0) continue;
        for (uint32_t a = 0; a < 2; a++) {
            const msl_expr *mine = e->args[a], *other = e->args[1 - a];
            bool fits = mine->kind == MSL_EXPR_COLUMN && msl_logical_has(side, mine->column) &&
                        msl_expr_within(other, join->children[1 - s]->columns, join->children[1 - s]->column_count);
            if (fits) {
                out[n++] = mine->column;
                break;
            }
        }
    }
    return n;
}

/// A join keeps a side's keys when each of its rows meets at most one row of the other side.
static bool join_keeps_keys(const msl_logical *node, uint32_t side) {
    uint32_t ids[IDS_MAX], n = compared_columns(node, 1 - side, ids);
    return n && msl_rows_differ(node->children[1 - side], ids, n);
}

bool msl_join_matches_once(const msl_logical *join) { return join_keeps_keys(join, 0); }

static bool join_rows_differ(const msl_logical *node, const uint32_t *ids, uint32_t count) {
    uint32_t own[IDS_MAX];
    for (uint32_t side = 0; side < 2; side++) {
        uint32_t n = 0;
        const msl_logical *child = node->children[side];
        for (uint32_t k = 0; k < count && n < IDS_MAX; k++) {
            if (msl_logical_has(child, ids[k])) own[n++] = ids[k];
        }
        bool differ = n && msl_rows_differ(child, own, n);
        switch (node->join.type) {
        case MSL_JOIN_SEMI:
        case MSL_JOIN_ANTI:
        case MSL_JOIN_MARK:
        case MSL_JOIN_SINGLE: return differ; // the left side's rows, each once
        case MSL_JOIN_INNER:
            if (differ && join_keeps_keys(node, side)) return true;
            break;
        case MSL_JOIN_LEFT:
            if (side == 0) return differ && join_keeps_keys(node, 0);
            break;
        case MSL_JOIN_RIGHT:
            if (side == 1) return differ && join_keeps_keys(node, 1);
            break;
        case MSL_JOIN_FULL:
        case MSL_JOIN_RIGHT_SEMI: // of physical plans
        case MSL_JOIN_RIGHT_ANTI: break;
        }
    }
    return false;
}

bool msl_rows_differ(const msl_logical *node, const uint32_t *ids, uint32_t count) {
    if (msl_logical_is_one_row(node)) return true;
    uint32_t below[IDS_MAX];
    switch (node->kind) {
    case MSL_LOGICAL_SCAN: return scan_has_key(node, ids, count);
    case MSL_LOGICAL_FILTER:
    case MSL_LOGICAL_SORT:
    case MSL_LOGICAL_TOP_N:
    case MSL_LOGICAL_LIMIT:
    case MSL_LOGICAL_DRAW:
    case MSL_LOGICAL_WINDOW: return msl_rows_differ(node->children[0], ids, count);
    case MSL_LOGICAL_PROJECT:
        return msl_rows_differ(node->children[0], below, below_project(node, ids, count, below));
    case MSL_LOGICAL_AGGREGATE:
        for (uint32_t k = 0; k < node->aggregate.key_count; k++) {
            if (msl_id_position(ids, count, node->columns[k]) < 0) return false;
        }
        return true;
    case MSL_LOGICAL_JOIN: return join_rows_differ(node, ids, count);
    case MSL_LOGICAL_ASOF_JOIN: // a left row has one match at most
        return (node->join.type == MSL_JOIN_INNER || node->join.type == MSL_JOIN_LEFT) &&
               msl_rows_differ(node->children[0], ids, count);
    case MSL_LOGICAL_VALUES: return node->values.row_count == 0;
    case MSL_LOGICAL_UNION_ALL:
    case MSL_LOGICAL_REPEAT:
    case MSL_LOGICAL_EXPAND:
    case MSL_LOGICAL_UNNEST:
    case MSL_LOGICAL_CTE:
    case MSL_LOGICAL_RECURSIVE:
    case MSL_LOGICAL_WORK:
    case MSL_LOGICAL_CHANGE:
    case MSL_LOGICAL_COPY_TO: return false;
    }
    return false;
}
