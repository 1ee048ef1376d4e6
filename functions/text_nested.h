/// text_nested.h: nested values to and from text, as casts, cells and plans write them.
///
///     LIST, ARRAY   [1, 2, NULL]
///     STRUCT        {'a': 1, 'b': x}; without names (1, x)
///     MAP           {k=1, l=NULL}
///
/// Text inside is written bare unless it is empty, reads NULL, begins or ends with a blank or holds one of the
/// characters that structure the text; then it stands in single quotes with \' and \\. Reading takes both kinds of
/// quotes anywhere, and bare words.
#ifndef MSL_TEXT_NESTED_H
#define MSL_TEXT_NESTED_H

#include "base/nested.h"

/// Appends the text of a value to the writer.
///   errors   false when memory is refused or the text is too long; what fits then stands there
bool msl_nested_format(msl_nested_writer *w, const msl_type *type, const msl_string *value);
/// Appends text without quotes of any value of any type that is not NULL, as vectors hold it.
bool msl_format_any(msl_nested_writer *w, const msl_type *type, const void *value);

/// What reading hands on: a word (quotes and escapes resolved; type: what it must become). It appends a slot.
typedef morsel_status (*msl_nested_leaf)(void *context, const msl_type *type, const msl_string *word,
                                         msl_nested_writer *w);
/// Reads the text of a value of a nested type and appends its encoding (no marker).
///   in       leaf: makes slots of values that are not nested
///   out      *is_text_bad: the text is not of that form (returns MORSEL_OK then)
///   errors   the leaf's, and the writer's
morsel_status msl_nested_parse(const msl_type *type, const char *text, size_t length, msl_nested_leaf leaf,
                               void *context, msl_nested_writer *w, msl_error *err, bool *is_text_bad);

#endif
