// Writes the compressed pictures of a live stream as they are, so that a crash costs little, and makes a file with an
// index of what was written.
#ifndef ROLLWELL_VIDEO_RECORDING_H
#define ROLLWELL_VIDEO_RECORDING_H

#include <stdint.h>

#include "source.h"

// Faults of a picture that no code of libavutil tells apart.
enum {
    RV_RECORDING_NO_START = -0x52560021, // a recording cannot begin with it
};

// Ticks of a second in recordings: session time is known to the microsecond. WebM keeps milliseconds.
enum { RV_RECORDING_TICKS = 1000000 };

typedef struct rv_recording rv_recording;

// rv_recording_open begins a recording in fd, which stays the caller's, with a key picture, which is not written yet.
// coding is one of RV_STREAM. Returns 0, a RV_RECORDING fault or an AVERROR; *recording is then NULL.
int rv_recording_open(rv_recording **recording, int fd, int coding, const uint8_t *data, int size);

// rv_recording_add adds a picture at a time in ticks, which must be above that of the one before. It is written once the
// next one tells how long it is shown. A piece of the file ends before a key picture and after most ticks. Returns 0 or
// an AVERROR, after which only rv_recording_free is of use.
int rv_recording_add(rv_recording *r, const uint8_t *data, int size, int key, int64_t ticks, int64_t most);

// rv_recording_flush writes everything but the newest picture. Returns 0 or an AVERROR.
int rv_recording_flush(rv_recording *r);

// rv_recording_finish writes the newest picture too. Returns 0 or an AVERROR.
int rv_recording_finish(rv_recording *r);

void rv_recording_free(rv_recording **recording);

// What rv_remux has copied.
typedef struct rv_remuxed {
    int64_t frames;
    int64_t first_ns, end_ns; // time of the first picture, and of the end of the last
    int width, height;        // of the first picture
} rv_remuxed;

// rv_remux copies the pictures of from's video, up to where they are whole, into to with an index: MP4 for H.264 and
// AV1, WebM for VP8 and VP9. Times stay. Both descriptors stay the caller's. Returns 0, a RV_FAULT or an AVERROR; one of
// the system where from could not be read, which is no end.
int rv_remux(int from, int to, const rv_flag *cancel, rv_remuxed *done);

#endif
