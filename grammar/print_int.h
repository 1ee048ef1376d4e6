/// print_int.h: the text builder and the printing functions that the print_*.c files share.
#ifndef MSL_GRAMMAR_PRINT_INT_H
#define MSL_GRAMMAR_PRINT_INT_H

#include "grammar/grammar.h"

#include <string.h>

/// A growing text in an arena. Once memory is refused everything is dropped and the result is NULL.
typedef struct msl_printer {
    msl_arena *arena;
    char *bytes;
    size_t length, capacity;
    bool failed;
} msl_printer;

void msl_put_bytes(msl_printer *out, const char *bytes, size_t length);
void msl_put(msl_printer *out, const char *text);
void msl_put_number(msl_printer *out, uint64_t value);
/// The finished text, NUL-terminated, or NULL.
char *msl_printer_finish(msl_printer *out, size_t *length);

/// A name, in quotes where it was quoted or must be.
void msl_put_name(msl_printer *out, const msl_ast_name *name);
/// A name where a keyword of any class would be misread.
void msl_put_careful_name(msl_printer *out, const msl_ast_name *name);
/// The flags say keywords of which classes may stay bare.
void msl_put_name_as(msl_printer *out, const msl_ast_name *name, bool free_stays, bool join_stays, bool call_stays);
void msl_put_path(msl_printer *out, const msl_ast_names *path);
/// a, b, c
void msl_put_names(msl_printer *out, const msl_ast_names *names);
/// " (a, b)" or nothing when there are none.
void msl_put_name_list(msl_printer *out, const msl_ast_names *names);
void msl_put_string(msl_printer *out, const char *text, size_t length);
void msl_put_type(msl_printer *out, const msl_ast_type *type);
void msl_put_expr(msl_printer *out, const msl_ast_expr *e);
/// a, b, c
void msl_put_exprs(msl_printer *out, const msl_ast_exprs *list);
void msl_put_argument(msl_printer *out, const msl_ast_argument *argument);
/// A call in FROM, where `name = x` is a named argument.
void msl_put_from_call(msl_printer *out, const msl_ast_expr *call);
/// [ORDER BY] a DESC, b: without the words.
void msl_put_order(msl_printer *out, const msl_ast_order *order);
void msl_put_window(msl_printer *out, const msl_ast_window *window);

void msl_put_query(msl_printer *out, const msl_ast_query *query);
void msl_put_from(msl_printer *out, const msl_ast_from *from);
void msl_put_from_list(msl_printer *out, msl_ast_from *const *items, uint32_t count);
void msl_put_select_items(msl_printer *out, const msl_ast_select_item *items, uint32_t count);
void msl_put_ctes(msl_printer *out, bool recursive, const msl_ast_cte *ctes, uint32_t count);
void msl_put_statement(msl_printer *out, const msl_ast_statement *statement);

#endif
