/// sources.h: the table functions that the registry (source_registry.c) lists. Each stands in the file of its name.
#ifndef MSL_SOURCES_H
#define MSL_SOURCES_H

#include "storage/source.h"

extern const msl_source_ops msl_source_read_csv;
extern const msl_source_ops msl_source_read_tsv;
extern const msl_source_ops msl_source_read_lines;
extern const msl_source_ops msl_source_sniff_csv;
extern const msl_source_ops msl_source_glob;
extern const msl_source_ops msl_source_range;
extern const msl_source_ops msl_source_generate_series;

#endif
