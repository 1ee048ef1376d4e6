/* grammar_expressions.y: expressions and types; the second part of the grammar, between grammar.y and grammar_statements.y.
 *
 * Precedences and tokens are declared at the head of grammar.y. Subqueries and the windows of OVER are its nonterminals.
 */

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
