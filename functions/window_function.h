/// window_function.h: the functions that exist only over windows: ranks, neighbours, values of the frame. Every
/// aggregate can stand over a window too (function.h); how both are computed is in executor/window_*.c.
#ifndef MSL_WINDOW_FUNCTION_H
#define MSL_WINDOW_FUNCTION_H

#include "base/types.h"

typedef enum msl_window_kind {
    MSL_WINDOW_ROW_NUMBER,
    MSL_WINDOW_RANK,
    MSL_WINDOW_DENSE_RANK,
    MSL_WINDOW_PERCENT_RANK,
    MSL_WINDOW_CUME_DIST,
    MSL_WINDOW_NTILE,
    MSL_WINDOW_LAG,
    MSL_WINDOW_LEAD,
    MSL_WINDOW_FIRST_VALUE,
    MSL_WINDOW_LAST_VALUE,
    MSL_WINDOW_NTH_VALUE,
    MSL_WINDOW_AGGREGATE ///< an aggregate function; no entry of the table
} msl_window_kind;

typedef struct msl_window_function {
    const char *name; ///< lower case
    msl_window_kind kind;
    uint8_t least, most;     ///< arguments
    bool takes_nulls_option; ///< IGNORE NULLS may be said
    bool uses_frame;         ///< else the frame says nothing to it
    const char *description; ///< one line for docs and .help
} msl_window_function;

/// The function of that name (any case); NULL when there is none.
const msl_window_function *msl_window_function_find(const char *name, size_t length);
/// All of them in the table's order; NULL past the end.
const msl_window_function *msl_window_function_at(size_t index);

#endif
