/* grammar_statements.y: every statement but the query; the last part of the grammar.
 *
 * `plannable` is what EXPLAIN and PREPARE take, `other` every other statement.
 */

/* ---- INSERT, UPDATE, DELETE, TRUNCATE ---- */

%include {
static msl_ast_with with_of(const with_clause *w) {
    return (msl_ast_with){w->ctes.recursive, w->ctes.items, w->ctes.count};
}
}

plannable(A) ::= insert(S).                { A = S; }
plannable(A) ::= with(W) insert(S).        { A = S; if (p->status == MORSEL_OK) A->u.insert->with = with_of(&W); }
plannable(A) ::= update(S).                { A = S; }
plannable(A) ::= with(W) update(S).        { A = S; if (p->status == MORSEL_OK) A->u.update->with = with_of(&W); }
plannable(A) ::= delete(S).                { A = S; }
plannable(A) ::= with(W) delete(S).        { A = S; if (p->status == MORSEL_OK) A->u.delete_->with = with_of(&W); }
plannable(A) ::= merge(S).                 { A = S; }
plannable(A) ::= with(W) merge(S).         { A = S; if (p->status == MORSEL_OK) A->u.merge->with = with_of(&W); }
%type merge {msl_ast_statement *}
%type insert {msl_ast_statement *}
%type update {msl_ast_statement *}
%type delete {msl_ast_statement *}

insert(A) ::= INSERT(S) insert_or(O) INTO path(T) insert_alias(N) insert_source(Q) on_conflict(X) returning(R). {
    A = msl_build_statement(p, MSL_AST_STATEMENT_INSERT, S.offset);
    msl_ast_insert *i = A->u.insert = X;
    i->table = T; i->alias = N; i->returning = R;
    i->columns = Q.columns; i->by_name = Q.by_name; i->query = Q.query;
    i->or_replace = O == 1; i->or_ignore = O == 2;
    A->height = Q.query ? Q.query->height : 0;
}
insert(A) ::= REPLACE(S) INTO path(T) insert_alias(N) insert_source(Q) returning(R). { /* INSERT OR REPLACE */
    A = msl_build_statement(p, MSL_AST_STATEMENT_INSERT, S.offset);
    msl_ast_insert *i = A->u.insert = MSL_BUILD(p, msl_ast_insert);
    i->table = T; i->alias = N; i->returning = R;
    i->columns = Q.columns; i->by_name = Q.by_name; i->query = Q.query;
    i->or_replace = true;
    A->height = Q.query ? Q.query->height : 0;
}
%include {
typedef struct insert_source { msl_ast_names columns; msl_ast_query *query; bool by_name; } insert_source;
}
%type insert_source {insert_source}
insert_source(A) ::= query(Q).                                  { A = (insert_source){.query = Q}; }
insert_source(A) ::= BY NAME query(Q).                          { A = (insert_source){.query = Q, .by_name = true}; }
insert_source(A) ::= LP names(C) comma_opt RP query(Q).         { A = (insert_source){.columns = C, .query = Q}; }
insert_source(A) ::= DEFAULT VALUES.                            { A = (insert_source){.query = NULL}; }
insert_source(A) ::= LP names(C) comma_opt RP DEFAULT VALUES.   { A = (insert_source){.columns = C}; }
%type insert_or {int}
insert_or(A) ::= .             { A = 0; }
insert_or(A) ::= OR REPLACE.   { A = 1; }
insert_or(A) ::= OR IGNORE.    { A = 2; }
%type insert_alias {msl_ast_name}
insert_alias(A) ::= .            { A = EMPTY(msl_ast_name); }
insert_alias(A) ::= AS name(N).  { A = N; }
%type on_conflict {msl_ast_insert *}
%type conflict_target {msl_ast_insert *}
on_conflict(A) ::= .                                             { A = MSL_BUILD(p, msl_ast_insert); }
on_conflict(A) ::= ON_CONFLICT CONFLICT conflict_target(T) DO NOTHING.    { A = T; A->on_conflict = true; }
on_conflict(A) ::= ON_CONFLICT CONFLICT conflict_target(T) DO UPDATE SET assignments(L) where(W).
    { A = T; A->on_conflict = true; A->updates = L.items; A->update_count = L.count; A->update_where = W; }
conflict_target(A) ::= .                                         { A = MSL_BUILD(p, msl_ast_insert); }
conflict_target(A) ::= LP order_items(O) comma_opt RP where(W).
    { A = MSL_BUILD(p, msl_ast_insert); A->conflict_target = O; A->conflict_where = W; }
conflict_target(A) ::= ON CONSTRAINT name(N).
    { A = MSL_BUILD(p, msl_ast_insert); A->conflict_constraint = N; }

%type assignments {msl_assignments}
%type assignment {msl_ast_assignment}
assignments(A) ::= assignment(S).                       { A = EMPTY(msl_assignments); MSL_ADD(p, A, S); }
assignments(A) ::= assignments(L) COMMA assignment(S).  { A = L; MSL_ADD(p, A, S); }
assignment(A) ::= name(N) EQ expr(E).
    { A = EMPTY(msl_ast_assignment); MSL_ADD(p, A.columns, N); A.value = E; }
assignment(A) ::= LP names(N) comma_opt RP EQ expr(E).  { A = (msl_ast_assignment){N, E}; }

%type returning {msl_ast_returning}
returning(A) ::= .                                     { A = EMPTY(msl_ast_returning); }
returning(A) ::= RETURNING select_items(I) comma_opt.  { A = (msl_ast_returning){I.items, I.count}; }

/* Without an empty alternative for the alias: SET would fall back to a name. */
%type update_head {update_head}
%include {
typedef struct update_head { msl_ast_names table; msl_ast_name alias; } update_head;
}
update_head(A) ::= path(T) SET.             { A = (update_head){.table = T}; }
update_head(A) ::= path(T) name(N) SET.     { A = (update_head){T, N}; }
update_head(A) ::= path(T) AS name(N) SET.  { A = (update_head){T, N}; }
update(A) ::= UPDATE(S) update_head(H) assignments(L) comma_opt from_opt(F) where(W) returning(R). {
    A = msl_build_statement(p, MSL_AST_STATEMENT_UPDATE, S.offset);
    msl_ast_update *u = A->u.update = MSL_BUILD(p, msl_ast_update);
    u->table = H.table; u->alias = H.alias; u->assignments = L.items; u->assignment_count = L.count;
    u->from = F.items; u->from_count = F.count; u->where = W; u->returning = R;
}
%type dml_alias {msl_ast_name}
dml_alias(A) ::= .             { A = EMPTY(msl_ast_name); }
dml_alias(A) ::= name(N).      { A = N; }
dml_alias(A) ::= AS name(N).   { A = N; }
%type using_opt {msl_froms}
using_opt(A) ::= .                               { A = EMPTY(msl_froms); }
using_opt(A) ::= USING from_items(F) comma_opt.  { A = F; }
delete(A) ::= DELETE(S) FROM path(T) dml_alias(N) using_opt(F) where(W) returning(R). {
    A = msl_build_statement(p, MSL_AST_STATEMENT_DELETE, S.offset);
    msl_ast_delete *d = A->u.delete_ = MSL_BUILD(p, msl_ast_delete);
    d->table = T; d->alias = N; d->using = F.items; d->using_count = F.count; d->where = W; d->returning = R;
}
/* Without an empty alternative for the alias, as in UPDATE. */
%type merge_head {update_head}
merge_head(A) ::= path(T) USING.             { A = (update_head){.table = T}; }
merge_head(A) ::= path(T) name(N) USING.     { A = (update_head){T, N}; }
merge_head(A) ::= path(T) AS name(N) USING.  { A = (update_head){T, N}; }
%type merge_clauses {msl_merge_clauses}
%type merge_clause {msl_ast_merge_clause}
%type merge_action {msl_ast_merge_clause}
%type merge_when {int}
%type merge_and {msl_ast_expr *}
merge(A) ::= MERGE(S) INTO merge_head(H) from_primary(F) ON expr(E) merge_clauses(L) returning(R). {
    A = msl_build_statement(p, MSL_AST_STATEMENT_MERGE, S.offset);
    msl_ast_merge *m = A->u.merge = MSL_BUILD(p, msl_ast_merge);
    m->table = H.table; m->alias = H.alias; m->source = F; m->on = E;
    m->clauses = L.items; m->clause_count = L.count; m->returning = R;
    A->height = F->height;
}
merge(A) ::= MERGE(S) INTO merge_head(H) from_primary(F) USING LP names(N) comma_opt RP merge_clauses(L) returning(R). {
    A = msl_build_statement(p, MSL_AST_STATEMENT_MERGE, S.offset);
    msl_ast_merge *m = A->u.merge = MSL_BUILD(p, msl_ast_merge);
    m->table = H.table; m->alias = H.alias; m->source = F; m->using = N;
    m->clauses = L.items; m->clause_count = L.count; m->returning = R;
    A->height = F->height;
}
merge_clauses(A) ::= merge_clause(C).                   { A = EMPTY(msl_merge_clauses); MSL_ADD(p, A, C); }
merge_clauses(A) ::= merge_clauses(L) merge_clause(C).  { A = L; MSL_ADD(p, A, C); }
merge_clause(A) ::= WHEN(S) merge_when(W) merge_and(E) THEN merge_action(D).
    { A = D; A.when = W; A.condition = E; A.at = SPAN(S.offset); }
merge_when(A) ::= MATCHED.                    { A = MSL_AST_MERGE_MATCHED; }
merge_when(A) ::= NOT MATCHED.                { A = MSL_AST_MERGE_NOT_MATCHED; }
merge_when(A) ::= NOT MATCHED BY TARGET.      { A = MSL_AST_MERGE_NOT_MATCHED; }
merge_when(A) ::= NOT MATCHED BY SOURCE.      { A = MSL_AST_MERGE_NOT_MATCHED_BY_SOURCE; }
merge_and(A) ::= .             { A = NULL; }
merge_and(A) ::= AND expr(E).  { A = E; }
merge_action(A) ::= DO NOTHING.  { A = (msl_ast_merge_clause){.action = MSL_AST_MERGE_NOTHING}; }
merge_action(A) ::= DELETE.      { A = (msl_ast_merge_clause){.action = MSL_AST_MERGE_DELETE}; }
merge_action(A) ::= UPDATE SET assignments(L) comma_opt.
    { A = (msl_ast_merge_clause){.action = MSL_AST_MERGE_UPDATE, .assignments = L.items, .assignment_count = L.count}; }
merge_action(A) ::= INSERT columns_opt(C) VALUES row(V).
    { A = (msl_ast_merge_clause){.action = MSL_AST_MERGE_INSERT, .columns = C, .values = V}; }
merge_action(A) ::= INSERT DEFAULT VALUES.  { A = (msl_ast_merge_clause){.action = MSL_AST_MERGE_INSERT}; }
other(A) ::= TRUNCATE(S) table_word path(T).
    { A = msl_build_statement(p, MSL_AST_STATEMENT_TRUNCATE, S.offset); A->u.truncate = T; }
table_word ::= .
table_word ::= TABLE.

/* ---- CREATE ---- */

%include {
typedef struct create_head { uint32_t flags, start; } create_head;
}
%type create_head {create_head}
%type or_replace {int}
%type temp {int}
%type if_not_exists {int}
%type if_exists {int}
create_head(A) ::= CREATE(S) or_replace(O) temp(T).   { A = (create_head){(uint32_t)(O | T), S.offset}; }
or_replace(A) ::= .               { A = 0; }
or_replace(A) ::= OR REPLACE.     { A = MSL_AST_CREATE_OR_REPLACE; }
temp(A) ::= .                     { A = 0; }
temp(A) ::= TEMP.                 { A = MSL_AST_CREATE_TEMP; }
if_not_exists(A) ::= .                { A = 0; }
if_not_exists(A) ::= IF NOT EXISTS.   { A = MSL_AST_CREATE_IF_NOT_EXISTS; }
if_exists(A) ::= .            { A = 0; }
if_exists(A) ::= IF EXISTS.   { A = 1; }

plannable(A) ::= create_table(S).   { A = S; }
%type create_table {msl_ast_statement *}
create_table(A) ::= create_head(H) TABLE if_not_exists(X) path(N) LP table_elements(T) comma_opt RP. {
    A = msl_build_statement(p, MSL_AST_STATEMENT_CREATE_TABLE, H.start);
    A->u.create_table = T; T->name = N; T->flags = H.flags | (uint32_t)X;
}
create_table(A) ::= create_head(H) TABLE if_not_exists(X) path(N) LP table_elements(T) comma_opt RP
                    AS query(Q) with_data(D). {
    A = msl_build_statement(p, MSL_AST_STATEMENT_CREATE_TABLE, H.start);
    A->u.create_table = T; T->name = N; T->flags = H.flags | (uint32_t)X; T->query = Q; T->with_no_data = D;
    T->query_columns = msl_build_column_names(p, T); T->columns = NULL; T->column_count = 0;
    A->height = Q->height;
}
create_table(A) ::= create_head(H) TABLE if_not_exists(X) path(N) AS query(Q) with_data(D). {
    A = msl_build_statement(p, MSL_AST_STATEMENT_CREATE_TABLE, H.start);
    msl_ast_create_table *t = A->u.create_table = MSL_BUILD(p, msl_ast_create_table);
    t->name = N; t->flags = H.flags | (uint32_t)X; t->query = Q; t->with_no_data = D;
    A->height = Q->height;
}
%type with_data {int}
with_data(A) ::= .               { A = 0; }
with_data(A) ::= WITH DATA.      { A = 0; }
with_data(A) ::= WITH NO DATA.   { A = 1; }
%type table_elements {msl_ast_create_table *}
table_elements(A) ::= column_definition(C).  {
    A = MSL_BUILD(p, msl_ast_create_table);
    column_add(p, A, C);
}
table_elements(A) ::= table_constraint(C).   { A = MSL_BUILD(p, msl_ast_create_table); MSL_ADD(p, A->constraints, C); }
table_elements(A) ::= table_elements(L) COMMA column_definition(C).  { A = L; column_add(p, A, C); }
table_elements(A) ::= table_elements(L) COMMA table_constraint(C).   { A = L; MSL_ADD(p, A->constraints, C); }
%include {
static void column_add(msl_parse *p, msl_ast_create_table *table, msl_ast_column_definition column) {
    struct { msl_ast_column_definition *items; uint32_t count; } list = {table->columns, table->column_count};
    MSL_ADD(p, list, column);
    table->columns = list.items;
    table->column_count = list.count;
}
}
%type column_definition {msl_ast_column_definition}
%type column_constraints {msl_ast_constraints}
%type column_constraint {msl_ast_constraint}
%type constraint_body {msl_ast_constraint}
column_definition(A) ::= name(N) type(T) column_constraints(C).
    { A = (msl_ast_column_definition){.name = N, .type = T, .constraints = C, .at = SPAN(N.at.offset)}; }
column_definition(A) ::= name(N) column_constraints(C).
    { A = (msl_ast_column_definition){.name = N, .constraints = C, .at = SPAN(N.at.offset)}; }
column_constraints(A) ::= .                                           { A = EMPTY(msl_ast_constraints); }
column_constraints(A) ::= column_constraints(L) column_constraint(C). { A = L; MSL_ADD(p, A, C); }
column_constraint(A) ::= constraint_body(C).                          { A = C; }
column_constraint(A) ::= CONSTRAINT(S) name(N) constraint_body(C).    { A = C; A.name = N; A.at = SPAN(S.offset); }
constraint_body(A) ::= NOT(S) NULL.
    { A = (msl_ast_constraint){.kind = MSL_AST_CONSTRAINT_NOT_NULL, .at = SPAN(S.offset)}; }
constraint_body(A) ::= NULL(S).
    { A = (msl_ast_constraint){.kind = MSL_AST_CONSTRAINT_NULL, .at = SPAN(S.offset)}; }
constraint_body(A) ::= DEFAULT(S) expr(E). [OR]
    { A = (msl_ast_constraint){.kind = MSL_AST_CONSTRAINT_DEFAULT, .expr = E, .at = SPAN(S.offset)}; }
constraint_body(A) ::= CHECK(S) LP expr(E) RP.
    { A = (msl_ast_constraint){.kind = MSL_AST_CONSTRAINT_CHECK, .expr = E, .at = SPAN(S.offset)}; }
constraint_body(A) ::= UNIQUE(S).
    { A = (msl_ast_constraint){.kind = MSL_AST_CONSTRAINT_UNIQUE, .at = SPAN(S.offset)}; }
constraint_body(A) ::= PRIMARY(S) KEY.
    { A = (msl_ast_constraint){.kind = MSL_AST_CONSTRAINT_PRIMARY_KEY, .at = SPAN(S.offset)}; }
constraint_body(A) ::= COLLATE(S) path(N).
    { A = (msl_ast_constraint){.kind = MSL_AST_CONSTRAINT_COLLATE, .references = N, .at = SPAN(S.offset)}; }
constraint_body(A) ::= GENERATED_ALWAYS(S) ALWAYS AS LP expr(E) RP generated_storage.
    { A = (msl_ast_constraint){.kind = MSL_AST_CONSTRAINT_GENERATED, .expr = E, .at = SPAN(S.offset)}; }
constraint_body(A) ::= AS(S) LP expr(E) RP generated_storage.
    { A = (msl_ast_constraint){.kind = MSL_AST_CONSTRAINT_GENERATED, .expr = E, .at = SPAN(S.offset)}; }
constraint_body(A) ::= REFERENCES(S) path(T) columns_opt(C) reference_actions(R).
    { A = R; reference_finish(p, &A, EMPTY(msl_ast_names), T, C, S); }
generated_storage ::= .
generated_storage ::= VIRTUAL.
generated_storage ::= STORED(T).   { msl_parse_unsupported(p, msl_token_span(T), "stored generated columns"); }
%include {
static void reference_finish(msl_parse *p, msl_ast_constraint *c, msl_ast_names columns, msl_ast_names table,
                             msl_ast_names table_columns, msl_token start) {
    c->kind = MSL_AST_CONSTRAINT_FOREIGN_KEY;
    c->columns = columns;
    c->references = table;
    c->reference_columns = table_columns;
    c->at = SPAN(start.offset);
}
}
%type reference_actions {msl_ast_constraint}
%type reference_action {const char *}
reference_actions(A) ::= .                                                { A = EMPTY(msl_ast_constraint); }
reference_actions(A) ::= reference_actions(L) ON DELETE reference_action(X).   { A = L; A.on_delete = X; }
reference_actions(A) ::= reference_actions(L) ON UPDATE reference_action(X).   { A = L; A.on_update = X; }
reference_action(A) ::= CASCADE.       { A = "CASCADE"; }
reference_action(A) ::= RESTRICT.      { A = "RESTRICT"; }
reference_action(A) ::= NO ACTION.     { A = "NO ACTION"; }
reference_action(A) ::= SET NULL.      { A = "SET NULL"; }
reference_action(A) ::= SET DEFAULT.   { A = "SET DEFAULT"; }
%type table_constraint {msl_ast_constraint}
%type table_constraint_body {msl_ast_constraint}
table_constraint(A) ::= table_constraint_body(C).                        { A = C; }
table_constraint(A) ::= CONSTRAINT(S) name(N) table_constraint_body(C).  { A = C; A.name = N; A.at = SPAN(S.offset); }
table_constraint_body(A) ::= CHECK(S) LP expr(E) RP.
    { A = (msl_ast_constraint){.kind = MSL_AST_CONSTRAINT_CHECK, .expr = E, .at = SPAN(S.offset)}; }
table_constraint_body(A) ::= UNIQUE(S) LP names(C) comma_opt RP.
    { A = (msl_ast_constraint){.kind = MSL_AST_CONSTRAINT_UNIQUE, .columns = C, .at = SPAN(S.offset)}; }
table_constraint_body(A) ::= PRIMARY(S) KEY LP names(C) comma_opt RP.
    { A = (msl_ast_constraint){.kind = MSL_AST_CONSTRAINT_PRIMARY_KEY, .columns = C, .at = SPAN(S.offset)}; }
table_constraint_body(A) ::= FOREIGN(S) KEY LP names(C) comma_opt RP
                             REFERENCES path(T) columns_opt(D) reference_actions(R).
    { A = R; reference_finish(p, &A, C, T, D, S); }

other(A) ::= create_head(H) recursive(V) VIEW if_not_exists(X) path(N) columns_opt(C) AS query(Q). {
    A = msl_build_statement(p, MSL_AST_STATEMENT_CREATE_VIEW, H.start);
    msl_ast_create_view *v = A->u.create_view = MSL_BUILD(p, msl_ast_create_view);
    v->name = N; v->flags = H.flags | (uint32_t)X | (uint32_t)V; v->columns = C; v->query = Q;
    A->height = Q->height;
}
%type recursive {int}
recursive(A) ::= .            { A = 0; }
recursive(A) ::= RECURSIVE.   { A = MSL_AST_CREATE_RECURSIVE; }
other(A) ::= create_head(H) unique(U) INDEX index_name(X) ON path(T) index_method(M)
             LP order_items(O) comma_opt RP where(W). {
    A = msl_build_statement(p, MSL_AST_STATEMENT_CREATE_INDEX, H.start);
    msl_ast_create_index *i = A->u.create_index = X;
    i->flags |= H.flags | (uint32_t)U; i->table = T; i->method = M; i->columns = O; i->where = W;
}
%type unique {int}
unique(A) ::= .          { A = 0; }
unique(A) ::= UNIQUE.    { A = MSL_AST_CREATE_UNIQUE; }
%type index_name {msl_ast_create_index *}
index_name(A) ::= .                          { A = MSL_BUILD(p, msl_ast_create_index); }
index_name(A) ::= name(N).                   { A = MSL_BUILD(p, msl_ast_create_index); A->name = N; }
index_name(A) ::= IF NOT EXISTS name(N).
    { A = MSL_BUILD(p, msl_ast_create_index); A->name = N; A->flags = MSL_AST_CREATE_IF_NOT_EXISTS; }
%type index_method {msl_ast_name}
index_method(A) ::= .               { A = EMPTY(msl_ast_name); }
index_method(A) ::= USING name(N).  { A = N; }
%include {
static msl_ast_statement *create_named(msl_parse *p, msl_ast_statement_kind kind, create_head head, int flags,
                                       msl_ast_names name, msl_ast_options options, msl_ast_type *type) {
    msl_ast_statement *s = msl_build_statement(p, kind, head.start);
    msl_ast_create_named *c = MSL_BUILD(p, msl_ast_create_named);
    *c = (msl_ast_create_named){.name = name, .flags = head.flags | (uint32_t)flags, .options = options, .type = type};
    s->u.create_named = c;
    return s;
}
}
other(A) ::= create_head(H) SCHEMA if_not_exists(X) path(N).
    { A = create_named(p, MSL_AST_STATEMENT_CREATE_SCHEMA, H, X, N, EMPTY(msl_ast_options), NULL); }
other(A) ::= create_head(H) SEQUENCE if_not_exists(X) path(N) sequence_options(O).
    { A = create_named(p, MSL_AST_STATEMENT_CREATE_SEQUENCE, H, X, N, O, NULL); }
other(A) ::= create_head(H) TYPE if_not_exists(X) path(N) AS type(T).
    { A = create_named(p, MSL_AST_STATEMENT_CREATE_TYPE, H, X, N, EMPTY(msl_ast_options), T); }
%type sequence_options {msl_ast_options}
%type sequence_option {msl_ast_option}
%type signed_number {msl_ast_expr *}
sequence_options(A) ::= .                                         { A = EMPTY(msl_ast_options); }
sequence_options(A) ::= sequence_options(L) sequence_option(O).   { A = L; MSL_ADD(p, A, O); }
sequence_option(A) ::= START(T) with_word signed_number(E).
    { A = (msl_ast_option){msl_build_plain_name(p, T, "start"), E}; }
sequence_option(A) ::= INCREMENT(T) by_word signed_number(E).
    { A = (msl_ast_option){msl_build_plain_name(p, T, "increment"), E}; }
sequence_option(A) ::= MINVALUE(T) signed_number(E).
    { A = (msl_ast_option){msl_build_plain_name(p, T, "minvalue"), E}; }
sequence_option(A) ::= MAXVALUE(T) signed_number(E).
    { A = (msl_ast_option){msl_build_plain_name(p, T, "maxvalue"), E}; }
sequence_option(A) ::= CYCLE(T).
    { A = (msl_ast_option){msl_build_plain_name(p, T, "cycle"), NULL}; }
sequence_option(A) ::= NO MINVALUE(T).
    { A = (msl_ast_option){msl_build_plain_name(p, T, "no minvalue"), NULL}; }
sequence_option(A) ::= NO MAXVALUE(T).
    { A = (msl_ast_option){msl_build_plain_name(p, T, "no maxvalue"), NULL}; }
sequence_option(A) ::= NO CYCLE(T).
    { A = (msl_ast_option){msl_build_plain_name(p, T, "no cycle"), NULL}; }
with_word ::= .
with_word ::= WITH.
by_word ::= .
by_word ::= BY.
signed_number(A) ::= NUMBER(T).            { A = msl_build_literal(p, MSL_AST_NUMBER, T); }
signed_number(A) ::= MINUS(S) NUMBER(T).
    { A = msl_build_unary(p, MSL_AST_OP_NEGATE, msl_build_literal(p, MSL_AST_NUMBER, T), S.offset); }

other(A) ::= create_head(H) macro_word if_not_exists(X) path(N) LP macro_parameters_opt(L) RP AS expr(E). {
    A = msl_build_statement(p, MSL_AST_STATEMENT_CREATE_MACRO, H.start);
    msl_ast_macro *m = A->u.macro = MSL_BUILD(p, msl_ast_macro);
    *m = (msl_ast_macro){N, H.flags | (uint32_t)X, L.items, L.count, E, NULL};
}
other(A) ::= create_head(H) macro_word if_not_exists(X) path(N) LP macro_parameters_opt(L) RP AS TABLE query(Q). {
    A = msl_build_statement(p, MSL_AST_STATEMENT_CREATE_MACRO, H.start);
    msl_ast_macro *m = A->u.macro = MSL_BUILD(p, msl_ast_macro);
    *m = (msl_ast_macro){N, H.flags | (uint32_t)X, L.items, L.count, NULL, Q};
}
macro_word ::= MACRO.
macro_word ::= FUNCTION.
%type macro_parameters_opt {msl_arguments}
%type macro_parameters {msl_arguments}
%type macro_parameter {msl_ast_argument}
macro_parameters_opt(A) ::= .                             { A = EMPTY(msl_arguments); }
macro_parameters_opt(A) ::= macro_parameters(L) comma_opt.          { A = L; }
macro_parameters(A) ::= macro_parameter(M).                         { A = EMPTY(msl_arguments); MSL_ADD(p, A, M); }
macro_parameters(A) ::= macro_parameters(L) COMMA macro_parameter(M). { A = L; MSL_ADD(p, A, M); }
macro_parameter(A) ::= name(N).                  { A = (msl_ast_argument){N, NULL}; }
macro_parameter(A) ::= name(N) ASSIGN expr(E).   { A = (msl_ast_argument){N, E}; }

/* ---- DROP, ALTER ---- */

%type object {int}
%type behavior {int}
object(A) ::= TABLE.      { A = MSL_AST_OBJECT_TABLE; }
object(A) ::= VIEW.       { A = MSL_AST_OBJECT_VIEW; }
object(A) ::= INDEX.      { A = MSL_AST_OBJECT_INDEX; }
object(A) ::= SCHEMA.     { A = MSL_AST_OBJECT_SCHEMA; }
object(A) ::= SEQUENCE.   { A = MSL_AST_OBJECT_SEQUENCE; }
object(A) ::= TYPE.       { A = MSL_AST_OBJECT_TYPE; }
object(A) ::= MACRO.      { A = MSL_AST_OBJECT_MACRO; }
object(A) ::= FUNCTION.   { A = MSL_AST_OBJECT_MACRO; }
object(A) ::= DATABASE.   { A = MSL_AST_OBJECT_DATABASE; }
behavior(A) ::= .          { A = MSL_AST_DROP_DEFAULT; }
behavior(A) ::= CASCADE.   { A = MSL_AST_DROP_CASCADE; }
behavior(A) ::= RESTRICT.  { A = MSL_AST_DROP_RESTRICT; }
other(A) ::= DROP(S) object(O) if_exists(X) paths(L) behavior(B). {
    A = msl_build_statement(p, MSL_AST_STATEMENT_DROP, S.offset);
    A->u.drop = (msl_ast_drop){O, L.items, L.count, X, B};
}
other(A) ::= ALTER(S) object(O) if_exists(X) path(T) alter_action(C). {
    A = msl_build_statement(p, MSL_AST_STATEMENT_ALTER, S.offset);
    A->u.alter = C; C->object = O; C->if_exists = X; C->target = T;
}
%include {
static msl_ast_alter *alter_of(msl_parse *p, msl_ast_alter_kind kind, const msl_ast_name *name,
                               const msl_ast_name *new_name) {
    msl_ast_alter *a = MSL_BUILD(p, msl_ast_alter);
    a->kind = kind;
    if (name) a->name = *name;
    if (new_name) a->new_name = *new_name;
    return a;
}
}
%type alter_action {msl_ast_alter *}
alter_action(A) ::= ADD column_word if_not_exists(X) column_definition(C). {
    A = alter_of(p, MSL_AST_ALTER_ADD_COLUMN, &C.name, NULL);
    A->column_if_exists = X != 0;
    msl_ast_column_definition *column = MSL_BUILD(p, msl_ast_column_definition);
    *column = C;
    A->column = column;
}
alter_action(A) ::= ADD table_constraint(C). {
    A = alter_of(p, MSL_AST_ALTER_ADD_CONSTRAINT, &C.name, NULL);
    msl_ast_constraint *constraint = MSL_BUILD(p, msl_ast_constraint);
    *constraint = C;
    A->constraint = constraint;
}
alter_action(A) ::= DROP column_word if_exists(X) name(N) behavior(B).
    { A = alter_of(p, MSL_AST_ALTER_DROP_COLUMN, &N, NULL); A->column_if_exists = X; A->behavior = B; }
alter_action(A) ::= DROP CONSTRAINT if_exists(X) name(N) behavior(B).
    { A = alter_of(p, MSL_AST_ALTER_DROP_CONSTRAINT, &N, NULL); A->column_if_exists = X; A->behavior = B; }
alter_action(A) ::= RENAME TO name(N).                       { A = alter_of(p, MSL_AST_ALTER_RENAME, NULL, &N); }
alter_action(A) ::= RENAME column_word name(N) TO name(M).   { A = alter_of(p, MSL_AST_ALTER_RENAME_COLUMN, &N, &M); }
alter_action(A) ::= ALTER column_word name(N) set_data_opt TYPE type(T) alter_using(E).
    { A = alter_of(p, MSL_AST_ALTER_SET_TYPE, &N, NULL); A->type = T; A->expr = E; }
alter_action(A) ::= ALTER column_word name(N) SET DEFAULT expr(E).
    { A = alter_of(p, MSL_AST_ALTER_SET_DEFAULT, &N, NULL); A->expr = E; }
alter_action(A) ::= ALTER column_word name(N) DROP DEFAULT.
    { A = alter_of(p, MSL_AST_ALTER_DROP_DEFAULT, &N, NULL); }
alter_action(A) ::= ALTER column_word name(N) SET NOT NULL.
    { A = alter_of(p, MSL_AST_ALTER_SET_NOT_NULL, &N, NULL); }
alter_action(A) ::= ALTER column_word name(N) DROP NOT NULL.
    { A = alter_of(p, MSL_AST_ALTER_DROP_NOT_NULL, &N, NULL); }
alter_action(A) ::= SET SCHEMA name(N).
    { A = alter_of(p, MSL_AST_ALTER_SET_SCHEMA, NULL, &N); }
column_word ::= .
column_word ::= COLUMN.
set_data_opt ::= .
set_data_opt ::= SET DATA.
%type alter_using {msl_ast_expr *}
alter_using(A) ::= .               { A = NULL; }
alter_using(A) ::= USING expr(E).  { A = E; }

/* ---- COPY ---- */

%type copy_what {msl_ast_copy *}
%type copy_file {msl_ast_expr *}
%type options_opt {msl_ast_options}
%type option_list {msl_ast_options}
%type option {msl_ast_option}
%type copy_options {msl_ast_options}
other(A) ::= COPY(S) copy_what(C) TO copy_file(F) copy_options(O). {
    A = msl_build_statement(p, MSL_AST_STATEMENT_COPY, S.offset);
    A->u.copy = C; C->to = true; C->file = F; C->options = O;
    if (C->query) A->height = C->query->height;
}
other(A) ::= COPY(S) copy_what(C) FROM copy_file(F) copy_options(O). {
    A = msl_build_statement(p, MSL_AST_STATEMENT_COPY, S.offset);
    A->u.copy = C; C->file = F; C->options = O;
    if (C->query) msl_parse_fail(p, C->query->at, "a query can only be copied TO a file");
}
copy_what(A) ::= path(T) columns_opt(C).  { A = MSL_BUILD(p, msl_ast_copy); A->table = T; A->columns = C; }
copy_what(A) ::= query_parens(Q).         { A = MSL_BUILD(p, msl_ast_copy); A->query = Q; }
copy_file(A) ::= STRING(T).      { A = msl_build_literal(p, MSL_AST_STRING, T); }
copy_file(A) ::= PARAMETER(T).   { A = msl_build_parameter(p, T); }
copy_file(A) ::= ID(T).          {
    A = NULL;
    if (!msl_token_is(p, T, "stdin") && !msl_token_is(p, T, "stdout"))
        msl_parse_fail(p, msl_token_span(T), "COPY needs a file name in single quotes, STDIN or STDOUT");
}
options_opt(A) ::= .                                   { A = EMPTY(msl_ast_options); }
options_opt(A) ::= LP option_list(L) comma_opt RP.     { A = L; }
option_list(A) ::= option(O).                          { A = EMPTY(msl_ast_options); MSL_ADD(p, A, O); }
option_list(A) ::= option_list(L) COMMA option(O).     { A = L; MSL_ADD(p, A, O); }
option(A) ::= option_name(N).                { A = (msl_ast_option){N, NULL}; }
option(A) ::= option_name(N) expr(E).        { A = (msl_ast_option){N, E}; }
option(A) ::= option_name(N) EQ expr(E).     { A = (msl_ast_option){N, E}; }
option(A) ::= option_name(N) STAR(S).
    { A = (msl_ast_option){N, msl_build_done(p, msl_build_star(p, EMPTY(msl_ast_names), S.offset))}; }
%type option_name {msl_ast_name}
option_name(A) ::= name(N).        { A = N; }
option_name(A) ::= NULL(T).        { A = msl_build_plain_name(p, T, NULL); }
copy_options(A) ::= options_opt(L).                        { A = L; }
copy_options(A) ::= WITH LP option_list(L) comma_opt RP.   { A = L; }
copy_options(A) ::= WITH plain_options(L).                 { A = L; }
copy_options(A) ::= plain_options(L).                      { A = L; }
%type plain_options {msl_ast_options}
%type plain_option {msl_ast_option}
plain_options(A) ::= plain_option(O).                      { A = EMPTY(msl_ast_options); MSL_ADD(p, A, O); }
plain_options(A) ::= plain_options(L) plain_option(O).     { A = L; MSL_ADD(p, A, O); }
plain_option(A) ::= option_name(N).                        { A = (msl_ast_option){N, NULL}; }
plain_option(A) ::= option_name(N) as_word STRING(T).
    { A = (msl_ast_option){N, msl_build_literal(p, MSL_AST_STRING, T)}; }
plain_option(A) ::= option_name(N) NUMBER(T).
    { A = (msl_ast_option){N, msl_build_literal(p, MSL_AST_NUMBER, T)}; }
as_word ::= .
as_word ::= AS.

/* ---- EXPLAIN, DESCRIBE, SUMMARIZE, SHOW ---- */

%include {
static msl_ast_statement *explain_of(msl_parse *p, uint32_t start, int flags, msl_ast_options options,
                                     msl_ast_statement *s) {
    msl_ast_statement *e = msl_build_statement(p, MSL_AST_STATEMENT_EXPLAIN, start);
    e->u.explain = (msl_ast_explain){flags & 1, flags >> 1, options, s};
    e->height = msl_build_above(p, 0, s->height, s->at);
    return e;
}
}
other(A) ::= EXPLAIN(S) plannable(Q).
    { A = explain_of(p, S.offset, 0, EMPTY(msl_ast_options), Q); }
other(A) ::= EXPLAIN(S) explain_flags(F) plannable(Q).
    { A = explain_of(p, S.offset, F, EMPTY(msl_ast_options), Q); }
other(A) ::= EXPLAIN(S) LP option_list(L) comma_opt RP plannable(Q).  { A = explain_of(p, S.offset, 0, L, Q); }
other(A) ::= EXPLAIN(S) explain_flags(F) LP option_list(L) comma_opt RP plannable(Q).
    { A = explain_of(p, S.offset, F, L, Q); }
%type explain_flags {int}
explain_flags(A) ::= ANALYZE.           { A = 1; }
explain_flags(A) ::= VERBOSE.           { A = 2; }
explain_flags(A) ::= ANALYZE VERBOSE.   { A = 3; }

%type describe_source {msl_ast_from *}
%include {
static msl_ast_statement *describe_of(msl_parse *p, msl_ast_statement_kind kind, uint32_t start, msl_ast_query *query,
                                      msl_ast_from *source) {
    msl_ast_statement *s = msl_build_statement(p, kind, start);
    s->u.describe = (msl_ast_describe){source, query};
    s->height = query ? query->height : source->height;
    return s;
}
}
%type describe_word {int}
describe_word(A) ::= DESCRIBE(S).    { A = (int)S.offset; }
describe_word(A) ::= DESC(S).        { A = (int)S.offset; }
other(A) ::= describe_word(S).
    { A = msl_build_statement(p, MSL_AST_STATEMENT_DESCRIBE, (uint32_t)S); }
other(A) ::= describe_word(S) query(Q).
    { A = describe_of(p, MSL_AST_STATEMENT_DESCRIBE, (uint32_t)S, Q, NULL); }
other(A) ::= describe_word(S) describe_source(F).
    { A = describe_of(p, MSL_AST_STATEMENT_DESCRIBE, (uint32_t)S, NULL, F); }
other(A) ::= SUMMARIZE(S) query(Q).
    { A = describe_of(p, MSL_AST_STATEMENT_SUMMARIZE, S.offset, Q, NULL); }
other(A) ::= SUMMARIZE(S) describe_source(F).
    { A = describe_of(p, MSL_AST_STATEMENT_SUMMARIZE, S.offset, NULL, F); }
describe_source(A) ::= path(N). [NAME_END]
    { A = msl_build_from(p, MSL_AST_FROM_TABLE, N.count ? N.items[0].at.offset : p->rule_end); A->u.table = N; }
describe_source(A) ::= STRING(T).
    {
        A = msl_build_from(p, MSL_AST_FROM_FILE, T.offset);
        MSL_ADD(p, A->u.files, msl_build_literal(p, MSL_AST_STRING, T));
    }
describe_source(A) ::= LBRACKET(S) files(L) comma_opt RBRACKET.
    { A = msl_build_from(p, MSL_AST_FROM_FILE, S.offset); A->u.files = L; }
describe_source(A) ::= from_call(C).        { A = msl_build_from_call(p, C, false); }

other(A) ::= SHOW(S) name(N).
    { A = msl_build_show(p, S, N, EMPTY(msl_ast_names), false); }
other(A) ::= SHOW(S) name(N) from_in path(T).
    { A = msl_build_show(p, S, N, T, true); }
other(A) ::= SHOW(S) ALL.
    { A = msl_build_statement(p, MSL_AST_STATEMENT_SHOW, S.offset); A->u.show.what = MSL_AST_SHOW_ALL; }
other(A) ::= SHOW(S) ALL name(N).               {
    A = msl_build_statement(p, MSL_AST_STATEMENT_SHOW, S.offset);
    A->u.show.what = MSL_AST_SHOW_ALL_TABLES;
    if (!msl_name_is(&N, "tables")) msl_parse_fail(p, N.at, "SHOW ALL goes with TABLES only");
}
from_in ::= FROM.
from_in ::= IN.

/* ---- settings ---- */

%include {
static msl_ast_statement *set_of(msl_parse *p, msl_ast_statement_kind kind, uint32_t start, int scope,
                                 msl_ast_names name, msl_ast_exprs values) {
    msl_ast_statement *s = msl_build_statement(p, kind, start);
    s->u.set.scope = scope;
    s->u.set.name = name;
    s->u.set.values = values;
    return s;
}
}
%type scope {int}
%type set_values {msl_ast_exprs}
%type set_value {msl_ast_expr *}
scope(A) ::= LOCAL.     { A = MSL_AST_SCOPE_LOCAL; }
scope(A) ::= SESSION.   { A = MSL_AST_SCOPE_SESSION; }
scope(A) ::= GLOBAL.    { A = MSL_AST_SCOPE_GLOBAL; }
other(A) ::= SET(S) path(N) eq_to set_values(V).
    { A = set_of(p, MSL_AST_STATEMENT_SET, S.offset, MSL_AST_SCOPE_DEFAULT, N, V); }
other(A) ::= SET(S) scope(C) path(N) eq_to set_values(V).   { A = set_of(p, MSL_AST_STATEMENT_SET, S.offset, C, N, V); }
other(A) ::= SET(S) VARIABLE name(N) eq_to expr(E).  {
    msl_ast_names path = {0};
    msl_ast_exprs values = {0};
    MSL_ADD(p, path, N);
    MSL_ADD(p, values, E);
    A = set_of(p, MSL_AST_STATEMENT_SET, S.offset, MSL_AST_SCOPE_DEFAULT, path, values);
    A->u.set.is_variable = true;
}
other(A) ::= SET(S) TIME(T) ZONE set_value(V).  {
    msl_ast_names path = {0};
    msl_ast_exprs values = {0};
    MSL_ADD(p, path, msl_build_plain_name(p, T, "timezone"));
    MSL_ADD(p, values, V);
    A = set_of(p, MSL_AST_STATEMENT_SET, S.offset, MSL_AST_SCOPE_DEFAULT, path, values);
}
other(A) ::= RESET(S) path(N).
    { A = set_of(p, MSL_AST_STATEMENT_RESET, S.offset, MSL_AST_SCOPE_DEFAULT, N, EMPTY(msl_ast_exprs)); }
other(A) ::= RESET(S) scope(C) path(N).
    { A = set_of(p, MSL_AST_STATEMENT_RESET, S.offset, C, N, EMPTY(msl_ast_exprs)); }
other(A) ::= RESET(S) ALL.
    { A = set_of(p, MSL_AST_STATEMENT_RESET, S.offset, 0, EMPTY(msl_ast_names), EMPTY(msl_ast_exprs)); }
eq_to ::= EQ.
eq_to ::= TO.
set_values(A) ::= set_value(E).                     { A = EMPTY(msl_ast_exprs); MSL_ADD(p, A, E); }
set_values(A) ::= set_values(L) COMMA set_value(E). { A = L; MSL_ADD(p, A, E); }
set_value(A) ::= expr(E).    { A = E; }
set_value(A) ::= ON(T).      {
    msl_ast_names path = {0};
    MSL_ADD(p, path, msl_build_plain_name(p, T, NULL));
    A = msl_build_column(p, path, T.offset);
}

%type pragma_values {msl_ast_exprs}
other(A) ::= PRAGMA(S) path(N).
    { A = msl_build_statement(p, MSL_AST_STATEMENT_PRAGMA, S.offset); A->u.pragma = (msl_ast_pragma){N, false, {0}}; }
other(A) ::= PRAGMA(S) path(N) EQ set_value(V).             {
    A = msl_build_statement(p, MSL_AST_STATEMENT_PRAGMA, S.offset);
    A->u.pragma.name = N;
    MSL_ADD(p, A->u.pragma.values, V);
}
other(A) ::= PRAGMA(S) path(N) LP pragma_values(V) RP.
    { A = msl_build_statement(p, MSL_AST_STATEMENT_PRAGMA, S.offset); A->u.pragma = (msl_ast_pragma){N, true, V}; }
pragma_values(A) ::= .                { A = EMPTY(msl_ast_exprs); }
pragma_values(A) ::= set_values(V).   { A = V; }

/* ---- transactions ---- */

%type transaction_modes {msl_ast_transaction}
%type transaction_mode {msl_ast_transaction}
other(A) ::= BEGIN(S) transaction_word transaction_modes(M).
    { A = msl_build_statement(p, MSL_AST_STATEMENT_BEGIN, S.offset); A->u.transaction = M; }
other(A) ::= START(S) TRANSACTION transaction_modes(M).
    { A = msl_build_statement(p, MSL_AST_STATEMENT_BEGIN, S.offset); A->u.transaction = M; }
other(A) ::= COMMIT(S) transaction_word.
    { A = msl_build_statement(p, MSL_AST_STATEMENT_COMMIT, S.offset); }
other(A) ::= END(S) transaction_word.
    { A = msl_build_statement(p, MSL_AST_STATEMENT_COMMIT, S.offset); }
other(A) ::= rollback_word(S) transaction_word.
    { A = msl_build_statement(p, MSL_AST_STATEMENT_ROLLBACK, S.offset); }
other(A) ::= rollback_word(S) transaction_word TO savepoint_word name(N).
    { A = msl_build_statement(p, MSL_AST_STATEMENT_ROLLBACK, S.offset); A->u.transaction.savepoint = N; }
other(A) ::= SAVEPOINT(S) name(N).
    { A = msl_build_statement(p, MSL_AST_STATEMENT_SAVEPOINT, S.offset); A->u.transaction.savepoint = N; }
other(A) ::= RELEASE(S) savepoint_word name(N).
    { A = msl_build_statement(p, MSL_AST_STATEMENT_RELEASE, S.offset); A->u.transaction.savepoint = N; }
rollback_word(A) ::= ROLLBACK(T).   { A = T; }
rollback_word(A) ::= ABORT(T).      { A = T; }
transaction_word ::= .
transaction_word ::= TRANSACTION.
transaction_word ::= WORK.
savepoint_word ::= .
savepoint_word ::= SAVEPOINT.
transaction_modes(A) ::= .                                             { A = EMPTY(msl_ast_transaction); }
transaction_modes(A) ::= transaction_modes(L) comma_opt transaction_mode(M).     {
    A = L;
    A.read_only |= M.read_only;
    A.read_write |= M.read_write;
    if (M.isolation) A.isolation = M.isolation;
}
transaction_mode(A) ::= READ ONLY.     { A = (msl_ast_transaction){.read_only = true}; }
transaction_mode(A) ::= READ WRITE.    { A = (msl_ast_transaction){.read_write = true}; }
transaction_mode(A) ::= ISOLATION LEVEL name(N).  {
    A = EMPTY(msl_ast_transaction);
    if (!msl_name_is(&N, "serializable"))
        msl_parse_unsupported(p, N.at, "isolation levels other than SERIALIZABLE (which every transaction has)");
    A.isolation = "SERIALIZABLE";
}

/* ---- prepared statements, databases, upkeep, CALL ---- */

%type type_list_opt {msl_types}
%type type_list {msl_types}
other(A) ::= PREPARE(S) name(N) type_list_opt(T) AS(K) plannable(Q).  {
    A = msl_build_statement(p, MSL_AST_STATEMENT_PREPARE, S.offset);
    A->u.prepare = (msl_ast_prepare){N, T.items, T.count, Q, SPAN(K.offset + K.length)};
    A->height = msl_build_above(p, 0, Q->height, Q->at);
}
type_list_opt(A) ::= .                        { A = EMPTY(msl_types); }
type_list_opt(A) ::= LP type_list(L) RP.      { A = L; }
type_list(A) ::= type(T).                     { A = EMPTY(msl_types); MSL_ADD(p, A, T); }
type_list(A) ::= type_list(L) COMMA type(T).  { A = L; MSL_ADD(p, A, T); }
plannable(A) ::= EXECUTE(S) name(N).
    { A = msl_build_statement(p, MSL_AST_STATEMENT_EXECUTE, S.offset); A->u.execute.name = N; }
plannable(A) ::= EXECUTE(S) name(N) LP arguments_opt(L) RP.
    {
        A = msl_build_statement(p, MSL_AST_STATEMENT_EXECUTE, S.offset);
        A->u.execute = (msl_ast_execute){N, L.items, L.count};
    }
other(A) ::= DEALLOCATE(S) prepare_word name(N).
    { A = msl_build_statement(p, MSL_AST_STATEMENT_DEALLOCATE, S.offset); A->u.execute.name = N; }
other(A) ::= DEALLOCATE(S) prepare_word ALL.
    { A = msl_build_statement(p, MSL_AST_STATEMENT_DEALLOCATE, S.offset); }
prepare_word ::= .
prepare_word ::= PREPARE.

other(A) ::= ATTACH(S) attach_replace(R) database_word if_not_exists(X) copy_file(F) attach_as(N) options_opt(O).  {
    A = msl_build_statement(p, MSL_AST_STATEMENT_ATTACH, S.offset);
    A->u.attach = (msl_ast_attach){F, N, X != 0, R != 0, O};
}
%type attach_replace {int}
attach_replace(A) ::= .             { A = 0; }
attach_replace(A) ::= OR REPLACE.   { A = 1; }
database_word ::= .
database_word ::= DATABASE.
%type attach_as {msl_ast_name}
attach_as(A) ::= .               { A = EMPTY(msl_ast_name); }
attach_as(A) ::= AS name(N).     { A = N; }
other(A) ::= DETACH(S) database_word if_exists(X) name(N).  {
    A = msl_build_statement(p, MSL_AST_STATEMENT_DETACH, S.offset);
    A->u.attach.name = N; A->u.attach.if_exists = X;
}
other(A) ::= USE(S) path(N).     { A = msl_build_statement(p, MSL_AST_STATEMENT_USE, S.offset); A->u.use = N; }

%type maintain_table {msl_ast_maintain}
maintain_table(A) ::= .                        { A = EMPTY(msl_ast_maintain); }
maintain_table(A) ::= path(T) columns_opt(C).  { A = EMPTY(msl_ast_maintain); A.table = T; A.columns = C; }
other(A) ::= VACUUM(S) options_opt(O) maintain_table(M).
    { A = msl_build_statement(p, MSL_AST_STATEMENT_VACUUM, S.offset); A->u.maintain = M; A->u.maintain.options = O; }
other(A) ::= VACUUM(S) ANALYZE maintain_table(M).
    { A = msl_build_statement(p, MSL_AST_STATEMENT_VACUUM, S.offset); A->u.maintain = M; A->u.maintain.analyze = true; }
other(A) ::= ANALYZE(S) maintain_table(M).
    { A = msl_build_statement(p, MSL_AST_STATEMENT_ANALYZE, S.offset); A->u.maintain = M; }
other(A) ::= REINDEX(S) reindex_object(O) path(N).
    { A = msl_build_statement(p, MSL_AST_STATEMENT_REINDEX, S.offset); A->u.reindex = (msl_ast_reindex){O, N}; }
%type reindex_object {int}
reindex_object(A) ::= .       { A = MSL_AST_REINDEX_EITHER; }
reindex_object(A) ::= INDEX.  { A = MSL_AST_REINDEX_INDEX; }
reindex_object(A) ::= TABLE.  { A = MSL_AST_REINDEX_TABLE; }
other(A) ::= CHECKPOINT(S) maintain_table(M).
    { A = msl_build_statement(p, MSL_AST_STATEMENT_CHECKPOINT, S.offset); A->u.maintain = M; }
plannable(A) ::= CALL(S) from_call(C).
    { A = msl_build_statement(p, MSL_AST_STATEMENT_CALL, S.offset); A->u.call = C; A->height = C->height; }
