/// law_int.h: rewritings that law_rewriting.c chooses from, of another file.
#ifndef ORACLE_LAW_INT_H
#define ORACLE_LAW_INT_H

#include "law.h"

void make_limit(choice *c, law *l);
void make_first(choice *c, law *l);
void make_set(choice *c, law *l);
void make_window(choice *c, law *l);
void make_text(choice *c, law *l);

#endif
