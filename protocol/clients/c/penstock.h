/* penstock.h: streams detector frames to penstockd. One header, POSIX sockets, C99 or C++11; the wire is in protocol/README.md.
 *
 * In one source file, before any other #include:
 *
 *     #define PENSTOCK_IMPLEMENTATION
 *     #include "penstock.h"
 *
 *     penstock_options options = PENSTOCK_OPTIONS_INIT;
 *     options.detector = "eiger"; options.dtype = "u2"; options.ndim = 2; options.shape[0] = 512; options.shape[1] = 512;
 *     penstock_stream stream;
 *     if (penstock_open(&stream, "127.0.0.1:9700", &options) != 0) { fputs(penstock_error(&stream), stderr); … }
 *     for (i = 0; i < n; i++)
 *         if (penstock_send_frame(&stream, i, timestamp_ns, pixels(i), 512 * 512 * 2) != 0) …
 *     penstock_report report;
 *     if (penstock_end(&stream, n, &report) != 0) …            waits until the files are closed
 *     penstock_close(&stream);                                 in any case, also after an error
 *
 * penstock_send_frame blocks while the daemon gives no credit, and takes its acknowledgements meanwhile. When it returns the frame's memory
 * may be changed; the frame is safe in a file only when penstock_is_written says so. Frames are not kept here: a caller that wants to lose none
 * keeps them until then (with ack "durable": until stream.durable_below has passed them), looks at penstock_next_resend now and then, and after
 * a cut, or error_code "suspended", takes the stream up again by penstock_attach and sends what is not written by penstock_resend_frame
 * (protocol/README.md, section 10).
 *
 * A frame can come damaged, the last one too. So penstock_end first waits until the daemon has looked at all that was sent here, and returns 2
 * when it asks for frames again:
 *
 *     while ((result = penstock_end(&stream, n, &report)) == 2)
 *         while (penstock_next_resend(&stream, &i))
 *             if (penstock_resend_frame(&stream, i, timestamp_ns, pixels(i), 512 * 512 * 2) != 0) …
 *
 * A caller that does not have them any more only takes them off the list, and the report names them as missing.
 *
 * A daemon of which nothing is heard for 10 s is asked for a sign of life by whatever function is called next or waits then; when none has
 * come 20 s later the connection is given up, error_code "silent": the daemon is gone, or the network is. Not while its disk is full
 * ("disk_full" below): then it may be silent for as long as that takes.
 *
 * A handle is used by one thread at a time; there is no other state, so any number of streams may run side by side. Several connections for
 * one stream are several handles: penstock_open with options.connections = n, then n - 1 times penstock_attach; each is ended.
 *
 * Functions return 0, or -1 and a text in penstock_error; after -1 there is only penstock_close. SIGPIPE is not raised.
 */
#ifndef PENSTOCK_H
#define PENSTOCK_H

#if defined(PENSTOCK_IMPLEMENTATION) && !defined(_POSIX_C_SOURCE) && !defined(_GNU_SOURCE)
#define _POSIX_C_SOURCE 200809L
#endif

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define PENSTOCK_MAX_DIMS 4

/* What the detector says of its frames (README section 4). 0 or NULL: the default. Begin with PENSTOCK_OPTIONS_INIT. */
typedef struct penstock_options {
    const char *detector; /* required */
    const char *dtype;    /* required: u1 u2 u4 u8 i1 i2 i4 i8 f4 f8, little-endian */
    int ndim;             /* of one frame: 0 counter, 1 spectrum, 2 image, 3 stack */
    uint64_t shape[PENSTOCK_MAX_DIMS]; /* slowest first */
    uint64_t frames;                   /* how many will come; 0: not known, penstock_end says */
    int connections;
    const char *encoding; /* of payloads: NULL or raw; bslz4, lz4, zstd, blosc for penstock_send_encoded */
    const char *codec, *ack, *overflow;
    int no_save;     /* receive, count and throw away */
    uint64_t every;  /* store only frames 0, n, 2n, … */
    double rate_hz;
    uint64_t frames_per_file;
    const char *join; /* id of a scan to join; the names of the next line are then NULL */
    const char *proposal, *beamline, *session, *sample, *dataset, *title;
    int number, streams;
    const char *extra_json; /* further keys as they are, e.g. "\"detector_info\":{\"x_pixel_size\":{\"value\":75e-6,\"units\":\"m\"}}" */
    int no_checksum;        /* else CRC-32C */
} penstock_options;

#ifdef __cplusplus
#define PENSTOCK_OPTIONS_INIT penstock_options()
#else
#define PENSTOCK_OPTIONS_INIT {0}
#endif

/* What became of the stream (README section 8). */
typedef struct penstock_report {
    char state[16]; /* complete, incomplete or aborted */
    uint64_t frames_expected, frames_received, frames_written, frames_durable, frames_dropped, frames_skipped, duplicates, missing_frames;
    uint64_t bytes_raw, bytes_stored;
    double seconds;
    const char *json; /* the whole report; lives as long as the handle */
    size_t json_bytes;
} penstock_report;

typedef struct penstock_range {
    uint64_t first, end;
} penstock_range;

/* A connection of a stream. Read what you like, change nothing. */
typedef struct penstock_stream {
    char stream_id[64], scan_id[64], entry[32];
    char scan_file[1024], dataset_file[1024]; /* empty where there is none */
    uint64_t frame_bytes;
    uint64_t frames_sent;
    uint64_t frame_limit;               /* credit: so many in all on this connection */
    uint64_t written_below, durable_below; /* all frames below are settled; survive power loss */
    uint64_t dropped;                   /* frames that the daemon dropped on this connection (overflow drop) */
    uint64_t refusals;                  /* errors that were not fatal: a frame each, or "disk_full": the stream waits for room */
    char refusal[256];                  /* the last of them */
    char error_code[32];                /* of README section 9, or "socket", "silent" */
    char error[512];
    /* not for reading */
    char address[300];
    int fd, waits_for_credit, is_checked, is_ending, is_reported, is_dead, is_held_up;
    uint64_t tick, status;
    unsigned char values[1024];
    size_t value_bytes;
    int64_t heard_ms, asked_ms; /* last word of the daemon; PING that has no answer yet, 0: none */
    uint64_t pings, pongs, barrier;
    unsigned char *in;
    size_t in_bytes, in_capacity, in_at;
    char *report_json;
    penstock_range *above, *lost, *resend;
    size_t above_count, above_capacity, lost_count, lost_capacity, resend_count, resend_capacity;
    uint32_t crc_table[8][256];
} penstock_stream;

/* Connects to "host:port" and opens a stream. */
int penstock_open(penstock_stream *stream, const char *address, const penstock_options *options);
/* Opens a further connection of a stream, or takes one up again after a cut. */
int penstock_attach(penstock_stream *stream, const char *address, const char *stream_id);
/* Sends one frame; index: its place in the stream, any order; timestamp_ns: on the stream's clock, 0 if unknown. */
int penstock_send_frame(penstock_stream *stream, uint64_t index, uint64_t timestamp_ns, const void *data, size_t bytes);
/* Says what comes with the frame that is sent next, and with no other: the detector's own counter, the status bits (README section 5), and the
 * values of the stream's "frame_values" (in extra_json) that have a dtype: one behind the other, little-endian, texts padded with zeros; NULL for
 * none. What was said again before a frame that is sent again is stored again. */
int penstock_set_values(penstock_stream *stream, uint64_t tick, uint32_t status, const void *values, size_t bytes);
/* Sends a frame that was sent before: after a cut, or one of penstock_next_resend. */
int penstock_resend_frame(penstock_stream *stream, uint64_t index, uint64_t timestamp_ns, const void *data, size_t bytes);
/* Sends one frame that is encoded already and is stored as it is: data is the chunk as the HDF5 filter of that encoding writes it; encoding: that of
 * penstock_options. A frame that does not shrink goes by penstock_send_frame: it is stored raw. */
int penstock_send_encoded(penstock_stream *stream, uint64_t index, uint64_t timestamp_ns, const char *encoding, const void *data, size_t bytes);
/* Sends an encoded frame that was sent before. */
int penstock_resend_encoded(penstock_stream *stream, uint64_t index, uint64_t timestamp_ns, const char *encoding, const void *data, size_t bytes);
/* Takes what the daemon has said; waits up to timeout_ms (0: not at all, -1: without limit) for the first of it. */
int penstock_poll(penstock_stream *stream, int timeout_ms);
/* 1 when the daemon acknowledged the frame (as far as this connection has heard: penstock_poll), else 0. */
int penstock_is_written(const penstock_stream *stream, uint64_t index);
/* 1 and a frame that the daemon asks for again, because it came damaged over this connection (as often as that happens), or because what it had
 * acknowledged did not reach the disk: send it once more; 0 when there is none. The latter is asked only of a stream with ack "durable", or
 * before the frame was acknowledged at all, and of every connection of the stream: once is enough, and after penstock_end_begin all there is. */
int penstock_next_resend(penstock_stream *stream, uint64_t *index);
/* Ends this connection's part; frames: of the whole stream, 0: as many as were announced, or else as came. Waits until all files are closed.
 * Returns 0 when the stream is complete, 1 when it is not (see the report), 2 when penstock_next_resend has frames: there is no report yet, send
 * them and call again; -1 on an error. report may be NULL.
 * With several connections call penstock_end_begin on each first, until it returns 0 and not 2, then penstock_end on each. */
int penstock_end(penstock_stream *stream, uint64_t frames, penstock_report *report);
int penstock_end_begin(penstock_stream *stream, uint64_t frames);
/* Ends the stream now, over a connection of its own; what was written stays. */
int penstock_abort(penstock_stream *stream, const char *reason);
void penstock_close(penstock_stream *stream);
const char *penstock_error(const penstock_stream *stream);

#ifdef __cplusplus
}
#endif

#ifdef PENSTOCK_IMPLEMENTATION

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#define PENSTOCK__SSE42 1
#include <nmmintrin.h>
#elif defined(__ARM_FEATURE_CRC32)
#define PENSTOCK__ARM_CRC 1
#include <arm_acle.h>
#endif

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum {
    PENSTOCK__HELLO = 1,
    PENSTOCK__OPEN_STREAM = 2,
    PENSTOCK__ATTACH = 3,
    PENSTOCK__STREAM_OPENED = 4,
    PENSTOCK__END = 5,
    PENSTOCK__REPORT = 6,
    PENSTOCK__ERROR = 7,
    PENSTOCK__PING = 8,
    PENSTOCK__PONG = 9,
    PENSTOCK__ABORT = 11,
    PENSTOCK__FRAME = 16,
    PENSTOCK__CREDIT = 32,
    PENSTOCK__ACK = 33,
    PENSTOCK__DROPPED = 34,
    PENSTOCK__RESEND = 35,
    PENSTOCK__PREFIX_BYTES = 16,
    PENSTOCK__FRAME_BYTES = 80,
    PENSTOCK__CHECKED_BYTES = 76,
    PENSTOCK__CONNECT_MS = 10000,
    PENSTOCK__ANSWER_MS = 30000,
    PENSTOCK__ASK_MS = 10000,     /* of silence, then a PING */
    PENSTOCK__GIVE_UP_MS = 20000, /* more without an answer */
    PENSTOCK__SENT_BEFORE = 1,
    PENSTOCK__MAX_BODY_BYTES = 16 << 20
};

/* ---- errors ---- */

static int penstock__fail(penstock_stream *s, const char *code, const char *what, const char *detail) {
    s->is_dead = 1;
    if (s->error[0] == '\0') { /* the first says why, what follows is its consequence */
        snprintf(s->error_code, sizeof s->error_code, "%s", code);
        snprintf(s->error, sizeof s->error, "%s%s%s", what, detail[0] != '\0' ? ": " : "", detail);
    }
    return -1;
}

static int penstock__fail_socket(penstock_stream *s, const char *what) {
    return penstock__fail(s, "socket", what, strerror(errno));
}

static int penstock__fail_short(penstock_stream *s, const char *what, uint64_t expected, uint64_t actual) {
    char detail[96];
    snprintf(detail, sizeof detail, "%s, expectedBytes>=%llu, actualBytes=%llu", what, (unsigned long long)expected, (unsigned long long)actual);
    return penstock__fail(s, "magic", "message of the daemon is too short", detail);
}

const char *penstock_error(const penstock_stream *stream) {
    return stream->error;
}

/* ---- little-endian numbers ---- */

static void penstock__put(unsigned char *at, uint64_t value, int bytes) {
    int i;
    for (i = 0; i < bytes; i++) {
        at[i] = (unsigned char)(value >> (8 * i));
    }
}

static uint64_t penstock__get(const unsigned char *at, int bytes) {
    uint64_t value = 0;
    int i;
    for (i = bytes - 1; i >= 0; i--) {
        value = value << 8 | at[i];
    }
    return value;
}

/* ---- CRC-32C: the processor's instruction, or eight bytes at a time from tables ---- */

static void penstock__crc_tables(uint32_t table[8][256]) {
    uint32_t i;
    int k;
    for (i = 0; i < 256; i++) {
        uint32_t crc = i;
        for (k = 0; k < 8; k++) {
            crc = crc >> 1 ^ (0x82f63b78u & (0u - (crc & 1u)));
        }
        table[0][i] = crc;
    }
    for (i = 0; i < 256; i++) {
        for (k = 1; k < 8; k++) {
            table[k][i] = table[k - 1][i] >> 8 ^ table[0][table[k - 1][i] & 255u];
        }
    }
}

static uint32_t penstock__crc_soft(uint32_t (*table)[256], const unsigned char *at, size_t bytes) {
    uint32_t crc = 0xffffffffu;
    while (bytes >= 8) {
        uint32_t low = crc ^ (uint32_t)penstock__get(at, 4);
        crc = table[7][low & 255u] ^ table[6][low >> 8 & 255u] ^ table[5][low >> 16 & 255u] ^ table[4][low >> 24] ^ table[3][at[4]]
              ^ table[2][at[5]] ^ table[1][at[6]] ^ table[0][at[7]];
        at += 8;
        bytes -= 8;
    }
    while (bytes-- > 0) {
        crc = crc >> 8 ^ table[0][(crc ^ *at++) & 255u];
    }
    return ~crc;
}

#if defined(PENSTOCK__SSE42)
__attribute__((target("sse4.2"))) static uint32_t penstock__crc_hard(const unsigned char *at, size_t bytes) {
    uint64_t crc = 0xffffffffu;
    while (bytes >= 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        crc = _mm_crc32_u64(crc, word);
        at += 8;
        bytes -= 8;
    }
    while (bytes-- > 0) {
        crc = _mm_crc32_u8((uint32_t)crc, *at++);
    }
    return ~(uint32_t)crc;
}
#elif defined(PENSTOCK__ARM_CRC)
static uint32_t penstock__crc_hard(const unsigned char *at, size_t bytes) {
    uint32_t crc = 0xffffffffu;
    while (bytes >= 8) {
        uint64_t word;
        memcpy(&word, at, 8);
        crc = __crc32cd(crc, word);
        at += 8;
        bytes -= 8;
    }
    while (bytes-- > 0) {
        crc = __crc32cb(crc, *at++);
    }
    return ~crc;
}
#endif

static uint32_t penstock__crc(penstock_stream *s, const void *data, size_t bytes) {
    const unsigned char *at = (const unsigned char *)data;
    if (!s->is_checked) {
        return 0;
    }
#if defined(PENSTOCK__SSE42)
    if (__builtin_cpu_supports("sse4.2")) {
        return penstock__crc_hard(at, bytes);
    }
#elif defined(PENSTOCK__ARM_CRC)
    return penstock__crc_hard(at, bytes);
#endif
    return penstock__crc_soft(s->crc_table, at, bytes);
}

/* ---- JSON: members of the outermost object, which is all that is needed ---- */

static const char *penstock__skip_space(const char *at) {
    while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r') {
        at++;
    }
    return at;
}

static const char *penstock__skip_string(const char *at) {
    at++;
    while (*at != '\0' && *at != '"') {
        at += at[0] == '\\' && at[1] != '\0' ? 2 : 1;
    }
    return *at == '"' ? at + 1 : at;
}

static const char *penstock__skip_value(const char *at) {
    int depth = 0;
    for (; *at != '\0'; at++) {
        if (*at == '"') {
            at = penstock__skip_string(at) - 1;
        } else if (*at == '{' || *at == '[') {
            depth++;
        } else if (*at == '}' || *at == ']') {
            if (depth == 0) {
                return at;
            }
            depth--;
        } else if (*at == ',' && depth == 0) {
            return at;
        }
    }
    return at;
}

/* Returns where the value of a key begins, or NULL. */
static const char *penstock__json(const char *text, const char *key) {
    size_t length = strlen(key);
    const char *at = penstock__skip_space(text);
    if (*at != '{') {
        return NULL;
    }
    at = penstock__skip_space(at + 1);
    while (*at == '"') {
        const char *name = at + 1;
        const char *end = penstock__skip_string(at);
        const char *value = penstock__skip_space(end);
        if (*value != ':') {
            return NULL;
        }
        value = penstock__skip_space(value + 1);
        if ((size_t)(end - name) == length + 1 && strncmp(name, key, length) == 0) {
            return value;
        }
        at = penstock__skip_value(value);
        if (*at != ',') {
            return NULL;
        }
        at = penstock__skip_space(at + 1);
    }
    return NULL;
}

static uint64_t penstock__json_number(const char *text, const char *key) {
    const char *at = penstock__json(text, key);
    return at == NULL || *at < '0' || *at > '9' ? 0 : (uint64_t)strtoull(at, NULL, 10);
}

/* Reads [[first, count], ...]; 0 at the end. */
static int penstock__json_range(const char **at, uint64_t *first, uint64_t *count) {
    char *end;
    *at += strspn(*at, "[, ");
    if (**at < '0' || **at > '9') {
        return 0;
    }
    *first = (uint64_t)strtoull(*at, &end, 10);
    *at = end + strspn(end, ", ");
    *count = (uint64_t)strtoull(*at, &end, 10);
    *at = end + strspn(end, " ");
    *at += **at == ']';
    return 1;
}

/* Not strtod: that reads the decimal point of the locale. */
static double penstock__json_real(const char *text, const char *key) {
    const char *at = penstock__json(text, key);
    double value = 0, scale = 1;
    int exponent = 0, is_small;
    if (at == NULL) {
        return 0;
    }
    for (; *at >= '0' && *at <= '9'; at++) {
        value = value * 10 + (*at - '0');
    }
    if (*at == '.') {
        for (at++; *at >= '0' && *at <= '9'; at++) {
            scale /= 10;
            value += scale * (*at - '0');
        }
    }
    if (*at == 'e' || *at == 'E') {
        at++;
        is_small = *at == '-';
        at += *at == '-' || *at == '+';
        for (; *at >= '0' && *at <= '9' && exponent < 400; at++) {
            exponent = exponent * 10 + (*at - '0');
        }
        for (; exponent > 0; exponent--) {
            value = is_small ? value / 10 : value * 10;
        }
    }
    return value;
}

static size_t penstock__utf8(unsigned long code, char *out) {
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    out[0] = (char)(0xe0 | code >> 12);
    out[1] = (char)(0x80 | (code >> 6 & 0x3f));
    out[2] = (char)(0x80 | (code & 0x3f));
    return 3;
}

/* Copies a string value, cut to the room there is; empty when it is null or absent. */
static void penstock__json_string(const char *text, const char *key, char *out, size_t room) {
    const char *at = penstock__json(text, key);
    size_t used = 0;
    if (at != NULL && *at == '"') {
        for (at++; *at != '\0' && *at != '"' && used + 4 < room; at++) {
            if (*at != '\\') {
                out[used++] = *at;
                continue;
            }
            at++;
            if (*at == 'u') {
                char digits[5] = {0, 0, 0, 0, 0};
                int i;
                for (i = 0; i < 4 && at[1] != '\0'; i++) {
                    digits[i] = *++at;
                }
                used += penstock__utf8(strtoul(digits, NULL, 16), out + used);
            } else if (*at != '\0') {
                out[used++] = *at == 'n' ? '\n' : *at == 't' ? '\t' : *at == 'r' ? '\r' : *at;
            } else {
                break;
            }
        }
    }
    out[used] = '\0';
}

/* ---- JSON out, into a buffer that grows ---- */

typedef struct penstock__text {
    char *chars;
    size_t used, room;
    int is_out_of_memory;
} penstock__text;

static void penstock__add(penstock__text *text, const char *chars, size_t count) {
    if (text->used + count + 1 > text->room) {
        size_t room = 2 * (text->used + count + 128);
        char *longer = (char *)realloc(text->chars, room);
        if (longer == NULL) {
            text->is_out_of_memory = 1;
            return;
        }
        text->chars = longer;
        text->room = room;
    }
    memcpy(text->chars + text->used, chars, count);
    text->used += count;
    text->chars[text->used] = '\0';
}

static void penstock__add_text(penstock__text *text, const char *chars) {
    penstock__add(text, chars, strlen(chars));
}

static void penstock__add_quoted(penstock__text *text, const char *chars) {
    penstock__add_text(text, "\"");
    for (; *chars != '\0'; chars++) {
        char escape[8];
        if (*chars == '"' || *chars == '\\') {
            escape[0] = '\\';
            escape[1] = *chars;
            penstock__add(text, escape, 2);
        } else if ((unsigned char)*chars < 0x20) {
            snprintf(escape, sizeof escape, "\\u%04x", (unsigned)*chars);
            penstock__add_text(text, escape);
        } else {
            penstock__add(text, chars, 1);
        }
    }
    penstock__add_text(text, "\"");
}

static void penstock__add_key(penstock__text *text, const char *key) {
    if (text->chars != NULL && text->chars[text->used - 1] != '{') {
        penstock__add_text(text, ",");
    }
    penstock__add_quoted(text, key);
    penstock__add_text(text, ":");
}

static void penstock__add_string(penstock__text *text, const char *key, const char *value) {
    if (value != NULL) {
        penstock__add_key(text, key);
        penstock__add_quoted(text, value);
    }
}

static void penstock__add_number(penstock__text *text, const char *key, uint64_t value) {
    char digits[24];
    if (value != 0) {
        snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
        penstock__add_key(text, key);
        penstock__add_text(text, digits);
    }
}

static void penstock__add_real(penstock__text *text, const char *key, double value) {
    char digits[40];
    char *comma;
    if (value > 0) {
        snprintf(digits, sizeof digits, "%.17g", value);
        comma = strchr(digits, ','); /* the decimal point of some locales */
        if (comma != NULL) {
            *comma = '.';
        }
        penstock__add_key(text, key);
        penstock__add_text(text, digits);
    }
}

static void penstock__add_scan(penstock__text *text, const penstock_options *o) {
    penstock__add_key(text, "scan");
    penstock__add_text(text, "{");
    penstock__add_string(text, "join", o->join);
    penstock__add_string(text, "proposal", o->proposal);
    penstock__add_string(text, "beamline", o->beamline);
    penstock__add_string(text, "session", o->session);
    penstock__add_string(text, "sample", o->sample);
    penstock__add_string(text, "dataset", o->dataset);
    penstock__add_string(text, "title", o->title);
    penstock__add_number(text, "number", o->number > 0 ? (uint64_t)o->number : 0);
    penstock__add_number(text, "streams", o->streams > 0 ? (uint64_t)o->streams : 0);
    penstock__add_text(text, "}");
}

static void penstock__add_options(penstock__text *text, const penstock_options *o) {
    char digits[24];
    int i;
    penstock__add_text(text, "{");
    penstock__add_string(text, "detector", o->detector);
    penstock__add_string(text, "dtype", o->dtype);
    penstock__add_key(text, "shape");
    penstock__add_text(text, "[");
    for (i = 0; i < o->ndim && i < PENSTOCK_MAX_DIMS; i++) {
        snprintf(digits, sizeof digits, "%s%llu", i == 0 ? "" : ",", (unsigned long long)o->shape[i]);
        penstock__add_text(text, digits);
    }
    penstock__add_text(text, "]");
    penstock__add_number(text, "frames", o->frames);
    penstock__add_number(text, "connections", o->connections > 0 ? (uint64_t)o->connections : 0);
    penstock__add_string(text, "encoding", o->encoding);
    penstock__add_string(text, "codec", o->codec);
    penstock__add_string(text, "ack", o->ack);
    penstock__add_string(text, "overflow", o->overflow);
    if (o->no_save) {
        penstock__add_key(text, "save");
        penstock__add_text(text, "false");
    }
    penstock__add_number(text, "every", o->every);
    penstock__add_real(text, "rate_hz", o->rate_hz);
    penstock__add_number(text, "frames_per_file", o->frames_per_file);
    penstock__add_scan(text, o);
    if (o->extra_json != NULL) {
        penstock__add_text(text, ",");
        penstock__add_text(text, o->extra_json);
    }
    penstock__add_text(text, "}");
}

/* ---- ranges of frames ---- */

static int penstock__add_range(
        penstock_range **ranges, size_t *count, size_t *capacity, uint64_t first, uint64_t end) {
    size_t i, kept = 0;
    for (i = 0; i < *count; i++) { /* joins what touches */
        penstock_range *r = &(*ranges)[i];
        if (r->first <= end && first <= r->end) {
            first = r->first < first ? r->first : first;
            end = r->end > end ? r->end : end;
        } else {
            (*ranges)[kept++] = *r;
        }
    }
    if (kept == *capacity) {
        size_t room = 2 * *capacity + 8;
        penstock_range *longer = (penstock_range *)realloc(*ranges, room * sizeof **ranges);
        if (longer == NULL) {
            return -1;
        }
        *ranges = longer;
        *capacity = room;
    }
    (*ranges)[kept].first = first;
    (*ranges)[kept].end = end;
    *count = kept + 1;
    return 0;
}

static int penstock__has(const penstock_range *ranges, size_t count, uint64_t index) {
    size_t i;
    for (i = 0; i < count; i++) {
        if (ranges[i].first <= index && index < ranges[i].end) {
            return 1;
        }
    }
    return 0;
}

int penstock_is_written(const penstock_stream *s, uint64_t index) {
    return penstock__has(s->above, s->above_count, index)
           || (index < s->written_below && !penstock__has(s->lost, s->lost_count, index));
}

static int penstock__take_ranges(
        penstock_stream *s, const unsigned char *body, uint64_t count, uint64_t body_bytes, int is_lost) {
    uint64_t i;
    int failed = 0;
    if (16 * count > body_bytes) {
        return penstock__fail_short(s, "ranges", 16 * count, body_bytes);
    }
    for (i = 0; i < count; i++) {
        uint64_t first = penstock__get(body + 16 * i, 8);
        uint64_t frames = penstock__get(body + 16 * i + 8, 8);
        failed |= is_lost ? penstock__add_range(&s->lost, &s->lost_count, &s->lost_capacity, first, first + frames)
                          : penstock__add_range(&s->above, &s->above_count, &s->above_capacity, first, first + frames);
        s->dropped += is_lost ? frames : 0;
    }
    return failed ? penstock__fail(s, "socket", "out of memory", "acknowledgements") : 0;
}

static int penstock__cut_range(penstock_range **ranges, size_t *count, size_t *capacity, uint64_t first, uint64_t end) {
    size_t i, kept = 0;
    penstock_range tail = {0, 0};
    for (i = 0; i < *count; i++) {
        penstock_range r = (*ranges)[i];
        if (r.end > end && r.first < end) { /* at most one: they do not touch */
            tail.first = end;
            tail.end = r.end;
            r.end = end;
        }
        r.end = r.first < first && r.end > first ? first : r.end;
        if (r.end <= first || r.first >= end) {
            (*ranges)[kept++] = r;
        }
    }
    *count = kept;
    return tail.end > tail.first ? penstock__add_range(ranges, count, capacity, tail.first, tail.end) : 0;
}

/* Forgets that frames were written, and remembers that they are asked for. */
static int penstock__take_back(penstock_stream *s, uint64_t first, uint64_t end) {
    int failed = 0;
    if (first < s->written_below) {
        if (end < s->written_below) {
            failed |= penstock__add_range(&s->above, &s->above_count, &s->above_capacity, end, s->written_below);
        }
        s->written_below = first;
    }
    failed |= penstock__cut_range(&s->above, &s->above_count, &s->above_capacity, first, end);
    failed |= penstock__add_range(&s->resend, &s->resend_count, &s->resend_capacity, first, end);
    return failed;
}

static int penstock__take_resend(penstock_stream *s, const unsigned char *body, uint64_t count, uint64_t body_bytes) {
    uint64_t i;
    int failed = 0;
    if (16 * count > body_bytes) {
        return penstock__fail_short(s, "ranges", 16 * count, body_bytes);
    }
    for (i = 0; i < count; i++) {
        uint64_t first = penstock__get(body + 16 * i, 8);
        failed |= penstock__take_back(s, first, first + penstock__get(body + 16 * i + 8, 8));
    }
    return failed ? penstock__fail(s, "socket", "out of memory", "frames to be sent again") : 0;
}

int penstock_next_resend(penstock_stream *s, uint64_t *index) {
    if (s->resend_count == 0) {
        return 0;
    }
    *index = s->resend[0].first++;
    if (s->resend[0].first == s->resend[0].end) {
        s->resend[0] = s->resend[--s->resend_count];
    }
    return 1;
}

/* ---- messages in ---- */

static int64_t penstock__now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int penstock__wait(penstock_stream *s, short events, int timeout_ms) {
    struct pollfd ready;
    int count;
    ready.fd = s->fd;
    ready.events = events;
    ready.revents = 0;
    do {
        count = poll(&ready, 1, timeout_ms);
    } while (count < 0 && errno == EINTR);
    return count < 0 ? -1 : (count == 0 ? 0 : ready.revents);
}

/* Reads what is there; 1: something, 0: nothing now, -1: the connection is at its end. */
static int penstock__receive(penstock_stream *s) {
    ssize_t count;
    if (s->in_at > 0) {
        memmove(s->in, s->in + s->in_at, s->in_bytes - s->in_at);
        s->in_bytes -= s->in_at;
        s->in_at = 0;
    }
    if (s->in_bytes == s->in_capacity) {
        size_t capacity = s->in_capacity == 0 ? 16384 : 2 * s->in_capacity;
        unsigned char *longer = (unsigned char *)realloc(s->in, capacity);
        if (longer == NULL) {
            return penstock__fail(s, "socket", "out of memory", "receive buffer");
        }
        s->in = longer;
        s->in_capacity = capacity;
    }
    do {
        count = recv(s->fd, s->in + s->in_bytes, s->in_capacity - s->in_bytes, 0);
    } while (count < 0 && errno == EINTR);
    if (count > 0) {
        s->in_bytes += (size_t)count;
        s->heard_ms = penstock__now_ms();
        s->asked_ms = 0;
        return 1;
    }
    if (count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
        return 0;
    }
    return count == 0 ? penstock__fail(s, "socket", "connection closed by the daemon", "")
                      : penstock__fail_socket(s, "connection broke");
}

/* Returns the kind of the next whole message (its bytes are at s->in + *at, body text ended by NUL in a copy), 0: none yet, -1: error. */
static int penstock__next(penstock_stream *s, unsigned char **message, uint64_t *header_bytes, uint64_t *body_bytes) {
    unsigned char *at = s->in + s->in_at;
    size_t there = s->in_bytes - s->in_at;
    uint64_t whole;
    if (there < PENSTOCK__PREFIX_BYTES) {
        return 0;
    }
    *header_bytes = penstock__get(at + 6, 2);
    *body_bytes = penstock__get(at + 8, 8);
    if (memcmp(at, "PNST\001", 5) != 0 || *body_bytes > PENSTOCK__MAX_BODY_BYTES) {
        return penstock__fail(s, "magic", "not a message of protocol version 1", "is this penstockd's data port?");
    }
    whole = PENSTOCK__PREFIX_BYTES + *header_bytes + *body_bytes;
    if (there < whole) {
        return 0;
    }
    s->in_at += (size_t)whole;
    *message = at;
    return at[5];
}

static char *penstock__body(const unsigned char *message, uint64_t header_bytes, uint64_t body_bytes) {
    char *text = (char *)malloc((size_t)body_bytes + 1);
    if (text != NULL) {
        memcpy(text, message + PENSTOCK__PREFIX_BYTES + header_bytes, (size_t)body_bytes);
        text[body_bytes] = '\0';
    }
    return text;
}

static int penstock__write(penstock_stream *s, const void *first, size_t first_bytes, const void *second, size_t second_bytes);

static int penstock__take_error(penstock_stream *s, const char *json) {
    const char *fatal = penstock__json(json, "fatal");
    const char *frame = penstock__json(json, "frame");
    char code[32], message[400];
    penstock__json_string(json, "code", code, sizeof code);
    penstock__json_string(json, "message", message, sizeof message);
    if (fatal == NULL || *fatal != 'f') {
        return penstock__fail(s, code, code, message);
    }
    s->refusals++;
    snprintf(s->refusal, sizeof s->refusal, "%s: %.200s", code, message);
    s->is_held_up |= strcmp(code, "disk_full") == 0;
    if (frame != NULL && *frame >= '0' && *frame <= '9' && strcmp(code, "duplicate_frame") != 0) {
        uint64_t index = strtoull(frame, NULL, 10);
        int failed = penstock__add_range(&s->lost, &s->lost_count, &s->lost_capacity, index, index + 1);
        if (strcmp(code, "payload_checksum") == 0) {
            failed |= penstock__add_range(&s->resend, &s->resend_count, &s->resend_capacity, index, index + 1);
        }
        if (failed) {
            return penstock__fail(s, "socket", "out of memory", "errors");
        }
    }
    return 0;
}

static int penstock__take_ack(penstock_stream *s, const unsigned char *m, uint64_t header_bytes, uint64_t body_bytes) {
    uint64_t written = penstock__get(m + 16, 8), durable = penstock__get(m + 24, 8);
    size_t i, kept = 0;
    if (penstock__take_ranges(s, m + PENSTOCK__PREFIX_BYTES + header_bytes, penstock__get(m + 32, 4), body_bytes, 0) != 0) {
        return -1;
    }
    s->is_held_up = 0;
    s->written_below = written > s->written_below ? written : s->written_below;
    s->durable_below = durable > s->durable_below ? durable : s->durable_below;
    for (i = 0; i < s->above_count; i++) {
        if (s->above[i].end > s->written_below) {
            s->above[kept++] = s->above[i];
        }
    }
    s->above_count = kept;
    return 0;
}

/* Takes one message that may come at any time. */
static int penstock__take(penstock_stream *s, int kind, const unsigned char *m, uint64_t header_bytes, uint64_t body_bytes) {
    const unsigned char *body = m + PENSTOCK__PREFIX_BYTES + header_bytes;
    char *text;
    int result = 0;
    uint64_t least = kind == PENSTOCK__ACK ? 24 : (kind >= PENSTOCK__CREDIT && kind <= PENSTOCK__RESEND ? 8 : 0);
    if (header_bytes < least) {
        char what[32];
        snprintf(what, sizeof what, "header, kind=%d", kind);
        return penstock__fail_short(s, what, least, header_bytes);
    }
    switch (kind) {
    case PENSTOCK__CREDIT: {
        uint64_t limit = penstock__get(m + 16, 8);
        s->frame_limit = limit > s->frame_limit ? limit : s->frame_limit;
        return 0;
    }
    case PENSTOCK__ACK:
        return penstock__take_ack(s, m, header_bytes, body_bytes);
    case PENSTOCK__DROPPED:
        return penstock__take_ranges(s, body, penstock__get(m + 16, 4), body_bytes, 1);
    case PENSTOCK__RESEND:
        return penstock__take_resend(s, body, penstock__get(m + 16, 4), body_bytes);
    case PENSTOCK__PONG:
        if (body_bytes == 8 && penstock__get(body, 8) <= s->pings) {
            s->pongs = penstock__get(body, 8);
        }
        return 0;
    case PENSTOCK__ERROR:
    case PENSTOCK__REPORT:
        text = penstock__body(m, header_bytes, body_bytes);
        if (text == NULL) {
            return penstock__fail(s, "socket", "out of memory", "message");
        }
        if (kind == PENSTOCK__ERROR) {
            result = penstock__take_error(s, text);
            free(text);
        } else {
            free(s->report_json);
            s->report_json = text;
            s->is_reported = 1;
        }
        return result;
    default:
        return 0;
    }
}

/* Takes all whole messages that have come. Does not answer a PING: a frame may be half written; penstock__pong does. */
static int penstock__drain(penstock_stream *s, int *pings) {
    unsigned char *message = NULL;
    uint64_t header_bytes = 0, body_bytes = 0;
    int kind;
    while ((kind = penstock__next(s, &message, &header_bytes, &body_bytes)) > 0) {
        if (kind == PENSTOCK__PING) {
            /* its body is answered empty when several come at once: only liveness is asked */
            (*pings)++;
        } else if (penstock__take(s, kind, message, header_bytes, body_bytes) != 0) {
            return -1;
        }
    }
    return kind;
}

static int penstock__pong(penstock_stream *s, int pings) {
    unsigned char pong[PENSTOCK__PREFIX_BYTES] = {'P', 'N', 'S', 'T', 1, PENSTOCK__PONG, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    return pings > 0 ? penstock__write(s, pong, sizeof pong, NULL, 0) : 0;
}

/* Reads and takes until nothing more is there; the end of the connection is no error once the report has come. */
static int penstock__listen(penstock_stream *s, int *pings) {
    int received;
    while ((received = penstock__receive(s)) > 0) {
        if (penstock__drain(s, pings) != 0) {
            return -1;
        }
    }
    return received;
}

/* ---- messages out ---- */

/* After a failed write: what the daemon said before it closed tells more than EPIPE. */
static int penstock__last_words(penstock_stream *s) {
    char problem[128];
    int pings = 0;
    snprintf(problem, sizeof problem, "%s", strerror(errno));
    while (!s->is_reported && s->error[0] == '\0' && penstock__wait(s, POLLIN, 2000) > 0) {
        unsigned char piece[4096];
        ssize_t count = recv(s->fd, piece, sizeof piece, MSG_PEEK);
        if (count <= 0 || penstock__listen(s, &pings) != 0) {
            break; /* at its end; an ERROR that came is in s->error now */
        }
    }
    return penstock__fail(s, "socket", s->is_reported ? "stream was ended by the daemon" : "connection broke", problem);
}

/* Writes both parts whole; takes what the daemon says whenever the socket is full. */
static int penstock__write(penstock_stream *s, const void *first, size_t first_bytes, const void *second, size_t second_bytes) {
    struct iovec parts[2];
    struct msghdr message;
    int pings = 0;
    memset(&message, 0, sizeof message);
    parts[0].iov_base = (void *)(uintptr_t)first; /* sendmsg does not write, its type only cannot say so */
    parts[0].iov_len = first_bytes;
    parts[1].iov_base = (void *)(uintptr_t)second;
    parts[1].iov_len = second_bytes;
    while (parts[0].iov_len + parts[1].iov_len > 0) {
        ssize_t count;
        int events;
        message.msg_iov = parts[0].iov_len > 0 ? parts : parts + 1;
        message.msg_iovlen = parts[0].iov_len > 0 && parts[1].iov_len > 0 ? 2 : 1;
        count = sendmsg(s->fd, &message, MSG_NOSIGNAL);
        if (count >= 0) {
            size_t head = (size_t)count < parts[0].iov_len ? (size_t)count : parts[0].iov_len;
            parts[0].iov_base = (char *)parts[0].iov_base + head;
            parts[0].iov_len -= head;
            parts[1].iov_base = (char *)parts[1].iov_base + ((size_t)count - head);
            parts[1].iov_len -= (size_t)count - head;
            continue;
        }
        if (errno == EINTR) {
            continue;
        }
        if (errno != EAGAIN && errno != EWOULDBLOCK) {
            return penstock__last_words(s);
        }
        events = penstock__wait(s, POLLIN | POLLOUT, PENSTOCK__ASK_MS + PENSTOCK__GIVE_UP_MS);
        if (events < 0) {
            return penstock__fail_socket(s, "poll failed");
        }
        if (events == 0 && !s->is_held_up) { /* it cannot be asked: a message is half written */
            return penstock__fail(s, "silent", "nothing heard from the daemon, and it takes nothing", "waited 30 s");
        }
        if ((events & POLLIN) != 0 && penstock__listen(s, &pings) != 0) {
            return -1;
        }
    }
    return penstock__pong(s, pings);
}

static int penstock__say(penstock_stream *s, int kind, penstock__text *json) {
    unsigned char prefix[PENSTOCK__PREFIX_BYTES];
    int result;
    if (json->is_out_of_memory || json->chars == NULL) {
        free(json->chars);
        return penstock__fail(s, "socket", "out of memory", "message");
    }
    memset(prefix, 0, sizeof prefix);
    memcpy(prefix, "PNST\001", 5);
    prefix[5] = (unsigned char)kind;
    penstock__put(prefix + 8, json->used, 8);
    result = penstock__write(s, prefix, sizeof prefix, json->chars, json->used);
    free(json->chars);
    return result;
}

/* Waits for the one message that may come now; its JSON is the caller's to free, NULL on an error. */
static char *penstock__answer(penstock_stream *s, int expected) {
    for (;;) {
        unsigned char *message = NULL;
        uint64_t header_bytes = 0, body_bytes = 0;
        int kind = penstock__next(s, &message, &header_bytes, &body_bytes);
        if (kind < 0) {
            return NULL;
        }
        if (kind == expected) {
            char *text = penstock__body(message, header_bytes, body_bytes);
            if (text == NULL) {
                penstock__fail(s, "socket", "out of memory", "answer");
            }
            return text;
        }
        if (kind > 0) {
            if (penstock__take(s, kind, message, header_bytes, body_bytes) != 0) {
                return NULL;
            }
            if (kind == PENSTOCK__REPORT && expected == PENSTOCK__STREAM_OPENED) {
                penstock__fail(s, "stream_ended", "stream has ended", s->report_json);
                return NULL;
            }
            if (kind == PENSTOCK__ERROR) { /* not fatal, but the answer to what was asked */
                penstock__fail(s, "refused", s->refusal, "");
                return NULL;
            }
            continue;
        }
        kind = penstock__wait(s, POLLIN, PENSTOCK__ANSWER_MS);
        if (kind <= 0) {
            if (kind == 0) {
                penstock__fail(s, "socket", "no answer from the daemon", "waited 30 s");
            } else {
                penstock__fail_socket(s, "poll failed");
            }
            return NULL;
        }
        if (penstock__receive(s) < 0) {
            return NULL;
        }
    }
}

/* ---- connecting ---- */

static int penstock__connect_to(penstock_stream *s, const struct addrinfo *to) {
    int one = 1, problem = 0;
    socklen_t length = sizeof problem;
    s->fd = socket(to->ai_family, to->ai_socktype, to->ai_protocol);
    if (s->fd < 0) {
        return -1;
    }
    (void)fcntl(s->fd, F_SETFD, FD_CLOEXEC);
    (void)fcntl(s->fd, F_SETFL, fcntl(s->fd, F_GETFL) | O_NONBLOCK);
    (void)setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    (void)setsockopt(s->fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
#if defined(TCP_KEEPIDLE) && defined(TCP_KEEPINTVL) && defined(TCP_KEEPCNT)
    {
        int idle_s = 10, interval_s = 5, probes = 3;
        (void)setsockopt(s->fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
        (void)setsockopt(s->fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof interval_s);
        (void)setsockopt(s->fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
    }
#endif
#ifdef SO_NOSIGPIPE
    (void)setsockopt(s->fd, SOL_SOCKET, SO_NOSIGPIPE, &one, sizeof one);
#endif
    if (connect(s->fd, to->ai_addr, to->ai_addrlen) == 0) {
        return 0;
    }
    if (errno == EINPROGRESS || errno == EINTR) {
        int events = penstock__wait(s, POLLOUT, PENSTOCK__CONNECT_MS);
        if (events == 0) {
            problem = ETIMEDOUT;
        } else if (events < 0 || getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &problem, &length) != 0) {
            problem = errno;
        }
        if (problem == 0) {
            return 0;
        }
        errno = problem;
    }
    problem = errno;
    close(s->fd);
    s->fd = -1;
    errno = problem;
    return -1;
}

static int penstock__connect(penstock_stream *s, const char *address) {
    char host[256];
    const char *colon = strrchr(address, ':');
    const char *begin = address[0] == '[' ? address + 1 : address;
    struct addrinfo hints, *found = NULL, *to;
    size_t length;
    int problem;
    if (colon == NULL || colon[1] == '\0' || (size_t)(colon - begin) >= sizeof host) {
        return penstock__fail(s, "socket", "bad address, expected=host:port", address);
    }
    length = (size_t)(colon - begin);
    if (begin != address && length > 0 && begin[length - 1] == ']') {
        length--;
    }
    memcpy(host, begin, length);
    host[length] = '\0';
    snprintf(s->address, sizeof s->address, "%s", address);
    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    problem = getaddrinfo(host, colon + 1, &hints, &found);
    if (problem != 0) {
        return penstock__fail(s, "socket", address, gai_strerror(problem));
    }
    for (to = found; to != NULL; to = to->ai_next) {
        if (penstock__connect_to(s, to) == 0) {
            break;
        }
    }
    problem = errno;
    freeaddrinfo(found);
    errno = problem;
    return s->fd >= 0 ? 0 : penstock__fail_socket(s, address);
}

/* The token in the file that PENSTOCK_TOKEN_FILE names; nothing where there is none: the daemon then says that it wants one. */
static int penstock__add_token(penstock_stream *s, penstock__text *hello) {
    const char *name = getenv("PENSTOCK_TOKEN_FILE");
    char token[600], more[2];
    int words;
    FILE *file = name != NULL && *name != 0 ? fopen(name, "r") : NULL;
    if (file == NULL) {
        return 0;
    }
    words = fscanf(file, "%599s %1s", token, more);
    if (words == 1) {
        penstock__add_string(hello, "token", token);
    }
    fclose(file);
    memset(token, 0, sizeof token);
    return words <= 1 ? 0
                      : penstock__fail(s, "no_token", "not a client's token file, which holds the token alone, and not name and roles as the daemon's does",
                                       name);
}

static int penstock__greet(penstock_stream *s, const char *address, const char *role, int no_checksum) {
    penstock__text hello = {NULL, 0, 0, 0};
    char checksum[16];
    char *answer;
    memset(s, 0, sizeof *s);
    s->fd = -1;
    penstock__crc_tables(s->crc_table);
    if (penstock__connect(s, address) != 0) {
        return -1;
    }
    s->heard_ms = penstock__now_ms();
    penstock__add_text(&hello, "{");
    penstock__add_string(&hello, "role", role);
    penstock__add_string(&hello, "client", "penstock-c/1");
    if (penstock__add_token(s, &hello) != 0) {
        free(hello.chars);
        return -1;
    }
    penstock__add_key(&hello, "checksums");
    penstock__add_text(&hello, no_checksum ? "[\"none\"]}" : "[\"crc32c\",\"none\"]}");
    if (penstock__say(s, PENSTOCK__HELLO, &hello) != 0) {
        return -1;
    }
    answer = penstock__answer(s, PENSTOCK__HELLO);
    if (answer == NULL) {
        return -1;
    }
    penstock__json_string(answer, "checksum", checksum, sizeof checksum);
    free(answer);
    s->is_checked = strcmp(checksum, "crc32c") == 0;
    return 0;
}

static int penstock__opened(penstock_stream *s) {
    char *answer = penstock__answer(s, PENSTOCK__STREAM_OPENED);
    const char *lost;
    uint64_t first, frames;
    int failed = 0;
    if (answer == NULL) {
        return -1;
    }
    /* what the marks pass that is in no file */
    lost = penstock__json(answer, "lost_ranges");
    while (lost != NULL && penstock__json_range(&lost, &first, &frames)) {
        failed |= penstock__add_range(&s->lost, &s->lost_count, &s->lost_capacity, first, first + frames);
    }
    penstock__json_string(answer, "stream", s->stream_id, sizeof s->stream_id);
    penstock__json_string(answer, "scan", s->scan_id, sizeof s->scan_id);
    penstock__json_string(answer, "entry", s->entry, sizeof s->entry);
    penstock__json_string(answer, "scan_file", s->scan_file, sizeof s->scan_file);
    penstock__json_string(answer, "dataset_file", s->dataset_file, sizeof s->dataset_file);
    s->frame_bytes = penstock__json_number(answer, "frame_bytes");
    s->written_below = penstock__json_number(answer, "written_below");
    s->durable_below = penstock__json_number(answer, "durable_below");
    free(answer);
    return failed ? penstock__fail(s, "socket", "out of memory", "lost frames") : 0;
}

int penstock_open(penstock_stream *s, const char *address, const penstock_options *options) {
    penstock__text request = {NULL, 0, 0, 0};
    if (penstock__greet(s, address, "data", options->no_checksum) != 0) {
        return -1;
    }
    s->waits_for_credit = options->overflow == NULL || strcmp(options->overflow, "drop") != 0;
    penstock__add_options(&request, options);
    return penstock__say(s, PENSTOCK__OPEN_STREAM, &request) != 0 ? -1 : penstock__opened(s);
}

static int penstock__attach(penstock_stream *s, const char *address, const char *stream_id, int no_checksum) {
    penstock__text request = {NULL, 0, 0, 0};
    if (penstock__greet(s, address, "data", no_checksum) != 0) {
        return -1;
    }
    s->waits_for_credit = 1;
    penstock__add_text(&request, "{");
    penstock__add_string(&request, "stream", stream_id);
    penstock__add_text(&request, "}");
    return penstock__say(s, PENSTOCK__ATTACH, &request) != 0 ? -1 : penstock__opened(s);
}

int penstock_attach(penstock_stream *s, const char *address, const char *stream_id) {
    int result = penstock__attach(s, address, stream_id, 0);
    if (result != 0 && strcmp(s->error_code, "bad_value") == 0) { /* the stream was opened without checksums: all its connections are */
        penstock_close(s);
        result = penstock__attach(s, address, stream_id, 1);
    }
    return result;
}

/* ---- sending ---- */

/* Asks for a sign of life; the daemon gives back the number when it has taken all that was sent before. */
static int penstock__ping(penstock_stream *s) {
    unsigned char ping[PENSTOCK__PREFIX_BYTES + 8] = {'P', 'N', 'S', 'T', 1, PENSTOCK__PING, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0};
    s->pings++;
    penstock__put(ping + PENSTOCK__PREFIX_BYTES, s->pings, 8);
    return penstock__write(s, ping, sizeof ping, NULL, 0);
}

/* Asks a daemon that was silent too long, and gives up one that was asked; there was nothing to read just now. */
static int penstock__doubt(penstock_stream *s, int64_t now) {
    if (s->asked_ms == 0 && now - s->heard_ms >= PENSTOCK__ASK_MS) {
        s->asked_ms = now;
        return penstock__ping(s);
    }
    if (s->asked_ms != 0 && now - s->asked_ms >= PENSTOCK__GIVE_UP_MS && !s->is_held_up) {
        return penstock__fail(s, "silent", "nothing heard from the daemon", "no answer to a PING within 20 s");
    }
    return 0;
}

/* Waits for the daemon's next word as long as it is trusted; returns 0 when the time is up. */
static int penstock__await(penstock_stream *s, int timeout_ms) {
    int64_t now = penstock__now_ms();
    int64_t until = now + timeout_ms;
    for (;;) {
        int events = penstock__wait(s, POLLIN, 0);
        int64_t pause;
        if (events != 0) {
            return events > 0 ? events : penstock__fail_socket(s, "poll failed");
        }
        if (penstock__doubt(s, now) != 0) {
            return -1;
        }
        if (timeout_ms >= 0 && now >= until) {
            return 0;
        }
        pause = s->asked_ms == 0 ? s->heard_ms + PENSTOCK__ASK_MS - now : s->asked_ms + PENSTOCK__GIVE_UP_MS - now;
        pause = pause > 0 ? pause : (int64_t)PENSTOCK__ASK_MS; /* held up */
        pause = timeout_ms >= 0 && until - now < pause ? until - now : pause;
        if (penstock__wait(s, POLLIN, (int)pause) < 0) {
            return penstock__fail_socket(s, "poll failed");
        }
        now = penstock__now_ms();
    }
}

int penstock_poll(penstock_stream *s, int timeout_ms) {
    int pings = 0;
    size_t taken;
    if (s->is_dead) {
        return -1;
    }
    taken = s->in_at; /* messages may have come together with an answer */
    if (penstock__drain(s, &pings) != 0) {
        return -1;
    }
    if (s->in_at == taken) {
        int events = penstock__await(s, timeout_ms);
        if (events <= 0) {
            return events;
        }
    }
    if (penstock__listen(s, &pings) != 0) {
        return -1;
    }
    return penstock__pong(s, pings);
}

static int penstock__fail_payload(penstock_stream *s, const char *expected, uint64_t most, size_t bytes) {
    char detail[96];
    snprintf(detail, sizeof detail, "expectedBytes=%s%llu, actualBytes=%llu", expected, (unsigned long long)most, (unsigned long long)bytes);
    return penstock__fail(s, "payload_bytes", "payload is not one frame", detail);
}

static int penstock__send(penstock_stream *s, uint64_t index, uint64_t timestamp_ns, int encoding, const void *data, size_t bytes,
                          uint64_t flags) {
    unsigned char header[PENSTOCK__FRAME_BYTES + 4 + sizeof s->values];
    size_t metadata_bytes = s->value_bytes == 0 ? 0 : 4 + s->value_bytes;
    if (penstock_poll(s, 0) != 0) {
        return -1;
    }
    while (s->waits_for_credit && s->frames_sent >= s->frame_limit) {
        if (penstock_poll(s, -1) != 0) {
            return -1;
        }
        if (s->is_reported) {
            return penstock__fail(s, "stream_ended", "stream was ended by the daemon", s->report_json);
        }
    }
    memset(header, 0, PENSTOCK__FRAME_BYTES);
    memcpy(header, "PNST\001\020\100", 7);
    penstock__put(header + 8, metadata_bytes + bytes, 8);
    penstock__put(header + 16, index, 8);
    penstock__put(header + 24, timestamp_ns, 8);
    penstock__put(header + 32, s->tick, 8);
    penstock__put(header + 40, s->status, 4);
    penstock__put(header + 46, flags, 2);
    header[56] = (unsigned char)encoding;
    penstock__put(header + 60, metadata_bytes, 4);
    penstock__put(header + 64, s->frame_bytes, 8);
    penstock__put(header + 72, penstock__crc(s, data, bytes), 4);
    penstock__put(header + 76, penstock__crc(s, header, PENSTOCK__CHECKED_BYTES), 4);
    if (metadata_bytes > 0) {
        penstock__put(header + PENSTOCK__FRAME_BYTES, penstock__crc(s, s->values, s->value_bytes), 4);
        memcpy(header + PENSTOCK__FRAME_BYTES + 4, s->values, s->value_bytes);
    }
    s->tick = s->status = 0;
    s->value_bytes = 0;
    if (penstock__write(s, header, PENSTOCK__FRAME_BYTES + metadata_bytes, data, bytes) != 0) {
        return -1;
    }
    s->frames_sent++;
    s->barrier = 0;
    return 0;
}

static int penstock__send_raw(penstock_stream *s, uint64_t index, uint64_t timestamp_ns, const void *data, size_t bytes, uint64_t flags) {
    if (bytes != s->frame_bytes && !s->is_dead) {
        return penstock__fail_payload(s, "", s->frame_bytes, bytes);
    }
    return penstock__send(s, index, timestamp_ns, 0, data, bytes, flags);
}

static int penstock__send_encoded(penstock_stream *s, uint64_t index, uint64_t timestamp_ns, const char *encoding, const void *data,
                                  size_t bytes, uint64_t flags) {
    static const char *const names[] = {"bslz4", "lz4", "zstd", "blosc"};
    uint64_t most = s->frame_bytes + s->frame_bytes / 128 + 4096;
    int i;
    if ((bytes < 1 || bytes > most) && !s->is_dead) {
        return penstock__fail_payload(s, "1 to ", most, bytes);
    }
    for (i = 0; i < 4; i++) {
        if (strcmp(encoding, names[i]) == 0) {
            return penstock__send(s, index, timestamp_ns, i + 1, data, bytes, flags);
        }
    }
    return penstock__fail(s, "bad_value", "encoding not known, expected=bslz4, lz4, zstd or blosc", encoding);
}

int penstock_set_values(penstock_stream *s, uint64_t tick, uint32_t status, const void *values, size_t bytes) {
    if (bytes > sizeof s->values && !s->is_dead) {
        return penstock__fail(s, "bad_value", "values of a frame are too long", "expected<=1024 bytes");
    }
    if (s->is_dead) {
        return -1;
    }
    s->tick = tick;
    s->status = status;
    s->value_bytes = values == NULL ? 0 : bytes;
    if (s->value_bytes > 0) {
        memcpy(s->values, values, bytes);
    }
    return 0;
}

int penstock_send_frame(penstock_stream *s, uint64_t index, uint64_t timestamp_ns, const void *data, size_t bytes) {
    return penstock__send_raw(s, index, timestamp_ns, data, bytes, 0);
}

int penstock_send_encoded(penstock_stream *s, uint64_t index, uint64_t timestamp_ns, const char *encoding, const void *data, size_t bytes) {
    return penstock__send_encoded(s, index, timestamp_ns, encoding, data, bytes, 0);
}

/* A frame that comes again is not lost, unless it is refused once more; but what the mark has passed as lost nothing brings back. */
static int penstock__not_lost(penstock_stream *s, uint64_t index) {
    if (index >= s->written_below
        && penstock__cut_range(&s->lost, &s->lost_count, &s->lost_capacity, index, index + 1) != 0) {
        return penstock__fail(s, "socket", "out of memory", "frame to be sent again");
    }
    return 0;
}

int penstock_resend_frame(penstock_stream *s, uint64_t index, uint64_t timestamp_ns, const void *data, size_t bytes) {
    return penstock__not_lost(s, index) != 0 ? -1 : penstock__send_raw(s, index, timestamp_ns, data, bytes, PENSTOCK__SENT_BEFORE);
}

int penstock_resend_encoded(penstock_stream *s, uint64_t index, uint64_t timestamp_ns, const char *encoding, const void *data, size_t bytes) {
    return penstock__not_lost(s, index) != 0
               ? -1
               : penstock__send_encoded(s, index, timestamp_ns, encoding, data, bytes, PENSTOCK__SENT_BEFORE);
}

/* Waits until the daemon has looked at every frame that was sent here, or has reported. */
static int penstock__pass_barrier(penstock_stream *s) {
    if (s->barrier == 0) {
        if (penstock__ping(s) != 0) {
            return -1;
        }
        s->barrier = s->pings;
    }
    while (s->pongs < s->barrier && !s->is_reported) {
        if (penstock_poll(s, -1) != 0 && !s->is_reported) {
            return -1;
        }
    }
    return 0;
}

int penstock_end_begin(penstock_stream *s, uint64_t frames) {
    penstock__text end = {NULL, 0, 0, 0};
    if (s->is_dead || penstock__pass_barrier(s) != 0) {
        return -1;
    }
    if (s->is_reported) {
        return 0;
    }
    if (s->resend_count > 0) {
        return 2;
    }
    s->is_ending = 1;
    penstock__add_text(&end, "{");
    penstock__add_number(&end, "frames", frames);
    penstock__add_text(&end, "}");
    return penstock__say(s, PENSTOCK__END, &end);
}

int penstock_end(penstock_stream *s, uint64_t frames, penstock_report *report) {
    penstock_report unread;
    report = report == NULL ? &unread : report;
    memset(report, 0, sizeof *report);
    if (!s->is_reported && !s->is_ending) {
        int begun = penstock_end_begin(s, frames);
        if (begun != 0 && !s->is_reported) {
            return begun;
        }
    }
    while (!s->is_reported) {
        if (s->resend_count > 0) {
            return 2;
        }
        if (penstock_poll(s, -1) != 0 && !s->is_reported) {
            return -1;
        }
    }
    s->is_dead = 1; /* nothing may follow */
    penstock__json_string(s->report_json, "state", report->state, sizeof report->state);
    report->frames_expected = penstock__json_number(s->report_json, "frames_expected");
    report->frames_received = penstock__json_number(s->report_json, "frames_received");
    report->frames_written = penstock__json_number(s->report_json, "frames_written");
    report->frames_durable = penstock__json_number(s->report_json, "frames_durable");
    report->frames_dropped = penstock__json_number(s->report_json, "frames_dropped");
    report->frames_skipped = penstock__json_number(s->report_json, "frames_skipped");
    report->duplicates = penstock__json_number(s->report_json, "duplicates");
    report->missing_frames = penstock__json_number(s->report_json, "missing_frames");
    report->bytes_raw = penstock__json_number(s->report_json, "bytes_raw");
    report->bytes_stored = penstock__json_number(s->report_json, "bytes_stored");
    report->seconds = penstock__json_real(s->report_json, "seconds");
    report->json = s->report_json;
    report->json_bytes = strlen(s->report_json);
    return strcmp(report->state, "complete") == 0 ? 0 : 1;
}

int penstock_abort(penstock_stream *s, const char *reason) {
    static const unsigned char ping[PENSTOCK__PREFIX_BYTES] = {'P', 'N', 'S', 'T', 1, PENSTOCK__PING, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    penstock__text request = {NULL, 0, 0, 0};
    penstock_stream *control = (penstock_stream *)malloc(sizeof *control);
    int result = -1;
    char *answer = NULL;
    if (control == NULL) {
        return penstock__fail(s, "socket", "out of memory", "abort");
    }
    if (penstock__greet(control, s->address, "control", 1) == 0) {
        penstock__add_text(&request, "{");
        penstock__add_string(&request, "stream", s->stream_id);
        penstock__add_string(&request, "reason", reason);
        penstock__add_text(&request, "}");
        /* ABORT is answered only when it is refused: the PONG tells that it was taken */
        if (penstock__say(control, PENSTOCK__ABORT, &request) == 0 && penstock__write(control, ping, sizeof ping, NULL, 0) == 0) {
            answer = penstock__answer(control, PENSTOCK__PONG);
            result = answer == NULL ? -1 : 0;
        }
    }
    if (result != 0) {
        penstock__fail(s, control->error_code, control->error, "");
    }
    free(answer);
    penstock_close(control);
    free(control);
    return result;
}

void penstock_close(penstock_stream *s) {
    if (s->fd >= 0) {
        close(s->fd);
    }
    s->fd = -1;
    s->is_dead = 1;
    free(s->in);
    free(s->report_json);
    free(s->above);
    free(s->lost);
    free(s->resend);
    s->in = NULL;
    s->report_json = NULL;
    s->above = NULL;
    s->lost = NULL;
    s->resend = NULL;
    s->above_count = s->lost_count = s->resend_count = 0;
    s->above_capacity = s->lost_capacity = s->resend_capacity = 0;
    s->in_bytes = s->in_at = s->in_capacity = 0;
    s->is_reported = 0;
}

#ifdef __cplusplus
}
#endif

#endif /* PENSTOCK_IMPLEMENTATION */
#endif /* PENSTOCK_H */
