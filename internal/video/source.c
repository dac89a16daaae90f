#include "source.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <libavutil/error.h>
#include <libavutil/log.h>
#include <libavutil/mem.h>

// Bytes fetched by one system call. Interleaved phone clips hold about this much between two pictures.
#define RV_IO_BUFFER (64 * 1024)

struct rv_flag {
    atomic_int raised;
};

void rv_flag_raise(rv_flag *flag) { atomic_store(&flag->raised, 1); }
int rv_flag_is_raised(const rv_flag *flag) { return flag && atomic_load(&flag->raised); }

static atomic_int live;

int rv_live(void) { return atomic_load(&live); }
void rv_count_live(int by) { atomic_fetch_add(&live, by); }

rv_flag *rv_flag_new(void) {
    rv_flag *flag = av_mallocz(sizeof(*flag));
    if (flag)
        rv_count_live(1);
    return flag;
}

void rv_flag_free(rv_flag **flag) {
    if (*flag)
        rv_count_live(-1);
    av_freep(flag);
}

static void silence(void) { av_log_set_level(AV_LOG_QUIET); }

void rv_quieten(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, silence);
}

// One of fd and memory is in use: fd when memory is NULL.
typedef struct source {
    int fd;
    uint8_t *memory;
    int64_t size; // of memory
    int64_t position;
    const rv_flag *cancel;
} source;

static int source_read(void *opaque, uint8_t *to, int n) {
    source *s = opaque;
    if (rv_flag_is_raised(s->cancel))
        return AVERROR_EXIT;
    if (s->memory) {
        int64_t left = s->size - s->position;
        if (left <= 0)
            return AVERROR_EOF;
        if (n > left)
            n = (int)left;
        memcpy(to, s->memory + s->position, n);
        s->position += n;
        return n;
    }
    ssize_t got;
    do
        got = pread(s->fd, to, n, s->position);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return AVERROR(errno);
    if (got == 0)
        return AVERROR_EOF;
    s->position += got;
    return (int)got;
}

static int source_write(void *opaque, uint8_t *from, int n) {
    source *s = opaque;
    int done = 0;
    while (done < n) {
        ssize_t put = pwrite(s->fd, from + done, n - done, s->position);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return AVERROR(errno);
        done += (int)put;
        s->position += put;
    }
    return n;
}

static int64_t source_size(const source *s) {
    if (s->memory)
        return s->size;
    struct stat st;
    if (fstat(s->fd, &st) < 0)
        return AVERROR(errno);
    return st.st_size;
}

static int64_t source_seek(void *opaque, int64_t offset, int whence) {
    source *s = opaque;
    int64_t size = source_size(s);
    if (size < 0)
        return size;
    int64_t to;
    switch (whence & ~AVSEEK_FORCE) {
    case AVSEEK_SIZE: return size;
    case SEEK_SET: to = offset; break;
    case SEEK_CUR: to = s->position + offset; break;
    case SEEK_END: to = size + offset; break;
    default: return AVERROR(EINVAL);
    }
    if (to < 0)
        return AVERROR(EINVAL);
    s->position = to;
    return to;
}

static AVIOContext *open_source(source *s, int writable) {
    if (!s)
        return NULL;
    uint8_t *buffer = av_malloc(RV_IO_BUFFER);
    AVIOContext *io = buffer ? avio_alloc_context(buffer, RV_IO_BUFFER, writable, s, source_read,
                                                  writable ? source_write : NULL, source_seek)
                             : NULL;
    if (!io) {
        av_free(buffer);
        av_free(s->memory);
        av_free(s);
        return NULL;
    }
    rv_count_live(1);
    return io;
}

AVIOContext *rv_io_from_fd(int fd, int writable, const rv_flag *cancel) {
    source *s = av_mallocz(sizeof(*s));
    if (!s)
        return NULL;
    s->fd = fd;
    s->cancel = cancel;
    return open_source(s, writable);
}

AVIOContext *rv_io_from_memory(const uint8_t *bytes, int64_t size) {
    source *s = av_mallocz(sizeof(*s));
    if (!s)
        return NULL;
    s->memory = av_malloc(size > 0 ? size : 1);
    if (!s->memory) {
        av_free(s);
        return NULL;
    }
    memcpy(s->memory, bytes, size);
    s->size = size;
    return open_source(s, 0);
}

int rv_io_free(AVIOContext **io) {
    if (!*io)
        return 0;
    int err = 0;
    if ((*io)->write_flag) {
        avio_flush(*io);
        err = (*io)->error;
    }
    source *s = (*io)->opaque;
    av_freep(&(*io)->buffer);
    avio_context_free(io);
    av_free(s->memory);
    av_free(s);
    rv_count_live(-1);
    return err;
}
