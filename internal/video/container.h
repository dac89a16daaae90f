// Opens MP4, MOV, Matroska and WebM from bytes that nobody vouches for.
#ifndef ROLLWELL_VIDEO_CONTAINER_H
#define ROLLWELL_VIDEO_CONTAINER_H

#include <stdint.h>

#include <libavformat/avformat.h>

#include "source.h"

// Faults of a file that no code of libavutil tells apart.
enum {
    RV_FAULT_NO_VIDEO = -0x52560001, // no video stream, cover art aside
    RV_FAULT_CODEC = -0x52560002,    // coded in a way that is not on the list
    RV_FAULT_TOO_LARGE = -0x52560003,
    RV_FAULT_TOO_SMALL = -0x52560004,
    RV_FAULT_NO_PICTURE = -0x52560005, // not one picture could be decoded
};

// Limits of what is read, in pixels of the stored picture.
enum {
    RV_MAX_PIXELS = 7680 * 4320,
    RV_MIN_SIDE = 16,
};

// RV_UNKNOWN stands for a time that the file does not tell.
#define RV_UNKNOWN INT64_MIN

// rv_ns turns a time of the given base into nanoseconds; an unset one into RV_UNKNOWN.
int64_t rv_ns(int64_t time, AVRational base);

// rv_container_open opens the container on io. On success *format is to be closed by the caller, before io.
int rv_container_open(AVIOContext *io, const rv_flag *cancel, AVFormatContext **format);

// rv_container_film chooses the container's default film, or else its largest, and leaves all other streams out from
// now on. Returns NULL when there is none; cover art does not count.
AVStream *rv_container_film(AVFormatContext *f);

// rv_container_look_ahead reads the first packets, to learn what the header leaves out. It decodes no picture of more
// than max_pixels.
int rv_container_look_ahead(AVFormatContext *f, int64_t max_pixels);

// rv_scan reads the packets of io's video, decoding none, for at most limit bytes. It tells the number of pictures and
// the time from the first to the end of the last, both stretched to the whole file if the limit came first. It
// takes io over. Returns 0 or an AVERROR.
int rv_scan(AVIOContext *io, const rv_flag *cancel, int64_t limit, int64_t *frames, int64_t *duration_ns);

#endif
