/// op_union_all.c: UNION ALL has no work of its own: each child's pipeline runs into the operators above it, one after
/// the other in the children's order (pipeline.c), so rows keep (child, ordinal, row) as their order.
#include "executor/operator.h"

const msl_operator_ops msl_op_union_all = {.name = "UNION_ALL", .roles = 0};
