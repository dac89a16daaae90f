#include "container.h"

#include <libavutil/mathematics.h>

// The containers and decoders that are let near outside bytes. Everything else, playlists first of all, is refused.
#define RV_CONTAINERS "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm"
#define RV_DECODERS "h264,hevc,vp8,vp9,libdav1d"

int64_t rv_ns(int64_t time, AVRational base) {
    if (time == AV_NOPTS_VALUE)
        return RV_UNKNOWN;
    return av_rescale_q(time, base, (AVRational){1, 1000000000});
}

// Refuses every file a container refers to: there is only the one that was opened.
static int open_nothing(AVFormatContext *format, AVIOContext **io, const char *url, int flags, AVDictionary **options) {
    (void)format, (void)io, (void)url, (void)flags, (void)options;
    return AVERROR(EPERM);
}

static int is_cancelled(void *flag) { return rv_flag_is_raised(flag); }

int rv_container_open(AVIOContext *io, const rv_flag *cancel, AVFormatContext **format) {
    AVFormatContext *f = avformat_alloc_context();
    if (!f)
        return AVERROR(ENOMEM);
    f->pb = io;
    f->flags |= AVFMT_FLAG_CUSTOM_IO;
    f->io_open = open_nothing;
    f->interrupt_callback = (AVIOInterruptCB){is_cancelled, (void *)cancel};
    f->format_whitelist = av_strdup(RV_CONTAINERS);
    f->codec_whitelist = av_strdup(RV_DECODERS);
    f->protocol_whitelist = av_strdup("none");
    if (!f->format_whitelist || !f->codec_whitelist || !f->protocol_whitelist) {
        avformat_free_context(f);
        return AVERROR(ENOMEM);
    }
    int err = avformat_open_input(&f, NULL, NULL, NULL); // frees f on failure
    if (err < 0)
        return err;
    *format = f;
    return 0;
}

static int is_film(const AVStream *s) {
    return s->codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
           !(s->disposition & (AV_DISPOSITION_ATTACHED_PIC | AV_DISPOSITION_TIMED_THUMBNAILS));
}

AVStream *rv_container_film(AVFormatContext *f) {
    AVStream *best = NULL;
    int64_t best_score = -1;
    for (unsigned i = 0; i < f->nb_streams; i++) {
        AVStream *s = f->streams[i];
        s->discard = AVDISCARD_ALL;
        if (!is_film(s))
            continue;
        int64_t score = (int64_t)s->codecpar->width * s->codecpar->height;
        if (s->disposition & AV_DISPOSITION_DEFAULT)
            score += INT64_C(1) << 62;
        if (score > best_score) {
            best = s;
            best_score = score;
        }
    }
    if (best)
        best->discard = AVDISCARD_DEFAULT;
    return best;
}

int rv_container_look_ahead(AVFormatContext *f, int64_t max_pixels) {
    unsigned streams = f->nb_streams;
    AVDictionary **options = av_calloc(streams ? streams : 1, sizeof(*options));
    if (!options)
        return AVERROR(ENOMEM);
    for (unsigned i = 0; i < streams; i++)
        av_dict_set_int(&options[i], "max_pixels", max_pixels, 0);
    int err = avformat_find_stream_info(f, options);
    for (unsigned i = 0; i < streams; i++)
        av_dict_free(&options[i]);
    av_free(options);
    return err;
}

// Counts the packets of the only stream left on, up to limit bytes into the file.
static int count_packets(AVFormatContext *f, AVStream *stream, int64_t limit, int64_t *frames, int64_t *duration_ns) {
    AVPacket *packet = av_packet_alloc();
    if (!packet)
        return AVERROR(ENOMEM);
    int64_t first = INT64_MAX, end = INT64_MIN, count = 0, at = 0;
    int err;
    while ((err = av_read_frame(f, packet)) >= 0) {
        at = avio_tell(f->pb);
        if (packet->stream_index == stream->index) {
            int64_t time = packet->pts != AV_NOPTS_VALUE ? packet->pts : packet->dts;
            if (time != AV_NOPTS_VALUE) {
                first = FFMIN(first, time);
                end = FFMAX(end, time + FFMAX(packet->duration, 0));
            }
            count++;
        }
        av_packet_unref(packet);
        if (at > limit)
            break;
    }
    av_packet_free(&packet);
    if (err == AVERROR_EXIT || err == AVERROR(ENOMEM))
        return err;
    *frames = count;
    *duration_ns = end > first ? rv_ns(end - first, stream->time_base) : 0;
    int64_t size = avio_size(f->pb);
    if (err >= 0 && at > 0 && size > at) {
        *frames = av_rescale(*frames, size, at);
        *duration_ns = av_rescale(*duration_ns, size, at);
    }
    return 0;
}

int rv_scan(AVIOContext *io, const rv_flag *cancel, int64_t limit, int64_t *frames, int64_t *duration_ns) {
    *frames = *duration_ns = 0;
    if (!io)
        return AVERROR(ENOMEM);
    AVFormatContext *f = NULL;
    int err = rv_container_open(io, cancel, &f);
    if (err >= 0) {
        AVStream *stream = rv_container_film(f);
        err = stream ? count_packets(f, stream, limit, frames, duration_ns) : RV_FAULT_NO_VIDEO;
    }
    avformat_close_input(&f);
    rv_io_free(&io);
    return err;
}
