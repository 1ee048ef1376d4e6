/* words.h: the words that the text columns of generate_tpch.c are made of. Lists that questions ask for (types,
 * segments, nations, priorities, modes) hold the values that the specification names.
 */
#ifndef BENCH_TPCH_WORDS_H
#define BENCH_TPCH_WORDS_H

static const char *const region_names[] = {"AFRICA", "AMERICA", "ASIA", "EUROPE", "MIDDLE EAST"};

static const struct {
    const char *name;
    unsigned region;
} nations[] = {
    {"ALGERIA", 0},    {"ARGENTINA", 1}, {"BRAZIL", 1},  {"CANADA", 1},         {"EGYPT", 4},
    {"ETHIOPIA", 0},   {"FRANCE", 3},    {"GERMANY", 3}, {"INDIA", 2},          {"INDONESIA", 2},
    {"IRAN", 4},       {"IRAQ", 4},      {"JAPAN", 2},   {"JORDAN", 4},         {"KENYA", 0},
    {"MOROCCO", 0},    {"MOZAMBIQUE", 0}, {"PERU", 1},   {"CHINA", 2},          {"ROMANIA", 3},
    {"SAUDI ARABIA", 4}, {"VIETNAM", 2}, {"RUSSIA", 3},  {"UNITED KINGDOM", 3}, {"UNITED STATES", 1},
};

static const char *const segments[] = {"AUTOMOBILE", "BUILDING", "FURNITURE", "HOUSEHOLD", "MACHINERY"};
static const char *const priorities[] = {"1-URGENT", "2-HIGH", "3-MEDIUM", "4-NOT SPECIFIED", "5-LOW"};
static const char *const ship_modes[] = {"AIR", "FOB", "MAIL", "RAIL", "REG AIR", "SHIP", "TRUCK"};
static const char *const instructions[] = {"COLLECT COD", "DELIVER IN PERSON", "NONE", "TAKE BACK RETURN"};

static const char *const type_sizes[] = {"ECONOMY", "LARGE", "MEDIUM", "PROMO", "SMALL", "STANDARD"};
static const char *const type_finishes[] = {"ANODIZED", "BRUSHED", "BURNISHED", "PLATED", "POLISHED"};
static const char *const type_metals[] = {"BRASS", "COPPER", "NICKEL", "STEEL", "TIN"};
static const char *const box_sizes[] = {"JUMBO", "LG", "MED", "SM", "WRAP"};
static const char *const boxes[] = {"BAG", "BOX", "CAN", "CASE", "DRUM", "JAR", "PACK", "PKG"};

/// 92 colours, five of which name a part.
static const char *const colours[] = {
    "amber",  "apricot", "aqua",   "azure",  "beige",   "black",  "blue",   "bronze",   "brown",  "burgundy",
    "canary", "carmine", "cerise", "cherry", "cobalt",  "copper", "coral",  "cream",    "cyan",   "denim",
    "ebony",  "emerald", "fawn",   "forest", "fuchsia", "garnet", "ginger", "gold",     "grape",  "grey",
    "green",  "hazel",   "heather", "honey", "indigo",  "iris",   "ivory",  "jade",     "jet",    "khaki",
    "lapis",  "lavender", "lemon", "lilac",  "lime",    "linen",  "magenta", "mahogany", "maroon", "mauve",
    "melon",  "mint",    "moss",   "mustard", "navy",   "ochre",  "olive",  "onyx",     "opal",   "orange",
    "orchid", "peach",   "pearl",  "peru",   "pewter",  "pine",   "pink",   "plum",     "puce",   "purple",
    "quartz", "red",     "rose",   "ruby",   "russet",  "rust",   "sable",  "saffron",  "sand",   "scarlet",
    "sepia",  "sienna",  "silver", "sky",    "slate",   "steel",  "tan",    "teal",     "umber",  "violet",
    "white",  "yellow",
};

/// What is written twice or more comes more often: a hundredth of the orders' comments has "special ... requests".
static const char *const nouns[] = {
    "requests", "requests", "requests", "packages", "packages", "deposits", "deposits", "accounts", "orders",  "ideas",   "theories",  "pinto beans", "parcels",
    "asymptotes", "courts", "dolphins", "multipliers", "frets", "warthogs", "braids",  "hockey players", "forges",
    "platelets", "dugouts", "pearls",   "tithes",   "waters",  "orbits",  "gifts",     "sheaves",     "depths",
    "sentiments", "decoys", "realms",   "pains",    "excuses", "foxes",   "instructions",
};
static const char *const verbs[] = {
    "sleep", "wake", "are", "cajole", "haggle", "nag", "use", "boost", "affix", "detect", "integrate", "maintain",
    "nod",   "was",  "lose", "sublate", "solve", "thrash", "promise", "engage", "hinder", "print", "doze", "run",
    "dazzle", "snooze", "doubt", "unwind", "kindle", "play", "hang", "believe",
};
static const char *const adjectives[] = {
    "special", "special", "special", "pending", "pending", "unusual", "express", "furious", "sly",   "careful", "blithe", "quick", "fluffy",
    "slow",    "quiet",   "ruthless", "thin",   "close",   "dogged", "daring", "brave",  "stealthy", "permanent",
    "enticing", "idle",   "busy",    "regular", "final",   "ironic", "even",   "bold",   "silent",
};
static const char *const adverbs[] = {
    "sometimes", "always", "never", "furiously", "slyly", "carefully", "blithely", "quickly", "fluffily", "slowly",
    "quietly", "ruthlessly", "thinly", "closely", "doggedly", "daringly", "bravely", "stealthily", "permanently",
};
static const char *const prepositions[] = {
    "about", "above", "according to", "across", "after", "against", "along", "among", "around", "at", "before",
    "behind", "beneath", "beside", "between", "beyond", "despite", "during", "except", "for", "from", "inside",
    "instead of", "into", "near", "of", "on", "outside", "over", "past", "since", "through", "under", "until",
};
static const char *const auxiliaries[] = {
    "do", "may", "might", "shall", "will", "would", "can", "could", "should", "ought to", "must", "try to", "need to",
};
static const char *const terminators[] = {".", ";", ":", "?", "!", "--"};

#endif
