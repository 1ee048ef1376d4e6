/// kernel_errors.c: how kernels word the failure of one row.
#include "functions/kernel_int.h"

#include "functions/text_nested.h"

#include <stdio.h>
#include <string.h>

void msl_kernel_describe(const msl_vector *v, uint32_t row, char out[MSL_DESCRIBE_ROOM]) {
    if (!msl_vector_is_valid(v, row)) {
        memcpy(out, "NULL", 5);
        return;
    }
    if (v->type->phys != MSL_PHYS_STRING) {
        msl_value value = msl_vector_get(v, row);
        out[msl_format_value(&value, out)] = 0;
        return;
    }
    if (msl_type_is_nested(v->type)) {
        msl_nested_writer w = {.bytes = out, .room = MSL_DESCRIBE_ROOM - 4}; // what fits of it
        bool is_whole = msl_nested_format(&w, v->type, msl_vector_at(v, row));
        memcpy(out + w.length, is_whole ? "" : "...", is_whole ? 1 : 4);
        return;
    }
    const msl_string *s = msl_vector_at(v, row);
    uint32_t shown = s->length;
    const char *bytes = msl_string_bytes(s);
    if (shown > 80) {
        shown = 77;
        while (shown > 70 && ((unsigned char)bytes[shown] & 0xC0) == 0x80) shown--; // not inside a character
    }
    snprintf(out, MSL_DESCRIBE_ROOM, "'%.*s%s'", (int)shown, bytes, shown < s->length ? "..." : "");
}

morsel_status msl_kernel_out_of_range(msl_kernel_ctx *ctx, const char *symbol, const msl_vector *const *args,
                                      uint32_t arg_count, uint32_t row, const msl_type *type) {
    char left[MSL_DESCRIBE_ROOM] = "", right[MSL_DESCRIBE_ROOM], name[64];
    if (arg_count == 2) msl_kernel_describe(args[0], row, left);
    msl_kernel_describe(args[arg_count - 1], row, right);
    msl_type_format(type, name, sizeof name);
    msl_error_set(ctx->err, MORSEL_DATA, "22003", "%s%s%s%s%s is out of range for %s", left, arg_count == 2 ? " " : "",
                  symbol, arg_count == 2 ? " " : "", right, name);
    if (msl_type_is_integer(type) && type->id != MSL_TYPE_HUGEINT) {
        msl_error_hint(ctx->err, "cast an operand to %s", type->width < 8 ? "BIGINT" : "HUGEINT or DOUBLE");
    } else if (msl_type_is_numeric(type)) {
        msl_error_hint(ctx->err, "cast an operand to DOUBLE");
    }
    return MORSEL_DATA;
}
