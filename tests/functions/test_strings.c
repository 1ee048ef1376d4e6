/// test_strings.c: text functions and pattern matching, beyond ASCII too.
#include "tests/functions/call.h"

static evaluator e;

static void test_lengths(void) {
    CALL("5", "length", "VARCHAR hello");
    CALL("5", "length", "VARCHAR häßlo");
    CALL("0", "length", "VARCHAR ");
    CALL("7", "octet_length", "VARCHAR häßlo");
    CALL("32", "bit_length", "VARCHAR abcd");
    CALL("2", "char_length", "VARCHAR 日本");
    CALL("NULL", "length", "VARCHAR NULL");
}

static void test_case(void) {
    CALL("hello world", "lower", "VARCHAR HELLO World");
    CALL("ÄÖÜ ΣÑ", "upper", "VARCHAR äöü σñ");
    CALL("äöü", "lower", "VARCHAR ÄÖÜ");
    CALL("A LONGER TEXT IN UPPER CASE", "upper", "VARCHAR a longer text in upper case");
    CALL("Hello World-Wide 3rd", "initcap", "VARCHAR hELLO wORLD-wIDE 3RD");
    CALL("Élan Vital", "initcap", "VARCHAR élan VITAL");
    CALL("eeaouc", "strip_accents", "VARCHAR éèäöüç");
    CALL("dcba", "reverse", "VARCHAR abcd");
    CALL("本日äa", "reverse", "VARCHAR aä日本");
}

static void test_cut(void) {
    CALL("bcd", "substr", "VARCHAR abcdef", "BIGINT 2", "BIGINT 3");
    CALL("def", "substring", "VARCHAR abcdef", "BIGINT 4");
    CALL("a", "substr", "VARCHAR abc", "BIGINT -1", "BIGINT 3");
    CALL("abc", "substr", "VARCHAR abc", "BIGINT -5");
    CALL("", "substr", "VARCHAR abc", "BIGINT 7", "BIGINT 2");
    CALL("本語", "substr", "VARCHAR 日本語!", "BIGINT 2", "BIGINT 2");
    CALL("bc", "substr", "VARCHAR abc", "BIGINT 2", "BIGINT 9223372036854775807");
    CALL("error 22011: negative substring length not allowed", "substr", "VARCHAR abc", "BIGINT 1", "BIGINT -1");
    CALL("ab", "left", "VARCHAR abcde", "BIGINT 2");
    CALL("abc", "left", "VARCHAR abcde", "BIGINT -2");
    CALL("", "left", "VARCHAR abcde", "BIGINT -9223372036854775808");
    CALL("de", "right", "VARCHAR abcde", "BIGINT 2");
    CALL("cde", "right", "VARCHAR abcde", "BIGINT -2");
    CALL("語", "right", "VARCHAR 日本語", "BIGINT 1");
    CALL("abc", "trim", "VARCHAR   abc  ");
    CALL("abc", "trim", "VARCHAR xyabcyx", "VARCHAR xy");
    CALL("abc  ", "ltrim", "VARCHAR   abc  ");
    CALL("  abc", "rtrim", "VARCHAR   abc  ");
    CALL("b", "trim", "VARCHAR ääbä", "VARCHAR ä");
    CALL("two", "split_part", "VARCHAR one,two,three", "VARCHAR ,", "BIGINT 2");
    CALL("three", "split_part", "VARCHAR one,two,three", "VARCHAR ,", "BIGINT -1");
    CALL("one", "split_part", "VARCHAR one,two,three", "VARCHAR ,", "BIGINT -3");
    CALL("", "split_part", "VARCHAR one,two,three", "VARCHAR ,", "BIGINT -4");
    CALL("", "split_part", "VARCHAR one,two,three", "VARCHAR ,", "BIGINT 4");
    CALL("error 22023: the part number of split_part must not be zero", "split_part", "VARCHAR a", "VARCHAR ,",
         "BIGINT 0");
    CALL("Thomas", "overlay", "VARCHAR Txxxxas", "VARCHAR hom", "BIGINT 2", "BIGINT 4");
}

static void test_find(void) {
    CALL("3", "strpos", "VARCHAR hello", "VARCHAR l");
    CALL("0", "strpos", "VARCHAR hello", "VARCHAR z");
    CALL("1", "strpos", "VARCHAR hello", "VARCHAR ");
    CALL("2", "instr", "VARCHAR äbc", "VARCHAR b");
    CALL("2", "position", "VARCHAR b", "VARCHAR äbc");
    CALL("true", "starts_with", "VARCHAR hello", "VARCHAR he");
    CALL("false", "starts_with", "VARCHAR h", "VARCHAR he");
    CALL("true", "ends_with", "VARCHAR hello", "VARCHAR llo");
    CALL("true", "contains", "VARCHAR hello", "VARCHAR ell");
    CALL("228", "ascii", "VARCHAR ä");
    CALL("0", "unicode", "VARCHAR ");
    CALL("3", "levenshtein", "VARCHAR kitten", "VARCHAR sitting");
    CALL("1", "levenshtein", "VARCHAR müller", "VARCHAR muller");
    CALL("4", "levenshtein", "VARCHAR ", "VARCHAR abcd");
}

static void test_make(void) {
    CALL("abcdef", "||", "VARCHAR abc", "VARCHAR def");
    CALL("a somewhat longer text", "||", "VARCHAR a somewhat ", "VARCHAR longer text");
    CALL("a1", "||", "VARCHAR a", "INTEGER 1");
    CALL("NULL", "||", "VARCHAR a", "VARCHAR NULL");
    CALL("a12", "concat", "VARCHAR a", "VARCHAR NULL", "INTEGER 12");
    CALL("a,b", "concat_ws", "VARCHAR ,", "VARCHAR a", "VARCHAR NULL", "VARCHAR b");
    CALL(",b", "concat_ws", "VARCHAR ,", "VARCHAR ", "VARCHAR b");
    CALL("abab", "repeat", "VARCHAR ab", "BIGINT 2");
    CALL("ababababababababababab", "repeat", "VARCHAR ab", "BIGINT 11");
    CALL("", "repeat", "VARCHAR ab", "BIGINT -2");
    CALL("", "repeat", "VARCHAR ", "BIGINT 9223372036854775807");
    CALL("error 54000: the result would be a text of more than 1 GiB", "repeat", "VARCHAR ab",
         "BIGINT 9223372036854775807");
    CALL("  7", "lpad", "VARCHAR 7", "BIGINT 3");
    CALL("äöä7", "lpad", "VARCHAR 7", "BIGINT 4", "VARCHAR äö");
    CALL("7xy", "rpad", "VARCHAR 7", "BIGINT 3", "VARCHAR xyz");
    CALL("ab", "lpad", "VARCHAR abc", "BIGINT 2");
    CALL("abc", "rpad", "VARCHAR abc", "BIGINT 5", "VARCHAR ");
    CALL("error 54000: the result would be a text of more than 1 GiB", "lpad", "VARCHAR ab",
         "BIGINT 9223372036854775807");
    CALL("hexxo", "replace", "VARCHAR hello", "VARCHAR l", "VARCHAR x");
    CALL("heo", "replace", "VARCHAR hello", "VARCHAR l", "VARCHAR ");
    CALL("hello", "replace", "VARCHAR hello", "VARCHAR ", "VARCHAR x");
    CALL("a2x5", "translate", "VARCHAR 12345", "VARCHAR 143", "VARCHAR ax");
    CALL("ä", "chr", "BIGINT 228");
    CALL("error 54000: chr(0): a text cannot hold the null character", "chr", "BIGINT 0");
    CALL("error 54000: chr(55296): there is no such code point", "chr", "BIGINT 55296");
    CALL("616263", "hex", "VARCHAR abc");
    CALL("FF", "hex", "BIGINT 255");
    CALL("ff", "to_hex", "BIGINT 255");
    CALL("ffffffffffffffff", "to_hex", "BIGINT -1");
    CALL("101", "bin", "BIGINT 5");
    CALL("error 22023: unhex: character 2 is not a hexadecimal digit", "unhex", "VARCHAR 6x");
    CALL("'it''s'", "quote", "VARCHAR it's");
    CALL("NULL", "quote", "VARCHAR NULL");
}

static void test_like(void) {
    CALL("true", "like", "VARCHAR hello", "VARCHAR hello");
    CALL("false", "like", "VARCHAR hello!", "VARCHAR hello");
    CALL("true", "like", "VARCHAR hello", "VARCHAR he%");
    CALL("true", "like", "VARCHAR hello", "VARCHAR %lo");
    CALL("true", "like", "VARCHAR hello", "VARCHAR %ell%");
    CALL("true", "like", "VARCHAR hello", "VARCHAR %");
    CALL("true", "like", "VARCHAR ", "VARCHAR %%");
    CALL("false", "like", "VARCHAR ", "VARCHAR _");
    CALL("true", "like", "VARCHAR hello", "VARCHAR h_l%o");
    CALL("true", "like", "VARCHAR hällo", "VARCHAR h_llo");
    CALL("true", "like", "VARCHAR aXbXcXd", "VARCHAR a%X%Xd");
    CALL("false", "like", "VARCHAR HELLO", "VARCHAR hello");
    CALL("true", "like", "VARCHAR 50%", "VARCHAR 50\\%");
    CALL("false", "like", "VARCHAR 505", "VARCHAR 50\\%");
    CALL("true", "like", "VARCHAR 50%", "VARCHAR 50!%", "VARCHAR !");
    CALL("true", "like", "VARCHAR a\\b", "VARCHAR a\\b", "VARCHAR ");
    CALL("error 22025: a LIKE pattern must not end with its escape character", "like", "VARCHAR a", "VARCHAR a\\");
    CALL("error 22019: ESCAPE must be one character or empty", "like", "VARCHAR a", "VARCHAR a", "VARCHAR xx");
    CALL("true", "ilike", "VARCHAR HÄLLO", "VARCHAR hä%");
    CALL("true", "glob", "VARCHAR hello", "VARCHAR h*o");
    CALL("true", "glob", "VARCHAR hello", "VARCHAR h?[a-m]lo");
    CALL("false", "glob", "VARCHAR hello", "VARCHAR h?[^a-m]lo");
    CALL("true", "glob", "VARCHAR a]b", "VARCHAR a[]]b");
    CALL("false", "glob", "VARCHAR a", "VARCHAR [a");
}

static void test_regex(void) {
    CALL("true", "~", "VARCHAR hello", "VARCHAR l+o$");
    CALL("false", "~", "VARCHAR hello", "VARCHAR ^l");
    CALL("true", "~*", "VARCHAR HÄLLO", "VARCHAR ^hä");
    CALL("true", "!~", "VARCHAR hello", "VARCHAR x");
    CALL("true", "similar to", "VARCHAR abc", "VARCHAR %(b|d)%");
    CALL("false", "similar to", "VARCHAR abc", "VARCHAR (b|c)%");
    CALL("true", "similar to", "VARCHAR a.c", "VARCHAR a.c");
    CALL("false", "similar to", "VARCHAR abc", "VARCHAR a.c");
    CALL("true", "similar to", "VARCHAR abc", "VARCHAR abc|def");
    CALL_LITERAL("true", "similar to", "VARCHAR 50%", "VARCHAR 50!%", "VARCHAR !");
    CALL_LITERAL("false", "similar to", "VARCHAR 505", "VARCHAR 50!%", "VARCHAR !");
    CALL_LITERAL("true", "similar to", "VARCHAR a\\b", "VARCHAR a\\b", "VARCHAR ");
    CALL("true", "similar to", "VARCHAR 50%", "VARCHAR 50\\%");
    CALL("true", "regexp_matches", "VARCHAR a\nb", "VARCHAR a.b");
    CALL("false", "regexp_matches", "VARCHAR a\nb", "VARCHAR a.b", "VARCHAR n");
    CALL("true", "regexp_matches", "VARCHAR ABC", "VARCHAR b", "VARCHAR i");
    CALL("false", "regexp_full_match", "VARCHAR abc", "VARCHAR b");
    CALL("bc", "regexp_extract", "VARCHAR abcd", "VARCHAR b(c)");
    CALL("c", "regexp_extract", "VARCHAR abcd", "VARCHAR b(c)", "BIGINT 1");
    CALL("", "regexp_extract", "VARCHAR abcd", "VARCHAR x");
    CALL("NULL", "regexp_substr", "VARCHAR abcd", "VARCHAR x");
    CALL("error 22023: the regular expression has 1 groups, not 2", "regexp_extract", "VARCHAR a", "VARCHAR (a)",
         "BIGINT 2");
    CALL("h-llo", "regexp_replace", "VARCHAR hello", "VARCHAR [aeiou]", "VARCHAR -");
    CALL("h-ll-", "regexp_replace", "VARCHAR hello", "VARCHAR [aeiou]", "VARCHAR -", "VARCHAR g");
    CALL("b-a", "regexp_replace", "VARCHAR a-b", "VARCHAR (.)-(.)", "VARCHAR \\2-\\1");
    CALL("[a][b]", "regexp_replace", "VARCHAR ab", "VARCHAR .", "VARCHAR [\\&]", "VARCHAR g");
    CALL("-a-b-", "regexp_replace", "VARCHAR ab", "VARCHAR x*", "VARCHAR -", "VARCHAR g");
    CALL("-ä-", "regexp_replace", "VARCHAR ä", "VARCHAR x*", "VARCHAR -", "VARCHAR g");
    CALL("3", "regexp_count", "VARCHAR banana", "VARCHAR a");
    CALL("error 2201B: bad regular expression: missing closing parenthesis at character 3", "~", "VARCHAR a",
         "VARCHAR (a");
    CALL("error 22023: there is no regular expression flag 'q'", "regexp_matches", "VARCHAR a", "VARCHAR a",
         "VARCHAR q");
    CALL("error 54001: the regular expression takes too many steps on a text of 41 bytes", "~",
         "VARCHAR aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "VARCHAR ^(a+)+$");
}

static void test_numbers(void) {
    CALL("5", "abs", "INTEGER -5");
    CALL("error 22003: abs of the least number is out of range", "abs", "INTEGER -2147483648");
    CALL("2.50", "abs", "DECIMAL(5,2) -2.50");
    CALL("-1", "sign", "INTEGER -7");
    CALL_LITERAL("2", "round", "DECIMAL(5,2) 1.50");
    CALL("-2", "round", "DECIMAL(5,2) -1.50");
    CALL("1", "trunc", "DECIMAL(5,2) 1.99");
    CALL("-2", "floor", "DECIMAL(5,2) -1.01");
    CALL("2", "ceil", "DECIMAL(5,2) 1.01");
    CALL_LITERAL("10.0", "round", "DECIMAL(4,2) 9.99", "BIGINT 1");
    CALL_LITERAL("1300", "round", "DECIMAL(6,2) 1250.00", "BIGINT -2");
    CALL_LITERAL("100", "round", "DECIMAL(4,2) 50.00", "BIGINT -2");
    CALL_LITERAL("0", "round", "DECIMAL(4,2) 49.99", "BIGINT -2");
    CALL("1200", "round", "INTEGER 1234", "BIGINT -2");
    CALL("error 22003: the rounded value is out of range for BIGINT", "round", "BIGINT 9223372036854775807",
         "BIGINT -1");
    CALL("3.0", "round", "DOUBLE 2.5");
    CALL("-3.0", "round", "DOUBLE -2.5");
    CALL("2.67", "round", "DOUBLE 2.675", "BIGINT 2");
    CALL("1.01", "round", "DOUBLE 1.005000001", "BIGINT 2");
    CALL("0.3", "round", "DOUBLE 0.30000000000000004", "BIGINT 10");
    CALL("1200.0", "round", "DOUBLE 1234.5", "BIGINT -2");
    CALL("1e+300", "round", "DOUBLE 1e300", "BIGINT 5");
    CALL("nan", "round", "DOUBLE nan", "BIGINT 5");
    CALL("error 2201F: sqrt(-1.0): cannot take the square root of a negative number", "sqrt", "DOUBLE -1");
    CALL("error 2201E: ln(0.0): cannot take the logarithm of zero", "ln", "DOUBLE 0");
    CALL("3.0", "log2", "DOUBLE 8");
    CALL("3.0", "log", "DOUBLE 2", "DOUBLE 8");
    CALL("1024.0", "^", "INTEGER 2", "INTEGER 10");
    CALL("error 2201F: power: zero raised to a negative power is undefined", "power", "DOUBLE 0", "DOUBLE -1");
    CALL("1", "mod", "INTEGER 7", "INTEGER 3");
    CALL("6", "gcd", "BIGINT 54", "BIGINT -24");
    CALL("12", "lcm", "BIGINT 4", "BIGINT 6");
    CALL("8683317618811886495518194401280000000", "factorial", "BIGINT 33");
    CALL("error 22003: factorial(34) is out of range for HUGEINT", "factorial", "BIGINT 34");
    CALL("8", "bit_count", "TINYINT -1");
    CALL("3", "greatest", "INTEGER 1", "INTEGER 3", "INTEGER NULL");
    CALL("a", "least", "VARCHAR b", "VARCHAR a");
    CALL("2.5", "greatest", "INTEGER 2", "DECIMAL(2,1) 2.5");
    CALL("NULL", "nullif", "INTEGER 2", "INTEGER 2");
    CALL("2", "ifnull", "INTEGER NULL", "INTEGER 2");
    CALL("DECIMAL(4,2)", "typeof", "DECIMAL(4,2) 1.00");
    const char *hash = call_form(&e, "hash", (const char *const[]){"INTEGER 5"}, 1, true);
    char kept[64];
    snprintf(kept, sizeof kept, "%s", hash);
    CALL(kept, "hash", "BIGINT 5");
    const char *random = call_form(&e, "random", NULL, 0, true);
    CHECK(random[0] == '0' && random[1] == '.', "random is %s", random);
    const char *uuid = call_form(&e, "uuid", NULL, 0, true);
    CHECK(strlen(uuid) == 36 && uuid[14] == '4' && strchr("89ab", uuid[19]), "uuid is %s", uuid);
}

int main(void) {
    evaluator_init(&e);
    test_lengths();
    test_case();
    test_cut();
    test_find();
    test_make();
    test_like();
    test_regex();
    test_numbers();
    evaluator_deinit(&e);
    return check_done("strings");
}
