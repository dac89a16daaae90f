// Reads the pictures of one local video.
#ifndef ROLLWELL_VIDEO_READER_H
#define ROLLWELL_VIDEO_READER_H

#include <stdint.h>

#include "container.h"

// What a reader knows; read-only for callers, and stable between two calls.
typedef struct rv_state {
    const char *codec, *container;   // names as libavcodec and libavformat give them, or NULL
    int streams;                     // of any kind
    int stored_width, stored_height; // as coded, before turn and aspect
    int width, height;               // upright, square pixels
    double fps;                      // average; 0 = unknown
    int64_t duration_ns, frames;     // as the container tells; 0 = unknown

    int64_t pts_ns;      // of the picture that rv_reader_step has found, or RV_UNKNOWN
    int64_t duration_of; // its own duration in ns; 0 = unknown

    int64_t packets;        // of the video stream, read so far
    int64_t packets_told;   // of the video stream, as the container's index tells; 0 = unknown
    int64_t damaged;        // packets and pictures that were given up
    int read_error;         // first error of reading that was not the end of the file, or 0
} rv_state;

typedef struct rv_reader rv_reader;

// rv_reader_new returns an empty reader, or NULL when memory is short. The cancel flag (may be NULL) must outlive it.
rv_reader *rv_reader_new(const rv_flag *cancel);
const rv_state *rv_reader_state(const rv_reader *r);

// rv_reader_open opens the video that io reads and decodes its first picture, which the next rv_reader_step finds.
// threads is the number of decoding threads. It takes io over, also when it fails. Returns 0, a RV_FAULT or an
// AVERROR. Nothing but io's bytes is ever opened: neither other files nor the network.
int rv_reader_open(rv_reader *r, AVIOContext *io, int threads);

// rv_reader_step does a small bounded piece of work. Returns 1 when it has found a picture, 0 when it should be
// called again, AVERROR_EOF at the end and another AVERROR when no more can be had.
int rv_reader_step(rv_reader *r);

// rv_reader_seek goes to the last key picture that is shown at a time or before it; the next rv_reader_step goes on from
// there. The time counts as pts_ns does. Returns 0, or an AVERROR, after which it is as if nobody had asked.
int rv_reader_seek(rv_reader *r, int64_t pts_ns);

// rv_reader_show writes the picture that rv_reader_step has found as packed BGR, upright. which chooses one of two
// independent converters, so that two sizes can be had without rebuilding one. Returns 0 or an AVERROR.
int rv_reader_show(rv_reader *r, int which, uint8_t *to, int width, int height);

void rv_reader_free(rv_reader **r);

#endif
