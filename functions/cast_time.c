/// cast_time.c: casts among DATE, TIME, TIMESTAMP, TIMESTAMPTZ and INTERVAL. A TIMESTAMPTZ is read and shown in UTC.
///
/// Upwards a date becomes its midnight; downwards the part that the new type has no room for is dropped. TIME and
/// INTERVAL convert by their time part.
#include "functions/cast_int.h"

#include "functions/interval.h"

#define STEP(name, TA, TR)                                                                                             \
    static inline bool step_##name(const msl_type *from, const msl_type *to, TA a, TR *r) {                            \
        (void)from, (void)to;

STEP(date_timestamp, int32_t, int64_t)
    return !__builtin_mul_overflow((int64_t)a, MSL_MICROS_PER_DAY, r);
}
STEP(timestamp_date, int64_t, int32_t)
    int64_t rest;
    *r = msl_timestamp_day(a, &rest);
    return true;
}
STEP(timestamp_time, int64_t, int64_t)
    (void)msl_timestamp_day(a, r);
    return true;
}
STEP(timestamp_timestamp, int64_t, int64_t)
    *r = a;
    return true;
}
STEP(time_interval, int64_t, msl_interval)
    *r = (msl_interval){0, 0, a};
    return true;
}
STEP(interval_time, msl_interval, int64_t)
    (void)msl_timestamp_day(a.micros, r);
    return true;
}
MSL_CAST_KERNEL(kernel_date_timestamp, int32_t, int64_t, step_date_timestamp)
MSL_CAST_KERNEL(kernel_timestamp_date, int64_t, int32_t, step_timestamp_date)
MSL_CAST_KERNEL(kernel_timestamp_time, int64_t, int64_t, step_timestamp_time)
MSL_CAST_KERNEL(kernel_timestamp_timestamp, int64_t, int64_t, step_timestamp_timestamp)
MSL_CAST_KERNEL(kernel_time_interval, int64_t, msl_interval, step_time_interval)
MSL_CAST_KERNEL(kernel_interval_time, msl_interval, int64_t, step_interval_time)

msl_kernel msl_cast_time(const msl_type *from, const msl_type *to, bool *can_fail) {
    bool from_stamp = from->id == MSL_TYPE_TIMESTAMP || from->id == MSL_TYPE_TIMESTAMPTZ;
    bool to_stamp = to->id == MSL_TYPE_TIMESTAMP || to->id == MSL_TYPE_TIMESTAMPTZ;
    *can_fail = false;
    if (from->id == MSL_TYPE_DATE && to_stamp) {
        *can_fail = true; // a day beyond year 294246
        return kernel_date_timestamp;
    }
    if (from_stamp && to->id == MSL_TYPE_DATE) return kernel_timestamp_date;
    if (from_stamp && to->id == MSL_TYPE_TIME) return kernel_timestamp_time;
    if (from_stamp && to_stamp) return kernel_timestamp_timestamp;
    if (from->id == MSL_TYPE_TIME && to->id == MSL_TYPE_INTERVAL) return kernel_time_interval;
    if (from->id == MSL_TYPE_INTERVAL && to->id == MSL_TYPE_TIME) return kernel_interval_time;
    return NULL;
}
