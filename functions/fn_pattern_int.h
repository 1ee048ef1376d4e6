/// fn_pattern_int.h: kernels and binds that the table in fn_pattern.c takes from fn_like.c and fn_regex.c.
#ifndef MSL_FN_PATTERN_INT_H
#define MSL_FN_PATTERN_INT_H

#include "functions/fn_int.h"

/* ---- fn_like.c ---- */
morsel_status msl_bind_like(MSL_BIND_ARGS);
morsel_status msl_bind_ilike(MSL_BIND_ARGS);
morsel_status msl_bind_glob(MSL_BIND_ARGS);

/* ---- fn_regex.c ---- */
morsel_status msl_bind_regex(MSL_BIND_ARGS);
morsel_status msl_regex_init_local(const void *bound, msl_arena *arena, void **local, msl_error *err);
morsel_status msl_kernel_regex_matches(MSL_KERNEL_ARGS);
morsel_status msl_kernel_regex_matches_not(MSL_KERNEL_ARGS);
morsel_status msl_kernel_regex_extract(MSL_KERNEL_ARGS);
morsel_status msl_kernel_regex_substr(MSL_KERNEL_ARGS);
morsel_status msl_kernel_regex_replace(MSL_KERNEL_ARGS);
morsel_status msl_kernel_regex_count(MSL_KERNEL_ARGS);
morsel_status msl_bind_regex_list(MSL_BIND_ARGS);
morsel_status msl_kernel_regex_extract_all(MSL_KERNEL_ARGS);
morsel_status msl_kernel_regex_split(MSL_KERNEL_ARGS);

#endif
