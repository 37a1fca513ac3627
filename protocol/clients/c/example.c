/* Streams a raw file as images: example HOST:PORT DETECTOR DTYPE HEIGHT WIDTH FILE [SAMPLE]
 *
 *     cc -std=c99 -O2 -o example example.c
 */
#define PENSTOCK_IMPLEMENTATION
#include "penstock.h"

#include <time.h>

static uint64_t now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* Sends frame after frame to the end of the file; returns how many, or -1. */
static int64_t send_file(penstock_stream *stream, FILE *file, unsigned char *pixels) {
    int64_t frames = 0;
    size_t bytes = (size_t)stream->frame_bytes;
    while (fread(pixels, 1, bytes, file) == bytes) {
        if (penstock_send_frame(stream, (uint64_t)frames, now_ns(), pixels, bytes) != 0) {
            fprintf(stderr, "example: frame not sent: frame=%lld, problem=%s\n", (long long)frames, penstock_error(stream));
            frames = -1;
            break;
        }
        frames++;
    }
    return frames;
}

/* Ends the stream; frames that are asked for again are read again. */
static int end(penstock_stream *stream, FILE *file, unsigned char *pixels, uint64_t frames, penstock_report *report) {
    size_t bytes = (size_t)stream->frame_bytes;
    int result;
    while ((result = penstock_end(stream, frames, report)) == 2) {
        uint64_t index;
        while (penstock_next_resend(stream, &index)) {
            if (fseeko(file, (off_t)(index * bytes), SEEK_SET) != 0 || fread(pixels, 1, bytes, file) != bytes) {
                perror("example: frame not read again");
            } else if (penstock_resend_frame(stream, index, 0, pixels, bytes) != 0) {
                return -1;
            }
        }
    }
    return result;
}

/* Sends a file and prints the report; returns the program's result. */
static int stream_file(penstock_stream *stream, FILE *file) {
    penstock_report report;
    int result = -1;
    unsigned char *pixels = (unsigned char *)malloc((size_t)stream->frame_bytes);
    int64_t frames = pixels == NULL ? -1 : send_file(stream, file, pixels);
    if (pixels == NULL) {
        fprintf(stderr, "example: out of memory: frameBytes=%llu\n", (unsigned long long)stream->frame_bytes);
    } else if (frames >= 0) {
        result = end(stream, file, pixels, (uint64_t)frames, &report);
        if (result >= 0) {
            printf("%s\n", report.json);
            fprintf(stderr, "%s: %llu of %llu frames in %s\n", report.state, (unsigned long long)report.frames_written,
                    (unsigned long long)report.frames_expected, stream->dataset_file);
        } else {
            fprintf(stderr, "example: no report: %s\n", penstock_error(stream));
        }
    }
    free(pixels);
    return result == 0 ? 0 : 1;
}

int main(int argc, char **argv) {
    penstock_options options = PENSTOCK_OPTIONS_INIT;
    penstock_stream stream;
    FILE *file;
    int result = 1;
    if (argc != 7 && argc != 8) {
        fprintf(stderr, "usage: %s HOST:PORT DETECTOR DTYPE HEIGHT WIDTH FILE [SAMPLE]\n", argv[0]);
        return 2;
    }
    options.detector = argv[2];
    options.dtype = argv[3];
    options.ndim = 2;
    options.shape[0] = strtoull(argv[4], NULL, 10);
    options.shape[1] = strtoull(argv[5], NULL, 10);
    options.sample = argc == 8 ? argv[7] : NULL;
    file = fopen(argv[6], "rb");
    if (file == NULL) {
        perror(argv[6]);
        return 1;
    }
    if (penstock_open(&stream, argv[1], &options) != 0) {
        fprintf(stderr, "example: stream not opened: %s\n", penstock_error(&stream));
    } else {
        result = stream_file(&stream, file);
    }
    penstock_close(&stream);
    fclose(file);
    return result;
}
