/// nearest.h: "did you mean": the known name that is nearest to a mistyped one.
///
/// A search object is fed candidates one after the other, so that the caller needs no array of names:
///
///     msl_nearest best = msl_nearest_start(typed, length);
///     for (each column) msl_nearest_offer(&best, column, strlen(column));
///     const char *found = msl_nearest_name(&best);      // NULL when nothing is near
///
/// Distance: Damerau-Levenshtein (insert, delete, replace, swap of neighbours), upper and lower case alike; a name
/// counts as near within a third of the typed length, at most 3 edits (a swap or a doubled letter even in short names).
///   memory   none; borrows the candidates' bytes
///   cost     O(typed x candidate) for names of up to 64 bytes; longer ones are never near
#ifndef MSL_NEAREST_H
#define MSL_NEAREST_H

#include <stddef.h>
#include <stdint.h>

typedef struct msl_nearest {
    const char *typed;
    size_t typed_length;
    const char *best; ///< borrowed from the candidates; not NUL-terminated unless they are
    size_t best_length;
    uint32_t best_distance;
} msl_nearest;

msl_nearest msl_nearest_start(const char *typed, size_t length);
/// Considers one candidate; of equally near ones the first stays. The exact name itself is no candidate.
void msl_nearest_offer(msl_nearest *search, const char *candidate, size_t length);
/// The nearest candidate, or NULL. Its length is in search->best_length.
const char *msl_nearest_name(const msl_nearest *search);
/// Edit distance up to `limit`; limit + 1 when it is greater.
uint32_t msl_edit_distance(const char *a, size_t a_length, const char *b, size_t b_length, uint32_t limit);

#endif
