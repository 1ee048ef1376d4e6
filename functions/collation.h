/// collation.h: which texts a collation takes as equal. A collation is a function that makes a text into one whose bytes are
/// compared: who groups, sorts or compares under it does so with what the function makes, and needs to know nothing else.
///
///   binary (C, POSIX)   the text itself
///   nocase              ASCII letters in lower case; other letters stay
///   rtrim               without blanks at the end
#ifndef MSL_COLLATION_H
#define MSL_COLLATION_H

#include "base/types.h"

#include <stdbool.h>

typedef enum msl_collation {
    MSL_COLLATE_NONE, ///< nobody has said: binary, if it comes to that
    MSL_COLLATE_BINARY, MSL_COLLATE_NOCASE, MSL_COLLATE_RTRIM
} msl_collation;

/// The collation of that name, in any case; NONE when there is none.
msl_collation msl_collation_find(const char *name);
/// Its name, and that of its function; NULL where the text itself is compared. NULL past the last one.
const char *msl_collation_name(msl_collation c);
const char *msl_collation_function(msl_collation c);
/// Are the texts equal under it?
bool msl_collation_equal(msl_collation c, const msl_string *a, const msl_string *b);
/// A hash that equal texts share, mixed into `seed`.
uint64_t msl_collation_hash(msl_collation c, uint64_t seed, const msl_string *s);

#endif
