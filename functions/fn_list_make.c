/// fn_list_make.c: making lists: of values, of other lists, of numbers, of the parts of a text; and a text of a list.
#include "functions/fn_nested_int.h"

#include "functions/text_find.h"
#include "functions/utf8.h"

#include <string.h>

/// The end of a row's list: stores it, or words the failure.
static morsel_status finish(msl_kernel_ctx *ctx, msl_nested_writer *w, bool put, msl_vector *out, uint32_t row) {
    if (!put || !msl_nested_end(w)) return msl_nested_failed(w, ctx->err);
    msl_nested_store(out, row, msl_nested_take(w));
    return MORSEL_OK;
}

static bool copy_elements(msl_nested_writer *w, const msl_string *list) {
    return msl_nested_copy(w, msl_string_bytes(list), msl_list_bytes(list));
}

morsel_status msl_kernel_list_value(MSL_KERNEL_ARGS) {
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        bool put = true;
        for (uint32_t a = 0; put && a < arg_count; a++) put = msl_slot_of(&w, args[a], row);
        MSL_TRY(finish(ctx, &w, put, out, row));
    }
    return MORSEL_OK;
}

/// NULL lists count as empty ones (list_concat); || has made the result NULL before.
morsel_status msl_kernel_list_concat(MSL_KERNEL_ARGS) {
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        if (!msl_vector_is_valid(out, row)) continue;
        bool put = true;
        for (uint32_t a = 0; put && a < arg_count; a++) {
            if (msl_vector_is_valid(args[a], row)) put = copy_elements(&w, msl_nested_at(args[a], row));
        }
        MSL_TRY(finish(ctx, &w, put, out, row));
    }
    return MORSEL_OK;
}

morsel_status msl_kernel_list_append(MSL_KERNEL_ARGS) {
    (void)arg_count;
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        bool has_list = msl_vector_is_valid(args[0], row);
        bool put = (!has_list || copy_elements(&w, msl_nested_at(args[0], row))) && msl_slot_of(&w, args[1], row);
        MSL_TRY(finish(ctx, &w, put, out, row));
    }
    return MORSEL_OK;
}

/// (element, list), or (list, element) for array_push_front.
morsel_status msl_kernel_list_prepend(MSL_KERNEL_ARGS) {
    (void)arg_count;
    const uint32_t *list = ctx->bound;
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        const msl_vector *lists = args[*list];
        bool put = msl_slot_of(&w, args[1 - *list], row) &&
                   (!msl_vector_is_valid(lists, row) || copy_elements(&w, msl_nested_at(lists, row)));
        MSL_TRY(finish(ctx, &w, put, out, row));
    }
    return MORSEL_OK;
}

morsel_status msl_kernel_list_reverse(MSL_KERNEL_ARGS) {
    (void)arg_count;
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        if (!msl_vector_is_valid(out, row)) continue;
        msl_slot *slots;
        uint32_t count;
        MSL_TRY(msl_slots_of(ctx, args[0]->type->children[0], msl_nested_at(args[0], row), &slots, &count));
        bool put = true;
        for (uint32_t k = count; put && k-- > 0;) put = msl_nested_copy(&w, slots[k].at, slots[k].bytes);
        MSL_TRY(finish(ctx, &w, put, out, row));
    }
    return MORSEL_OK;
}

/// (list, size[, filler]); a NULL filler fills with NULLs.
morsel_status msl_kernel_list_resize(MSL_KERNEL_ARGS) {
    const msl_type *element = args[0]->type->children[0];
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ARG(int64_t, size, 1);
    MSL_ROWS(row) {
        bool is_null = !msl_vector_is_valid(args[0], row) || !msl_vector_is_valid(args[1], row);
        if (is_null) msl_vector_set_null(out, row);
        if (is_null) continue;
        const char *at = msl_string_bytes(msl_nested_at(args[0], row));
        int64_t wanted = MSL_AT(size, row), done = 0;
        if (wanted < 0) {
            return msl_error_set(ctx->err, MORSEL_DATA, "22023", "a list cannot have %lld elements", (long long)wanted);
        }
        bool put = true;
        for (; put && done < wanted && *at != MSL_NESTED_END; done++) {
            const char *end = msl_nested_skip(element, at);
            put = msl_nested_copy(&w, at, (size_t)(end - at));
            at = end;
        }
        for (; put && done < wanted; done++) {
            put = arg_count == 3 ? msl_slot_of(&w, args[2], row) : msl_nested_put(&w, element, NULL);
        }
        MSL_TRY(finish(ctx, &w, put, out, row));
    }
    return MORSEL_OK;
}

morsel_status msl_kernel_list_flatten(MSL_KERNEL_ARGS) {
    (void)arg_count;
    const msl_type *inner = args[0]->type->children[0];
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        if (!msl_vector_is_valid(out, row)) continue;
        bool put = true;
        for (const char *at = msl_string_bytes(msl_nested_at(args[0], row)); put && *at != MSL_NESTED_END;) {
            const char *end = msl_nested_skip(inner, at);
            if (*at != MSL_NESTED_NULL) put = msl_nested_copy(&w, at + 1, (size_t)(end - at) - 2);
            at = end;
        }
        MSL_TRY(finish(ctx, &w, put, out, row));
    }
    return MORSEL_OK;
}

/// Lists side by side as structs; shorter ones give NULLs, or (last argument TRUE) the shortest decides.
morsel_status msl_kernel_list_zip(MSL_KERNEL_ARGS) {
    const bool has_flag = args[arg_count - 1]->type->id == MSL_TYPE_BOOLEAN;
    uint32_t lists = arg_count - has_flag;
    msl_nested_writer w = {.arena = ctx->scratch};
    const char **at = MSL_NEW_ARRAY(ctx->scratch, const char *, lists);
    if (!at) return msl_error_nomem(ctx->err, NULL, sizeof *at * lists);
    MSL_ROWS(row) {
        for (uint32_t a = 0; a < lists; a++) {
            at[a] = msl_vector_is_valid(args[a], row) ? msl_string_bytes(msl_nested_at(args[a], row)) : "";
        }
        bool truncates = has_flag && msl_vector_is_valid(args[lists], row) &&
                         *(const uint8_t *)msl_vector_at(args[lists], row);
        bool put = true;
        while (put) {
            uint32_t going = 0;
            for (uint32_t a = 0; a < lists; a++) going += *at[a] != MSL_NESTED_END;
            if (truncates ? going < lists : going == 0) break;
            char marker = MSL_NESTED_VALUE;
            put = msl_nested_copy(&w, &marker, 1);
            for (uint32_t a = 0; put && a < lists; a++) {
                const msl_type *element = args[a]->type->children[0];
                const char *end = *at[a] == MSL_NESTED_END ? NULL : msl_nested_skip(element, at[a]);
                put = end ? msl_nested_copy(&w, at[a], (size_t)(end - at[a])) : msl_nested_put(&w, element, NULL);
                if (end) at[a] = end;
            }
        }
        MSL_TRY(finish(ctx, &w, put, out, row));
    }
    return MORSEL_OK;
}

/// Elements at the positions of the second list; NULL where there is none.
morsel_status msl_kernel_list_select(MSL_KERNEL_ARGS) {
    (void)arg_count;
    const msl_type *element = args[0]->type->children[0];
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        if (!msl_vector_is_valid(out, row)) continue;
        msl_slot *slots;
        uint32_t count;
        MSL_TRY(msl_slots_of(ctx, element, msl_nested_at(args[0], row), &slots, &count));
        bool put = true;
        for (const char *at = msl_string_bytes(msl_nested_at(args[1], row)); put && *at != MSL_NESTED_END;) {
            msl_nested_item item;
            bool is_null;
            at = msl_nested_read(args[1]->type->children[0], at, ctx->scratch, &item, &is_null);
            int64_t position = (int64_t)item.words[0];
            if (position < 0) position += (int64_t)count + 1;
            bool is_there = !is_null && position >= 1 && position <= (int64_t)count;
            put = is_there ? msl_nested_copy(&w, slots[position - 1].at, slots[position - 1].bytes)
                           : msl_nested_put(&w, element, NULL);
        }
        MSL_TRY(finish(ctx, &w, put, out, row));
    }
    return MORSEL_OK;
}

/// Elements where the second list, of BOOLEAN, says TRUE.
morsel_status msl_kernel_list_where(MSL_KERNEL_ARGS) {
    (void)arg_count;
    const msl_type *element = args[0]->type->children[0];
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        if (!msl_vector_is_valid(out, row)) continue;
        const char *at = msl_string_bytes(msl_nested_at(args[0], row));
        const char *mask = msl_string_bytes(msl_nested_at(args[1], row));
        bool put = true;
        for (; put && *mask != MSL_NESTED_END; mask += 2) {
            bool is_wanted = mask[0] == MSL_NESTED_VALUE && mask[1];
            const char *end = *at == MSL_NESTED_END ? NULL : msl_nested_skip(element, at);
            if (is_wanted) put = end ? msl_nested_copy(&w, at, (size_t)(end - at)) : msl_nested_put(&w, element, NULL);
            if (end) at = end;
        }
        MSL_TRY(finish(ctx, &w, put, out, row));
    }
    return MORSEL_OK;
}

/* ---- numbers ---- */

/// range(stop), range(start, stop[, step]); with_stop: generate_series, which takes the stop too.
static morsel_status make_range(MSL_KERNEL_ARGS, bool with_stop) {
    const msl_type *type = msl_type_of(MSL_TYPE_BIGINT);
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        if (!msl_vector_is_valid(out, row)) continue;
        int64_t a[3] = {0, 0, 1};
        for (uint32_t k = 0; k < arg_count; k++) {
            a[arg_count == 1 ? 1 : k] = *(const int64_t *)msl_vector_at(args[k], row);
        }
        bool put = true, up = a[2] > 0;
        uint64_t distance = up ? (uint64_t)a[1] - (uint64_t)a[0] : (uint64_t)a[0] - (uint64_t)a[1];
        uint64_t step = up ? (uint64_t)a[2] : 0 - (uint64_t)a[2];
        if (a[2] == 0) return msl_error_set(ctx->err, MORSEL_DATA, "22023", "the step of a range is 0");
        bool is_empty = up ? a[0] > a[1] : a[0] < a[1];
        uint64_t count = is_empty ? 0 : distance / step + (with_stop || distance % step);
        if (count > MSL_NESTED_LIMIT / 9 || !msl_nested_reserve(&w, 9 * count)) {
            w.is_too_long |= count > MSL_NESTED_LIMIT / 9;
            return msl_nested_failed(&w, ctx->err);
        }
        for (uint64_t k = 0; put && k < count; k++) {
            if (k % 1048576 == 1048575 && msl_fn_cancelled(ctx)) return msl_fn_interrupted(ctx->err);
            int64_t value = (int64_t)((uint64_t)a[0] + k * (uint64_t)a[2]);
            put = msl_nested_put(&w, type, &value);
        }
        MSL_TRY(finish(ctx, &w, put, out, row));
    }
    return MORSEL_OK;
}

morsel_status msl_kernel_list_range(MSL_KERNEL_ARGS) { return make_range(ctx, args, arg_count, sel, n, out, false); }
morsel_status msl_kernel_list_series(MSL_KERNEL_ARGS) { return make_range(ctx, args, arg_count, sel, n, out, true); }

/* ---- text ---- */

/// (list of VARCHAR, separator[, text for NULL]): NULLs are left out, or written as the third argument.
morsel_status msl_kernel_list_text(MSL_KERNEL_ARGS) {
    const msl_type *element = args[0]->type->children[0];
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        if (!msl_vector_is_valid(out, row)) continue;
        msl_text separator = msl_text_of(msl_vector_at(args[1], row)), for_null = {NULL, 0};
        if (arg_count == 3) for_null = msl_text_of(msl_vector_at(args[2], row));
        bool put = true, is_first = true;
        for (const char *at = msl_string_bytes(msl_nested_at(args[0], row)); put && *at != MSL_NESTED_END;) {
            msl_nested_item item;
            bool is_null;
            at = msl_nested_read(element, at, ctx->scratch, &item, &is_null);
            if (!at) return msl_error_nomem(ctx->err, NULL, 64);
            if (is_null && !for_null.bytes) continue;
            msl_text part = is_null ? for_null : msl_text_of(&item.string);
            put = (is_first || msl_nested_copy(&w, separator.bytes, separator.length)) &&
                  msl_nested_copy(&w, part.bytes, part.length);
            is_first = false;
        }
        if (!put) return msl_nested_failed(&w, ctx->err);
        msl_nested_store(out, row, msl_nested_take(&w));
    }
    return MORSEL_OK;
}

/// (text, separator): the parts between separators; without a separator the characters.
morsel_status msl_kernel_text_split(MSL_KERNEL_ARGS) {
    (void)arg_count;
    const msl_type *type = msl_type_of(MSL_TYPE_VARCHAR);
    msl_nested_writer w = {.arena = ctx->scratch};
    MSL_ROWS(row) {
        if (!msl_vector_is_valid(out, row)) continue;
        msl_text s = msl_text_of(msl_vector_at(args[0], row)), by = msl_text_of(msl_vector_at(args[1], row));
        const char *at = s.bytes, *end = s.bytes + s.length;
        bool put = true;
        for (bool more = s.length || by.length; put && more;) {
            const char *stop = by.length ? msl_text_find(at, (size_t)(end - at), by.bytes, by.length)
                                         : at + msl_utf8_step(at, (size_t)(end - at));
            more = by.length ? stop != NULL : stop < end;
            if (!stop) stop = end;
            msl_string part = msl_string_make(at, (size_t)(stop - at));
            put = msl_nested_put(&w, type, &part);
            at = stop + by.length;
        }
        MSL_TRY(finish(ctx, &w, put, out, row));
    }
    return MORSEL_OK;
}
