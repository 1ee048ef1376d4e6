/* words.h: the words that the text columns of generate_retail.c are made of. */
#ifndef BENCH_RETAIL_WORDS_H
#define BENCH_RETAIL_WORDS_H

static const char *const continents[] = {"Africa", "America", "Asia", "Europe", "Oceania"};

static const struct {
    const char *name, *currency;
    unsigned continent; // from 1
} countries[] = {
    {"Germany", "EUR", 4}, {"France", "EUR", 4},  {"Spain", "EUR", 4},     {"Poland", "PLN", 4},
    {"Norway", "NOK", 4},  {"Canada", "CAD", 2},  {"Mexico", "MXN", 2},    {"Chile", "CLP", 2},
    {"Brazil", "BRL", 2},  {"Japan", "JPY", 3},   {"India", "INR", 3},     {"Vietnam", "VND", 3},
    {"Kenya", "KES", 1},   {"Morocco", "MAD", 1}, {"Australia", "AUD", 5}, {"Fiji", "FJD", 5},
};

static const char *const departments[] = {"Clothing", "Home", "Electronics", "Garden", "Toys", "Food"};

// Six of each department, in its order.
static const char *const categories[] = {
    "Shirts", "Trousers", "Shoes",     "Coats",  "Hats",    "Socks",    "Lamps",  "Chairs", "Tables",
    "Carpets", "Curtains", "Kitchen",  "Phones", "Cameras", "Radios",   "Screens", "Cables", "Printers",
    "Seeds",  "Tools",    "Pots",      "Fences", "Mowers",  "Benches",  "Puzzles", "Dolls",  "Trains",
    "Blocks", "Balls",    "Games",     "Bread",  "Coffee",  "Tea",      "Sweets",  "Pasta",  "Spices",
};

static const char *const colours[] = {"black", "white", "red", "blue", "green", "grey", "yellow", "brown", "orange", "violet"};
static const char *const sizes[] = {"small", "medium", "large", "extra large"};
static const char *const tiers[] = {"budget", "budget", "standard", "standard", "standard", "premium", "luxury"};
static const char *const formats[] = {"market", "market", "boutique", "outlet", "kiosk"};
static const char *const address_kinds[] = {"house", "flat", "flat", "office", "box"};
static const char *const site_kinds[] = {"shop", "app", "marketplace"};
static const char *const media[] = {"television", "radio", "press", "mail", "social"};
static const char *const channel_names[] = {"shop", "phone", "web"};
static const char *const carrier_kinds[] = {"express", "parcel", "freight", "pickup"};

static const struct {
    const char *text, *kind;
} reasons[] = {
    {"too small", "fit"},          {"too large", "fit"},    {"other colour", "taste"}, {"not liked", "taste"},
    {"broken", "fault"},           {"part missing", "fault"}, {"stopped working", "fault"}, {"came too late", "delivery"},
    {"wrong article", "delivery"}, {"found cheaper", "price"}, {"ordered twice", "mistake"}, {"gift", "mistake"},
};

static const char *const first_names[] = {
    "Ada", "Ben", "Cleo", "Dag", "Eva", "Finn", "Gala", "Hugo", "Ines", "Jan", "Kim", "Leo", "Mia", "Nils", "Olga", "Paul",
    "Rosa", "Sam", "Tara", "Uwe", "Vera", "Wim", "Yara", "Zeno",
};
static const char *const syllables[] = {
    "ba", "cor", "den", "fal", "gri", "hem", "jo", "kal", "lin", "mor", "nev", "os", "pra", "quil", "ros", "sten",
    "tam", "ur", "vel", "wick", "xan", "yor", "zel", "ard", "brun", "el", "field", "ham", "mont", "stad", "ton", "ville",
};

#endif
