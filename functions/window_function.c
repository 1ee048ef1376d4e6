/// window_function.c: the table of window functions. Arguments, in order: what is ranked or looked up, then numbers;
/// the binder gives lag's and lead's default the type of the value.
#include "functions/window_function.h"

static const msl_window_function functions[] = {
    {"row_number", MSL_WINDOW_ROW_NUMBER, 0, 0, false, false, "row_number(): 1, 2, 3 ... in the partition's order"},
    {"rank", MSL_WINDOW_RANK, 0, 0, false, false, "rank(): 1 + rows before the first peer (with gaps)"},
    {"dense_rank", MSL_WINDOW_DENSE_RANK, 0, 0, false, false, "dense_rank(): 1 + groups of peers before (no gaps)"},
    {"percent_rank", MSL_WINDOW_PERCENT_RANK, 0, 0, false, false,
     "percent_rank(): (rank - 1) / (rows - 1); 0 for one row"},
    {"cume_dist", MSL_WINDOW_CUME_DIST, 0, 0, false, false, "cume_dist(): rows up to the last peer / rows"},
    {"ntile", MSL_WINDOW_NTILE, 1, 1, false, false, "ntile(n): number of the row's bucket of n equal ones"},
    {"lag", MSL_WINDOW_LAG, 1, 3, true, false, "lag(value, offset, default): value of the row so many before (1)"},
    {"lead", MSL_WINDOW_LEAD, 1, 3, true, false, "lead(value, offset, default): value of the row so many after (1)"},
    {"first_value", MSL_WINDOW_FIRST_VALUE, 1, 1, true, true, "first_value(value): of the frame's first row"},
    {"last_value", MSL_WINDOW_LAST_VALUE, 1, 1, true, true, "last_value(value): of the frame's last row"},
    {"nth_value", MSL_WINDOW_NTH_VALUE, 2, 2, true, true, "nth_value(value, n): of the frame's n-th row, from 1"},
};
#define FUNCTIONS (sizeof functions / sizeof functions[0])

static char lower(char c) { return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c; }

const msl_window_function *msl_window_function_find(const char *name, size_t length) {
    for (size_t f = 0; f < FUNCTIONS; f++) {
        size_t k = 0;
        while (k < length && functions[f].name[k] == lower(name[k])) k++; // also stops at the entry's NUL
        if (k == length && functions[f].name[k] == 0) return &functions[f];
    }
    return NULL;
}

const msl_window_function *msl_window_function_at(size_t index) { return index < FUNCTIONS ? &functions[index] : NULL; }
