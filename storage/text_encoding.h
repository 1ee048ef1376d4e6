/// text_encoding.h: text in other encodings, converted to UTF-8 piece by piece.
#ifndef MSL_TEXT_ENCODING_H
#define MSL_TEXT_ENCODING_H

#include "storage/file_int.h"

/// Length of a byte order mark at the start of the text; settles MSL_ENCODING_UTF16 as little or big endian.
size_t msl_encoding_skip_mark(msl_encoding *encoding, const char *text, size_t n);
/// Converts as much of in[0, n) as is whole characters and fits in `room` (at least 8).
///   in       last: nothing follows, an incomplete character at the end is an error
///   out      *used bytes of input, *made bytes of output; *wrong: NULL or what is not valid
void msl_encoding_convert(msl_encoding encoding, const char *in, size_t n, bool last, char *out, size_t room,
                          size_t *used, size_t *made, const char **wrong);

#endif
