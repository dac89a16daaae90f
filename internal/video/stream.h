// Decodes the pictures of one live stream, one compressed picture at a time.
#ifndef ROLLWELL_VIDEO_STREAM_H
#define ROLLWELL_VIDEO_STREAM_H

#include <stdint.h>

// Codings of a live stream.
enum {
    RV_STREAM_H264,
    RV_STREAM_VP8,
    RV_STREAM_VP9,
    RV_STREAM_AV1,
    RV_STREAM_JPEG,
};

// What is known of a stream's colour range from outside of it.
enum {
    RV_RANGE_UNSAID, // as the coded picture says
    RV_RANGE_LIMITED,
    RV_RANGE_FULL,
};

// Faults of a picture that no code of libavutil tells apart.
enum {
    RV_STREAM_DAMAGED = -0x52560011, // it could be decoded in parts only
    RV_STREAM_TOO_SMALL = -0x52560012,
    RV_STREAM_TOO_LARGE = -0x52560013,
};

typedef struct rv_stream rv_stream;

// rv_stream_open makes a decoder that refuses pictures of more than max_pixels. Returns 0 or an AVERROR; *stream is
// then NULL.
int rv_stream_open(rv_stream **stream, int coding, int64_t max_pixels);

// rv_stream_decode takes one compressed picture. Returns 1 if there is a newer picture now, 0 if not, and a RV_STREAM
// fault or an AVERROR if it is damaged: what was decoded before is then kept, and the next one must be a key picture.
int rv_stream_decode(rv_stream *s, const uint8_t *data, int size, int range);

typedef struct rv_size {
    int width, height;
} rv_size;

// rv_stream_size tells the size of the newest picture in square pixels; 0 × 0 if there is none.
rv_size rv_stream_size(const rv_stream *s);

// rv_stream_show writes the newest picture as packed BGR of the given size, and forgets it. Returns 0 or an AVERROR.
int rv_stream_show(rv_stream *s, uint8_t *to, int width, int height);

void rv_stream_free(rv_stream **stream);

#endif
