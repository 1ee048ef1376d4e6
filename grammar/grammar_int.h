/// grammar_int.h: what lexer, parser and tree builders share. Only the files of this folder include it.
///
/// One msl_parse lives on the C stack for one call of the door. The lexer cuts raw tokens; token.c looks at their
/// neighbours and decides what is a keyword here; parse.c feeds the LALR parser, whose actions call the builders below.
///
/// Failing   A builder never returns NULL. The first failure (memory, depth, a rule of the language) is recorded with
///           msl_parse_fail() in p->status; builders then hand out the spare node, and parse.c stops after the token.
/// Spans     A grammar action runs when the token after its rule is being fed, so the rule's text always ends at
///           p->rule_end; msl_build_span() needs only the beginning.
#ifndef MSL_GRAMMAR_INT_H
#define MSL_GRAMMAR_INT_H

#include "grammar/grammar.h"

#include <string.h>

/* ---- tokens ---- */

typedef struct msl_token {
    uint32_t offset, length;
} msl_token;

/// A token as the lexer cuts it: words are TK_ID here, before keywords are looked up.
typedef struct msl_raw_token {
    msl_token at;
    uint16_t major;
} msl_raw_token;

typedef struct msl_lexer {
    const char *sql;
    uint32_t length, cursor;
} msl_lexer;

typedef enum msl_lex_problem {
    MSL_LEX_OK,
    MSL_LEX_OPEN_STRING,
    MSL_LEX_OPEN_NAME,
    MSL_LEX_OPEN_COMMENT,
    MSL_LEX_EMPTY_NAME,
    MSL_LEX_BAD_NUMBER,
    MSL_LEX_BAD_BLOB,
    MSL_LEX_NUL,
    MSL_LEX_BAD_UTF8,
    MSL_LEX_CURLY_QUOTE,
    MSL_LEX_BACKTICK,
    MSL_LEX_BAD_CHARACTER
} msl_lex_problem;

/// Cuts the next token (major 0 at the end). On a problem the token's range is what the message points at.
msl_lex_problem msl_lex_next(msl_lexer *lexer, msl_raw_token *token);
/// Offset of the first byte that is not well-formed UTF-8, or `length`.
size_t msl_utf8_bad_offset(const char *bytes, size_t length);

/* ---- the state of one parse ---- */

#define MSL_PARSE_AHEAD 3 /* raw tokens that are looked at beyond the current one */

typedef struct msl_parse {
    msl_arena *arena;
    msl_error *err;
    morsel_status status;
    msl_lexer lexer;
    msl_raw_token ahead[MSL_PARSE_AHEAD]; /* ring buffer of raw tokens not yet fed */
    uint32_t ahead_first, ahead_count;
    msl_lex_problem problem; /* what stopped the lexer; its token is the last in the ring */
    msl_raw_token problem_token;
    uint16_t previous, before_previous; /* majors of the last tokens fed; 0 = none */
    bool previous_is_name;              /* a word or quoted name that is no reserved keyword */
    msl_token previous_token;
    uint32_t rule_end; /* end of the last token fed */
    uint32_t depth;    /* open brackets */
    uint8_t brackets[MSL_AST_MAX_DEPTH + 1];
    bool lambda_list_closed; /* the last token closed `(x, y)` where a lambda may begin */
    uint32_t greatest_parameter;
    bool is_unexpected, unexpected_is_end; /* a token did not fit: */
    msl_token unexpected;
    uint32_t stop_at;             /* feed no token from this offset on */
    msl_ast_statement *statement; /* results */
    msl_ast_expr *expr;
    msl_ast_type *type;
    union {
        max_align_t align;
        char bytes[512];
    } spare; /* what builders return once something has failed */
} msl_parse;

/// Records a syntax error (SQLSTATE 42601) about a range of the text, unless something failed before.
void msl_parse_fail(msl_parse *p, msl_ast_span at, const char *fmt, ...) MSL_PRINTF(3, 4);
/// Records "not supported yet".
void msl_parse_unsupported(msl_parse *p, msl_ast_span at, const char *what);
/// Records "statement is nested too deeply" (54001).
void msl_parse_too_deep(msl_parse *p, msl_ast_span at);
/// Called by the parser for a token that does not fit.
void msl_parse_unexpected(msl_parse *p, int major, msl_token token);
/// The token's text for a message, cut at 60 bytes between characters.
void msl_parse_token_text(const msl_parse *p, msl_token token, char out[80]);
/// Hints at the keyword that `word` may have been meant as, in the parser's present state. `instead`: the error itself
/// is one word later. False if there is none.
bool msl_hint_keyword(msl_parse *p, const void *parser, msl_token word, bool instead);
/// Hints at what would fit in the parser's present state, where that is little.
void msl_hint_expected(msl_parse *p, const void *parser, uint32_t open_brackets);

/* ---- raw tokens to the parser's tokens (token.c) ---- */

#define MSL_RAW_PROBLEM UINT16_MAX /* major of the raw token on which the lexer stopped */

/// The raw token `n` places behind the current one (0 = next). Beyond a lexer problem or the end it stays the same.
const msl_raw_token *msl_token_peek(msl_parse *p, uint32_t n);
msl_raw_token msl_token_take(msl_parse *p);
/// Forgets what was looked at; the next token is cut at `offset`.
void msl_token_rewind(msl_parse *p, uint32_t offset);
/// What the token is here. May take following words in (TIMESTAMP WITH TIME ZONE) or give a part back (`:` of `:name`).
/// *is_name is set for words that are no reserved keyword.
uint16_t msl_token_classify(msl_parse *p, const void *parser, msl_raw_token *token, bool *is_name);
/// Keeps the stack of open brackets; false when it is full.
bool msl_token_track_brackets(msl_parse *p, uint16_t major, bool is_name);

/* ---- the generated parser (grammar.y) ---- */

size_t msl_grammar_parser_size(void);
void msl_grammar_init(void *parser);
void msl_grammar(void *parser, int major, msl_token token, msl_parse *p);
void msl_grammar_finalize(void *parser);
/// True if the parser in its present state could take this token next.
bool msl_grammar_accepts(const void *parser, uint16_t major);

/* ---- lists: (items, count) values that grow by doubling ---- */

typedef struct msl_items {
    msl_ast_select_item *items;
    uint32_t count;
} msl_items;
typedef struct msl_froms {
    msl_ast_from **items;
    uint32_t count;
} msl_froms;
typedef struct msl_arguments {
    msl_ast_argument *items;
    uint32_t count;
} msl_arguments;
typedef struct msl_whens {
    msl_ast_when *items;
    uint32_t count;
} msl_whens;
typedef struct msl_aliases {
    msl_ast_alias *items;
    uint32_t count;
} msl_aliases;
typedef struct msl_renames {
    msl_ast_rename *items;
    uint32_t count;
} msl_renames;
typedef struct msl_rows {
    msl_ast_exprs *items;
    uint32_t count;
} msl_rows;
typedef struct msl_windows {
    msl_ast_named_window *items;
    uint32_t count;
} msl_windows;
typedef struct msl_ctes {
    msl_ast_cte *items;
    uint32_t count;
    bool recursive;
    uint8_t materialized;
} msl_ctes;
typedef struct msl_fields {
    msl_ast_type_field *items;
    uint32_t count;
} msl_fields;
typedef struct msl_types {
    msl_ast_type **items;
    uint32_t count;
} msl_types;
typedef struct msl_paths {
    msl_ast_names *items;
    uint32_t count;
} msl_paths;
typedef struct msl_merge_clauses {
    msl_ast_merge_clause *items;
    uint32_t count;
} msl_merge_clauses;
typedef struct msl_pivot_columns {
    msl_ast_pivot_column *items;
    uint32_t count;
} msl_pivot_columns;
typedef struct msl_assignments {
    msl_ast_assignment *items;
    uint32_t count;
} msl_assignments;

/// The array with room for one more item (moved when full), or NULL once memory is refused.
void *msl_build_room(msl_parse *p, void *items, uint32_t count, size_t item_size);
#define MSL_ADD(p, list, value)                                                                                        \
    do {                                                                                                               \
        void *room_ = msl_build_room((p), (list).items, (list).count, sizeof *(list).items);                           \
        if (room_) {                                                                                                   \
            (list).items = room_;                                                                                      \
            (list).items[(list).count++] = (value);                                                                    \
        }                                                                                                              \
    } while (0)

/* ---- builders: names, literals, types ---- */

void *msl_build_node(msl_parse *p, size_t size);
#define MSL_BUILD(p, type) ((type *)msl_build_node((p), sizeof(type)))
/// From the beginning of a rule to its end.
msl_ast_span msl_build_span(msl_parse *p, uint32_t start);
static inline msl_ast_span msl_token_span(msl_token t) { return (msl_ast_span){t.offset, t.length}; }
/// Raises a node's height above a child's; records "too deep" beyond the limit.
uint32_t msl_build_above(msl_parse *p, uint32_t height, uint32_t child_height, msl_ast_span at);

msl_ast_name msl_build_name(msl_parse *p, msl_token token);
msl_ast_name msl_build_plain_name(msl_parse *p, msl_token token, const char *text);
bool msl_name_is(const msl_ast_name *name, const char *lower);
bool msl_token_is(const msl_parse *p, msl_token token, const char *lower);
const char *msl_build_string(msl_parse *p, msl_token token, uint32_t *length);
/// A number's text without underscores; the bytes of a blob.
const char *msl_build_number(msl_parse *p, msl_token token, uint32_t *length);
const char *msl_build_blob(msl_parse *p, msl_token token, uint32_t *length);
msl_ast_unit msl_build_unit(msl_parse *p, msl_token token);

msl_ast_type *msl_build_type(msl_parse *p, msl_ast_names name, msl_ast_exprs modifiers, int zone, uint32_t start);
msl_ast_type *msl_build_type_words(msl_parse *p, msl_token words, msl_ast_exprs modifiers);
msl_ast_type *msl_build_type_fields(msl_parse *p, msl_ast_type_kind kind, msl_fields fields, uint32_t start);
msl_ast_type *msl_build_type_list(msl_parse *p, msl_ast_type *child, const msl_token *size);

/* ---- builders: expressions ---- */

msl_ast_expr *msl_build_expr(msl_parse *p, msl_ast_expr_kind kind, uint32_t start);
/// Sets the height above all direct children; every builder ends with it.
msl_ast_expr *msl_build_done(msl_parse *p, msl_ast_expr *e);
msl_ast_expr *msl_build_literal(msl_parse *p, msl_ast_expr_kind kind, msl_token token);
msl_ast_expr *msl_build_typed(msl_parse *p, msl_ast_type *type, msl_token text, uint32_t start);
msl_ast_expr *msl_build_interval(msl_parse *p, uint32_t start, msl_ast_expr *value, msl_token unit, msl_token unit_to);
msl_ast_expr *msl_build_parameter(msl_parse *p, msl_token token);
msl_ast_expr *msl_build_column(msl_parse *p, msl_ast_names names, uint32_t start);
msl_ast_expr *msl_build_unary(msl_parse *p, msl_ast_op op, msl_ast_expr *operand, uint32_t start);
msl_ast_expr *msl_build_binary(msl_parse *p, int token_major, msl_ast_expr *left, msl_ast_expr *right);
msl_ast_expr *msl_build_binary_op(msl_parse *p, msl_ast_op op, msl_ast_expr *left, msl_ast_expr *right);
msl_ast_expr *msl_build_chain(msl_parse *p, int token_major, msl_ast_expr *left, msl_ast_expr *right);
msl_ast_expr *msl_build_like(msl_parse *p, msl_ast_op op, bool negated, msl_ast_expr *value, msl_ast_expr *pattern,
                             msl_ast_expr *escape);
msl_ast_expr *msl_build_between(msl_parse *p, bool negated, bool symmetric, msl_ast_expr *value, msl_ast_expr *low,
                                msl_ast_expr *high);
msl_ast_expr *msl_build_in(msl_parse *p, bool negated, msl_ast_expr *value, msl_ast_exprs items, msl_ast_query *query,
                           msl_ast_expr *bare);
msl_ast_expr *msl_build_quantified(msl_parse *p, msl_ast_op op, bool all, msl_ast_expr *value, msl_ast_query *query,
                                   msl_ast_expr *list);
msl_ast_expr *msl_build_query_expr(msl_parse *p, msl_ast_expr_kind kind, msl_ast_query *query, uint32_t start);
msl_ast_expr *msl_build_case(msl_parse *p, msl_ast_expr *operand, msl_whens whens, msl_ast_expr *otherwise,
                             uint32_t start);
msl_ast_expr *msl_build_cast(msl_parse *p, msl_ast_expr *value, msl_ast_type *type, bool try_, uint32_t start);
msl_ast_expr *msl_build_items(msl_parse *p, msl_ast_expr_kind kind, msl_ast_exprs items, uint32_t start);
msl_ast_expr *msl_build_struct(msl_parse *p, msl_aliases fields, uint32_t start);
msl_ast_expr *msl_build_collate(msl_parse *p, msl_ast_expr *value, msl_ast_names collation);
msl_ast_expr *msl_build_subscript(msl_parse *p, msl_ast_expr_kind kind, msl_ast_expr *base, msl_ast_expr *a,
                                  msl_ast_expr *b, msl_ast_expr *c);
msl_ast_expr *msl_build_field(msl_parse *p, msl_ast_expr *base, msl_ast_name name);
msl_ast_expr *msl_build_parens(msl_parse *p, msl_ast_expr *e, uint32_t start);
msl_ast_expr *msl_build_star(msl_parse *p, msl_ast_names qualifier, uint32_t start);
msl_ast_expr *msl_build_columns(msl_parse *p, msl_ast_expr *argument, bool unpack, uint32_t start);
/// [result FOR names IN list IF condition]; `condition` may be NULL.
msl_ast_expr *msl_build_comprehension(msl_parse *p, msl_ast_expr *result, msl_ast_names names, msl_ast_expr *list,
                                      msl_ast_expr *condition, uint32_t start);
msl_ast_expr *msl_build_lambda(msl_parse *p, msl_ast_names names, msl_ast_expr *body, uint32_t start);
/// A call; a single plain star among the arguments makes f(*).
msl_ast_expr *msl_build_call(msl_parse *p, msl_ast_names name, msl_arguments arguments, uint32_t start);
/// A call of a function that special syntax stands for, with up to four arguments (NULL ends them).
msl_ast_expr *msl_build_call_of(msl_parse *p, const char *name, uint32_t start, msl_ast_expr *a, msl_ast_expr *b,
                                msl_ast_expr *c, msl_ast_expr *d);
msl_ast_op msl_build_op_of(int token_major);

/* ---- builders: FROM and queries ---- */

typedef struct msl_table_alias {
    msl_ast_name name;
    msl_ast_names columns;
    msl_types types; /* as many as columns, or none */
} msl_table_alias;

typedef struct msl_tail { /* ORDER BY, LIMIT, OFFSET */
    msl_ast_order order_by;
    msl_ast_expr *limit, *offset;
    bool percent, with_ties;
} msl_tail;

/// The join word of one join: kind and flags.
typedef struct msl_join_word {
    uint8_t kind; /* msl_ast_join_kind */
    bool natural, asof;
} msl_join_word;

msl_ast_from *msl_build_from(msl_parse *p, msl_ast_from_kind kind, uint32_t start);
msl_ast_from *msl_build_from_alias(msl_parse *p, msl_ast_from *from, const msl_table_alias *alias,
                                   msl_ast_sample *sample);
msl_ast_from *msl_build_from_call(msl_parse *p, msl_ast_expr *call, bool with_ordinality);
msl_ast_from *msl_build_from_query(msl_parse *p, msl_ast_query *query);
msl_ast_from *msl_build_from_parens(msl_parse *p, msl_ast_from *inner, uint32_t start);
msl_ast_from *msl_build_join(msl_parse *p, msl_join_word word, msl_ast_from *left, msl_ast_from *right);
msl_ast_from *msl_build_join_on(msl_parse *p, msl_ast_from *join, msl_ast_expr *on, msl_ast_names using);
/// Checks that every outer join of a finished FROM item has its condition.
msl_ast_from *msl_build_from_done(msl_parse *p, msl_ast_from *from);
msl_ast_sample *msl_build_sample(msl_parse *p, msl_ast_name method, msl_token size, bool is_percent);

msl_ast_query *msl_build_select(msl_parse *p, msl_ast_select *select, uint32_t start);
/// SELECTs that PIVOT and UNPIVOT are; `start` is where their text begins.
msl_ast_query *msl_build_pivot(msl_parse *p, msl_ast_from *from, const msl_ast_pivot *pivot, uint32_t start);
msl_ast_query *msl_build_unpivot(msl_parse *p, msl_ast_from *from, const msl_ast_unpivot *unpivot, uint32_t start);
msl_ast_query *msl_build_values(msl_parse *p, msl_rows rows, uint32_t start);
msl_ast_query *msl_build_table_query(msl_parse *p, msl_ast_names table, uint32_t start, uint32_t table_start);
msl_ast_query *msl_build_set(msl_parse *p, msl_ast_set_op op, bool all, bool by_name, msl_ast_query *left,
                             msl_ast_query *right);
msl_ast_query *msl_build_query_tail(msl_parse *p, msl_ast_query *query, const msl_ctes *with, const msl_tail *tail,
                                    uint32_t start);
msl_ast_group *msl_build_group(msl_parse *p, msl_ast_group_kind kind, msl_ast_groups items, uint32_t start);
msl_ast_group *msl_build_group_expr(msl_parse *p, msl_ast_expr *e);

/* ---- builders: statements ---- */

msl_ast_statement *msl_build_statement(msl_parse *p, msl_ast_statement_kind kind, uint32_t start);
/// The name list of `t(a, b) AS ...` from column definitions that have nothing but names.
msl_ast_names msl_build_column_names(msl_parse *p, const msl_ast_create_table *table);
/// SHOW word, or SHOW word FROM path.
msl_ast_statement *msl_build_show(msl_parse *p, msl_token start, msl_ast_name what, msl_ast_names from, bool has_from);

#endif
