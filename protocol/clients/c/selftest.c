/* Tests of what needs no daemon: checksums, JSON, ranges. Prints nothing and returns 0 when all is well. */
#define PENSTOCK_IMPLEMENTATION
#include "penstock.h"

static int failures;

static void check(int is_good, const char *what) {
    if (!is_good) {
        fprintf(stderr, "failed: %s\n", what);
        failures++;
    }
}

static void check_checksums(penstock_stream *s) {
    unsigned char data[100];
    size_t from, bytes;
    for (bytes = 0; bytes < sizeof data; bytes++) {
        data[bytes] = (unsigned char)(7 * bytes * bytes + bytes);
    }
    penstock__crc_tables(s->crc_table);
    s->is_checked = 1;
    check(penstock__crc(s, "123456789", 9) == 0xe3069283u, "CRC-32C of 123456789");
    check(penstock__crc_soft(s->crc_table, (const unsigned char *)"123456789", 9) == 0xe3069283u, "CRC-32C from tables");
    for (from = 0; from < 9; from++) {
        for (bytes = 0; bytes + from < sizeof data; bytes++) {
            check(penstock__crc(s, data + from, bytes) == penstock__crc_soft(s->crc_table, data + from, bytes), "both ways agree");
        }
    }
    s->is_checked = 0;
    check(penstock__crc(s, data, sizeof data) == 0, "no checksum is 0");
}

static void check_json(void) {
    const char *text = " { \"a\" : {\"n\":[1,{\"b\":2}],\"s\":\"}\\\"\"} , \"s\":\"q\\\"\\\\\\u00e9\\n/\", \"n\":42,\"x\":1.25e-3 ,\"e\":null, \"last\":7}";
    char out[32], cut[8];
    penstock__text made = {NULL, 0, 0, 0};
    check(penstock__json_number(text, "n") == 42, "number beside nested objects");
    check(penstock__json_number(text, "last") == 7, "last number");
    check(penstock__json(text, "b") == NULL, "nested keys are not found");
    check(penstock__json_real(text, "x") > 0.0012499 && penstock__json_real(text, "x") < 0.0012501, "real number");
    penstock__json_string(text, "s", out, sizeof out);
    check(strcmp(out, "q\"\\\303\251\n/") == 0, "escapes");
    penstock__json_string(text, "e", out, sizeof out);
    check(out[0] == '\0', "null is empty");
    penstock__json_string("{\"s\":\"0123456789\"}", "s", cut, sizeof cut);
    check(strcmp(cut, "0123") == 0, "long strings are cut");
    check(penstock__json("{\"s\":\"unterminated", "n") == NULL, "text that ends early");
    penstock__add_text(&made, "{");
    penstock__add_string(&made, "a", "x\"\\\n");
    penstock__add_number(&made, "n", 3);
    penstock__add_real(&made, "r", 0.5);
    penstock__add_string(&made, "none", NULL);
    penstock__add_text(&made, "}");
    check(strcmp(made.chars, "{\"a\":\"x\\\"\\\\\\u000a\",\"n\":3,\"r\":0.5}") == 0, "JSON made");
    free(made.chars);
}

static void check_ranges(penstock_stream *s) {
    unsigned char body[64];
    penstock__put(body, 4, 8);
    penstock__put(body + 8, 2, 8);
    penstock__put(body + 16, 9, 8);
    penstock__put(body + 24, 1, 8);
    penstock__put(body + 32, 6, 8);
    penstock__put(body + 40, 3, 8);
    s->written_below = 2;
    check(penstock__take_ranges(s, body, 3, 48, 0) == 0, "ranges taken");
    check(s->above_count == 1 && s->above[0].first == 4 && s->above[0].end == 10, "touching ranges are joined");
    check(penstock_is_written(s, 1) && !penstock_is_written(s, 2) && penstock_is_written(s, 9) && !penstock_is_written(s, 10), "is written");
    check(penstock__take_ranges(s, body, 1, 48, 1) == 0, "lost taken");
    s->written_below = 20;
    s->above_count = 0;
    check(penstock_is_written(s, 3) && !penstock_is_written(s, 5) && penstock_is_written(s, 6), "lost frames are settled, not written");
    check(s->dropped == 2, "dropped are counted");
}

static void check_resend(penstock_stream *s) {
    unsigned char body[32];
    uint64_t index = 0, sum = 0, i;
    int count = 0;
    s->written_below = 10;
    s->lost_count = 0;
    check(penstock__add_range(&s->above, &s->above_count, &s->above_capacity, 12, 20) == 0, "range added");
    penstock__put(body, 4, 8);
    penstock__put(body + 8, 2, 8);
    penstock__put(body + 16, 14, 8);
    penstock__put(body + 24, 3, 8);
    check(penstock__take_resend(s, body, 2, 32) == 0, "resend taken");
    check(s->written_below == 4, "the mark falls");
    for (i = 0; i < 20; i++) {
        int is_asked = i == 4 || i == 5 || (i >= 14 && i < 17);
        check(penstock_is_written(s, i) == (!is_asked && i != 10 && i != 11), "what is taken back is not written, all else is");
    }
    while (penstock_next_resend(s, &index)) {
        sum += index;
        count++;
    }
    check(count == 5 && sum == 4 + 5 + 14 + 15 + 16, "each is asked for once");
}

int main(void) {
    penstock_stream *s = (penstock_stream *)calloc(1, sizeof *s);
    if (s == NULL) {
        return 1;
    }
    s->fd = -1;
    check_checksums(s);
    check_json();
    check_ranges(s);
    check_resend(s);
    penstock_close(s);
    free(s);
    return failures == 0 ? 0 : 1;
}
