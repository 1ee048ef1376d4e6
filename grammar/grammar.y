/* grammar.y: the language. Lemon makes the LALR(1) parser from it; the actions only call the builders.
 *
 * Reading order: declarations, queries, FROM, expressions, types; the other statements are in grammar_statements.y,
 * which the build appends to this file.
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

/* ---- expressions ---- */

%type expr {msl_ast_expr *}
%type primary {msl_ast_expr *}
%type exprs {msl_ast_exprs}
%type exprs_opt {msl_ast_exprs}
exprs(A) ::= expr(E).                 { A = EMPTY(msl_ast_exprs); MSL_ADD(p, A, E); }
exprs(A) ::= exprs(L) COMMA expr(E).  { A = L; MSL_ADD(p, A, E); }
exprs_opt(A) ::= .                    { A = EMPTY(msl_ast_exprs); }
exprs_opt(A) ::= exprs(L) comma_opt.  { A = L; }

expr(A) ::= primary(E). [NAME_END]    { A = E; }

/* literals, names, parameters */
primary(A) ::= NULL(T).        { A = msl_build_expr(p, MSL_AST_NULL, T.offset); }
primary(A) ::= TRUE(T).        { A = msl_build_expr(p, MSL_AST_BOOLEAN, T.offset); A->u.boolean = true; }
primary(A) ::= FALSE(T).       { A = msl_build_expr(p, MSL_AST_BOOLEAN, T.offset); A->u.boolean = false; }
primary(A) ::= NUMBER(T).      { A = msl_build_literal(p, MSL_AST_NUMBER, T); }
primary(A) ::= STRING(T).      { A = msl_build_literal(p, MSL_AST_STRING, T); }
primary(A) ::= BLOB(T).        { A = msl_build_literal(p, MSL_AST_BLOB, T); }
primary(A) ::= PARAMETER(T).   { A = msl_build_parameter(p, T); }
primary(A) ::= path(N). [NAME_END]  { A = msl_build_column(p, N, N.count ? N.items[0].at.offset : p->rule_end); }
primary(A) ::= ID(N) STRING(T).     {
    msl_ast_names path = {0};
    MSL_ADD(p, path, msl_build_name(p, N));
    msl_ast_type *type = msl_build_type(p, path, EMPTY(msl_ast_exprs), 0, N.offset);
    A = msl_build_typed(p, type, T, N.offset);
}
primary(A) ::= ID(N) zone(Z) STRING(T). {
    msl_ast_names path = {0};
    MSL_ADD(p, path, msl_build_name(p, N));
    A = msl_build_typed(p, msl_build_type(p, path, EMPTY(msl_ast_exprs), Z, N.offset), T, N.offset);
}
primary(A) ::= TYPE_WORDS(W) STRING(T).
    { A = msl_build_typed(p, msl_build_type_words(p, W, EMPTY(msl_ast_exprs)), T, W.offset); }
primary(A) ::= DEFAULT(T).     { A = msl_build_expr(p, MSL_AST_DEFAULT, T.offset); }

/* INTERVAL '1 day', INTERVAL '1' YEAR TO MONTH, INTERVAL 3 DAY, INTERVAL (x) DAY */
%include {
typedef struct interval_unit { msl_token from, to; } interval_unit;
}
%type unit {interval_unit}
primary(A) ::= INTERVAL(S) STRING(T). [NAME_END]
    {
        msl_ast_expr *text = msl_build_literal(p, MSL_AST_STRING, T);
        A = msl_build_interval(p, S.offset, text, EMPTY(msl_token), EMPTY(msl_token));
    }
primary(A) ::= INTERVAL(S) STRING(T) unit(U).
    { A = msl_build_interval(p, S.offset, msl_build_literal(p, MSL_AST_STRING, T), U.from, U.to); }
primary(A) ::= INTERVAL(S) NUMBER(T) unit(U).
    { A = msl_build_interval(p, S.offset, msl_build_literal(p, MSL_AST_NUMBER, T), U.from, U.to); }
primary(A) ::= INTERVAL(S) MINUS(M) NUMBER(T) unit(U). {
    msl_ast_expr *n = msl_build_literal(p, MSL_AST_NUMBER, T);
    A = msl_build_interval(p, S.offset, msl_build_unary(p, MSL_AST_OP_NEGATE, n, M.offset), U.from, U.to);
}
primary(A) ::= INTERVAL(S) PARAMETER(T) unit(U).
    { A = msl_build_interval(p, S.offset, msl_build_parameter(p, T), U.from, U.to); }
primary(A) ::= INTERVAL(S) LP(L) expr(E) RP unit(U).
    { A = msl_build_interval(p, S.offset, msl_build_parens(p, E, L.offset), U.from, U.to); }
unit(A) ::= UNIT(T). [NAME_END]       { A = (interval_unit){T, {0}}; }
unit(A) ::= UNIT(T) TO UNIT(B).       { A = (interval_unit){T, B}; }

/* parentheses, rows, subqueries */
expr(A) ::= LP(S) expr(E) RP.                           { A = msl_build_parens(p, E, S.offset); }
expr(A) ::= LP(S) expr(E) COMMA exprs(L) comma_opt RP.  {
    msl_ast_exprs items = {0};
    MSL_ADD(p, items, E);
    for (uint32_t n = 0; n < L.count; n++) MSL_ADD(p, items, L.items[n]);
    A = msl_build_items(p, MSL_AST_ROW, items, S.offset);
    A->in_parens = true;
}
expr(A) ::= ROW_CALL(S) LP exprs_opt(L) RP.             { A = msl_build_items(p, MSL_AST_ROW, L, S.offset); }
expr(A) ::= query_parens(Q). [UMINUS]
    { A = msl_build_query_expr(p, MSL_AST_SUBQUERY, Q, Q->at.offset); }
expr(A) ::= EXISTS(S) query_parens(Q).                  { A = msl_build_query_expr(p, MSL_AST_EXISTS, Q, S.offset); }
expr(A) ::= ARRAY(S) query_parens(Q).
    { A = msl_build_query_expr(p, MSL_AST_ARRAY_SUBQUERY, Q, S.offset); }

/* lists, structs, maps */
primary(A) ::= LBRACKET(S) exprs_opt(L) RBRACKET.       { A = msl_build_items(p, MSL_AST_LIST, L, S.offset); }
primary(A) ::= LBRACKET(S) expr(E) FOR names(N) IN expr(L) RBRACKET.
    { A = msl_build_comprehension(p, E, N, L, NULL, S.offset); }
primary(A) ::= LBRACKET(S) expr(E) FOR names(N) IN expr(L) IF expr(C) RBRACKET.
    { A = msl_build_comprehension(p, E, N, L, C, S.offset); }
primary(A) ::= ARRAY(S) LBRACKET exprs_opt(L) RBRACKET. { A = msl_build_items(p, MSL_AST_LIST, L, S.offset); }
primary(A) ::= LBRACE(S) struct_fields(L) comma_opt RBRACE.  { A = msl_build_struct(p, L, S.offset); }
primary(A) ::= MAP(S) LBRACE map_items(L) comma_opt RBRACE.  { A = msl_build_items(p, MSL_AST_MAP, L, S.offset); }
primary(A) ::= MAP(S) LBRACE RBRACE.
    { A = msl_build_items(p, MSL_AST_MAP, EMPTY(msl_ast_exprs), S.offset); }
%type struct_fields {msl_aliases}
%type struct_field {msl_ast_alias}
struct_fields(A) ::= struct_field(F).                         { A = EMPTY(msl_aliases); MSL_ADD(p, A, F); }
struct_fields(A) ::= struct_fields(L) COMMA struct_field(F).  { A = L; MSL_ADD(p, A, F); }
struct_field(A) ::= name(N) COLON expr(E).     { A = (msl_ast_alias){E, N}; }
struct_field(A) ::= STRING(T) COLON expr(E).   { A = (msl_ast_alias){E, msl_build_name(p, T)}; }
%type map_items {msl_ast_exprs}
map_items(A) ::= expr(K) COLON expr(V).
    { A = EMPTY(msl_ast_exprs); MSL_ADD(p, A, K); MSL_ADD(p, A, V); }
map_items(A) ::= map_items(L) COMMA expr(K) COLON expr(V).  { A = L; MSL_ADD(p, A, K); MSL_ADD(p, A, V); }

/* operators */
expr(A) ::= expr(L) OR(O) expr(R).      { A = msl_build_chain(p, @O, L, R); }
expr(A) ::= expr(L) AND(O) expr(R).     { A = msl_build_chain(p, @O, L, R); }
expr(A) ::= expr(L) CONCAT(O) expr(R).  { A = msl_build_chain(p, @O, L, R); }
expr(A) ::= expr(L) PLUS|MINUS(O) expr(R).                   { A = msl_build_chain(p, @O, L, R); }
expr(A) ::= expr(L) STAR|SLASH|DSLASH(O) expr(R).            { A = msl_build_chain(p, @O, L, R); }
expr(A) ::= expr(L) PERCENT(O) expr(R).                      { A = msl_build_chain(p, @O, L, R); }
expr(A) ::= expr(L) EQ|NE|LT|LE|GT|GE(O) expr(R).            { A = msl_build_binary(p, @O, L, R); }
expr(A) ::= expr(L) CARET(O) expr(R).                        { A = msl_build_binary(p, @O, L, R); }
expr(A) ::= expr(L) ARROW|ARROW_TEXT|PIPE|AMP|HASH|LSHIFT|RSHIFT|STARTS_WITH(O) expr(R).
    { A = msl_build_binary(p, @O, L, R); }
expr(A) ::= expr(L) REGEX_CI|NOT_REGEX|NOT_REGEX_CI|CONTAINS|CONTAINED|OVERLAPS(O) expr(R).
                                                             { A = msl_build_binary(p, @O, L, R); }
expr(A) ::= expr(L) TILDE expr(R).                           { A = msl_build_binary_op(p, MSL_AST_OP_REGEX, L, R); }
expr(A) ::= expr(L) LAMBDA_ARROW expr(R).                    { A = msl_build_binary_op(p, MSL_AST_OP_ARROW, L, R); }
expr(A) ::= NOT(S) expr(E).                     { A = msl_build_unary(p, MSL_AST_OP_NOT, E, S.offset); }
expr(A) ::= MINUS(S) expr(E). [UMINUS]          { A = msl_build_unary(p, MSL_AST_OP_NEGATE, E, S.offset); }
expr(A) ::= PLUS(S) expr(E). [UMINUS]           { A = msl_build_unary(p, MSL_AST_OP_PLUS, E, S.offset); }
expr(A) ::= TILDE(S) expr(E). [UMINUS]          { A = msl_build_unary(p, MSL_AST_OP_BIT_NOT, E, S.offset); }

expr(A) ::= expr(E) ISNULL.                     { A = msl_build_unary(p, MSL_AST_OP_IS_NULL, E, E->at.offset); }
expr(A) ::= expr(E) NOTNULL.                    { A = msl_build_unary(p, MSL_AST_OP_IS_NOT_NULL, E, E->at.offset); }
expr(A) ::= expr(E) IS NULL. [IS]               { A = msl_build_unary(p, MSL_AST_OP_IS_NULL, E, E->at.offset); }
expr(A) ::= expr(E) IS NOT NULL. [IS]           { A = msl_build_unary(p, MSL_AST_OP_IS_NOT_NULL, E, E->at.offset); }
expr(A) ::= expr(E) IS TRUE. [IS]               { A = msl_build_unary(p, MSL_AST_OP_IS_TRUE, E, E->at.offset); }
expr(A) ::= expr(E) IS NOT TRUE. [IS]           { A = msl_build_unary(p, MSL_AST_OP_IS_NOT_TRUE, E, E->at.offset); }
expr(A) ::= expr(E) IS FALSE. [IS]              { A = msl_build_unary(p, MSL_AST_OP_IS_FALSE, E, E->at.offset); }
expr(A) ::= expr(E) IS NOT FALSE. [IS]          { A = msl_build_unary(p, MSL_AST_OP_IS_NOT_FALSE, E, E->at.offset); }
expr(A) ::= expr(E) IS UNKNOWN. [IS]            { A = msl_build_unary(p, MSL_AST_OP_IS_UNKNOWN, E, E->at.offset); }
expr(A) ::= expr(E) IS NOT UNKNOWN. [IS]        { A = msl_build_unary(p, MSL_AST_OP_IS_NOT_UNKNOWN, E, E->at.offset); }
expr(A) ::= expr(L) IS DISTINCT FROM expr(R). [IS]       { A = msl_build_binary_op(p, MSL_AST_OP_DISTINCT, L, R); }
expr(A) ::= expr(L) IS NOT DISTINCT FROM expr(R). [IS]   { A = msl_build_binary_op(p, MSL_AST_OP_NOT_DISTINCT, L, R); }

%type like {int}
like(A) ::= LIKE.        { A = MSL_AST_OP_LIKE; }
like(A) ::= ILIKE.       { A = MSL_AST_OP_ILIKE; }
like(A) ::= GLOB.        { A = MSL_AST_OP_GLOB; }
like(A) ::= SIMILAR TO.  { A = MSL_AST_OP_SIMILAR; }
expr(A) ::= expr(L) like(O) expr(R). [LIKE]                        { A = msl_build_like(p, O, false, L, R, NULL); }
expr(A) ::= expr(L) NOT_LA like(O) expr(R). [LIKE]                 { A = msl_build_like(p, O, true, L, R, NULL); }
expr(A) ::= expr(L) like(O) expr(R) ESCAPE expr(E). [LIKE]         { A = msl_build_like(p, O, false, L, R, E); }
expr(A) ::= expr(L) NOT_LA like(O) expr(R) ESCAPE expr(E). [LIKE]  { A = msl_build_like(p, O, true, L, R, E); }

%type symmetric {int}
symmetric(A) ::= .           { A = 0; }
symmetric(A) ::= SYMMETRIC.  { A = 1; }
expr(A) ::= expr(V) BETWEEN symmetric(S) expr(L) AND expr(H). [BETWEEN]
    { A = msl_build_between(p, false, S, V, L, H); }
expr(A) ::= expr(V) NOT_LA BETWEEN symmetric(S) expr(L) AND expr(H). [BETWEEN]
    { A = msl_build_between(p, true, S, V, L, H); }

/* x IN (1, 2), x IN (SELECT ...), x IN list_column */
%type in_operand {msl_ast_expr *}
expr(A) ::= expr(V) IN LP exprs(L) comma_opt RP. [IN]         { A = msl_build_in(p, false, V, L, NULL, NULL); }
expr(A) ::= expr(V) IN LP RP. [IN]
    { A = msl_build_in(p, false, V, EMPTY(msl_ast_exprs), NULL, NULL); }
expr(A) ::= expr(V) IN query_parens(Q). [IN]
    { A = msl_build_in(p, false, V, EMPTY(msl_ast_exprs), Q, NULL); }
expr(A) ::= expr(V) IN in_operand(E). [IN]
    { A = msl_build_in(p, false, V, EMPTY(msl_ast_exprs), NULL, E); }
expr(A) ::= expr(V) NOT_LA IN LP exprs(L) comma_opt RP. [IN]  { A = msl_build_in(p, true, V, L, NULL, NULL); }
expr(A) ::= expr(V) NOT_LA IN LP RP. [IN]
    { A = msl_build_in(p, true, V, EMPTY(msl_ast_exprs), NULL, NULL); }
expr(A) ::= expr(V) NOT_LA IN query_parens(Q). [IN]
    { A = msl_build_in(p, true, V, EMPTY(msl_ast_exprs), Q, NULL); }
expr(A) ::= expr(V) NOT_LA IN in_operand(E). [IN]
    { A = msl_build_in(p, true, V, EMPTY(msl_ast_exprs), NULL, E); }
in_operand(A) ::= primary(E).                                     { A = E; }
in_operand(A) ::= in_operand(B) LBRACKET expr(I) RBRACKET.
    { A = msl_build_subscript(p, MSL_AST_INDEX, B, I, NULL, NULL); }

%type quantifier {int}
quantifier(A) ::= ANY.   { A = 0; }
quantifier(A) ::= SOME.  { A = 0; }
quantifier(A) ::= ALL.   { A = 1; }
expr(A) ::= expr(V) EQ|NE|LT|LE|GT|GE(O) quantifier(Q) query_parens(S). [EQ]
    { A = msl_build_quantified(p, msl_build_op_of(@O), Q, V, S, NULL); }
expr(A) ::= expr(V) EQ|NE|LT|LE|GT|GE(O) quantifier(Q) LP expr(E) RP. [EQ]
    { A = msl_build_quantified(p, msl_build_op_of(@O), Q, V, NULL, E); }
expr(A) ::= expr(V) like(O) quantifier(Q) query_parens(S). [LIKE]
    { A = msl_build_quantified(p, O, Q, V, S, NULL); }
expr(A) ::= expr(V) like(O) quantifier(Q) LP expr(E) RP. [LIKE]
    { A = msl_build_quantified(p, O, Q, V, NULL, E); }
expr(A) ::= expr(V) NOT_LA like(O) quantifier(Q) query_parens(S). [LIKE]   /* not like any: not (like all) */
    { A = msl_build_unary(p, MSL_AST_OP_NOT, msl_build_quantified(p, O, !Q, V, S, NULL), V->at.offset); }
expr(A) ::= expr(V) NOT_LA like(O) quantifier(Q) LP expr(E) RP. [LIKE]
    { A = msl_build_unary(p, MSL_AST_OP_NOT, msl_build_quantified(p, O, !Q, V, NULL, E), V->at.offset); }

/* postfix: time zone, collation, cast, subscript, field, method */
expr(A) ::= expr(E) AT TIME ZONE expr(Z). [AT]
    { A = msl_build_call_of(p, "timezone", E->at.offset, Z, E, NULL, NULL); }
expr(A) ::= expr(E) COLLATE path(N).            { A = msl_build_collate(p, E, N); }
expr(A) ::= expr(E) TYPECAST type(T). [NAME_END]  { A = msl_build_cast(p, E, T, false, E->at.offset); }
expr(A) ::= expr(B) LBRACKET expr(I) RBRACKET.  { A = msl_build_subscript(p, MSL_AST_INDEX, B, I, NULL, NULL); }
expr(A) ::= expr(B) LBRACKET slice_end(L) COLON slice_end(U) RBRACKET.
                                                { A = msl_build_subscript(p, MSL_AST_SLICE, B, L, U, NULL); }
expr(A) ::= expr(B) LBRACKET slice_end(L) COLON slice_end(U) COLON slice_end(S) RBRACKET.
                                                { A = msl_build_subscript(p, MSL_AST_SLICE, B, L, U, S); }
%type slice_end {msl_ast_expr *}
slice_end(A) ::= .         { A = NULL; }
slice_end(A) ::= expr(E).  { A = E; }
expr(A) ::= expr(B) DOT name(N). [NAME_END]     { A = msl_build_field(p, B, N); }
expr(A) ::= expr(B) DOT name(N) LP arguments_opt(L) RP. {
    msl_arguments all = {0};
    MSL_ADD(p, all, ((msl_ast_argument){.expr = B}));
    for (uint32_t n = 0; n < L.count; n++) MSL_ADD(p, all, L.items[n]);
    msl_ast_names path = {0};
    MSL_ADD(p, path, N);
    A = msl_build_call(p, path, all, B->at.offset);
}

/* CASE and casts */
%type whens {msl_whens}
%type case_operand {msl_ast_expr *}
%type case_else {msl_ast_expr *}
primary(A) ::= CASE(S) case_operand(O) whens(W) case_else(E) END.   { A = msl_build_case(p, O, W, E, S.offset); }
case_operand(A) ::= .           { A = NULL; }
case_operand(A) ::= expr(E).    { A = E; }
whens(A) ::= WHEN expr(C) THEN expr(R).            { A = EMPTY(msl_whens); MSL_ADD(p, A, ((msl_ast_when){C, R})); }
whens(A) ::= whens(L) WHEN expr(C) THEN expr(R).   { A = L; MSL_ADD(p, A, ((msl_ast_when){C, R})); }
case_else(A) ::= .              { A = NULL; }
case_else(A) ::= ELSE expr(E).  { A = E; }
primary(A) ::= CAST(S) LP expr(E) AS type(T) RP.      { A = msl_build_cast(p, E, T, false, S.offset); }
primary(A) ::= TRY_CAST(S) LP expr(E) AS type(T) RP.  { A = msl_build_cast(p, E, T, true, S.offset); }

/* functions that have words between their arguments */
primary(A) ::= EXTRACT(S) LP ID|STRING(F) FROM expr(E) RP. {
    msl_ast_expr *part = msl_build_literal(p, MSL_AST_STRING, F);
    A = msl_build_call_of(p, "date_part", S.offset, part, E, NULL, NULL);
}
primary(A) ::= SUBSTRING(S) LP expr(E) FROM expr(F) RP.
    { A = msl_build_call_of(p, "substring", S.offset, E, F, NULL, NULL); }
primary(A) ::= SUBSTRING(S) LP expr(E) FROM expr(F) FOR expr(N) RP.
    { A = msl_build_call_of(p, "substring", S.offset, E, F, N, NULL); }
primary(A) ::= SUBSTRING(S) LP expr(E) FOR expr(N) RP.  {
    msl_ast_expr *one = msl_build_literal(p, MSL_AST_NUMBER, (msl_token){S.offset, 0});
    A = msl_build_call_of(p, "substring", S.offset, E, one, N, NULL);
}
primary(A) ::= POSITION(S) LP expr(N) IN_POSITION expr(H) RP.
    { A = msl_build_call_of(p, "strpos", S.offset, H, N, NULL, NULL); }
primary(A) ::= OVERLAY(S) LP expr(E) PLACING expr(N) FROM expr(F) RP.
    { A = msl_build_call_of(p, "overlay", S.offset, E, N, F, NULL); }
primary(A) ::= OVERLAY(S) LP expr(E) PLACING expr(N) FROM expr(F) FOR expr(L) RP.
    { A = msl_build_call_of(p, "overlay", S.offset, E, N, F, L); }
%include {
static const char *const trim_names[] = {"trim", "ltrim", "rtrim"};
}
%type trim_side {int}
trim_side(A) ::= BOTH.       { A = 0; }
trim_side(A) ::= LEADING.    { A = 1; }
trim_side(A) ::= TRAILING.   { A = 2; }
primary(A) ::= TRIM(S) LP expr(C) FROM expr(E) RP.
    { A = msl_build_call_of(p, "trim", S.offset, E, C, NULL, NULL); }
primary(A) ::= TRIM(S) LP FROM expr(E) RP.
    { A = msl_build_call_of(p, "trim", S.offset, E, NULL, NULL, NULL); }
primary(A) ::= TRIM(S) LP trim_side(K) expr(C) FROM expr(E) RP.
    { A = msl_build_call_of(p, trim_names[K], S.offset, E, C, NULL, NULL); }
primary(A) ::= TRIM(S) LP trim_side(K) FROM expr(E) RP.
    { A = msl_build_call_of(p, trim_names[K], S.offset, E, NULL, NULL, NULL); }
primary(A) ::= TRIM(S) LP trim_side(K) expr(E) RP.
    { A = msl_build_call_of(p, trim_names[K], S.offset, E, NULL, NULL, NULL); }

/* calls */
%type call {msl_ast_expr *}
%type arguments {msl_arguments}
%type arguments_opt {msl_arguments}
%type argument {msl_ast_argument}
primary(A) ::= call(C) within_group(W) filter(F) null_treatment(N) over(O). {
    A = C;
    if (p->status == MORSEL_OK) {
        msl_ast_call *c = A->u.call;
        c->within_group = W; c->filter = F; c->over = O;
        if (N) c->null_treatment = N;
        A->at = SPAN(A->at.offset);
        msl_build_done(p, A);
    }
}
call(A) ::= path(N) LP call_inner(I).
    { A = msl_build_call(p, N, I->arguments, N.count ? N.items[0].at.offset : p->rule_end); call_finish(p, A, I); }
/* Words of special syntax that are functions with ordinary arguments too. */
call(A) ::= SUBSTRING(T) LP call_inner(I).  { A = call_of_word(p, T, I); }
call(A) ::= POSITION(T) LP call_inner(I).   { A = call_of_word(p, T, I); }
call(A) ::= OVERLAY(T) LP call_inner(I).    { A = call_of_word(p, T, I); }
call(A) ::= TRIM(T) LP call_inner(I).       { A = call_of_word(p, T, I); }
call(A) ::= MAP(T) LP call_inner(I).        { A = call_of_word(p, T, I); }
%include {
typedef struct call_inner { /* what stands between a call's parentheses */
    msl_arguments arguments;
    msl_ast_order order_by;
    bool distinct;
    int null_treatment;
} call_inner;
static void call_finish(msl_parse *p, msl_ast_expr *e, const call_inner *inner) {
    if (p->status != MORSEL_OK) return;
    e->u.call->distinct = inner->distinct;
    e->u.call->order_by = inner->order_by;
    e->u.call->null_treatment = inner->null_treatment;
    msl_build_done(p, e);
}
static msl_ast_expr *call_of_word(msl_parse *p, msl_token word, const call_inner *inner) {
    msl_ast_names path = {0};
    MSL_ADD(p, path, msl_build_plain_name(p, word, NULL));
    msl_ast_expr *e = msl_build_call(p, path, inner->arguments, word.offset);
    call_finish(p, e, inner);
    return e;
}
}
%type call_inner {call_inner *}
%type call_order {call_inner *}
call_inner(A) ::= RP.                                      { A = MSL_BUILD(p, call_inner); }
call_inner(A) ::= arguments(L) comma_opt call_order(O) RP.           { A = O; A->arguments = L; }
call_inner(A) ::= DISTINCT arguments(L) comma_opt call_order(O) RP.  { A = O; A->arguments = L; A->distinct = true; }
call_inner(A) ::= ALL arguments(L) comma_opt call_order(O) RP.       { A = O; A->arguments = L; }
call_order(A) ::= order_by_opt(O).                         { A = MSL_BUILD(p, call_inner); A->order_by = O; }
call_order(A) ::= IGNORE NULLS order_by_opt(O).
    { A = MSL_BUILD(p, call_inner); A->order_by = O; A->null_treatment = MSL_AST_IGNORE_NULLS; }
call_order(A) ::= RESPECT NULLS order_by_opt(O).
    { A = MSL_BUILD(p, call_inner); A->order_by = O; A->null_treatment = MSL_AST_RESPECT_NULLS; }
arguments_opt(A) ::= .                             { A = EMPTY(msl_arguments); }
arguments_opt(A) ::= arguments(L) comma_opt.       { A = L; }
arguments(A) ::= argument(E).                      { A = EMPTY(msl_arguments); MSL_ADD(p, A, E); }
arguments(A) ::= arguments(L) COMMA argument(E).   { A = L; MSL_ADD(p, A, E); }
argument(A) ::= expr(E).                           { A = (msl_ast_argument){.expr = E}; }
argument(A) ::= star(E).                           { A = (msl_ast_argument){.expr = E}; }
argument(A) ::= name(N) ASSIGN expr(E).            { A = (msl_ast_argument){N, E}; }
argument(A) ::= name(N) FAT_ARROW expr(E).         { A = (msl_ast_argument){N, E}; }
argument(A) ::= LAMBDA(S) names(N) COLON expr(E).
    { A = (msl_ast_argument){.expr = msl_build_lambda(p, N, E, S.offset)}; }
%type within_group {msl_ast_order}
within_group(A) ::= .                                    { A = EMPTY(msl_ast_order); }
within_group(A) ::= WITHIN GROUP LP order_by(O) RP.      { A = O; }
%type filter {msl_ast_expr *}
filter(A) ::= .                                          { A = NULL; }
filter(A) ::= FILTER LP WHERE expr(E) RP.                { A = E; }
filter(A) ::= FILTER LP expr(E) RP.                      { A = E; }
%type null_treatment {int}
null_treatment(A) ::= .                { A = MSL_AST_NULLS_UNSAID; }
null_treatment(A) ::= IGNORE_OVER NULLS.    { A = MSL_AST_IGNORE_NULLS; }
null_treatment(A) ::= RESPECT_OVER NULLS.   { A = MSL_AST_RESPECT_NULLS; }
%type over {msl_ast_window *}
over(A) ::= .                          { A = NULL; }
over(A) ::= OVER window_spec(W).       { A = W; }
over(A) ::= OVER name(N).
    { A = MSL_BUILD(p, msl_ast_window); A->at = N.at; A->base = N; A->is_reference = true; }

/* stars: *, t.*, COLUMNS(...), with EXCLUDE, REPLACE, RENAME and a pattern */
%type star {msl_ast_expr *}
%type star_bare {msl_ast_expr *}
star(A) ::= star_bare(E).                                  { A = msl_build_done(p, E); A->at = SPAN(A->at.offset); }
star(A) ::= star_bare(E) like(O) expr(R). [LIKE]           { A = E; star_pattern(p, A, O, false, R); }
star(A) ::= star_bare(E) NOT_LA like(O) expr(R). [LIKE]    { A = E; star_pattern(p, A, O, true, R); }
star_bare(A) ::= STAR(S).                                  { A = msl_build_star(p, EMPTY(msl_ast_names), S.offset); }
star_bare(A) ::= path(N) DOT STAR.
    { A = msl_build_star(p, N, N.count ? N.items[0].at.offset : p->rule_end); }
star_bare(A) ::= star_bare(E) EXCLUDE exclude_name(N).     { A = E; exclude_add(p, A, N); }
star_bare(A) ::= star_bare(E) EXCLUDE LP exclude_names(L) comma_opt RP.
    { A = E; for (uint32_t n = 0; n < L.count; n++) exclude_add(p, A, L.items[n]); }
star_bare(A) ::= star_bare(E) REPLACE LP replace_items(L) comma_opt RP. { A = E; star_replace(p, A, L); }
star_bare(A) ::= star_bare(E) REPLACE expr(V) AS name(N).
    { A = E; msl_aliases one = {0}; MSL_ADD(p, one, ((msl_ast_alias){V, N})); star_replace(p, A, one); }
star_bare(A) ::= star_bare(E) RENAME LP rename_items(L) comma_opt RP.   { A = E; star_rename(p, A, L); }
star_bare(A) ::= star_bare(E) RENAME name(F) AS name(T).
    { A = E; msl_renames one = {0}; MSL_ADD(p, one, ((msl_ast_rename){F, T})); star_rename(p, A, one); }
%type exclude_name {msl_ast_names}
%type exclude_names {msl_paths}
exclude_name(A) ::= path(N). [NAME_END]                    { A = N; }
exclude_names(A) ::= path(N).                              { A = EMPTY(msl_paths); MSL_ADD(p, A, N); }
exclude_names(A) ::= exclude_names(L) COMMA path(N).       { A = L; MSL_ADD(p, A, N); }
%include {
static void star_pattern(msl_parse *p, msl_ast_expr *e, int op, bool negated, msl_ast_expr *pattern) {
    if (p->status != MORSEL_OK) return;
    e->u.star->pattern = pattern;
    e->u.star->pattern_op = (msl_ast_op)op;
    e->u.star->pattern_negated = negated;
    e->at = SPAN(e->at.offset);
    msl_build_done(p, e);
}
static void star_replace(msl_parse *p, msl_ast_expr *e, msl_aliases list) {
    if (p->status != MORSEL_OK) return;
    if (e->u.star->replace_count) msl_parse_fail(p, e->at, "REPLACE is given twice");
    e->u.star->replace = list.items;
    e->u.star->replace_count = list.count;
}
static void star_rename(msl_parse *p, msl_ast_expr *e, msl_renames list) {
    if (p->status != MORSEL_OK) return;
    if (e->u.star->rename_count) msl_parse_fail(p, e->at, "RENAME is given twice");
    e->u.star->rename = list.items;
    e->u.star->rename_count = list.count;
}
static void exclude_add(msl_parse *p, msl_ast_expr *e, msl_ast_names path) {
    if (p->status != MORSEL_OK || path.count == 0) return;
    msl_ast_star *star = e->u.star;
    if (path.count > 2) msl_parse_fail(p, path.items[0].at, "EXCLUDE takes column or table.column");
    struct { msl_ast_name *items; uint32_t count; } tables = {star->exclude_tables, star->exclude.count};
    MSL_ADD(p, tables, path.count > 1 ? path.items[path.count - 2] : EMPTY(msl_ast_name));
    star->exclude_tables = tables.items;
    MSL_ADD(p, star->exclude, path.items[path.count - 1]);
}
}
%type replace_items {msl_aliases}
replace_items(A) ::= expr(V) AS name(N).
    { A = EMPTY(msl_aliases); MSL_ADD(p, A, ((msl_ast_alias){V, N})); }
replace_items(A) ::= replace_items(L) COMMA expr(V) AS name(N).   { A = L; MSL_ADD(p, A, ((msl_ast_alias){V, N})); }
%type rename_items {msl_renames}
rename_items(A) ::= name(F) AS name(T).
    { A = EMPTY(msl_renames); MSL_ADD(p, A, ((msl_ast_rename){F, T})); }
rename_items(A) ::= rename_items(L) COMMA name(F) AS name(T).     { A = L; MSL_ADD(p, A, ((msl_ast_rename){F, T})); }
primary(A) ::= COLUMNS(S) LP argument(E) RP.                      { A = msl_build_columns(p, E.expr, false, S.offset); }
argument(A) ::= STAR(S) COLUMNS LP argument(E) RP.
    { A = (msl_ast_argument){.expr = msl_build_columns(p, E.expr, true, S.offset)}; }

/* ---- types ---- */

%type type {msl_ast_type *}
%type type_one {msl_ast_type *}
%type zone {int}
%type type_fields {msl_fields}
type(A) ::= type_one(T). [NAME_END]                { A = T; }
type(A) ::= type(T) LBRACKET RBRACKET.             { A = msl_build_type_list(p, T, NULL); }
type(A) ::= type(T) LBRACKET NUMBER(N) RBRACKET.   { A = msl_build_type_list(p, T, &N); }
type_one(A) ::= path(N). [NAME_END]
    { A = msl_build_type(p, N, EMPTY(msl_ast_exprs), 0, N.count ? N.items[0].at.offset : p->rule_end); }
type_one(A) ::= path(N) zone(Z).
    { A = msl_build_type(p, N, EMPTY(msl_ast_exprs), Z, N.count ? N.items[0].at.offset : p->rule_end); }
type_one(A) ::= path(N) LP exprs(M) RP. [NAME_END]
    { A = msl_build_type(p, N, M, 0, N.count ? N.items[0].at.offset : p->rule_end); }
type_one(A) ::= path(N) LP exprs(M) RP zone(Z).
    { A = msl_build_type(p, N, M, Z, N.count ? N.items[0].at.offset : p->rule_end); }
type_one(A) ::= TYPE_WORDS(W). [NAME_END]          { A = msl_build_type_words(p, W, EMPTY(msl_ast_exprs)); }
type_one(A) ::= TYPE_WORDS(W) LP exprs(M) RP.      { A = msl_build_type_words(p, W, M); }
type_one(A) ::= STRUCT(S) LP type_fields(F) comma_opt RP.
    { A = msl_build_type_fields(p, MSL_AST_TYPE_STRUCT, F, S.offset); }
type_one(A) ::= ROW_CALL(S) LP type_fields(F) comma_opt RP.
    { A = msl_build_type_fields(p, MSL_AST_TYPE_STRUCT, F, S.offset); }
type_one(A) ::= UNION(S) LP type_fields(F) comma_opt RP.
    { A = msl_build_type_fields(p, MSL_AST_TYPE_UNION, F, S.offset); }
type_one(A) ::= MAP(S) LP type(K) COMMA type(V) RP. {
    msl_fields f = {0};
    MSL_ADD(p, f, ((msl_ast_type_field){.type = K}));
    MSL_ADD(p, f, ((msl_ast_type_field){.type = V}));
    A = msl_build_type_fields(p, MSL_AST_TYPE_MAP, f, S.offset);
}
type_one(A) ::= ENUM(S) LP files(L) comma_opt RP.
    { A = msl_build_type_fields(p, MSL_AST_TYPE_ENUM, EMPTY(msl_fields), S.offset); A->modifiers = L; }
zone(A) ::= WITH_TIME_ZONE.      { A = 1; }
zone(A) ::= WITHOUT_TIME_ZONE.   { A = 2; }
type_fields(A) ::= name(N) type(T).
    { A = EMPTY(msl_fields); MSL_ADD(p, A, ((msl_ast_type_field){N, T})); }
type_fields(A) ::= type_fields(L) COMMA name(N) type(T).  { A = L; MSL_ADD(p, A, ((msl_ast_type_field){N, T})); }
