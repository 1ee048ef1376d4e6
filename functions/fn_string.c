/// fn_string.c: the table of text functions and how those of any argument types are bound. The kernels are in
/// fn_string_case.c, fn_string_cut.c, fn_string_find.c and fn_string_make.c.
///
/// Positions and lengths count code points; octet_length counts bytes. VARCHAR functions take a text literal as it is;
/// numbers need a cast, except in concat, concat_ws and beside a text in ||, where every value is written as text.
#include "functions/families.h"
#include "functions/fn_int.h"

static morsel_status bind_concat(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    if (arg_count == 0) return MORSEL_TYPE;
    for (uint32_t k = 0; k < arg_count; k++) {
        out->arg_types[k] = msl_type_of(MSL_TYPE_VARCHAR);
    }
    out->result = msl_type_of(MSL_TYPE_VARCHAR);
    return MORSEL_OK;
}

static morsel_status bind_concat_ws(MSL_BIND_ARGS) {
    return arg_count < 2 ? MORSEL_TYPE : bind_concat(self, types, constants, arg_count, arena, out, err);
}

/// || takes at least one text (the others are cast to it), or only BLOBs.
static morsel_status bind_pipes(MSL_BIND_ARGS) {
    MSL_BIND_UNUSED;
    if (arg_count < 2) return MORSEL_TYPE;
    uint32_t texts = 0, blobs = 0;
    for (uint32_t k = 0; k < arg_count; k++) {
        if (msl_type_is_list(types[k])) return MORSEL_TYPE; // || of lists is fn_list.c's
        texts += msl_fn_typed(types[k])->id == MSL_TYPE_VARCHAR;
        blobs += types[k]->id == MSL_TYPE_BLOB;
    }
    bool all_blobs = blobs && blobs + texts == arg_count;
    for (uint32_t k = 0; k < arg_count && all_blobs; k++) all_blobs = types[k]->id != MSL_TYPE_VARCHAR;
    if (!all_blobs && (!texts || blobs)) return MORSEL_TYPE;
    out->result = msl_type_of(all_blobs ? MSL_TYPE_BLOB : MSL_TYPE_VARCHAR);
    for (uint32_t k = 0; k < arg_count; k++) out->arg_types[k] = out->result;
    return MORSEL_OK;
}

/* ---- table ---- */

#define TEXT MSL_TYPE_VARCHAR
#define INT MSL_TYPE_BIGINT
#define FN1(NAME, KERNEL, A, RESULT, FLAGS, TEXT_)                                                                     \
    {.name = NAME, .arg_count = 1, .args = {A}, .result = RESULT, .flags = FLAGS, .kernel = msl_kernel_##KERNEL,       \
     .description = TEXT_}
#define FN2(NAME, KERNEL, A, B, RESULT, FLAGS, TEXT_)                                                                  \
    {.name = NAME, .arg_count = 2, .args = {A, B}, .result = RESULT, .flags = FLAGS, .kernel = msl_kernel_##KERNEL,    \
     .description = TEXT_}
#define FN3(NAME, KERNEL, A, B, C, RESULT, FLAGS, TEXT_)                                                               \
    {.name = NAME, .arg_count = 3, .args = {A, B, C}, .result = RESULT, .flags = FLAGS, .kernel = msl_kernel_##KERNEL, \
     .description = TEXT_}
#define FAILS MSL_FN_CAN_FAIL

const msl_function msl_fn_string[] = {
    {.name = "||", .flags = MSL_FN_VARIADIC, .bind = bind_pipes, .kernel = msl_kernel_concat,
     .description = "text || value: concatenation; NULL if either is NULL"},
    {.name = "concat", .flags = MSL_FN_VARIADIC | MSL_FN_HANDLES_NULL, .bind = bind_concat,
     .kernel = msl_kernel_concat_skip,
     .description = "concat(value, ...): the values written as text one after the other; NULLs count as nothing"},
    {.name = "concat_ws", .flags = MSL_FN_VARIADIC | MSL_FN_HANDLES_NULL, .bind = bind_concat_ws,
     .kernel = msl_kernel_concat_ws,
     .description = "concat_ws(separator, value, ...): the values that are not NULL with the separator between them"},

    FN1("length", length, TEXT, INT, 0, "length(text): number of code points"),
    FN1("length", octet_length, MSL_TYPE_BLOB, INT, 0, "length(blob): number of bytes"),
    FN1("len", length, TEXT, INT, 0, "len(text): another name of length"),
    FN1("char_length", length, TEXT, INT, 0, "char_length(text): number of code points"),
    FN1("character_length", length, TEXT, INT, 0, "character_length(text): number of code points"),
    FN1("octet_length", octet_length, TEXT, INT, 0, "octet_length(text): number of bytes"),
    FN1("octet_length", octet_length, MSL_TYPE_BLOB, INT, 0, "octet_length(blob): number of bytes"),
    FN1("strlen", octet_length, TEXT, INT, 0, "strlen(text): number of bytes"),
    FN1("bit_length", bit_length, TEXT, INT, 0, "bit_length(text): eight times the number of bytes"),

    FN1("collate_nocase", collate_nocase, TEXT, TEXT, 0,
        "collate_nocase(text): what COLLATE nocase compares: ASCII letters in lower case"),
    FN1("collate_rtrim", collate_rtrim, TEXT, TEXT, 0,
        "collate_rtrim(text): what COLLATE rtrim compares: the text without blanks at its end"),
    FN1("lower", lower, TEXT, TEXT, 0, "lower(text): in lower case, for every alphabet"),
    FN1("lcase", lower, TEXT, TEXT, 0, "lcase(text): another name of lower"),
    FN1("upper", upper, TEXT, TEXT, 0, "upper(text): in upper case, for every alphabet"),
    FN1("ucase", upper, TEXT, TEXT, 0, "ucase(text): another name of upper"),
    FN1("initcap", initcap, TEXT, TEXT, 0,
        "initcap(text): the first letter of each word in upper case, the others in lower"),
    FN1("strip_accents", strip_accents, TEXT, TEXT, FAILS,
        "strip_accents(text): without combining marks: 'é' becomes 'e'"),
    FN1("unaccent", strip_accents, TEXT, TEXT, FAILS, "unaccent(text): another name of strip_accents"),
    FN1("nfc_normalize", nfc, TEXT, TEXT, FAILS, "nfc_normalize(text): in Unicode's composed normal form"),
    FN1("reverse", reverse, TEXT, TEXT, 0, "reverse(text): the code points in reverse order"),

    FN3("substr", substr, TEXT, INT, INT, TEXT, FAILS,
        "substr(text, start, count): count code points from position start; the first is 1, positions before it count"),
    FN2("substr", substr, TEXT, INT, TEXT, 0, "substr(text, start): from position start to the end"),
    FN3("substring", substr, TEXT, INT, INT, TEXT, FAILS, "substring(text, start, count): another name of substr"),
    FN2("substring", substr, TEXT, INT, TEXT, 0, "substring(text, start): another name of substr"),
    FN2("left", left, TEXT, INT, TEXT, 0,
        "left(text, n): the first n code points; all but the last -n when n is negative"),
    FN2("right", right, TEXT, INT, TEXT, 0,
        "right(text, n): the last n code points; all but the first -n when n is negative"),
    FN1("trim", trim, TEXT, TEXT, 0, "trim(text): without blanks at both ends"),
    FN2("trim", trim, TEXT, TEXT, TEXT, 0, "trim(text, characters): without any of these characters at both ends"),
    FN1("btrim", trim, TEXT, TEXT, 0, "btrim(text): another name of trim"),
    FN2("btrim", trim, TEXT, TEXT, TEXT, 0, "btrim(text, characters): another name of trim"),
    FN1("ltrim", ltrim, TEXT, TEXT, 0, "ltrim(text): without blanks at the start"),
    FN2("ltrim", ltrim, TEXT, TEXT, TEXT, 0, "ltrim(text, characters): without any of these characters at the start"),
    FN1("rtrim", rtrim, TEXT, TEXT, 0, "rtrim(text): without blanks at the end"),
    FN2("rtrim", rtrim, TEXT, TEXT, TEXT, 0, "rtrim(text, characters): without any of these characters at the end"),
    FN3("split_part", split_part, TEXT, TEXT, INT, TEXT, FAILS,
        "split_part(text, delimiter, n): the n-th part, from the end when n is negative; '' when there are fewer"),

    FN3("overlay", overlay, TEXT, TEXT, INT, TEXT, FAILS,
        "overlay(text PLACING new FROM start): as many code points as new has"),
    {.name = "overlay", .arg_count = 4, .args = {TEXT, TEXT, INT, INT}, .result = TEXT, .flags = FAILS,
     .kernel = msl_kernel_overlay,
     .description = "overlay(text PLACING new FROM start FOR count): new in place of count code points"},

    FN2("strpos", strpos, TEXT, TEXT, INT, 0,
        "strpos(text, needle): position of the first occurrence, 0 if there is none"),
    FN2("instr", strpos, TEXT, TEXT, INT, 0, "instr(text, needle): another name of strpos"),
    FN2("position", position, TEXT, TEXT, INT, 0,
        "position(needle IN text), position(needle, text): as strpos, needle first"),
    FN2("starts_with", starts_with, TEXT, TEXT, MSL_TYPE_BOOLEAN, 0, "starts_with(text, prefix)"),
    FN2("prefix", starts_with, TEXT, TEXT, MSL_TYPE_BOOLEAN, 0, "prefix(text, prefix): another name of starts_with"),
    FN2("^@", starts_with, TEXT, TEXT, MSL_TYPE_BOOLEAN, 0, "text ^@ prefix: starts_with as an operator"),
    FN2("ends_with", ends_with, TEXT, TEXT, MSL_TYPE_BOOLEAN, 0, "ends_with(text, suffix)"),
    FN2("suffix", ends_with, TEXT, TEXT, MSL_TYPE_BOOLEAN, 0, "suffix(text, suffix): another name of ends_with"),
    FN2("contains", contains, TEXT, TEXT, MSL_TYPE_BOOLEAN, 0, "contains(text, needle)"),
    FN1("ascii", ascii, TEXT, MSL_TYPE_INTEGER, 0, "ascii(text): number of the first code point, 0 for an empty text"),
    FN1("unicode", ascii, TEXT, MSL_TYPE_INTEGER, 0, "unicode(text): another name of ascii"),
    FN1("ord", ascii, TEXT, MSL_TYPE_INTEGER, 0, "ord(text): another name of ascii"),
    FN2("levenshtein", levenshtein, TEXT, TEXT, INT, FAILS,
        "levenshtein(a, b): least number of code points to insert, delete or replace to turn a into b"),

    FN2("repeat", repeat, TEXT, INT, TEXT, FAILS, "repeat(text, n): n times the text"),
    FN2("lpad", lpad, TEXT, INT, TEXT, FAILS, "lpad(text, n): n code points long, blanks in front, or cut at the end"),
    FN3("lpad", lpad, TEXT, INT, TEXT, TEXT, FAILS,
        "lpad(text, n, fill): n code points long, filled in front, or cut at the end"),
    FN2("rpad", rpad, TEXT, INT, TEXT, FAILS, "rpad(text, n): n code points long, blanks behind, or cut at the end"),
    FN3("rpad", rpad, TEXT, INT, TEXT, TEXT, FAILS,
        "rpad(text, n, fill): n code points long, filled behind, or cut at the end"),
    FN3("replace", replace, TEXT, TEXT, TEXT, TEXT, FAILS,
        "replace(text, from, to): every occurrence of from becomes to"),
    FN3("translate", translate, TEXT, TEXT, TEXT, TEXT, 0,
        "translate(text, from, to): each character of from becomes the one at its place in to, or nothing"),
    FN1("chr", chr, INT, TEXT, FAILS, "chr(n): the code point number n"),
    FN1("char", chr, INT, TEXT, FAILS, "char(n): SQLite's name of chr"),
    FN1("hex", hex_int, INT, TEXT, 0, "hex(n): the integer in hexadecimal, upper case"),
    FN1("hex", hex_text, TEXT, TEXT, FAILS, "hex(text): its bytes in hexadecimal, upper case"),
    FN1("hex", hex_text, MSL_TYPE_BLOB, TEXT, FAILS, "hex(blob): its bytes in hexadecimal, upper case"),
    FN1("to_hex", to_hex, INT, TEXT, 0, "to_hex(n): the integer in hexadecimal, lower case"),
    FN1("bin", bin, INT, TEXT, 0, "bin(n): the integer in binary"),
    FN1("unhex", unhex, TEXT, MSL_TYPE_BLOB, FAILS, "unhex(text): the bytes that hexadecimal digits spell"),
    FN1("quote", quote, TEXT, TEXT, MSL_FN_HANDLES_NULL,
        "quote(text): as a SQL literal in quotes; NULL becomes NULL without"),
    FN1("quote_literal", quote, TEXT, TEXT, 0, "quote_literal(text): as a SQL literal in quotes"),
};
const size_t msl_fn_string_count = sizeof msl_fn_string / sizeof msl_fn_string[0];
