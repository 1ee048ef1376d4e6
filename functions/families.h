/// families.h: the tables that make up the registry. Each family is one constant array in one file; adding a function
/// is adding an entry there, adding a family is adding a line here and one in registry.c. Included by registry.c, and
/// by each family file for its own declaration.
#ifndef MSL_FAMILIES_H
#define MSL_FAMILIES_H

#include "functions/function.h"

#define MSL_FUNCTION_FAMILY(name)                                                                                      \
    extern const msl_function msl_fn_##name[];                                                                         \
    extern const size_t msl_fn_##name##_count
#define MSL_AGGREGATE_FAMILY(name)                                                                                     \
    extern const msl_aggregate msl_agg_##name[];                                                                       \
    extern const size_t msl_agg_##name##_count

MSL_FUNCTION_FAMILY(arith);   ///< kernel_arith.c: + - * / // % and signs of integers and floating numbers
MSL_FUNCTION_FAMILY(decimal); ///< kernel_decimal.c: + - * % and the sign of DECIMAL
MSL_FUNCTION_FAMILY(bits);    ///< kernel_bits.c: & | # ~ << >>
MSL_FUNCTION_FAMILY(time);    ///< kernel_time.c: + - * / of dates, times and intervals
MSL_FUNCTION_FAMILY(compare); ///< kernel_compare.c: = <> < <= > >= and IS [NOT] DISTINCT FROM
MSL_FUNCTION_FAMILY(bool);    ///< kernel_bool.c: NOT, IS [NOT] NULL / TRUE / FALSE / UNKNOWN
MSL_FUNCTION_FAMILY(string);  ///< fn_string*.c: ||, substring, upper, ...
MSL_FUNCTION_FAMILY(pattern); ///< fn_pattern.c: LIKE, GLOB, SIMILAR TO, regular expressions
MSL_FUNCTION_FAMILY(math);    ///< fn_math.c: abs, round, sqrt, ^, ...
MSL_FUNCTION_FAMILY(date);    ///< fn_date*.c: extract, date_trunc, strftime, ...
MSL_FUNCTION_FAMILY(list);    ///< fn_list*.c: lists: list_value, list_extract, list_sort, range, ...
MSL_FUNCTION_FAMILY(struct);  ///< fn_struct.c: struct_pack, struct_extract, row, ...
MSL_FUNCTION_FAMILY(map);     ///< fn_map.c: map, map_keys, map_extract, ...
MSL_FUNCTION_FAMILY(misc);    ///< fn_misc.c: nullif, greatest, typeof, random, ...

MSL_AGGREGATE_FAMILY(basic);   ///< count, sum, avg, min, max
MSL_AGGREGATE_FAMILY(stats);   ///< stddev, variance, corr, ...
MSL_AGGREGATE_FAMILY(moments); ///< skewness, kurtosis, geometric_mean
MSL_AGGREGATE_FAMILY(order);   ///< first, last, any_value, arg_min, arg_max
MSL_AGGREGATE_FAMILY(bool);    ///< bool_and, bool_or, every
MSL_AGGREGATE_FAMILY(list);    ///< list, histogram, quantiles for a list of fractions
MSL_AGGREGATE_FAMILY(collect); ///< string_agg, median, quantile_cont/disc, mad, product
MSL_AGGREGATE_FAMILY(mode);    ///< mode, entropy

#endif
