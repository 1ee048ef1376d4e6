/// fn_list_fold.h: aggregates over the elements of each list. Inside this folder.
#ifndef MSL_FN_LIST_FOLD_H
#define MSL_FN_LIST_FOLD_H

#include "functions/fn_nested_int.h"

morsel_status msl_bind_list_fold(MSL_BIND_ARGS);
morsel_status msl_kernel_list_fold(MSL_KERNEL_ARGS);

#endif
