/* grammar.y: the language. Lemon makes the LALR(1) parser from it; the actions only call the builders.
 *
 * Reading order: this file (declarations, queries, FROM), grammar_expressions.y (expressions, types), grammar_statements.y
 * (the other statements). The build makes one file of the three, in this order.
 * Naming     terminals upper case; a nonterminal `xs` is a non-empty list of `x`; `x_opt` may be empty.
 * Keywords   A word of class FREE or CALL in keywords.def falls back to ID where no rule takes it. A rule must not put
 *            an empty alternative where both a name and such a keyword may follow: the fallback comes before a default
 *            reduction, so the keyword would be read as the name.
 * Tokens     token.c settles what needs more than one token of lookahead and feeds tokens of its own: NOT_LA (NOT
 *            before BETWEEN, IN, LIKE ...), SEMI_JOIN, ANTI_JOIN, ASOF_JOIN, POSITIONAL_JOIN (before a join word),
 *            LAMBDA_ARROW, IN_POSITION, ROW_CALL (before a parenthesis), USING_SAMPLE, ON_CONFLICT, WITH_ORDINALITY,
 *            GENERATED_ALWAYS, IGNORE_OVER and RESPECT_OVER (before NULLS OVER), WITH_TIME_ZONE, WITHOUT_TIME_ZONE,
 *            PIVOT_QUERY, UNPIVOT_QUERY (a query begins), PIVOT_FROM, UNPIVOT_FROM (behind a FROM item), PIVOT_IN
 *            (behind what is pivoted),
 *            TYPE_WORDS (DOUBLE PRECISION, CHARACTER VARYING), START_* (an expression or a type alone).
 * Conflicts  None: the build fails on the first one. Where a rule carries [X] or a token has a precedence without
 *            being an operator, the comment beside says which conflict that settles.
 */
%name msl_grammar
%token_prefix TK_
%token_type {msl_token}
%extra_argument {msl_parse *p}
%stack_size 10000

%include {
#include "grammar/grammar_int.h"
#include "sql_grammar.h"

#define YYNOERRORRECOVERY 1
#define YYPARSEFREENEVERNULL 1
#define YYMALLOCARGTYPE size_t
/* From a rule's first token or node to its end. */
#define SPAN(start) msl_build_span(p, (start))
#define EMPTY(type) ((type){0})
}

%syntax_error { msl_parse_unexpected(p, yymajor, TOKEN); }
%stack_overflow { msl_parse_too_deep(p, (msl_ast_span){p->rule_end, 0}); }

%code {
size_t msl_grammar_parser_size(void) { return sizeof(yyParser); }
void msl_grammar_init(void *parser) { msl_grammarInit(parser); }
void msl_grammar_finalize(void *parser) { msl_grammarFinalize(parser); }

/* Plays the parser forward for one token on a small overlay of its stack: would it be shifted? */
bool msl_grammar_accepts(const void *parser, uint16_t major) {
    enum { OVERLAY = 64 };
    const yyParser *y = parser;
    YYACTIONTYPE overlay[OVERLAY];
    size_t kept = (size_t)(y->yytos - y->yystack) + 1; /* entries of the real stack below the overlay */
    size_t over = 0;
    YYACTIONTYPE state = y->yytos->stateno;
    for (int step = 0; step < 4096; step++) {
        if (state <= YY_MAX_SHIFT) {
            /* No fallback and no default other than a reduction: exactly this token counts. */
            int i = yy_shift_ofst[state] + major;
            if (i >= 0 && i < (int)YY_NLOOKAHEAD && yy_lookahead[i] == major) state = yy_action[i];
            else state = yy_default[state];
        }
        if (state <= YY_MAX_SHIFTREDUCE) return true;
        if (state < YY_MIN_REDUCE) return state == YY_ACCEPT_ACTION;
        unsigned rule = (unsigned)(state - YY_MIN_REDUCE);
        size_t size = (size_t)-yyRuleInfoNRhs[rule];
        size_t pop = size < over ? size : over;
        over -= pop;
        size -= pop;
        if (size >= kept) return false;
        kept -= size;
        YYACTIONTYPE top = over ? overlay[over - 1] : y->yystack[kept - 1].stateno;
        state = yy_find_reduce_action(top, yyRuleInfoLhs[rule]);
        if (over == OVERLAY) return false;
        /* A shift-reduce is stored as the reduction that follows it, as the parser itself does. */
        if (state > YY_MAX_SHIFT && state <= YY_MAX_SHIFTREDUCE) state += YY_MIN_REDUCE - YY_MIN_SHIFTREDUCE;
        if (state == YY_ACCEPT_ACTION) return true;
        overlay[over++] = state;
    }
    return false;
}
}

/* ---- precedence, loosest first (PostgreSQL's table; a lambda's arrow reaches as far as it can) ---- */

%left FROM_LIST.                /* below every join word: a FROM item ends where no join follows */
%left UNION EXCEPT.
%left INTERSECT.
%right LAMBDA_ARROW.
%left OR.
%left AND.
%right NOT.
%left IS ISNULL NOTNULL.
%left EQ NE LT LE GT GE.
%nonassoc BETWEEN IN LIKE ILIKE GLOB SIMILAR NOT_LA.
%nonassoc ESCAPE.
%left CONCAT ARROW ARROW_TEXT PIPE AMP HASH LSHIFT RSHIFT REGEX REGEX_CI NOT_REGEX NOT_REGEX_CI TILDE CONTAINS CONTAINED
      OVERLAPS STARTS_WITH.
%left PLUS MINUS.
%left STAR SLASH DSLASH PERCENT.
%left CARET.
%left AT.
%left COLLATE.
%right UMINUS.
%left NAME_END.                 /* a name that is not continued by . ( [ */
%left LBRACKET.
%left LP RP.                    /* `( (query) )`: one more pair of parentheses around the query, not an expression */
%left TYPECAST.
%left DOT.

%token SEMICOLON START_EXPRESSION START_TYPE GENERATED_ALWAYS SEMI_JOIN ANTI_JOIN ASOF_JOIN POSITIONAL_JOIN
       IGNORE_OVER RESPECT_OVER WITH_ORDINALITY IN_POSITION USING_SAMPLE ON_CONFLICT ROW_CALL TYPE_WORDS
       PIVOT_QUERY UNPIVOT_QUERY PIVOT_FROM UNPIVOT_FROM PIVOT_IN PIVOT UNPIVOT
       WITH_TIME_ZONE WITHOUT_TIME_ZONE.
%fallback ID @MSL_FREE_KEYWORDS@.

/* ---- start ---- */

root ::= statement(S).                { p->statement = S; }
root ::= START_EXPRESSION expr(E).    { p->expr = E; }
root ::= START_TYPE type(T).          { p->type = T; }

%type statement {msl_ast_statement *}
%type plannable {msl_ast_statement *}
statement(A) ::= plannable(B).   { A = B; }
statement(A) ::= other(B).       { A = B; }

%type other {msl_ast_statement *}
/* What EXPLAIN and PREPARE take. */
plannable(A) ::= query(Q).
    { A = msl_build_statement(p, MSL_AST_STATEMENT_QUERY, Q->at.offset); A->u.query = Q; A->height = Q->height; }

/* ---- names ---- */

%type name {msl_ast_name}
%type names {msl_ast_names}
%type path {msl_ast_names}
%type paths {msl_paths}
%type columns_opt {msl_ast_names}
name(A) ::= ID(T).                       { A = msl_build_name(p, T); }
names(A) ::= name(N).                    { A = EMPTY(msl_ast_names); MSL_ADD(p, A, N); }
names(A) ::= names(L) COMMA name(N).     { A = L; MSL_ADD(p, A, N); }
path(A) ::= name(N).                     { A = EMPTY(msl_ast_names); MSL_ADD(p, A, N); }
path(A) ::= path(L) DOT name(N).         { A = L; MSL_ADD(p, A, N); }
paths(A) ::= path(N).                    { A = EMPTY(msl_paths); MSL_ADD(p, A, N); }
paths(A) ::= paths(L) COMMA path(N).     { A = L; MSL_ADD(p, A, N); }
columns_opt(A) ::= .                     { A = EMPTY(msl_ast_names); }
columns_opt(A) ::= LP names(L) comma_opt RP. { A = L; }
comma_opt ::= .
comma_opt ::= COMMA.

/* ---- queries ---- */

%type query {msl_ast_query *}
%type query_bare {msl_ast_query *}
%type query_parens {msl_ast_query *}
%type query_part {msl_ast_query *}
%type query_simple {msl_ast_query *}
query(A) ::= query_bare(Q).                   { A = Q; }
query(A) ::= query_parens(Q).                 { A = Q; }
query_parens(A) ::= LP query_bare(Q) RP.      { A = Q; }
query_parens(A) ::= LP query_parens(Q) RP.    { A = Q; }
query_bare(A) ::= query_simple(Q).                  { A = Q; }
query_bare(A) ::= query_part(Q) tail(T).            { A = msl_build_query_tail(p, Q, NULL, T, Q->at.offset); }
query_bare(A) ::= with(W) query_part(Q).            { A = msl_build_query_tail(p, Q, &W.ctes, NULL, W.start); }
query_bare(A) ::= with(W) query_part(Q) tail(T).    { A = msl_build_query_tail(p, Q, &W.ctes, T, W.start); }
query_part(A) ::= query_simple(Q).            { A = Q; }
query_part(A) ::= query_parens(Q).            { A = Q; }

query_simple(A) ::= query_part(L) UNION set_quantifier(Q) query_part(R). [UNION]
    { A = msl_build_set(p, MSL_AST_UNION, Q & 1, Q >> 1, L, R); }
query_simple(A) ::= query_part(L) EXCEPT set_quantifier(Q) query_part(R). [UNION]
    { A = msl_build_set(p, MSL_AST_EXCEPT, Q & 1, Q >> 1, L, R); }
query_simple(A) ::= query_part(L) INTERSECT set_quantifier(Q) query_part(R). [INTERSECT]
    { A = msl_build_set(p, MSL_AST_INTERSECT, Q & 1, Q >> 1, L, R); }
%type set_quantifier {int} /* bit 0: ALL, bit 1: BY NAME */
set_quantifier(A) ::= by_name_opt(B).           { A = B << 1; }
set_quantifier(A) ::= ALL by_name_opt(B).       { A = 1 | B << 1; }
set_quantifier(A) ::= DISTINCT by_name_opt(B).  { A = B << 1; }
%type by_name_opt {int}
by_name_opt(A) ::= .          { A = 0; }
by_name_opt(A) ::= BY NAME.   { A = 1; }

/* WITH */
%include {
typedef struct with_clause { msl_ctes ctes; uint32_t start; } with_clause;
}
%type with {with_clause}
%type ctes {msl_ctes}
%type cte {msl_ast_cte}
%type materialized_opt {int}
with(A) ::= WITH(S) ctes(C) comma_opt.            { A = (with_clause){C, S.offset}; }
with(A) ::= WITH(S) RECURSIVE ctes(C) comma_opt.  { A = (with_clause){C, S.offset}; A.ctes.recursive = true; }
ctes(A) ::= cte(C).                   { A = EMPTY(msl_ctes); MSL_ADD(p, A, C); }
ctes(A) ::= ctes(L) COMMA cte(C).     { A = L; MSL_ADD(p, A, C); }
cte(A) ::= name(N) columns_opt(C) AS materialized_opt(M) query_parens(Q).
    { A = (msl_ast_cte){.name = N, .columns = C, .materialized = M, .query = Q, .at = SPAN(N.at.offset)}; }
materialized_opt(A) ::= .                   { A = MSL_AST_MATERIALIZED_DEFAULT; }
materialized_opt(A) ::= MATERIALIZED.       { A = MSL_AST_MATERIALIZED; }
materialized_opt(A) ::= NOT MATERIALIZED.   { A = MSL_AST_NOT_MATERIALIZED; }

/* SELECT, FROM-first, VALUES, TABLE */
%type select_rest {msl_ast_select *}
query_simple(A) ::= SELECT(S) distinct(D) select_items(I) comma_opt from_opt(F) select_rest(R). {
    R->distinct = D.kind; R->distinct_on = D.on;
    R->items = I.items; R->item_count = I.count;
    R->from = F.items; R->from_count = F.count;
    A = msl_build_select(p, R, S.offset);
}
query_simple(A) ::= FROM(S) from_items(F) comma_opt select_rest(R). {
    R->from_first = true; R->from = F.items; R->from_count = F.count;
    A = msl_build_select(p, R, S.offset);
}
query_simple(A) ::= FROM(S) from_items(F) comma_opt SELECT distinct(D) select_items(I) comma_opt select_rest(R). {
    R->distinct = D.kind; R->distinct_on = D.on;
    R->items = I.items; R->item_count = I.count;
    R->from_first = true; R->from = F.items; R->from_count = F.count;
    A = msl_build_select(p, R, S.offset);
}
query_simple(A) ::= VALUES(S) rows(R) comma_opt.   { A = msl_build_values(p, R, S.offset); }
query_simple(A) ::= TABLE(S) path(T).
    { A = msl_build_table_query(p, T, S.offset, T.count ? T.items[0].at.offset : S.offset); }
/* PIVOT, UNPIVOT: as queries, and behind a FROM item */
%type pivot_ons {msl_pivot_columns}
%type pivot_on_opt {msl_pivot_columns}
%type pivot_on {msl_ast_pivot_column}
%type pivot_for {msl_ast_pivot_column}
%type pivot_fors {msl_pivot_columns}
%type pivot_using {msl_items}
%type pivot_group {msl_ast_exprs}
query_simple(A) ::= PIVOT_QUERY(S) from_primary(F) pivot_on_opt(C) pivot_using(U) pivot_group(G). {
    msl_ast_pivot pivot = {SPAN(S.offset), C.items, C.count, U.items, U.count, G, G.count > 0};
    A = msl_build_pivot(p, F, &pivot, S.offset);
}
pivot_on_opt(A) ::= .                             { A = EMPTY(msl_pivot_columns); }
pivot_on_opt(A) ::= ON pivot_ons(L) comma_opt.    { A = L; }
pivot_ons(A) ::= pivot_on(C).                     { A = EMPTY(msl_pivot_columns); MSL_ADD(p, A, C); }
pivot_ons(A) ::= pivot_ons(L) COMMA pivot_on(C).  { A = L; MSL_ADD(p, A, C); }
pivot_on(A) ::= expr(E).                          { A = (msl_ast_pivot_column){.expr = E, .at = E->at}; }
pivot_on(A) ::= star(E).                          { A = (msl_ast_pivot_column){.expr = E, .at = E->at}; }
pivot_on(A) ::= pivot_for(C).                     { A = C; }
pivot_for(A) ::= expr(E) PIVOT_IN LP select_items(V) comma_opt RP. {
    A = (msl_ast_pivot_column){.expr = E, .values = V.items, .value_count = V.count, .has_values = true,
                               .at = SPAN(E->at.offset)};
}
pivot_for(A) ::= expr(E) PIVOT_IN query_parens(Q). [IN]
    { A = (msl_ast_pivot_column){.expr = E, .query = Q, .has_values = true, .at = SPAN(E->at.offset)}; }
pivot_fors(A) ::= pivot_for(C).                   { A = EMPTY(msl_pivot_columns); MSL_ADD(p, A, C); }
pivot_fors(A) ::= pivot_fors(L) pivot_for(C).     { A = L; MSL_ADD(p, A, C); }
pivot_using(A) ::= .                              { A = EMPTY(msl_items); }
pivot_using(A) ::= USING select_items(L) comma_opt. { A = L; }
pivot_group(A) ::= .                              { A = EMPTY(msl_ast_exprs); }
pivot_group(A) ::= GROUP BY exprs(L) comma_opt.   { A = L; }
from_source(A) ::= pivot_source(F) PIVOT_FROM LP select_items(U) comma_opt FOR pivot_fors(C) pivot_group(G) RP. {
    msl_ast_pivot pivot = {SPAN(F->at.offset), C.items, C.count, U.items, U.count, G, G.count > 0};
    A = msl_build_from_query(p, msl_build_pivot(p, F, &pivot, F->at.offset));
}

%type pivot_source {msl_ast_from *}
pivot_source(A) ::= from_source(F) table_alias(T).   { A = msl_build_from_alias(p, F, T, NULL); }

%type unpivot_nulls {int}
%type unpivot_into {msl_ast_unpivot}
%type unpivot_values {msl_ast_names}
query_simple(A) ::= UNPIVOT_QUERY(S) unpivot_nulls(N) from_primary(F) ON select_items(I) comma_opt unpivot_into(U). {
    U.at = SPAN(S.offset); U.items = I.items; U.item_count = I.count; U.include_nulls = N;
    A = msl_build_unpivot(p, F, &U, S.offset);
}
unpivot_nulls(A) ::= .                 { A = 0; }
unpivot_nulls(A) ::= INCLUDE NULLS.    { A = 1; }
unpivot_nulls(A) ::= EXCLUDE NULLS.    { A = 0; }
unpivot_into(A) ::= .                                      { A = EMPTY(msl_ast_unpivot); }
unpivot_into(A) ::= INTO NAME name(N) VALUE names(V).      { A = (msl_ast_unpivot){.name = N, .values = V}; }
unpivot_into(A) ::= INTO NAME name(N) VALUES names(V).     { A = (msl_ast_unpivot){.name = N, .values = V}; }
from_source(A) ::= pivot_source(F) UNPIVOT_FROM unpivot_nulls(N) LP unpivot_values(V) FOR name(M) IN
                   LP select_items(I) comma_opt RP RP. {
    msl_ast_unpivot unpivot = {SPAN(F->at.offset), I.items, I.count, M, V, N};
    A = msl_build_from_query(p, msl_build_unpivot(p, F, &unpivot, F->at.offset));
}
unpivot_values(A) ::= name(N).                 { A = EMPTY(msl_ast_names); MSL_ADD(p, A, N); }
unpivot_values(A) ::= LP names(L) comma_opt RP. { A = L; }
%type rows {msl_rows}
%type row {msl_ast_exprs}
rows(A) ::= row(R).                { A = EMPTY(msl_rows); MSL_ADD(p, A, R); }
rows(A) ::= rows(L) COMMA row(R).  { A = L; MSL_ADD(p, A, R); }
row(A) ::= LP exprs(L) comma_opt RP.         { A = L; }

%include {
typedef struct distinct_clause { int kind; msl_ast_exprs on; } distinct_clause;
}
%type distinct {distinct_clause}
distinct(A) ::= .                          { A = (distinct_clause){MSL_AST_SELECT_ALL, {0}}; }
distinct(A) ::= ALL.                       { A = (distinct_clause){MSL_AST_SELECT_ALL, {0}}; }
distinct(A) ::= DISTINCT. [OR]             { A = (distinct_clause){MSL_AST_SELECT_DISTINCT, {0}}; }
distinct(A) ::= DISTINCT ON LP exprs(L) comma_opt RP.  { A = (distinct_clause){MSL_AST_SELECT_DISTINCT_ON, L}; }

%type select_items {msl_items}
%type select_item {msl_ast_select_item}
select_items(A) ::= select_item(I).                        { A = EMPTY(msl_items); MSL_ADD(p, A, I); }
select_items(A) ::= select_items(L) COMMA select_item(I).  { A = L; MSL_ADD(p, A, I); }
select_item(A) ::= expr(E).                  { A = (msl_ast_select_item){.expr = E, .at = E->at}; }
select_item(A) ::= expr(E) AS name(N).
    { A = (msl_ast_select_item){.expr = E, .alias = N, .at = SPAN(E->at.offset)}; }
select_item(A) ::= expr(E) AS STRING(T).
    { A = (msl_ast_select_item){.expr = E, .alias = msl_build_name(p, T), .at = SPAN(E->at.offset)}; }
select_item(A) ::= expr(E) name(N).
    { A = (msl_ast_select_item){.expr = E, .alias = N, .at = SPAN(E->at.offset)}; }
select_item(A) ::= name(N) COLON expr(E).
    { A = (msl_ast_select_item){.expr = E, .alias = N, .at = SPAN(N.at.offset)}; }
select_item(A) ::= star(E).                  { A = (msl_ast_select_item){.expr = E, .at = E->at}; }

%type from_opt {msl_froms}
from_opt(A) ::= .                             { A = EMPTY(msl_froms); }
from_opt(A) ::= FROM from_items(F) comma_opt. { A = F; }

select_rest(A) ::= where(W) group_by(G) having(H) window(N) qualify(Q) using_sample(S). {
    A = MSL_BUILD(p, msl_ast_select);
    A->where = W; A->group_by = G; A->having = H; A->qualify = Q; A->sample = S;
    A->windows = N.items; A->window_count = N.count;
}
%type where {msl_ast_expr *}
%type having {msl_ast_expr *}
%type qualify {msl_ast_expr *}
where(A) ::= .                  { A = NULL; }
where(A) ::= WHERE expr(E).     { A = E; }
having(A) ::= .                 { A = NULL; }
having(A) ::= HAVING expr(E).   { A = E; }
qualify(A) ::= .                { A = NULL; }
qualify(A) ::= QUALIFY expr(E). { A = E; }

/* GROUP BY */
%type group_by {msl_ast_groups}
%type group_items {msl_ast_groups}
%type group_item {msl_ast_group *}
group_by(A) ::= .                                               { A = EMPTY(msl_ast_groups); }
group_by(A) ::= GROUP BY ALL.                                   { A = EMPTY(msl_ast_groups); A.all = true; }
group_by(A) ::= GROUP BY group_items(G) comma_opt.              { A = G; }
group_by(A) ::= GROUP BY DISTINCT group_items(G) comma_opt.     { A = G; A.distinct = true; }
group_items(A) ::= group_item(G).                       { A = EMPTY(msl_ast_groups); MSL_ADD(p, A, G); }
group_items(A) ::= group_items(L) COMMA group_item(G).  { A = L; MSL_ADD(p, A, G); }
group_item(A) ::= expr(E).                              { A = msl_build_group_expr(p, E); }
group_item(A) ::= LP(S) RP.
    { A = msl_build_group(p, MSL_AST_GROUP_SET, EMPTY(msl_ast_groups), S.offset); }
group_item(A) ::= ROLLUP(S) LP group_items(G) comma_opt RP.
    { A = msl_build_group(p, MSL_AST_GROUP_ROLLUP, G, S.offset); }
group_item(A) ::= CUBE(S) LP group_items(G) comma_opt RP.
    { A = msl_build_group(p, MSL_AST_GROUP_CUBE, G, S.offset); }
group_item(A) ::= GROUPING(S) SETS LP group_items(G) comma_opt RP.
    { A = msl_build_group(p, MSL_AST_GROUP_SETS, G, S.offset); }

/* WINDOW and OVER */
%type window {msl_windows}
%type window_items {msl_windows}
%type window_spec {msl_ast_window *}
window(A) ::= .                                    { A = EMPTY(msl_windows); }
window(A) ::= WINDOW window_items(L) comma_opt.    { A = L; }
window_items(A) ::= name(N) AS window_spec(W).
    { A = EMPTY(msl_windows); MSL_ADD(p, A, ((msl_ast_named_window){N, W})); }
window_items(A) ::= window_items(L) COMMA name(N) AS window_spec(W).
    { A = L; MSL_ADD(p, A, ((msl_ast_named_window){N, W})); }
window_spec(A) ::= LP(S) RP.                         { A = MSL_BUILD(p, msl_ast_window); A->at = SPAN(S.offset); }
window_spec(A) ::= LP(S) window_body(W) RP.          { A = W; A->at = SPAN(S.offset); }
window_spec(A) ::= LP(S) name(B) RP.
    { A = MSL_BUILD(p, msl_ast_window); A->at = SPAN(S.offset); A->base = B; }
window_spec(A) ::= LP(S) name(B) window_body(W) RP.  { A = W; A->at = SPAN(S.offset); A->base = B; }
/* Every alternative begins with its keyword: an empty one would let the keyword fall back to a name. */
%type window_body {msl_ast_window *}
window_body(A) ::= PARTITION BY exprs(L) comma_opt order_by_opt(O) frame_opt(F).
    { A = F; A->partition_by = L; A->order_by = O; }
window_body(A) ::= order_by(O) frame_opt(F).         { A = F; A->order_by = O; }
window_body(A) ::= frame(F).                         { A = F; }
%type frame {msl_ast_window *}
%type frame_opt {msl_ast_window *}
%type frame_unit {int}
%type frame_bound {msl_ast_bound}
%type frame_exclude {int}
frame_opt(A) ::= .                                        { A = MSL_BUILD(p, msl_ast_window); }
frame_opt(A) ::= frame(F).                                { A = F; }
frame(A) ::= frame_unit(U) frame_bound(B) frame_exclude(X). {
    A = MSL_BUILD(p, msl_ast_window);
    A->frame_unit = U; A->frame_start = B; A->frame_end.kind = MSL_AST_BOUND_CURRENT_ROW; A->exclude = X;
}
frame(A) ::= frame_unit(U) BETWEEN frame_bound(B) AND frame_bound(E) frame_exclude(X). {
    A = MSL_BUILD(p, msl_ast_window);
    A->frame_unit = U; A->frame_start = B; A->frame_end = E; A->exclude = X;
}
frame_unit(A) ::= ROWS.    { A = MSL_AST_FRAME_ROWS; }
frame_unit(A) ::= RANGE.   { A = MSL_AST_FRAME_RANGE; }
frame_unit(A) ::= GROUPS.  { A = MSL_AST_FRAME_GROUPS; }
frame_bound(A) ::= UNBOUNDED PRECEDING.   { A = (msl_ast_bound){MSL_AST_BOUND_UNBOUNDED_PRECEDING, NULL}; }
frame_bound(A) ::= UNBOUNDED FOLLOWING.   { A = (msl_ast_bound){MSL_AST_BOUND_UNBOUNDED_FOLLOWING, NULL}; }
frame_bound(A) ::= CURRENT ROW.           { A = (msl_ast_bound){MSL_AST_BOUND_CURRENT_ROW, NULL}; }
frame_bound(A) ::= expr(E) PRECEDING.     { A = (msl_ast_bound){MSL_AST_BOUND_PRECEDING, E}; }
frame_bound(A) ::= expr(E) FOLLOWING.     { A = (msl_ast_bound){MSL_AST_BOUND_FOLLOWING, E}; }
frame_exclude(A) ::= .                    { A = MSL_AST_EXCLUDE_NO_OTHERS; }
frame_exclude(A) ::= EXCLUDE NO OTHERS.   { A = MSL_AST_EXCLUDE_NO_OTHERS; }
frame_exclude(A) ::= EXCLUDE CURRENT ROW. { A = MSL_AST_EXCLUDE_CURRENT_ROW; }
frame_exclude(A) ::= EXCLUDE GROUP.       { A = MSL_AST_EXCLUDE_GROUP; }
frame_exclude(A) ::= EXCLUDE TIES.        { A = MSL_AST_EXCLUDE_TIES; }

/* ORDER BY, LIMIT, OFFSET, FETCH */
%type tail {msl_tail *}
%type limits {msl_tail *}
%type order_by {msl_ast_order}
%type order_by_opt {msl_ast_order}
%type order_items {msl_ast_order}
%type order_item {msl_ast_order_item}
tail(A) ::= order_by(O).              { A = MSL_BUILD(p, msl_tail); A->order_by = O; }
tail(A) ::= order_by(O) limits(L).    { A = L; A->order_by = O; }
tail(A) ::= limits(L).                { A = L; }
order_by(A) ::= ORDER BY order_items(L) comma_opt.  { A = L; }
order_by_opt(A) ::= .                 { A = EMPTY(msl_ast_order); }
order_by_opt(A) ::= order_by(O).      { A = O; }
order_items(A) ::= order_item(I).                        { A = EMPTY(msl_ast_order); MSL_ADD(p, A, I); }
order_items(A) ::= order_items(L) COMMA order_item(I).   { A = L; MSL_ADD(p, A, I); }
order_item(A) ::= expr(E) direction(D) nulls(N).
    { A = (msl_ast_order_item){.expr = E, .direction = D, .nulls = N, .at = SPAN(E->at.offset)}; }
order_item(A) ::= ALL(S) direction(D) nulls(N).
    { A = (msl_ast_order_item){.expr = NULL, .direction = D, .nulls = N, .at = SPAN(S.offset)}; }
%type direction {int}
%type nulls {int}
direction(A) ::= .         { A = MSL_AST_DIRECTION_DEFAULT; }
direction(A) ::= ASC.      { A = MSL_AST_ASC; }
direction(A) ::= DESC.     { A = MSL_AST_DESC; }
nulls(A) ::= .             { A = MSL_AST_NULLS_DEFAULT; }
nulls(A) ::= NULLS FIRST.  { A = MSL_AST_NULLS_FIRST; }
nulls(A) ::= NULLS LAST.   { A = MSL_AST_NULLS_LAST; }

limits(A) ::= limit(L).               { A = L; }
limits(A) ::= offset(O).              { A = MSL_BUILD(p, msl_tail); A->offset = O; }
limits(A) ::= limit(L) offset(O).
    { A = L; if (A->offset) msl_parse_fail(p, O->at, "OFFSET is given twice"); A->offset = O; }
limits(A) ::= offset(O) limit(L).
    { A = L; if (A->offset) msl_parse_fail(p, O->at, "OFFSET is given twice"); A->offset = O; }
%type limit {msl_tail *}
%type offset {msl_ast_expr *}
limit(A) ::= LIMIT expr(E).
    { A = MSL_BUILD(p, msl_tail); A->limit = E->kind == MSL_AST_NULL ? NULL : E; }
limit(A) ::= LIMIT expr(E) PERCENT.            { A = MSL_BUILD(p, msl_tail); A->limit = E; A->percent = true; }
limit(A) ::= LIMIT expr(E) PERCENT_WORD.       { A = MSL_BUILD(p, msl_tail); A->limit = E; A->percent = true; }
limit(A) ::= LIMIT expr(O) COMMA expr(E).      { A = MSL_BUILD(p, msl_tail); A->limit = E; A->offset = O; }
limit(A) ::= LIMIT ALL.                        { A = MSL_BUILD(p, msl_tail); }
limit(A) ::= FETCH(S) first_next fetch_count(E) row_rows_opt ONLY.
    { A = MSL_BUILD(p, msl_tail); A->limit = E ? E : msl_build_literal(p, MSL_AST_NUMBER, (msl_token){S.offset, 0}); }
limit(A) ::= FETCH(S) first_next fetch_count(E) row_rows_opt WITH TIES.
    {
        A = MSL_BUILD(p, msl_tail);
        A->limit = E ? E : msl_build_literal(p, MSL_AST_NUMBER, (msl_token){S.offset, 0});
        A->with_ties = true;
    }
first_next ::= FIRST.
first_next ::= NEXT.
%type fetch_count {msl_ast_expr *}
fetch_count(A) ::= .               { A = NULL; }
fetch_count(A) ::= NUMBER(T).      { A = msl_build_literal(p, MSL_AST_NUMBER, T); }
fetch_count(A) ::= PARAMETER(T).   { A = msl_build_parameter(p, T); }
fetch_count(A) ::= LP(S) expr(E) RP. { A = msl_build_parens(p, E, S.offset); }
row_rows_opt ::= .
row_rows_opt ::= ROW.
row_rows_opt ::= ROWS.
offset(A) ::= OFFSET expr(E) row_rows_opt.    { A = E; }

/* ---- FROM ---- */

%type from_items {msl_froms}
%type from {msl_ast_from *}
%type from_primary {msl_ast_from *}
from_items(A) ::= from(F). [FROM_LIST]           { A = EMPTY(msl_froms); MSL_ADD(p, A, msl_build_from_done(p, F)); }
from_items(A) ::= from_items(L) COMMA from(F). [FROM_LIST]   { A = L; MSL_ADD(p, A, msl_build_from_done(p, F)); }
from(A) ::= from_primary(F).                     { A = F; }
from(A) ::= from(L) join_word(W) from_primary(R).           { A = msl_build_join(p, W, L, R); }
from(A) ::= from(F) ON expr(E).                  { A = msl_build_join_on(p, F, E, EMPTY(msl_ast_names)); }
from(A) ::= from(F) USING LP names(N) comma_opt RP.        { A = msl_build_join_on(p, F, NULL, N); }
%type join_word {msl_join_word}
%type join_side {int}
join_word(A) ::= JOIN.                        { A = (msl_join_word){MSL_AST_JOIN_INNER, false, false}; }
join_word(A) ::= join_side(S) JOIN.           { A = (msl_join_word){(uint8_t)S, false, false}; }
join_word(A) ::= CROSS JOIN.                  { A = (msl_join_word){MSL_AST_JOIN_CROSS, false, false}; }
join_word(A) ::= POSITIONAL_JOIN JOIN.             { A = (msl_join_word){MSL_AST_JOIN_POSITIONAL, false, false}; }
join_word(A) ::= NATURAL JOIN.                { A = (msl_join_word){MSL_AST_JOIN_INNER, true, false}; }
join_word(A) ::= NATURAL join_side(S) JOIN.   { A = (msl_join_word){(uint8_t)S, true, false}; }
join_word(A) ::= ASOF_JOIN JOIN.                   { A = (msl_join_word){MSL_AST_JOIN_INNER, false, true}; }
join_word(A) ::= ASOF_JOIN join_side(S) JOIN.      { A = (msl_join_word){(uint8_t)S, false, true}; }
join_side(A) ::= INNER.          { A = MSL_AST_JOIN_INNER; }
join_side(A) ::= LEFT outer_opt.   { A = MSL_AST_JOIN_LEFT; }
join_side(A) ::= RIGHT outer_opt.  { A = MSL_AST_JOIN_RIGHT; }
join_side(A) ::= FULL outer_opt.   { A = MSL_AST_JOIN_FULL; }
join_side(A) ::= SEMI_JOIN.           { A = MSL_AST_JOIN_SEMI; }
join_side(A) ::= ANTI_JOIN.           { A = MSL_AST_JOIN_ANTI; }
join_side(A) ::= LEFT SEMI_JOIN.      { A = MSL_AST_JOIN_SEMI; }
join_side(A) ::= LEFT ANTI_JOIN.      { A = MSL_AST_JOIN_ANTI; }
outer_opt ::= .
outer_opt ::= OUTER.

%type from_source {msl_ast_from *}
from_primary(A) ::= from_source(F) table_alias(T) table_sample(S).   { A = msl_build_from_alias(p, F, T, S); }
from_primary(A) ::= name(N) COLON from_source(F) table_sample(S).
    {
        msl_table_alias *t = MSL_BUILD(p, msl_table_alias);
        t->name = N;
        A = msl_build_from_alias(p, F, t, S);
        A->at = SPAN(N.at.offset);
    }
from_source(A) ::= path(N). [NAME_END]
    { A = msl_build_from(p, MSL_AST_FROM_TABLE, N.count ? N.items[0].at.offset : p->rule_end); A->u.table = N; }
from_source(A) ::= STRING(T).
    {
        A = msl_build_from(p, MSL_AST_FROM_FILE, T.offset);
        MSL_ADD(p, A->u.files, msl_build_literal(p, MSL_AST_STRING, T));
    }
from_source(A) ::= LBRACKET(S) files(L) comma_opt RBRACKET.
    { A = msl_build_from(p, MSL_AST_FROM_FILE, S.offset); A->u.files = L; }
from_source(A) ::= from_call(C) ordinality_opt(O).          { A = msl_build_from_call(p, C, O); }
from_source(A) ::= LATERAL from_call(C) ordinality_opt(O).  { A = msl_build_from_call(p, C, O); A->lateral = true; }
from_source(A) ::= query_parens(Q). [UMINUS]                     { A = msl_build_from_query(p, Q); }
from_source(A) ::= LATERAL query_parens(Q).                 { A = msl_build_from_query(p, Q); A->lateral = true; }
from_source(A) ::= LP(S) from(F) RP.              { A = msl_build_from_parens(p, msl_build_from_done(p, F), S.offset); }
%type files {msl_ast_exprs}
files(A) ::= STRING(T).
    { A = EMPTY(msl_ast_exprs); MSL_ADD(p, A, msl_build_literal(p, MSL_AST_STRING, T)); }
files(A) ::= files(L) COMMA STRING(T).    { A = L; MSL_ADD(p, A, msl_build_literal(p, MSL_AST_STRING, T)); }
%type from_call {msl_ast_expr *}
from_call(A) ::= path(N) LP arguments_opt(L) RP.
    { A = msl_build_call(p, N, L, N.count ? N.items[0].at.offset : p->rule_end); }
%type ordinality_opt {int}
ordinality_opt(A) ::= .                  { A = 0; }
ordinality_opt(A) ::= WITH_ORDINALITY ORDINALITY.   { A = 1; }

%type table_alias {msl_table_alias *}
%type alias_columns {msl_table_alias *}
table_alias(A) ::= . [FROM_LIST]                 { A = NULL; }
table_alias(A) ::= name(N). [NAME_END]           { A = MSL_BUILD(p, msl_table_alias); A->name = N; }
table_alias(A) ::= AS name(N). [NAME_END]        { A = MSL_BUILD(p, msl_table_alias); A->name = N; }
table_alias(A) ::= AS STRING(T).                 { A = MSL_BUILD(p, msl_table_alias); A->name = msl_build_name(p, T); }
table_alias(A) ::= name(N) LP alias_columns(C) comma_opt RP.     { A = C; A->name = N; }
table_alias(A) ::= AS name(N) LP alias_columns(C) comma_opt RP.  { A = C; A->name = N; }
table_alias(A) ::= AS LP alias_columns(C) comma_opt RP.          { A = C; }
alias_columns(A) ::= name(N).                { A = MSL_BUILD(p, msl_table_alias); MSL_ADD(p, A->columns, N); }
alias_columns(A) ::= name(N) type(T).
    { A = MSL_BUILD(p, msl_table_alias); MSL_ADD(p, A->columns, N); MSL_ADD(p, A->types, T); }
alias_columns(A) ::= alias_columns(L) COMMA name(N).          { A = L; MSL_ADD(p, A->columns, N); }
alias_columns(A) ::= alias_columns(L) COMMA name(N) type(T).
    { A = L; MSL_ADD(p, A->columns, N); MSL_ADD(p, A->types, T); }

%type table_sample {msl_ast_sample *}
%type using_sample {msl_ast_sample *}
%type sample_size {msl_ast_sample *}
%type sample_seed {msl_ast_expr *}
table_sample(A) ::= .                        { A = NULL; }
table_sample(A) ::= TABLESAMPLE name(N) LP sample_size(S) RP sample_seed(R).
    { A = S; A->method = N; A->seed = R; }
table_sample(A) ::= TABLESAMPLE name(N) LP NUMBER(T) RP sample_seed(R).
    { A = msl_build_sample(p, N, T, true); A->seed = R; }
table_sample(A) ::= TABLESAMPLE LP sample_size(S) RP sample_seed(R).   { A = S; A->seed = R; }
table_sample(A) ::= TABLESAMPLE sample_size(S) sample_seed(R).         { A = S; A->seed = R; }
using_sample(A) ::= .                        { A = NULL; }
using_sample(A) ::= USING_SAMPLE SAMPLE sample_size(S) sample_seed(R). { A = S; A->seed = R; }
using_sample(A) ::= USING_SAMPLE SAMPLE NUMBER(T) sample_seed(R).
    { A = msl_build_sample(p, EMPTY(msl_ast_name), T, false); A->seed = R; }
using_sample(A) ::= USING_SAMPLE SAMPLE sample_size(S) LP name(N) RP sample_seed(R).
    { A = S; A->method = N; A->seed = R; }
using_sample(A) ::= USING_SAMPLE SAMPLE name(N) LP sample_size(S) RP sample_seed(R).
    { A = S; A->method = N; A->seed = R; }
using_sample(A) ::= USING_SAMPLE SAMPLE name(N) LP NUMBER(T) RP sample_seed(R).
    { A = msl_build_sample(p, N, T, false); A->seed = R; }
sample_size(A) ::= NUMBER(T) PERCENT.        { A = msl_build_sample(p, EMPTY(msl_ast_name), T, true); }
sample_size(A) ::= NUMBER(T) PERCENT_WORD.   { A = msl_build_sample(p, EMPTY(msl_ast_name), T, true); }
sample_size(A) ::= NUMBER(T) ROWS.           { A = msl_build_sample(p, EMPTY(msl_ast_name), T, false); }
sample_seed(A) ::= .                              { A = NULL; }
sample_seed(A) ::= REPEATABLE LP NUMBER(T) RP.    { A = msl_build_literal(p, MSL_AST_NUMBER, T); }
