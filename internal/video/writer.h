// Writes pictures as an H.264 video in an MP4 that browsers play.
#ifndef ROLLWELL_VIDEO_WRITER_H
#define ROLLWELL_VIDEO_WRITER_H

#include <stdint.h>

// Ticks of a second in the files written: every usual picture rate has whole ticks, and so has RTP.
enum { RV_TICKS = 90000 };

// Orders of the bytes of an input pixel.
enum {
    RV_BGR = 0,  // 3 bytes
    RV_RGBA = 1, // 4 bytes, of which the last is ignored
};

typedef struct rv_writer_options {
    int width, height; // of the input pictures; an odd last column or row is cut off
    int order;         // RV_BGR or RV_RGBA
    int fps;           // about, to plan the bit rate and how often one can seek
    int threads;
    int quality;       // x264's constant rate factor: 0 without loss to 51
} rv_writer_options;

typedef struct rv_writer rv_writer;

// rv_writer_open starts a video in fd, which stays the caller's and must be readable, writable and empty. Returns 0
// or an AVERROR; *writer is then NULL.
int rv_writer_open(rv_writer **writer, int fd, const rv_writer_options *options);

// rv_writer_add adds a packed picture at a time in ticks, which must be above that of the one before. Returns 0 or an
// AVERROR, after which only rv_writer_free is of use.
int rv_writer_add(rv_writer *w, const uint8_t *pixels, int64_t ticks);

// rv_writer_finish writes what is still held back, and the index, to the front of the file. Returns 0 or an AVERROR.
int rv_writer_finish(rv_writer *w);

void rv_writer_free(rv_writer **w);

#endif
