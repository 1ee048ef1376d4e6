/// planner_int.h: what every file of the planner shares: the planning state, growing lists, and allocation that
/// reports.
///
/// `msl_planner` lives for one msl_plan_statement(). Column ids are handed out by it and never reused: a column keeps
/// its id from the node that makes it up to the root, so expressions can move between nodes without being renumbered.
#ifndef MSL_PLANNER_INT_H
#define MSL_PLANNER_INT_H

#include "planner/planner.h"

/// What is known about one column id.
typedef struct msl_column_info {
    const msl_type *type;
    const char *name; ///< for display and for the result's header
    uint8_t collation; ///< msl_collation of a text column
    bool collation_is_said; ///< by COLLATE in the select list that makes it
} msl_column_info;

typedef struct msl_columns {
    msl_column_info *items;
    uint32_t count, room;
} msl_columns;

typedef struct msl_parameters {
    msl_parameter *items;
    uint32_t count, room;
} msl_parameters;

typedef struct msl_exprs {
    msl_expr **items;
    uint32_t count, room;
} msl_exprs;

typedef struct msl_ids {
    uint32_t *items;
    uint32_t count, room;
} msl_ids;

struct msl_cte;

/// The CTEs whose rows may be kept, each after those that it reads.
typedef struct msl_ctes {
    struct msl_cte **items;
    uint32_t count, room;
} msl_ctes;

typedef struct msl_planner {
    const msl_planner_env *env;
    msl_arena *arena;
    msl_error *err;
    msl_columns columns;
    msl_parameters parameters;     ///< type NULL until the context has said it
    uint32_t positional_parameters; ///< named ones follow these
    struct msl_column_facts *facts; ///< by column id (cardinality.h)
    uint32_t facts_room;
    uint32_t scan_count;            ///< scans that facts were learnt of
    unsigned flags;                ///< msl_prepared_flags
    const msl_read_once *read_once; ///< pipes that the statement reads
    bool has_outer_columns;        ///< a subquery uses columns of a query around it: the plan is to be unnested
    bool removes_joins;            ///< while msl_pass_remove_joins runs
    struct msl_explain_writer *trace; ///< EXPLAIN (PASSES): the tree after each pass is written here; else NULL
    msl_ctes ctes;
    uint64_t looks;                ///< searches for WORK (msl_logical_reads_work)
    struct msl_id_set *spare_sets; ///< sets of column ids that are not in use (msl_id_set_take)
} msl_planner;

/// A byte range in env->sql; offset -1 = none.
typedef struct msl_at {
    int64_t offset;
    uint32_t length;
} msl_at;
#define MSL_NOWHERE ((msl_at){-1, 0})

morsel_status msl_planner_nomem(msl_planner *p);
/// MORSEL_INTERRUPTED when the statement is cancelled: asked for each query, each expression and each pass.
morsel_status msl_planner_interrupted(msl_planner *p);
/// Doubles the room of a list; NULL (with the error recorded) when memory is refused.
void *msl_planner_grow(msl_planner *p, const void *items, uint32_t count, uint32_t *room, size_t item_bytes);

/// Points `pointer` at n zeroed items in the statement's arena; an expression of type morsel_status.
#define MSL_TAKE(p, pointer, n)                                                                                        \
    (((pointer) = msl_arena_alloc((p)->arena, sizeof *(pointer) * ((size_t)(n) + ((n) == 0))))                         \
         ? MORSEL_OK                                                                                                   \
         : msl_planner_nomem(p))
/// An empty set of column ids, by id. Wide statements have many nodes and many columns: what each node takes, it gives back.
morsel_status msl_id_set_take(msl_planner *p, bool **set);
void msl_id_set_give(msl_planner *p, bool *set);
/// Appends to a (items, count, room) list; an expression of type morsel_status.
#define MSL_PUSH(p, list, value)                                                                                       \
    (((list)->count < (list)->room ||                                                                                  \
      ((list)->items = msl_planner_grow((p), (list)->items, (list)->count, &(list)->room, sizeof *(list)->items)))     \
         ? ((list)->items[(list)->count++] = (value), MORSEL_OK)                                                       \
         : MORSEL_NOMEM)

/// A new column id.
morsel_status msl_new_column(msl_planner *p, const msl_type *type, const char *name, uint32_t *id) MSL_MUST_CHECK;
static inline const msl_type *msl_column_type(const msl_planner *p, uint32_t id) { return p->columns.items[id].type; }
static inline const char *msl_column_name(const msl_planner *p, uint32_t id) { return p->columns.items[id].name; }
/// Position of an id in a list, or -1.
int64_t msl_id_position(const uint32_t *ids, uint32_t count, uint32_t id);
/// Where each of many ids stands in a list. Made once for a list, then each look-up is one load.
typedef struct msl_id_map {
    const uint32_t *ids;
    uint32_t count;
    uint32_t *places; ///< by id: position + 1, 0 = not there; NULL for short lists, which are searched
    uint32_t room;    ///< ids below this
} msl_id_map;
morsel_status msl_id_map_init(msl_planner *p, msl_id_map *map, const uint32_t *ids, uint32_t count) MSL_MUST_CHECK;
/// Position of the id, or -1.
int64_t msl_id_map_find(const msl_id_map *map, uint32_t id);
/// Names compared as identifiers: ASCII case folded.
bool msl_same_name(const char *a, const char *b);
bool msl_same_name_n(const char *a, const char *b, size_t b_length);

#endif
