/// text_find.h: where one text begins within another, by bytes (which finds code points too, since UTF-8 synchronises itself).
///
/// Idea. Sixteen places at a time: those whose byte is the needle's first and whose byte m - 1 further is its last are
/// candidates, compared whole. Texts in tables are short and their needles too, so there is nothing to prepare; memmem builds
/// a table of shifts for each call. Candidates that cost more than the text is long hand the rest to memmem, whose cost is
/// linear whatever the texts.
///
///   source  Mula, "SIMD-friendly algorithms for substring searching" (2016)
#ifndef MSL_TEXT_FIND_H
#define MSL_TEXT_FIND_H

#include <stddef.h>

/// The first place of needle[0..m) within s[0..n); NULL when there is none. An empty needle is at the start.
const char *msl_text_find(const char *s, size_t n, const char *needle, size_t m);

#endif
