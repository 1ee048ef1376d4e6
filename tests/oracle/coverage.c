#include "coverage.h"

#include <stdio.h>

static const struct {
    const char *text;
    int is_shared;
} clauses[] = {
#define CLAUSE(name, text, is_shared) {text, is_shared},
#include "clauses.def"
#undef CLAUSE
};
_Static_assert(CLAUSE_COUNT <= 64, "a query's clauses are the bits of a word");

static void count(struct clause_counts *n, int is_without_error, int has_rows) {
    n->queries++;
    n->without_error += (uint64_t)is_without_error;
    n->with_rows += (uint64_t)(is_without_error && has_rows);
}

void coverage_add(coverage *v, uint64_t reached, int is_without_error, int has_rows) {
    count(&v->all, is_without_error, has_rows);
    for (unsigned n = 0; n < CLAUSE_COUNT; n++) {
        if (reached >> n & 1) count(&v->of[n], is_without_error, has_rows);
    }
}

static void print_line(const char *name, const struct clause_counts *n) {
    printf("%-28s %9llu %13llu %9llu\n", name, (unsigned long long)n->queries, (unsigned long long)n->without_error,
           (unsigned long long)n->with_rows);
}

unsigned coverage_print(const coverage *v, int is_shared_only) {
    unsigned missing = 0;
    printf("%-28s %9s %13s %9s\n", "clause", "queries", "without error", "with rows");
    for (unsigned n = 0; n < CLAUSE_COUNT; n++) {
        if (is_shared_only && !clauses[n].is_shared) continue;
        print_line(clauses[n].text, &v->of[n]);
        missing += !v->of[n].with_rows;
    }
    print_line("all", &v->all);
    return missing;
}
