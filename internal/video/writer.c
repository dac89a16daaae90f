#include "writer.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/opt.h>
#include <libswscale/swscale.h>

#include "source.h"

struct rv_writer {
    int fd;
    AVIOContext *io;
    AVFormatContext *format;
    AVCodecContext *encoder;
    AVStream *stream;
    AVPacket *packet;
    AVFrame *picture;
    struct SwsContext *converter;
    int input_stride;
    int64_t last, step; // ticks of the last picture, and from the one before to it
};

// The muxer reads its own file once more to move the index to the front. It gets no other file.
static int open_own_file(AVFormatContext *format, AVIOContext **io, const char *url, int flags, AVDictionary **options) {
    (void)url, (void)options;
    if (flags & AVIO_FLAG_WRITE)
        return AVERROR(EPERM);
    rv_writer *w = format->opaque;
    *io = rv_io_from_fd(w->fd, 0, NULL);
    return *io ? 0 : AVERROR(ENOMEM);
}

static int close_own_file(AVFormatContext *format, AVIOContext *io) {
    (void)format;
    return rv_io_free(&io);
}

static int open_encoder(rv_writer *w, const rv_writer_options *o) {
    const AVCodec *codec = avcodec_find_encoder_by_name("libx264");
    if (!codec)
        return AVERROR_ENCODER_NOT_FOUND;
    AVCodecContext *e = w->encoder = avcodec_alloc_context3(codec);
    if (!e)
        return AVERROR(ENOMEM);
    e->width = o->width & ~1; // 4:2:0 needs even sides
    e->height = o->height & ~1;
    e->pix_fmt = AV_PIX_FMT_YUV420P;
    e->time_base = (AVRational){1, RV_TICKS};
    e->framerate = (AVRational){o->fps, 1};
    e->gop_size = 2 * o->fps; // a player can jump to every second second
    e->max_b_frames = 0;      // so that the first picture is shown at 0 without an edit list
    e->sample_aspect_ratio = (AVRational){1, 1};
    e->colorspace = AVCOL_SPC_BT709;
    e->color_primaries = AVCOL_PRI_BT709;
    e->color_trc = AVCOL_TRC_BT709;
    e->color_range = AVCOL_RANGE_MPEG;
    e->chroma_sample_location = AVCHROMA_LOC_LEFT;
    e->thread_count = o->threads;
    e->flags |= AV_CODEC_FLAG_GLOBAL_HEADER; // MP4 keeps the parameter sets in its index
    AVDictionary *options = NULL;
    av_dict_set(&options, "preset", "veryfast", 0);
    av_dict_set(&options, "profile", "high", 0);
    av_dict_set_int(&options, "crf", o->quality, 0);
    int err = avcodec_open2(e, codec, &options);
    av_dict_free(&options);
    return err;
}

static int open_converter(rv_writer *w, const rv_writer_options *o) {
    AVCodecContext *e = w->encoder;
    enum AVPixelFormat format = o->order == RV_RGBA ? AV_PIX_FMT_RGB0 : AV_PIX_FMT_BGR24;
    w->input_stride = o->width * (o->order == RV_RGBA ? 4 : 3);
    w->converter = sws_getContext(e->width, e->height, format, e->width, e->height, AV_PIX_FMT_YUV420P,
                                  SWS_BILINEAR | SWS_ACCURATE_RND, NULL, NULL, NULL); // the quick way knows BT.601 only
    w->packet = av_packet_alloc();
    w->picture = av_frame_alloc();
    if (!w->converter || !w->packet || !w->picture)
        return AVERROR(ENOMEM);
    int err = sws_setColorspaceDetails(w->converter, sws_getCoefficients(SWS_CS_DEFAULT), 1,
                                       sws_getCoefficients(SWS_CS_ITU709), 0, 0, 1 << 16, 1 << 16);
    if (err < 0)
        return AVERROR(EINVAL);
    w->picture->format = AV_PIX_FMT_YUV420P;
    w->picture->width = e->width;
    w->picture->height = e->height;
    return av_frame_get_buffer(w->picture, 0);
}

static int open_file(rv_writer *w) {
    int err = avformat_alloc_output_context2(&w->format, NULL, "mp4", "rollwell.mp4");
    if (err < 0)
        return err;
    w->io = rv_io_from_fd(w->fd, 1, NULL);
    w->stream = avformat_new_stream(w->format, NULL);
    if (!w->io || !w->stream)
        return AVERROR(ENOMEM);
    w->format->pb = w->io;
    w->format->opaque = w;
    w->format->io_open = open_own_file;
    w->format->io_close2 = close_own_file;
    w->format->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT; // the same pictures make the same file
    w->stream->time_base = w->encoder->time_base;
    w->stream->avg_frame_rate = w->encoder->framerate;
    w->stream->sample_aspect_ratio = w->encoder->sample_aspect_ratio;
    err = avcodec_parameters_from_context(w->stream->codecpar, w->encoder);
    if (err < 0)
        return err;
    AVDictionary *options = NULL;
    av_dict_set(&options, "movflags", "+faststart", 0);
    av_dict_set_int(&options, "video_track_timescale", RV_TICKS, 0);
    err = avformat_write_header(w->format, &options);
    av_dict_free(&options);
    return err < 0 ? err : 0;
}

int rv_writer_open(rv_writer **writer, int fd, const rv_writer_options *options) {
    rv_quieten();
    *writer = NULL;
    rv_writer *w = av_mallocz(sizeof(*w));
    if (!w)
        return AVERROR(ENOMEM);
    rv_count_live(1);
    w->fd = fd;
    w->step = RV_TICKS / options->fps;
    int err = open_encoder(w, options);
    if (err >= 0)
        err = open_converter(w, options);
    if (err >= 0)
        err = open_file(w);
    if (err < 0) {
        rv_writer_free(&w);
        return err;
    }
    *writer = w;
    return 0;
}

// Writes the packets that the encoder has ready. Returns 0 when there are no more for now.
static int drain(rv_writer *w) {
    for (;;) {
        int err = avcodec_receive_packet(w->encoder, w->packet);
        if (err == AVERROR(EAGAIN) || err == AVERROR_EOF)
            return 0;
        if (err < 0)
            return err;
        w->packet->stream_index = w->stream->index;
        w->packet->duration = w->step; // the muxer corrects it by the next picture's time, for all but the last
        av_packet_rescale_ts(w->packet, w->encoder->time_base, w->stream->time_base);
        err = av_write_frame(w->format, w->packet);
        av_packet_unref(w->packet);
        if (err < 0)
            return err;
        if (w->io->error < 0)
            return w->io->error;
    }
}

int rv_writer_add(rv_writer *w, const uint8_t *pixels, int64_t ticks) {
    int err = av_frame_make_writable(w->picture);
    if (err < 0)
        return err;
    const uint8_t *planes[4] = {pixels};
    int strides[4] = {w->input_stride};
    err = sws_scale(w->converter, planes, strides, 0, w->encoder->height, w->picture->data, w->picture->linesize);
    if (err < 0)
        return err;
    if (w->last > 0 || ticks > 0)
        w->step = ticks - w->last;
    w->last = w->picture->pts = ticks;
    err = avcodec_send_frame(w->encoder, w->picture);
    return err < 0 ? err : drain(w);
}

int rv_writer_finish(rv_writer *w) {
    int err = avcodec_send_frame(w->encoder, NULL);
    if (err >= 0)
        err = drain(w);
    if (err < 0)
        return err;
    err = av_write_trailer(w->format);
    if (err >= 0) {
        avio_flush(w->io);
        err = w->io->error;
    }
    return err < 0 ? err : 0;
}

void rv_writer_free(rv_writer **writer) {
    rv_writer *w = *writer;
    if (!w)
        return;
    avcodec_free_context(&w->encoder);
    av_frame_free(&w->picture);
    av_packet_free(&w->packet);
    sws_freeContext(w->converter);
    avformat_free_context(w->format);
    rv_io_free(&w->io);
    av_freep(writer);
    rv_count_live(-1);
}
