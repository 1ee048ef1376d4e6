/// text_value.c: any value that is not text, as text. Casts, COPY and the public cells write values through here.
#include "functions/text.h"
#include "base/vector.h"

size_t msl_format_value(const msl_value *v, char *out) {
    switch (v->type->id) {
    case MSL_TYPE_BOOLEAN: return msl_format_bool(v->boolean, out);
    case MSL_TYPE_TINYINT:
    case MSL_TYPE_SMALLINT:
    case MSL_TYPE_INTEGER:
    case MSL_TYPE_BIGINT: return msl_format_i64(v->i64, out);
    case MSL_TYPE_UTINYINT:
    case MSL_TYPE_USMALLINT:
    case MSL_TYPE_UINTEGER:
    case MSL_TYPE_UBIGINT: return msl_format_u64(v->u64, out);
    case MSL_TYPE_HUGEINT: return msl_format_i128(msl_value_i128(v), out);
    case MSL_TYPE_DECIMAL:
        return msl_format_decimal(v->type->phys == MSL_PHYS_I64 ? (msl_i128)v->i64 : msl_value_i128(v), v->type->scale, out);
    case MSL_TYPE_REAL: return msl_format_f32((float)v->f64, out);
    case MSL_TYPE_DOUBLE: return msl_format_f64(v->f64, out);
    case MSL_TYPE_DATE: return msl_format_date((int32_t)v->i64, out);
    case MSL_TYPE_TIME: return msl_format_time(v->i64, out);
    case MSL_TYPE_TIMESTAMP: return msl_format_timestamp(v->i64, false, out);
    case MSL_TYPE_TIMESTAMPTZ: return msl_format_timestamp(v->i64, true, out);
    case MSL_TYPE_INTERVAL: return msl_format_interval(v->interval, out);
    case MSL_TYPE_UUID: return msl_format_uuid(msl_value_i128(v), out);
    case MSL_TYPE_NULL:
    case MSL_TYPE_UNTYPED:
    case MSL_TYPE_VARCHAR:
    case MSL_TYPE_BLOB:
    case MSL_TYPE_LIST:
    case MSL_TYPE_STRUCT:
    case MSL_TYPE_MAP:
    case MSL_TYPE_ARRAY:
    case MSL_TYPE_COUNT: return 0;
    }
    return 0;
}
