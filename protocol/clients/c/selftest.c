/* Tests of what needs no daemon: checksums, JSON, ranges, and a conversation over a pair of sockets. Prints nothing and returns 0 when all is well. */
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

static void say(int fd, int kind, const void *header, size_t header_bytes, const void *body, size_t body_bytes) {
    unsigned char message[256] = {'P', 'N', 'S', 'T', 1};
    message[5] = (unsigned char)kind;
    penstock__put(message + 6, header_bytes, 2);
    penstock__put(message + 8, body_bytes, 8);
    if (header_bytes > 0) {
        memcpy(message + 16, header, header_bytes);
    }
    if (body_bytes > 0) {
        memcpy(message + 16 + header_bytes, body, body_bytes);
    }
    check(send(fd, message, 16 + header_bytes + body_bytes, 0) == (ssize_t)(16 + header_bytes + body_bytes), "said");
}

/* Reads one message of the client; returns its kind. */
static int hear(int fd, unsigned char *message) {
    uint64_t rest;
    if (recv(fd, message, 16, MSG_WAITALL) != 16) {
        return -1;
    }
    rest = penstock__get(message + 6, 2) + penstock__get(message + 8, 8);
    return rest == 0 || recv(fd, message + 16, (size_t)rest, MSG_WAITALL) == (ssize_t)rest ? message[5] : -1;
}

static int begin(penstock_stream *s) {
    int ends[2] = {-1, -1};
    memset(s, 0, sizeof *s);
    check(socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0, "pair of sockets");
    s->fd = ends[0];
    (void)fcntl(s->fd, F_SETFL, fcntl(s->fd, F_GETFL) | O_NONBLOCK);
    (void)fcntl(ends[1], F_SETFL, fcntl(ends[1], F_GETFL) | O_NONBLOCK); /* nothing said is a failure, not a wait */
    s->frame_bytes = 4;
    s->frame_limit = 10;
    s->waits_for_credit = 1;
    s->heard_ms = penstock__now_ms();
    return ends[1];
}

/* The daemon finds the last frame damaged, and asks after END for one that did not reach the disk. */
static void check_end(penstock_stream *s) {
    static const char refusal[] = "{\"code\":\"payload_checksum\",\"message\":\"x\",\"fatal\":false,\"frame\":1}";
    static const char reported[] = "{\"state\":\"complete\",\"frames_written\":2}";
    unsigned char m[256], pong[8], ack[24], resend[8], range[16];
    uint64_t index = 0;
    penstock_report report;
    int daemon = begin(s);
    check(penstock_send_frame(s, 0, 0, "abcd", 4) == 0 && penstock_send_frame(s, 1, 0, "efgh", 4) == 0, "frames sent");
    check(hear(daemon, m) == PENSTOCK__FRAME && m[46] == 0, "first frame");
    check(hear(daemon, m) == PENSTOCK__FRAME && m[46] == 0, "second frame");
    say(daemon, PENSTOCK__ERROR, NULL, 0, refusal, sizeof refusal - 1);
    penstock__put(pong, 1, 8);
    say(daemon, PENSTOCK__PONG, NULL, 0, pong, 8);
    check(penstock_end(s, 2, &report) == 2, "a damaged frame is asked for before END");
    check(hear(daemon, m) == PENSTOCK__PING && penstock__get(m + 16, 8) == 1, "PING behind the last frame");
    check(penstock_next_resend(s, &index) && index == 1 && !penstock_next_resend(s, &index), "the damaged one");
    check(penstock_resend_frame(s, 1, 0, "efgh", 4) == 0, "sent again");
    check(hear(daemon, m) == PENSTOCK__FRAME && penstock__get(m + 16, 8) == 1 && m[46] == 1, "flag of a frame sent before");
    penstock__put(pong, 2, 8);
    say(daemon, PENSTOCK__PONG, NULL, 0, pong, 8);
    memset(ack, 0, sizeof ack);
    penstock__put(ack, 2, 8);
    say(daemon, PENSTOCK__ACK, ack, sizeof ack, NULL, 0);
    check(penstock_end_begin(s, 2) == 0 && hear(daemon, m) == PENSTOCK__PING && hear(daemon, m) == PENSTOCK__END, "END behind another PING");
    penstock__put(resend, 1, 8);
    penstock__put(range, 0, 8);
    penstock__put(range + 8, 1, 8);
    check(penstock_poll(s, 0) == 0 && penstock_is_written(s, 1), "damaged, then written");
    say(daemon, PENSTOCK__RESEND, resend, 8, range, 16);
    check(penstock_end(s, 2, &report) == 2 && penstock_next_resend(s, &index) && index == 0, "asked for after END");
    check(penstock_resend_frame(s, 0, 0, "abcd", 4) == 0 && hear(daemon, m) == PENSTOCK__FRAME && m[46] == 1, "sent after END");
    say(daemon, PENSTOCK__REPORT, NULL, 0, reported, sizeof reported - 1);
    check(penstock_end(s, 2, &report) == 0 && report.frames_written == 2, "report");
    check(hear(daemon, m) == -1, "END is not said again");
    close(daemon);
    penstock_close(s);
}

static void check_silence(penstock_stream *s) {
    unsigned char m[256], pong[8] = {1};
    int daemon = begin(s);
    s->heard_ms -= 9000;
    check(penstock_poll(s, 0) == 0 && hear(daemon, m) == -1, "a short silence means nothing");
    s->heard_ms -= 2000;
    check(penstock_poll(s, 0) == 0 && hear(daemon, m) == PENSTOCK__PING, "a long one is asked about");
    check(penstock_poll(s, 0) == 0 && hear(daemon, m) == -1, "once");
    say(daemon, PENSTOCK__PONG, NULL, 0, pong, 8);
    s->asked_ms -= 30000;
    check(penstock_poll(s, -1) == 0 && s->asked_ms == 0, "an answer that lay there counts");
    s->asked_ms = penstock__now_ms() - 30000;
    s->is_held_up = 1;
    check(penstock_poll(s, 0) == 0, "a full disk may be silent");
    s->is_held_up = 0;
    check(penstock_poll(s, -1) == -1 && strcmp(s->error_code, "silent") == 0, "no answer ends it");
    close(daemon);
    penstock_close(s);
}

static void check_short_messages(penstock_stream *s) {
    static const int kinds[] = {PENSTOCK__CREDIT, PENSTOCK__ACK, PENSTOCK__DROPPED, PENSTOCK__RESEND};
    unsigned char header[24] = {0};
    size_t i;
    for (i = 0; i < 4; i++) {
        int daemon = begin(s);
        say(daemon, kinds[i], header, kinds[i] == PENSTOCK__ACK ? 23 : 7, NULL, 0);
        check(penstock_poll(s, -1) == -1 && strstr(s->error, "too short") != NULL, "a short header");
        close(daemon);
        penstock_close(s);
    }
    for (i = 1; i < 4; i++) {
        int daemon = begin(s);
        penstock__put(header + (i == 1 ? 16 : 0), 2, 4);
        say(daemon, kinds[i], header, i == 1 ? 24 : 8, header, 16);
        check(penstock_poll(s, -1) == -1 && strstr(s->error, "expectedBytes>=32, actualBytes=16") != NULL, "fewer ranges than said");
        close(daemon);
        penstock_close(s);
    }
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
    check_end(s);
    check_silence(s);
    check_short_messages(s);
    free(s);
    return failures == 0 ? 0 : 1;
}
