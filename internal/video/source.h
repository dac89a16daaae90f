// Bytes of one local file or of one block of memory, as libavformat wants them.
#ifndef ROLLWELL_VIDEO_SOURCE_H
#define ROLLWELL_VIDEO_SOURCE_H

#include <stdint.h>

#include <libavformat/avio.h>
#include <libavutil/error.h>

// Codes of libavutil that Go needs by name.
enum {
    RV_EOF = AVERROR_EOF,
    RV_EXIT = AVERROR_EXIT,
    RV_NO_MEMORY = AVERROR(ENOMEM),
    RV_INVALID = AVERROR_INVALIDDATA,
};

// rv_flag is set by any thread and read by another.
typedef struct rv_flag rv_flag;

rv_flag *rv_flag_new(void);
void rv_flag_raise(rv_flag *flag);
int rv_flag_is_raised(const rv_flag *flag);
void rv_flag_free(rv_flag **flag);

// rv_io_from_fd reads from, and with writable also writes to, fd at a position of its own, so that several of these
// may share one descriptor. It does not own fd. A raised cancel flag (may be NULL) makes every later call fail with
// AVERROR_EXIT. Returns NULL when memory is short.
AVIOContext *rv_io_from_fd(int fd, int writable, const rv_flag *cancel);

// rv_io_from_memory reads from a copy of size bytes.
AVIOContext *rv_io_from_memory(const uint8_t *bytes, int64_t size);

// rv_io_free frees what the two functions above made, after flushing what was written. Returns 0 or the first
// error of writing.
int rv_io_free(AVIOContext **io);

// rv_quieten turns the libraries' own messages on standard error off, for the whole process. Errors reach people
// through return values.
void rv_quieten(void);

// rv_live tells how many readers, writers, byte sources and flags there are in this process.
int rv_live(void);
// rv_count_live is called with +1 for each thing opened and -1 for each thing freed.
void rv_count_live(int by);

#endif
