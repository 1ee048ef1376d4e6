/// ast.h: the abstract syntax tree of a SQL query: names, types, expressions, FROM, SELECT, set operations.
///
/// Role     What the parser builds and the binder reads. Plain data in the statement's arena, no functions inside; the
///          statements around a query are in ast_statement.h. Nothing is resolved here: a name is a name.
/// Layout   Every node carries the byte range of the SQL text that it was read from. Lists are (items, count). Chains
///          of operators of one level (AND, OR, + and -, * / % //, ||, UNION) are one node with many operands, so a
///          long chain is no nesting. What nests is bounded: `height` of no node exceeds MSL_AST_MAX_DEPTH, so a
///          recursive walk over expressions and subqueries needs no check of its own.
/// Memory   Owned by the arena given to msl_parse_statement(); the tree does not point into the caller's SQL text.
/// Strings  NUL-terminated and with a length (string literals may hold any bytes but NUL).
///
/// What syntax is turned into something simpler by the parser (the binder never sees the left side):
///
///   EXTRACT(year FROM x)             call date_part('year', x)
///   SUBSTRING(x FROM a FOR b)        call substring(x, a, b)
///   POSITION(a IN b)                 call strpos(b, a)
///   TRIM(BOTH c FROM x)              call trim(x, c); LEADING: ltrim, TRAILING: rtrim
///   OVERLAY(x PLACING y FROM a ...)  call overlay(x, y, a ...)
///   x AT TIME ZONE z                 call timezone(z, x)
///   ARRAY[a, b]                      LIST [a, b]
///   x NOTNULL, x ISNULL              IS_NOT_NULL, IS_NULL
///   lambda x, y: e                   ARROW ((x, y) -> e); the binder makes a lambda where a signature takes one
///   CAST(x AS t), x::t               CAST
///   TABLE t                          SELECT * FROM t
///   DOUBLE PRECISION, CHARACTER VARYING, TIMESTAMP WITH TIME ZONE, ...   DOUBLE, VARCHAR, TIMESTAMPTZ, ...
#ifndef MSL_GRAMMAR_AST_H
#define MSL_GRAMMAR_AST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// How deep expressions, parentheses and subqueries may nest.
#define MSL_AST_MAX_DEPTH 1000

typedef struct msl_ast_expr msl_ast_expr;
typedef struct msl_ast_query msl_ast_query;
typedef struct msl_ast_type msl_ast_type;
typedef struct msl_ast_from msl_ast_from;
typedef struct msl_ast_call msl_ast_call;

/// A byte range of the statement's SQL text.
typedef struct msl_ast_span {
    uint32_t offset, length;
} msl_ast_span;

/* ---- names ---- */

/// An identifier as it was spelled. "No name" is text == NULL.
typedef struct msl_ast_name {
    const char *text;
    uint32_t length;
    bool quoted; ///< written in double quotes
    msl_ast_span at;
} msl_ast_name;

typedef struct msl_ast_names {
    msl_ast_name *items;
    uint32_t count;
} msl_ast_names;

typedef struct msl_ast_exprs {
    msl_ast_expr **items;
    uint32_t count;
} msl_ast_exprs;

/* ---- types ---- */

typedef enum msl_ast_type_kind {
    MSL_AST_TYPE_NAMED,  ///< VARCHAR, DECIMAL(10, 2), my_schema.my_enum
    MSL_AST_TYPE_LIST,   ///< child[]
    MSL_AST_TYPE_ARRAY,  ///< child[size]
    MSL_AST_TYPE_STRUCT, ///< STRUCT(a INT, b TEXT), ROW(...)
    MSL_AST_TYPE_MAP,    ///< MAP(key, value): fields[0] and fields[1], unnamed
    MSL_AST_TYPE_UNION,  ///< UNION(a INT, b TEXT)
    MSL_AST_TYPE_ENUM    ///< ENUM('a', 'b'): modifiers are the strings
} msl_ast_type_kind;

typedef struct msl_ast_type_field {
    msl_ast_name name;
    msl_ast_type *type;
} msl_ast_type_field;

struct msl_ast_type {
    msl_ast_type_kind kind;
    uint32_t height;
    msl_ast_span at;
    msl_ast_names name;      ///< NAMED: one to three parts
    msl_ast_exprs modifiers; ///< NAMED: what stands in parentheses; ENUM: its strings
    msl_ast_type *child;     ///< LIST, ARRAY
    uint32_t size;           ///< ARRAY
    msl_ast_type_field *fields;
    uint32_t field_count;
};

/* ---- expressions ---- */

typedef enum msl_ast_expr_kind {
    MSL_AST_NULL,      ///< NULL
    MSL_AST_BOOLEAN,   ///< u.boolean
    MSL_AST_NUMBER,    ///< u.text: digits as typed without '_': 1, 1.5, .5, 1e10, 0xFF
    MSL_AST_STRING,    ///< u.text: bytes with quotes and escapes resolved
    MSL_AST_BLOB,      ///< u.text: x'..' or b'..' as raw bytes (may hold NUL)
    MSL_AST_TYPED,     ///< u.typed: DATE '2020-01-01', type 'text'
    MSL_AST_INTERVAL,  ///< u.interval: INTERVAL '1 day', INTERVAL 3 DAY, INTERVAL (x) DAY
    MSL_AST_PARAMETER, ///< u.parameter: ?, ?3, $1, $name, :name
    MSL_AST_COLUMN,    ///< u.names: a, t.a, s.t.a, c.s.t.a, or a struct column's field
    MSL_AST_STAR,      ///< u.star: *, t.*, * EXCLUDE (...) REPLACE (...) RENAME (...), COLUMNS(...)
    MSL_AST_UNARY,     ///< u.operands[0], op: NEGATE PLUS NOT BIT_NOT IS_NULL ... IS_NOT_UNKNOWN
    MSL_AST_BINARY,    ///< u.operands[0..1], op: comparisons, IS DISTINCT FROM, ^, bit operators, ->, ->>, ~, ...
    MSL_AST_CHAIN,     ///< u.chain: two or more operands, evaluated from the left; op: the first operator
    MSL_AST_LIKE,      ///< u.operands[0] value, [1] pattern, [2] escape or NULL; op LIKE ILIKE GLOB SIMILAR; negated
    MSL_AST_BETWEEN,   ///< u.operands: value, low, high; negated, symmetric
    MSL_AST_IN,        ///< u.in: value IN (list) / IN (query) / IN list_expression; negated
    MSL_AST_EXISTS,    ///< u.query (NOT EXISTS is NOT over EXISTS)
    MSL_AST_SUBQUERY,  ///< u.query: scalar subquery
    MSL_AST_ARRAY_SUBQUERY, ///< u.query: ARRAY(SELECT ...)
    MSL_AST_QUANTIFIED,     ///< u.quantified: x op ANY/ALL (query or list expression)
    MSL_AST_CASE,      ///< u.case_
    MSL_AST_CAST,      ///< u.cast: CAST, TRY_CAST, ::
    MSL_AST_CALL,      ///< u.call: function, aggregate or window call
    MSL_AST_COLLATE,   ///< u.collate
    MSL_AST_INDEX,     ///< u.operands: base, index                                 a[1]
    MSL_AST_SLICE,     ///< u.operands: base, lower?, upper?, step? (NULL = absent) a[1:2], a[:], a[1:5:2]
    MSL_AST_FIELD,     ///< u.field: (expression).name
    MSL_AST_LIST,      ///< u.items: [a, b]
    MSL_AST_STRUCT,    ///< u.struct_: {a: 1, 'b': 2}
    MSL_AST_MAP,       ///< u.items: MAP {k: v, ...} as k, v, k, v, ...
    MSL_AST_ROW,       ///< u.items: (a, b), ROW(a, b), ROW(a), ROW()
    MSL_AST_DEFAULT    ///< DEFAULT as a value of INSERT or UPDATE
} msl_ast_expr_kind;

typedef enum msl_ast_op {
    MSL_AST_OP_NONE,
    /* CHAIN; one chain holds operators of one line only */
    MSL_AST_OP_OR,
    MSL_AST_OP_AND,
    MSL_AST_OP_CONCAT,
    MSL_AST_OP_ADD, MSL_AST_OP_SUBTRACT,
    MSL_AST_OP_MULTIPLY, MSL_AST_OP_DIVIDE, MSL_AST_OP_INTEGER_DIVIDE, MSL_AST_OP_MODULO,
    /* BINARY */
    MSL_AST_OP_EQ, MSL_AST_OP_NE, MSL_AST_OP_LT, MSL_AST_OP_LE, MSL_AST_OP_GT, MSL_AST_OP_GE,
    MSL_AST_OP_DISTINCT, MSL_AST_OP_NOT_DISTINCT, ///< IS [NOT] DISTINCT FROM
    MSL_AST_OP_POWER,                             ///< ^ and **
    MSL_AST_OP_BIT_AND, MSL_AST_OP_BIT_OR, MSL_AST_OP_BIT_XOR, MSL_AST_OP_SHIFT_LEFT, MSL_AST_OP_SHIFT_RIGHT,
    MSL_AST_OP_ARROW, MSL_AST_OP_ARROW_TEXT,      ///< -> (JSON member, or a lambda) and ->>
    MSL_AST_OP_REGEX, MSL_AST_OP_REGEX_CI, MSL_AST_OP_NOT_REGEX, MSL_AST_OP_NOT_REGEX_CI, ///< ~ ~* !~ !~*
    MSL_AST_OP_CONTAINS, MSL_AST_OP_CONTAINED, MSL_AST_OP_OVERLAPS, ///< @> <@ &&
    MSL_AST_OP_STARTS_WITH,                       ///< ^@
    /* UNARY */
    MSL_AST_OP_NEGATE, MSL_AST_OP_PLUS, MSL_AST_OP_BIT_NOT, MSL_AST_OP_NOT,
    MSL_AST_OP_IS_NULL, MSL_AST_OP_IS_NOT_NULL, MSL_AST_OP_IS_TRUE, MSL_AST_OP_IS_NOT_TRUE,
    MSL_AST_OP_IS_FALSE, MSL_AST_OP_IS_NOT_FALSE, MSL_AST_OP_IS_UNKNOWN, MSL_AST_OP_IS_NOT_UNKNOWN,
    /* LIKE */
    MSL_AST_OP_LIKE, MSL_AST_OP_ILIKE, MSL_AST_OP_GLOB, MSL_AST_OP_SIMILAR,
    MSL_AST_OP_COUNT
} msl_ast_op;

typedef enum msl_ast_unit { ///< of INTERVAL 3 DAY; a range (YEAR TO MONTH) has the smaller unit in unit_to
    MSL_AST_UNIT_NONE, MSL_AST_UNIT_MILLENNIUM, MSL_AST_UNIT_CENTURY, MSL_AST_UNIT_DECADE, MSL_AST_UNIT_YEAR,
    MSL_AST_UNIT_QUARTER, MSL_AST_UNIT_MONTH, MSL_AST_UNIT_WEEK, MSL_AST_UNIT_DAY, MSL_AST_UNIT_HOUR,
    MSL_AST_UNIT_MINUTE, MSL_AST_UNIT_SECOND, MSL_AST_UNIT_MILLISECOND, MSL_AST_UNIT_MICROSECOND
} msl_ast_unit;

typedef enum msl_ast_parameter_kind {
    MSL_AST_PARAMETER_NEXT,   ///< ?: index is its 1-based place among the `?` of the statement
    MSL_AST_PARAMETER_NUMBER, ///< $1, ?1: index
    MSL_AST_PARAMETER_NAME    ///< $name, :name, @name: name without its mark
} msl_ast_parameter_kind;

typedef struct msl_ast_when {
    msl_ast_expr *when, *then;
} msl_ast_when;

typedef struct msl_ast_alias { ///< an expression with a name: REPLACE (e AS n), struct fields
    msl_ast_expr *expr;
    msl_ast_name name;
} msl_ast_alias;

typedef struct msl_ast_rename {
    msl_ast_name from, to;
} msl_ast_rename;

typedef struct msl_ast_star {
    msl_ast_names qualifier;  ///< t.* has one part; none for *
    msl_ast_names exclude;    ///< a name may be qualified by its table in exclude_tables (text NULL where it is not)
    msl_ast_name *exclude_tables;
    msl_ast_alias *replace;
    uint32_t replace_count;
    msl_ast_rename *rename;
    uint32_t rename_count;
    msl_ast_expr *columns;    ///< COLUMNS(x): x (a string, a lambda, a list, or a STAR); NULL for a plain star
    bool unpack;              ///< *COLUMNS(x)
    msl_ast_expr *pattern;    ///< * LIKE 'a%' (op in pattern_op), or NULL
    msl_ast_op pattern_op;
    bool pattern_negated;
} msl_ast_star;

struct msl_ast_expr {
    uint8_t kind;    ///< msl_ast_expr_kind
    uint8_t op;      ///< msl_ast_op, where the kind has one
    bool negated;    ///< NOT LIKE, NOT IN, NOT BETWEEN
    bool symmetric;  ///< BETWEEN SYMMETRIC
    uint16_t height; ///< 1 + the greatest height below
    bool in_parens;  ///< was written in parentheses (matters for nothing but diagnostics)
    msl_ast_span at;
    union {
        bool boolean;
        struct {
            const char *bytes;
            uint32_t length;
        } text;
        struct {
            msl_ast_type *type;
            const char *bytes;
            uint32_t length;
        } typed;
        struct {
            msl_ast_expr *value;
            msl_ast_unit unit, unit_to; ///< both NONE for INTERVAL '1 day'
        } interval;
        struct {
            msl_ast_parameter_kind kind;
            uint32_t index;
            const char *name;
        } parameter;
        msl_ast_names names;
        msl_ast_star *star;
        msl_ast_expr *operands[4];
        struct {
            msl_ast_expr **items;
            uint8_t *ops; ///< ops[i] stands between items[i - 1] and items[i]; ops[0] == NONE
            uint32_t count;
        } chain;
        struct {
            msl_ast_expr *value;
            msl_ast_expr **items; ///< IN (a, b); one item and bare: IN expression
            msl_ast_query *query; ///< IN (SELECT ...); items is NULL then
            uint32_t count;
            bool bare;            ///< x IN y: y is a list-valued expression
        } in;
        msl_ast_query *query;
        struct {
            msl_ast_expr *value;
            msl_ast_query *query; ///< or
            msl_ast_expr *list;   ///< a list-valued expression
            bool all;             ///< ALL; otherwise ANY or SOME. The operator is `op` (LIKE and ILIKE too)
        } quantified;
        struct {
            msl_ast_expr *operand, *otherwise; ///< each may be NULL
            msl_ast_when *whens;
            uint32_t count;
        } case_;
        struct {
            msl_ast_expr *value;
            msl_ast_type *type;
            bool try_; ///< TRY_CAST
        } cast;
        msl_ast_call *call;
        struct {
            msl_ast_expr *value;
            msl_ast_names collation;
        } collate;
        struct {
            msl_ast_expr *value;
            msl_ast_name name;
        } field;
        struct {
            msl_ast_alias *items;
            uint32_t count;
        } struct_;
        msl_ast_exprs items;
    } u;
};

/* ---- ORDER BY, windows, calls ---- */

typedef struct msl_ast_order_item {
    msl_ast_expr *expr; ///< NULL: ORDER BY ALL
    enum { MSL_AST_DIRECTION_DEFAULT, MSL_AST_ASC, MSL_AST_DESC } direction;
    enum { MSL_AST_NULLS_DEFAULT, MSL_AST_NULLS_FIRST, MSL_AST_NULLS_LAST } nulls;
    msl_ast_span at;
} msl_ast_order_item;

typedef struct msl_ast_order {
    msl_ast_order_item *items;
    uint32_t count;
} msl_ast_order;

typedef enum msl_ast_frame_unit {
    MSL_AST_FRAME_NONE,
    MSL_AST_FRAME_ROWS,
    MSL_AST_FRAME_RANGE,
    MSL_AST_FRAME_GROUPS
} msl_ast_frame_unit;
typedef enum msl_ast_bound_kind {
    MSL_AST_BOUND_UNBOUNDED_PRECEDING,
    MSL_AST_BOUND_PRECEDING,
    MSL_AST_BOUND_CURRENT_ROW,
    MSL_AST_BOUND_FOLLOWING,
    MSL_AST_BOUND_UNBOUNDED_FOLLOWING
} msl_ast_bound_kind;
typedef enum msl_ast_exclude {
    MSL_AST_EXCLUDE_NO_OTHERS,
    MSL_AST_EXCLUDE_CURRENT_ROW,
    MSL_AST_EXCLUDE_GROUP,
    MSL_AST_EXCLUDE_TIES
} msl_ast_exclude;

typedef struct msl_ast_bound {
    msl_ast_bound_kind kind;
    msl_ast_expr *distance; ///< PRECEDING and FOLLOWING
} msl_ast_bound;

/// What stands in OVER (...) or after WINDOW name AS. OVER name: only `base`, and is_reference.
typedef struct msl_ast_window {
    msl_ast_span at;
    msl_ast_name base; ///< the named window it extends, or no name
    bool is_reference; ///< OVER name, without parentheses
    msl_ast_exprs partition_by;
    msl_ast_order order_by;
    msl_ast_frame_unit frame_unit; ///< NONE: no frame given
    msl_ast_bound frame_start, frame_end;
    msl_ast_exclude exclude;
} msl_ast_window;

typedef struct msl_ast_named_window {
    msl_ast_name name;
    msl_ast_window *window;
} msl_ast_named_window;

typedef struct msl_ast_argument {
    msl_ast_name name; ///< f(name := x), f(name => x), f(name = x) in FROM; or no name
    msl_ast_expr *expr;
} msl_ast_argument;

struct msl_ast_call {
    msl_ast_names name;
    msl_ast_argument *arguments;
    uint32_t argument_count;
    bool star;     ///< f(*): no arguments
    bool distinct; ///< f(DISTINCT x)
    enum { MSL_AST_NULLS_UNSAID, MSL_AST_IGNORE_NULLS, MSL_AST_RESPECT_NULLS } null_treatment;
    msl_ast_order order_by;     ///< f(x ORDER BY y)
    msl_ast_order within_group; ///< f(p) WITHIN GROUP (ORDER BY y)
    msl_ast_expr *filter;       ///< FILTER (WHERE x), or NULL
    msl_ast_window *over;       ///< or NULL
};

/* ---- FROM ---- */

typedef enum msl_ast_from_kind {
    MSL_AST_FROM_TABLE,    ///< u.table: t, s.t, c.s.t
    MSL_AST_FROM_FILE,     ///< u.files: 'a.csv', ['a.csv', 'b.csv'] (STRING expressions)
    MSL_AST_FROM_FUNCTION, ///< u.function.call: read_csv('a', sep := ','), unnest(x) WITH ORDINALITY
    MSL_AST_FROM_QUERY,    ///< u.query: (SELECT ...), (VALUES ...)
    MSL_AST_FROM_JOIN,     ///< u.join
    MSL_AST_FROM_PARENS    ///< u.inner: (a JOIN b) AS x: with an alias; or an inner join without condition
} msl_ast_from_kind;

typedef enum msl_ast_join_kind {
    MSL_AST_JOIN_INNER, MSL_AST_JOIN_LEFT, MSL_AST_JOIN_RIGHT, MSL_AST_JOIN_FULL, MSL_AST_JOIN_CROSS,
    MSL_AST_JOIN_SEMI, MSL_AST_JOIN_ANTI, MSL_AST_JOIN_POSITIONAL
} msl_ast_join_kind;

typedef struct msl_ast_sample {
    msl_ast_expr *size;  ///< NULL: no TABLESAMPLE
    bool is_percent;
    msl_ast_name method; ///< bernoulli, system, reservoir, or no name
    msl_ast_expr *seed;  ///< REPEATABLE (n), or NULL
} msl_ast_sample;

struct msl_ast_from {
    msl_ast_from_kind kind;
    uint32_t height;
    msl_ast_span at;
    msl_ast_name alias;
    msl_ast_names columns;         ///< t(a, b): column aliases
    msl_ast_type **column_types;   ///< f() AS t(a INT, b TEXT): one for each of `columns`; otherwise NULL
    bool lateral;
    msl_ast_sample *sample;        ///< TABLESAMPLE, or NULL
    union {
        msl_ast_names table;
        msl_ast_exprs files;
        struct {
            msl_ast_expr *call; ///< kind CALL
            bool with_ordinality;
        } function;
        msl_ast_query *query;
        msl_ast_from *inner;
        struct {
            msl_ast_join_kind kind;
            bool natural, asof;
            msl_ast_from *left, *right;
            msl_ast_expr *on;    ///< or NULL
            msl_ast_names using; ///< or none
        } join;
    } u;
};

/* ---- SELECT and queries ---- */

typedef struct msl_ast_select_item {
    msl_ast_expr *expr;
    msl_ast_name alias;
    msl_ast_span at; ///< with the alias; expr->at is the expression's text, which names an unnamed column
} msl_ast_select_item;

typedef enum msl_ast_group_kind {
    MSL_AST_GROUP_EXPR,   ///< one expression
    MSL_AST_GROUP_SET,    ///< exprs: (a, b) or (); one set inside ROLLUP, CUBE, GROUPING SETS; at the top its keys
    MSL_AST_GROUP_ROLLUP, ///< items: EXPR or SET
    MSL_AST_GROUP_CUBE,   ///< items: EXPR or SET
    MSL_AST_GROUP_SETS    ///< GROUPING SETS: items of every kind
} msl_ast_group_kind;

typedef struct msl_ast_group {
    msl_ast_group_kind kind;
    uint32_t height;
    msl_ast_span at;
    msl_ast_expr *expr;   ///< EXPR
    msl_ast_exprs exprs;  ///< SET
    struct msl_ast_group **items;
    uint32_t count;
} msl_ast_group;

typedef struct msl_ast_groups {
    msl_ast_group **items;
    uint32_t count;
    bool all;      ///< GROUP BY ALL
    bool distinct; ///< GROUP BY DISTINCT
} msl_ast_groups;

/// What PIVOT turns into columns: the values of an expression, or of a row of expressions.
typedef struct msl_ast_pivot_column {
    msl_ast_expr *expr;          ///< (a, b) IN ((1, 2), ...): a ROW
    msl_ast_select_item *values; ///< IN (1 AS one, 2) ...
    uint32_t value_count;
    msl_ast_query *query;        ///< ... or IN (SELECT ...); neither: the values that the data has
    bool has_values;
    msl_ast_span at;
} msl_ast_pivot_column;

/// PIVOT from ON columns USING aggregates GROUP BY keys; FROM t PIVOT (aggregates FOR columns GROUP BY keys).
typedef struct msl_ast_pivot {
    msl_ast_span at;
    msl_ast_pivot_column *columns;
    uint32_t column_count;
    msl_ast_select_item *aggregates; ///< none: count(*)
    uint32_t aggregate_count;
    msl_ast_exprs group_by;
    bool has_group_by;               ///< otherwise the groups are the columns that are not named
} msl_ast_pivot;

/// UNPIVOT from ON items INTO NAME name VALUE values; FROM t UNPIVOT (values FOR name IN (items)).
typedef struct msl_ast_unpivot {
    msl_ast_span at;
    msl_ast_select_item *items; ///< expressions, stars, and with several values rows of expressions
    uint32_t item_count;
    msl_ast_name name;          ///< no name: "name"
    msl_ast_names values;       ///< none: "value"
    bool include_nulls;
} msl_ast_unpivot;

/// With `pivot` or `unpivot` a SELECT has these, one FROM item, and nothing else.
typedef struct msl_ast_select {
    msl_ast_span at;
    msl_ast_pivot *pivot;
    msl_ast_unpivot *unpivot;
    enum { MSL_AST_SELECT_ALL, MSL_AST_SELECT_DISTINCT, MSL_AST_SELECT_DISTINCT_ON } distinct;
    msl_ast_exprs distinct_on;
    bool from_first;            ///< FROM t [SELECT ...]
    msl_ast_select_item *items; ///< none (FROM t without SELECT) means *
    uint32_t item_count;
    msl_ast_from **from;        ///< comma list
    uint32_t from_count;
    msl_ast_expr *where;
    msl_ast_groups group_by;
    msl_ast_expr *having;
    msl_ast_named_window *windows;
    uint32_t window_count;
    msl_ast_expr *qualify;
    msl_ast_sample *sample;     ///< USING SAMPLE, or NULL
} msl_ast_select;

typedef struct msl_ast_cte {
    msl_ast_name name;
    msl_ast_names columns;
    enum { MSL_AST_MATERIALIZED_DEFAULT, MSL_AST_MATERIALIZED, MSL_AST_NOT_MATERIALIZED } materialized;
    msl_ast_query *query;
    msl_ast_span at;
} msl_ast_cte;

typedef enum msl_ast_query_kind {
    MSL_AST_QUERY_SELECT, ///< u.select
    MSL_AST_QUERY_VALUES, ///< u.values.rows[i].items: all of one length (the parser checks)
    MSL_AST_QUERY_SET,    ///< u.set: two or more operands, applied from the left
    MSL_AST_QUERY_NESTED  ///< u.nested: (query with its own WITH, ORDER BY or LIMIT) under outer clauses
} msl_ast_query_kind;

typedef enum msl_ast_set_op { MSL_AST_UNION, MSL_AST_INTERSECT, MSL_AST_EXCEPT } msl_ast_set_op;

/// [WITH ...] body [ORDER BY ...] [LIMIT ...] [OFFSET ...]
struct msl_ast_query {
    msl_ast_query_kind kind;
    uint32_t height;
    msl_ast_span at;
    bool recursive;     ///< WITH RECURSIVE
    msl_ast_cte *ctes;
    uint32_t cte_count;
    msl_ast_order order_by;
    msl_ast_expr *limit;       ///< NULL: none (LIMIT ALL and LIMIT NULL too)
    bool limit_percent;        ///< LIMIT 10 PERCENT, LIMIT 10%
    bool with_ties;            ///< FETCH FIRST n ROWS WITH TIES
    msl_ast_expr *offset;
    union {
        msl_ast_select *select;
        struct {
            msl_ast_exprs *rows;
            uint32_t count;
        } values;
        struct {
            msl_ast_set_op op;
            bool all, by_name;
            msl_ast_query **operands;
            uint32_t count;
        } set;
        msl_ast_query *nested;
    } u;
};

#endif
