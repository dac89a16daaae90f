#include "stream.h"

#include <string.h>

#include <libavcodec/avcodec.h>

#include "container.h"
#include "picture.h"
#include "source.h"

struct rv_stream {
    const AVCodec *codec;
    AVCodecContext *decoder; // NULL after a fault
    AVPacket *packet;
    AVFrame *newest;  // decoded and not yet shown; empty if there is none
    AVFrame *arrived; // being received
    rv_converter converter;
    int64_t max_pixels;
};

static const rv_turn upright = {0, 0, 0}; // browsers turn their pictures themselves

static const AVCodec *live_decoder(int coding) {
    switch (coding) {
    case RV_STREAM_H264: return avcodec_find_decoder_by_name("h264");
    case RV_STREAM_VP8: return avcodec_find_decoder_by_name("vp8");
    case RV_STREAM_VP9: return avcodec_find_decoder_by_name("vp9");
    case RV_STREAM_AV1: return avcodec_find_decoder_by_name("libdav1d");
    case RV_STREAM_JPEG: return avcodec_find_decoder_by_name("mjpeg");
    default: return NULL;
    }
}

static int open_decoder(rv_stream *s) {
    AVCodecContext *d = s->decoder = avcodec_alloc_context3(s->codec);
    if (!d)
        return AVERROR(ENOMEM);
    d->flags |= AV_CODEC_FLAG_LOW_DELAY;
    d->thread_count = 1; // more of them hold pictures back
    // The coded size is rounded up to whole blocks of 64 × 64 at most; the exact limit is looked at in keep.
    d->max_pixels = 2 * s->max_pixels + 64 * 64;
    return avcodec_open2(d, s->codec, NULL);
}

int rv_stream_open(rv_stream **stream, int coding, int64_t max_pixels) {
    rv_quieten();
    *stream = NULL;
    rv_stream *s = av_mallocz(sizeof(*s));
    if (!s)
        return AVERROR(ENOMEM);
    rv_count_live(1);
    s->codec = live_decoder(coding);
    s->max_pixels = max_pixels;
    s->packet = av_packet_alloc();
    s->newest = av_frame_alloc();
    s->arrived = av_frame_alloc();
    int err = s->codec ? AVERROR(ENOMEM) : AVERROR_DECODER_NOT_FOUND;
    if (s->codec && s->packet && s->newest && s->arrived)
        err = open_decoder(s);
    if (err < 0) {
        rv_stream_free(&s);
        return err;
    }
    *stream = s;
    return 0;
}

// Looks at a picture that has just arrived, and keeps it as the newest if it is good.
static int keep(rv_stream *s, int range) {
    AVFrame *p = s->arrived;
    int err = 1;
    if (p->decode_error_flags || p->flags & AV_FRAME_FLAG_CORRUPT || !p->data[0])
        err = RV_STREAM_DAMAGED;
    else if (p->width < RV_MIN_SIDE || p->height < RV_MIN_SIDE)
        err = RV_STREAM_TOO_SMALL;
    else if ((int64_t)p->width * p->height > s->max_pixels)
        err = RV_STREAM_TOO_LARGE;
    if (err < 0) {
        av_frame_unref(p);
        return err;
    }
    if (range != RV_RANGE_UNSAID)
        rv_set_range(p, range == RV_RANGE_FULL);
    av_frame_unref(s->newest);
    av_frame_move_ref(s->newest, p);
    return 1;
}

// Hands the packet to the decoder and keeps the last picture that comes out.
static int run(rv_stream *s, int range) {
    int err = avcodec_send_packet(s->decoder, s->packet);
    if (err < 0)
        return err == AVERROR(EAGAIN) ? AVERROR_BUG : err;
    int got = 0;
    for (;;) {
        err = avcodec_receive_frame(s->decoder, s->arrived);
        if (err == AVERROR(EAGAIN))
            return got;
        if (err < 0)
            return err;
        err = keep(s, range);
        if (err < 0)
            return err;
        got = 1;
    }
}

int rv_stream_decode(rv_stream *s, const uint8_t *data, int size, int range) {
    // A copy, for decoders read a little past the end, and some keep the bytes for a while.
    int err = s->decoder ? 0 : open_decoder(s);
    if (err >= 0)
        err = av_new_packet(s->packet, size);
    if (err < 0)
        return err;
    memcpy(s->packet->data, data, size);
    err = run(s, range);
    av_packet_unref(s->packet);
    if (err < 0) // a new decoder and not a flush: libavcodec's for VP9 may refuse everything after a bad superframe
        avcodec_free_context(&s->decoder);
    return err;
}

rv_size rv_stream_size(const rv_stream *s) {
    rv_size size = {0, 0};
    if (s->newest->data[0])
        rv_upright_size(s->newest->width, s->newest->height, s->newest->sample_aspect_ratio, upright, &size.width,
                        &size.height);
    return size;
}

int rv_stream_show(rv_stream *s, uint8_t *to, int width, int height) {
    if (!s->newest->data[0])
        return AVERROR(EAGAIN);
    int err = rv_convert(&s->converter, s->newest, s->newest->sample_aspect_ratio, upright, to, width, height);
    av_frame_unref(s->newest);
    return err;
}

void rv_stream_free(rv_stream **stream) {
    rv_stream *s = *stream;
    if (!s)
        return;
    rv_converter_free(&s->converter);
    av_frame_free(&s->arrived);
    av_frame_free(&s->newest);
    av_packet_free(&s->packet);
    avcodec_free_context(&s->decoder);
    av_freep(stream);
    rv_count_live(-1);
}
