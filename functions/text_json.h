/// text_json.h: values as JSON: numbers and BOOLEAN bare, NULL as null, LIST and ARRAY as arrays, STRUCT as objects
/// (without names as arrays), MAP as objects whose keys are texts, everything else as strings. Infinity becomes
/// 1e999, NaN null.
#ifndef MSL_TEXT_JSON_H
#define MSL_TEXT_JSON_H

#include "base/nested.h"

/// Appends the JSON of a value as vectors hold it; NULL = null.
///   errors   false when memory is refused or the text is too long
bool msl_format_json(msl_nested_writer *w, const msl_type *type, const void *value);

#endif
