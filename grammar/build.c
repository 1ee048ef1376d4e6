/* build.c: what all builders stand on (memory, spans, heights), and the builders for names, strings and types.
 *
 * Each builder makes one node in the statement's arena, sets its span from the rule's first token to p->rule_end and
 * its height above its children.
 *
 * After a failure the parser may still reduce until it wants the next token. Everything is then built in the one spare
 * node, so its contents mean nothing: whoever would follow a pointer out of a node looks at p->status first. Lists do
 * not grow any more.
 */
#include "grammar/grammar_int.h"
#include "sql_grammar.h"

_Static_assert(sizeof(msl_ast_expr) <= sizeof(((msl_parse *)0)->spare), "every node fits into the spare");
_Static_assert(sizeof(msl_ast_select) <= sizeof(((msl_parse *)0)->spare), "every node fits into the spare");
_Static_assert(sizeof(msl_ast_insert) <= sizeof(((msl_parse *)0)->spare), "every node fits into the spare");
_Static_assert(sizeof(msl_ast_create_table) <= sizeof(((msl_parse *)0)->spare), "every node fits into the spare");
_Static_assert(sizeof(msl_ast_alter) <= sizeof(((msl_parse *)0)->spare), "every node fits into the spare");

/* ---- memory ---- */

static MSL_COLD void out_of_memory(msl_parse *p, size_t bytes) {
    if (p->status == MORSEL_OK) p->status = msl_error_nomem(p->err, "the syntax tree", bytes);
}

void *msl_build_node(msl_parse *p, size_t size) {
    void *node = p->status == MORSEL_OK ? msl_arena_alloc(p->arena, size) : NULL;
    if (MSL_LIKELY(node != NULL)) return node;
    out_of_memory(p, size);
    MSL_ASSERT(size <= sizeof p->spare);
    return memset(&p->spare, 0, sizeof p->spare);
}

void *msl_build_room(msl_parse *p, void *items, uint32_t count, size_t item_size) {
    if (p->status != MORSEL_OK) return NULL;
    if (count & (count - 1)) return items; // capacities are 1, 2, 4, 8 ...: full exactly at a power of two
    size_t capacity = count ? (size_t)count * 2 : 1;
    void *grown = msl_arena_alloc(p->arena, capacity * item_size);
    if (!grown) {
        out_of_memory(p, capacity * item_size);
        return NULL;
    }
    if (count) memcpy(grown, items, count * item_size);
    return grown;
}

msl_ast_span msl_build_span(msl_parse *p, uint32_t start) {
    return (msl_ast_span){start, p->rule_end > start ? p->rule_end - start : 0};
}

uint32_t msl_build_above(msl_parse *p, uint32_t height, uint32_t child_height, msl_ast_span at) {
    if (child_height + 1 > height) height = child_height + 1;
    if (MSL_UNLIKELY(height > MSL_AST_MAX_DEPTH)) {
        msl_parse_too_deep(p, at);
        return MSL_AST_MAX_DEPTH;
    }
    return height;
}

/* ---- strings and names ---- */

static int hex_digit(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    c |= 32;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/// Appends a code point as UTF-8; false for surrogates and beyond U+10FFFF.
static bool put_utf8(char **to, uint32_t c) {
    char *t = *to;
    if (c < 0x80) {
        *t++ = (char)c;
    } else if (c < 0x800) {
        *t++ = (char)(0xC0 | c >> 6);
        *t++ = (char)(0x80 | (c & 63));
    } else if (c < 0x10000) {
        if (c >= 0xD800 && c <= 0xDFFF) return false;
        *t++ = (char)(0xE0 | c >> 12);
        *t++ = (char)(0x80 | (c >> 6 & 63));
        *t++ = (char)(0x80 | (c & 63));
    } else {
        if (c > 0x10FFFF) return false;
        *t++ = (char)(0xF0 | c >> 18);
        *t++ = (char)(0x80 | (c >> 12 & 63));
        *t++ = (char)(0x80 | (c >> 6 & 63));
        *t++ = (char)(0x80 | (c & 63));
    }
    *to = t;
    return true;
}

/// One escape of an E'' string at s (behind the backslash). Returns the bytes it took, 0 when it is malformed.
/// A code point of n digits never yields more bytes than its escape is long.
static size_t put_escape(char **to, const char *s, const char *end) {
    static const char plain[] = "b\bf\fn\nr\rt\t";
    for (const char *c = plain; *c; c += 2) {
        if (*s == *c) {
            *(*to)++ = c[1];
            return 1;
        }
    }
    size_t digits = *s == 'x' ? 2 : *s == 'u' ? 4 : *s == 'U' ? 8 : 0, n = 0;
    uint32_t value = 0;
    if (digits) {
        while (n < digits && s + 1 + n < end && hex_digit(s[1 + n]) >= 0)
            value = value * 16 + (uint32_t)hex_digit(s[1 + n++]);
        if (!n || (digits > 2 && n != digits)) return 0;
        if (digits > 2) return put_utf8(to, value) ? n + 1 : 0;
        *(*to)++ = (char)value;
        return n + 1;
    }
    if (*s >= '0' && *s <= '7') {
        while (n < 3 && s + n < end && s[n] >= '0' && s[n] <= '7') value = value * 8 + (uint32_t)(s[n++] - '0');
        *(*to)++ = (char)value;
        return n;
    }
    *(*to)++ = *s; // \\, \', \" and every other character: itself
    return 1;
}

/// The bytes of a string, name or word token with quotes and escapes resolved, NUL-terminated.
const char *msl_build_string(msl_parse *p, msl_token token, uint32_t *length) {
    const char *s = p->lexer.sql + token.offset, *end = s + token.length;
    *length = 0;
    char *out = p->status == MORSEL_OK ? msl_arena_bytes(p->arena, token.length + 1) : NULL;
    if (!out) {
        out_of_memory(p, token.length);
        return "";
    }
    char *to = out;
    bool escapes = token.length > 1 && (*s | 32) == 'e' && s[1] == '\'';
    if (escapes) s++;
    char quote = token.length ? *s : 0;
    if (quote == '$') {
        const char *body = memchr(s + 1, '$', (size_t)(end - s) - 1);
        size_t tag = (size_t)(body + 1 - s);
        size_t size = (size_t)(end - s) - 2 * tag;
        memcpy(to, body + 1, size);
        to += size;
    } else if (quote == '\'' || quote == '"') {
        for (s++, end--; s < end;) {
            if (*s == quote) s++; // doubled: keep the second
            if (escapes && *s == '\\') {
                s++;
                size_t taken = put_escape(&to, s, end);
                if (!taken) {
                    msl_parse_fail(p, (msl_ast_span){(uint32_t)(s - 1 - p->lexer.sql), 2},
                                   "malformed escape in an E'' string");
                    break;
                }
                s += taken;
            } else {
                *to++ = *s++;
            }
        }
    } else {
        memcpy(to, s, token.length);
        to += token.length;
    }
    *to = 0;
    *length = (uint32_t)(to - out);
    if (escapes && (memchr(out, 0, *length) || msl_utf8_bad_offset(out, *length) != *length))
        msl_parse_fail(p, msl_token_span(token), "the escapes of this string do not form valid UTF-8 without NUL");
    return out;
}

/// A number's text without underscores.
const char *msl_build_number(msl_parse *p, msl_token token, uint32_t *length) {
    const char *s = p->lexer.sql + token.offset;
    char *out = p->status == MORSEL_OK ? msl_arena_bytes(p->arena, token.length + 1) : NULL;
    *length = 0;
    if (!out) {
        out_of_memory(p, token.length);
        return "0";
    }
    for (uint32_t n = 0; n < token.length; n++)
        if (s[n] != '_') out[(*length)++] = s[n];
    out[*length] = 0;
    return out;
}

/// x'0AFF' to bytes; the lexer has checked the digits.
const char *msl_build_blob(msl_parse *p, msl_token token, uint32_t *length) {
    const char *s = p->lexer.sql + token.offset + 2;
    *length = (token.length - 3) / 2;
    char *out = p->status == MORSEL_OK ? msl_arena_bytes(p->arena, *length + 1) : NULL;
    if (!out) {
        out_of_memory(p, *length);
        *length = 0;
        return "";
    }
    for (uint32_t n = 0; n < *length; n++) out[n] = (char)(hex_digit(s[2 * n]) << 4 | hex_digit(s[2 * n + 1]));
    out[*length] = 0;
    return out;
}

msl_ast_name msl_build_name(msl_parse *p, msl_token token) {
    msl_ast_name name = {.at = msl_token_span(token)};
    char first = token.length ? p->lexer.sql[token.offset] : 0;
    name.quoted =
        first == '"' || first == '\'' || first == '$' || (token.length > 1 && p->lexer.sql[token.offset + 1] == '\'');
    name.text = msl_build_string(p, token, &name.length);
    return name;
}

msl_ast_name msl_build_plain_name(msl_parse *p, msl_token token, const char *text) {
    if (!text) return msl_build_name(p, token);
    return (msl_ast_name){.text = text, .length = (uint32_t)strlen(text), .at = msl_token_span(token)};
}

bool msl_name_is(const msl_ast_name *name, const char *lower) {
    if (!name->text || name->quoted) return false;
    uint32_t i = 0;
    for (; i < name->length; i++)
        if ((name->text[i] >= 'A' && name->text[i] <= 'Z' ? name->text[i] + 32 : name->text[i]) != lower[i])
            return false;
    return lower[i] == 0;
}

msl_ast_unit msl_build_unit(msl_parse *p, msl_token token) {
    static const struct {
        const char *singular, *plural;
    } units[] = {{"millennium", "millennia"},
                 {"century", "centuries"},
                 {"decade", "decades"},
                 {"year", "years"},
                 {"quarter", "quarters"},
                 {"month", "months"},
                 {"week", "weeks"},
                 {"day", "days"},
                 {"hour", "hours"},
                 {"minute", "minutes"},
                 {"second", "seconds"},
                 {"millisecond", "milliseconds"},
                 {"microsecond", "microseconds"}};
    if (!token.length) return MSL_AST_UNIT_NONE;
    for (size_t n = 0; n < sizeof units / sizeof units[0]; n++)
        if (msl_token_is(p, token, units[n].singular) || msl_token_is(p, token, units[n].plural))
            return (msl_ast_unit)(MSL_AST_UNIT_MILLENNIUM + n);
    msl_parse_fail(p, msl_token_span(token), "unknown interval unit");
    return MSL_AST_UNIT_NONE;
}

/* ---- types ---- */

static msl_ast_type *type_node(msl_parse *p, msl_ast_type_kind kind, uint32_t start) {
    msl_ast_type *t = MSL_BUILD(p, msl_ast_type);
    t->kind = kind;
    t->at = msl_build_span(p, start);
    t->height = 1;
    return t;
}

msl_ast_type *msl_build_type(msl_parse *p, msl_ast_names name, msl_ast_exprs modifiers, int zone, uint32_t start) {
    msl_ast_type *t = type_node(p, MSL_AST_TYPE_NAMED, start);
    t->name = name;
    t->modifiers = modifiers;
    for (uint32_t n = 0; n < modifiers.count; n++)
        t->height = msl_build_above(p, t->height, modifiers.items[n]->height, t->at);
    if (!zone || !name.count) return t;
    msl_ast_name *last = &name.items[name.count - 1];
    bool time = msl_name_is(last, "time"), stamp = msl_name_is(last, "timestamp");
    if (!time && !stamp) msl_parse_fail(p, t->at, "WITH TIME ZONE goes with TIME and TIMESTAMP only");
    if (zone == 1) {
        last->text = time ? "TIMETZ" : "TIMESTAMPTZ";
        last->length = (uint32_t)strlen(last->text);
    }
    return t;
}

msl_ast_type *msl_build_type_words(msl_parse *p, msl_token words, msl_ast_exprs modifiers) {
    msl_ast_names name = {0};
    bool is_double = (p->lexer.sql[words.offset] | 32) == 'd';
    MSL_ADD(p, name, msl_build_plain_name(p, words, is_double ? "DOUBLE" : "VARCHAR"));
    return msl_build_type(p, name, modifiers, 0, words.offset);
}

msl_ast_type *msl_build_type_fields(msl_parse *p, msl_ast_type_kind kind, msl_fields fields, uint32_t start) {
    msl_ast_type *t = type_node(p, kind, start);
    t->fields = fields.items;
    t->field_count = fields.count;
    for (uint32_t n = 0; n < fields.count; n++)
        t->height = msl_build_above(p, t->height, fields.items[n].type->height, t->at);
    return t;
}

msl_ast_type *msl_build_type_list(msl_parse *p, msl_ast_type *child, const msl_token *size) {
    msl_ast_type *t = type_node(p, size ? MSL_AST_TYPE_ARRAY : MSL_AST_TYPE_LIST, child->at.offset);
    t->child = child;
    t->height = msl_build_above(p, 1, child->height, t->at);
    if (!size) return t;
    const char *digits = p->lexer.sql + size->offset;
    uint64_t value = 0;
    for (uint32_t n = 0; n < size->length; n++) {
        if (digits[n] < '0' || digits[n] > '9' || value > 100000) {
            value = 0;
            break;
        }
        value = value * 10 + (uint64_t)(digits[n] - '0');
    }
    if (value < 1 || value > 100000)
        msl_parse_fail(p, msl_token_span(*size), "an array type's size must be between 1 and 100000");
    t->size = (uint32_t)value;
    return t;
}
