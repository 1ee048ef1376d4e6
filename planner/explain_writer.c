/// explain_writer.c: growing text (see explain_writer.h).
#include "planner/explain_writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void msl_explain_put_n(msl_explain_writer *w, const char *text, size_t n) {
    if (w->failed) return;
    if (w->length + n + 1 > w->room) {
        size_t room = (w->length + n + 1) * 2;
        char *grown = msl_arena_bytes(w->arena, room);
        if (!grown) {
            w->failed = true;
            return;
        }
        if (w->length) memcpy(grown, w->text, w->length);
        w->text = grown;
        w->room = room;
    }
    memcpy(w->text + w->length, text, n);
    w->length += n;
    w->text[w->length] = 0;
}

void msl_explain_put(msl_explain_writer *w, const char *text) { msl_explain_put_n(w, text, strlen(text)); }

void msl_explain_put_count(msl_explain_writer *w, uint64_t v) {
    char digits[32], out[48];
    int n = snprintf(digits, sizeof digits, "%" PRIu64, v), m = 0;
    for (int k = 0; k < n; k++) {
        if (k && (n - k) % 3 == 0) out[m++] = ',';
        out[m++] = digits[k];
    }
    msl_explain_put_n(w, out, (size_t)m);
}

void msl_explain_put_estimate(msl_explain_writer *w, double estimate) {
    if (estimate < 0) return;
    uint64_t rows = estimate < 1e18 ? (uint64_t)(estimate + 0.5) : UINT64_MAX;
    msl_explain_put(w, "  (~");
    msl_explain_put_count(w, rows);
    msl_explain_put(w, rows == 1 ? " row)" : " rows)");
}

void msl_explain_put_expr(msl_explain_writer *w, const msl_expr *e, const char *const *names, uint32_t count) {
    char *text = msl_expr_text(e, names, count, w->arena);
    if (!text)
        w->failed = true;
    else
        msl_explain_put(w, text);
}

void msl_explain_put_quoted(msl_explain_writer *w, const char *text, size_t n) {
    char escape[8];
    msl_explain_put(w, "\"");
    for (size_t k = 0; k < n; k++) {
        unsigned char c = (unsigned char)text[k];
        if (c == '"' || c == '\\') {
            msl_explain_put(w, "\\");
            msl_explain_put_n(w, text + k, 1);
        } else if (c < 32) {
            snprintf(escape, sizeof escape, "\\u%04x", c);
            msl_explain_put(w, escape);
        } else {
            msl_explain_put_n(w, text + k, 1);
        }
    }
    msl_explain_put(w, "\"");
}
