#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>

#include "container.h"
#include "recording.h"

typedef struct rv_remuxer {
    int to;
    AVIOContext *source, *io;
    AVFormatContext *in, *out;
    AVStream *film, *stream;
    AVPacket *packet;
} rv_remuxer;

// The muxer reads its own file once more to move the index to the front. It gets no other file.
static int open_own_file(AVFormatContext *format, AVIOContext **io, const char *url, int flags, AVDictionary **options) {
    (void)url, (void)options;
    if (flags & AVIO_FLAG_WRITE)
        return AVERROR(EPERM);
    rv_remuxer *m = format->opaque;
    *io = rv_io_from_fd(m->to, 0, NULL);
    return *io ? 0 : AVERROR(ENOMEM);
}

static int close_own_file(AVFormatContext *format, AVIOContext *io) {
    (void)format;
    return rv_io_free(&io);
}

static int is_webm(const AVStream *film) {
    enum AVCodecID id = film->codecpar->codec_id;
    return id == AV_CODEC_ID_VP8 || id == AV_CODEC_ID_VP9;
}

// Opens what is to be copied and finds its film.
static int open_source(rv_remuxer *m, int from, const rv_flag *cancel) {
    m->source = rv_io_from_fd(from, 0, cancel);
    m->packet = av_packet_alloc();
    if (!m->source || !m->packet)
        return AVERROR(ENOMEM);
    int err = rv_container_open(m->source, cancel, &m->in);
    if (err < 0)
        return err;
    m->film = rv_container_film(m->in);
    if (!m->film)
        return RV_FAULT_NO_VIDEO;
    switch (m->film->codecpar->codec_id) {
    case AV_CODEC_ID_H264:
    case AV_CODEC_ID_AV1:
    case AV_CODEC_ID_VP8:
    case AV_CODEC_ID_VP9: return 0;
    default: return RV_FAULT_CODEC;
    }
}

static int open_target(rv_remuxer *m) {
    const AVCodecParameters *par = m->film->codecpar;
    if (par->width <= 0 || par->height <= 0)
        return RV_FAULT_NO_PICTURE;
    m->io = rv_io_from_fd(m->to, 1, NULL);
    int err = m->io ? avformat_alloc_output_context2(&m->out, NULL, is_webm(m->film) ? "webm" : "mp4", "rollwell") : AVERROR(ENOMEM);
    if (err < 0)
        return err;
    m->out->pb = m->io;
    m->out->opaque = m;
    m->out->io_open = open_own_file;
    m->out->io_close2 = close_own_file;
    m->out->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
    m->out->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED; // times are the session's
    m->stream = avformat_new_stream(m->out, NULL);
    if (!m->stream)
        return AVERROR(ENOMEM);
    err = avcodec_parameters_copy(m->stream->codecpar, par);
    if (err < 0)
        return err;
    m->stream->codecpar->codec_tag = 0;
    m->stream->time_base = m->film->time_base;
    m->stream->sample_aspect_ratio = m->film->sample_aspect_ratio;
    AVDictionary *options = NULL;
    if (!is_webm(m->film)) {
        av_dict_set(&options, "movflags", "+faststart", 0);
        av_dict_set_int(&options, "video_track_timescale", m->film->time_base.den, 0);
    }
    err = avformat_write_header(m->out, &options);
    av_dict_free(&options);
    return err < 0 ? err : m->io->error;
}

// Copies up to the end, or to where nothing whole follows.
static int copy(rv_remuxer *m, const rv_flag *cancel, rv_remuxed *done) {
    AVPacket *p = m->packet;
    int64_t last = AV_NOPTS_VALUE;
    int end;
    while ((end = av_read_frame(m->in, p)) >= 0) {
        int wanted = p->stream_index == m->film->index && p->pts != AV_NOPTS_VALUE && !(p->flags & AV_PKT_FLAG_CORRUPT) &&
                     (done->frames > 0 || p->flags & AV_PKT_FLAG_KEY);
        if (p->dts == AV_NOPTS_VALUE)
            p->dts = p->pts;
        if (!wanted || (last != AV_NOPTS_VALUE && p->dts <= last)) {
            av_packet_unref(p);
            continue;
        }
        last = p->dts;
        if (!done->frames)
            done->first_ns = rv_ns(p->pts, m->film->time_base);
        done->frames++;
        done->end_ns = rv_ns(p->pts + FFMAX(p->duration, 0), m->film->time_base);
        p->stream_index = m->stream->index;
        p->pos = -1;
        av_packet_rescale_ts(p, m->film->time_base, m->stream->time_base);
        int err = av_write_frame(m->out, p);
        av_packet_unref(p);
        if (err >= 0)
            err = m->io->error;
        if (err < 0)
            return err;
    }
    if (rv_flag_is_raised(cancel))
        return AVERROR_EXIT;
    if (end == AVERROR(ENOMEM))
        return end;
    return done->frames ? 0 : RV_FAULT_NO_PICTURE;
}

static void release(rv_remuxer *m) {
    av_packet_free(&m->packet);
    avformat_close_input(&m->in);
    avformat_free_context(m->out);
    rv_io_free(&m->source);
    rv_io_free(&m->io);
}

int rv_remux(int from, int to, const rv_flag *cancel, rv_remuxed *done) {
    rv_quieten();
    *done = (rv_remuxed){0};
    rv_remuxer m = {.to = to};
    int err = open_source(&m, from, cancel);
    if (err >= 0) {
        done->width = m.film->codecpar->width;
        done->height = m.film->codecpar->height;
        err = open_target(&m);
    }
    if (err >= 0)
        err = copy(&m, cancel, done);
    if (err >= 0)
        err = av_write_trailer(m.out);
    if (err >= 0) {
        avio_flush(m.io);
        err = m.io->error;
    }
    if (m.source && m.source->error < 0) // which demuxers take for the end of the file, or for damage
        err = m.source->error;
    release(&m);
    return err < 0 ? err : 0;
}
