#include "reader.h"

#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavutil/display.h>

#include "container.h"
#include "picture.h"

// The coded size is rounded up to whole blocks (64 × 64 at most), so decoders need a little more than the picture.
#define RV_MAX_CODED_PIXELS (RV_MAX_PIXELS + 64 * (7680 + 4320) + 64 * 64)

// A damaged file may hold any number of packets that yield nothing; a decoder that is being drained may not.
#define RV_MAX_BARREN_DRAINS 256

struct rv_reader {
    rv_state state;
    const rv_flag *cancel;
    AVIOContext *io;
    AVFormatContext *format;
    AVCodecContext *decoder;
    AVStream *stream;
    AVPacket *packet;
    AVFrame *picture;
    rv_converter converters[2];
    rv_turn turn;
    int packet_waits;   // packet holds one that the decoder has not taken yet
    int picture_waits;  // picture was found while opening
    int draining;       // the decoder has been told that no packet follows
    int barren_drains;
};

rv_reader *rv_reader_new(const rv_flag *cancel) {
    rv_reader *r = av_mallocz(sizeof(*r));
    if (!r)
        return NULL;
    r->cancel = cancel;
    rv_count_live(1);
    return r;
}

const rv_state *rv_reader_state(const rv_reader *r) { return &r->state; }

static const AVCodec *decoder_for(enum AVCodecID id) {
    switch (id) {
    case AV_CODEC_ID_H264: return avcodec_find_decoder_by_name("h264");
    case AV_CODEC_ID_HEVC: return avcodec_find_decoder_by_name("hevc");
    case AV_CODEC_ID_VP8: return avcodec_find_decoder_by_name("vp8");
    case AV_CODEC_ID_VP9: return avcodec_find_decoder_by_name("vp9");
    case AV_CODEC_ID_AV1: return avcodec_find_decoder_by_name("libdav1d");
    default: return NULL;
    }
}

static int check_size(int width, int height) {
    if ((int64_t)width * height > RV_MAX_PIXELS)
        return RV_FAULT_TOO_LARGE;
    if (width < RV_MIN_SIDE || height < RV_MIN_SIDE)
        return RV_FAULT_TOO_SMALL;
    return 0;
}

static int open_decoder(rv_reader *r, int threads) {
    const AVCodec *codec = decoder_for(r->stream->codecpar->codec_id);
    if (!codec)
        return RV_FAULT_CODEC;
    r->decoder = avcodec_alloc_context3(codec);
    r->packet = av_packet_alloc();
    r->picture = av_frame_alloc();
    if (!r->decoder || !r->packet || !r->picture)
        return AVERROR(ENOMEM);
    int err = avcodec_parameters_to_context(r->decoder, r->stream->codecpar);
    if (err < 0)
        return err;
    r->decoder->pkt_timebase = r->stream->time_base;
    r->decoder->thread_count = threads;
    r->decoder->max_pixels = RV_MAX_CODED_PIXELS;
    return avcodec_open2(r->decoder, codec, NULL);
}

// What the container says about length and speed. Values that cannot be meant are left unknown.
static void describe(rv_reader *r) {
    rv_state *s = &r->state;
    AVRational rate = r->stream->avg_frame_rate;
    if (rate.num <= 0 || rate.den <= 0)
        rate = r->stream->r_frame_rate;
    if (rate.num > 0 && rate.den > 0 && av_q2d(rate) <= 1000)
        s->fps = av_q2d(rate);
    int64_t length = rv_ns(r->stream->duration, r->stream->time_base);
    if (length <= 0 && r->format->duration != AV_NOPTS_VALUE && r->format->duration_estimation_method != AVFMT_DURATION_FROM_BITRATE)
        length = rv_ns(r->format->duration, AV_TIME_BASE_Q);
    if (length > 0)
        s->duration_ns = length;
    s->frames = FFMAX(r->stream->nb_frames, 0);
}

// Finds the turn and shape of the pictures from the stream and its first picture.
static int measure(rv_reader *r) {
    const uint8_t *matrix = av_stream_get_side_data(r->stream, AV_PKT_DATA_DISPLAYMATRIX, NULL);
    const AVFrameSideData *own = av_frame_get_side_data(r->picture, AV_FRAME_DATA_DISPLAYMATRIX);
    if (!matrix && own && own->size >= 9 * sizeof(int32_t))
        matrix = own->data;
    if (matrix)
        r->turn = rv_turn_from_matrix((const int32_t *)matrix);
    AVRational aspect = av_guess_sample_aspect_ratio(r->format, r->stream, r->picture);
    r->state.stored_width = r->picture->width;
    r->state.stored_height = r->picture->height;
    rv_upright_size(r->picture->width, r->picture->height, aspect, r->turn, &r->state.width, &r->state.height);
    return check_size(r->picture->width, r->picture->height);
}

static int open_stream(rv_reader *r, int threads) {
    r->state.container = r->format->iformat->name;
    r->state.streams = (int)r->format->nb_streams;
    r->stream = rv_container_film(r->format);
    if (!r->stream)
        return RV_FAULT_NO_VIDEO;
    AVCodecParameters *told = r->stream->codecpar;
    r->state.codec = avcodec_get_name(told->codec_id);
    r->state.stored_width = told->width;
    r->state.stored_height = told->height;
    if (!decoder_for(told->codec_id))
        return RV_FAULT_CODEC;
    if (told->width > 0 && told->height > 0) {
        int fault = check_size(told->width, told->height);
        if (fault)
            return fault;
    }
    int err = rv_container_look_ahead(r->format, RV_MAX_CODED_PIXELS);
    if (err < 0)
        return err;
    describe(r);
    if (!strncmp(r->format->iformat->name, "mov", 3)) // MP4 and MOV, whose index is whole once the header is read
        r->state.packets_told = avformat_index_get_entries_count(r->stream);
    err = open_decoder(r, threads);
    if (err < 0)
        return err;
    while ((err = rv_reader_step(r)) == 0)
        ;
    if (err == AVERROR_EOF)
        return RV_FAULT_NO_PICTURE;
    if (err < 0)
        return err;
    r->picture_waits = 1;
    return measure(r);
}

int rv_reader_open(rv_reader *r, AVIOContext *io, int threads) {
    rv_quieten();
    r->io = io;
    if (!io)
        return AVERROR(ENOMEM);
    int err = rv_container_open(io, r->cancel, &r->format);
    if (err >= 0)
        err = open_stream(r, threads);
    if (rv_flag_is_raised(r->cancel))
        return AVERROR_EXIT;
    return err;
}

// Gets the next packet of the stream into r->packet. Returns 1 when there is one, 0 when to try again or to drain.
static int read_packet(rv_reader *r) {
    int err = av_read_frame(r->format, r->packet);
    if (err == AVERROR_EXIT || rv_flag_is_raised(r->cancel))
        return AVERROR_EXIT;
    if (err < 0) {
        if (err != AVERROR_EOF)
            r->state.read_error = err;
        err = avcodec_send_packet(r->decoder, NULL);
        r->draining = 1;
        return err < 0 && err != AVERROR_EOF ? err : 0;
    }
    if (r->packet->stream_index != r->stream->index) {
        av_packet_unref(r->packet);
        return 0;
    }
    r->state.packets++;
    return 1;
}

// Hands the waiting or the next packet to the decoder.
static int feed(rv_reader *r) {
    if (!r->packet_waits) {
        int got = read_packet(r);
        if (got <= 0)
            return got;
    }
    int err = avcodec_send_packet(r->decoder, r->packet);
    r->packet_waits = err == AVERROR(EAGAIN);
    if (r->packet_waits)
        return 0;
    av_packet_unref(r->packet);
    if (err == AVERROR(ENOMEM))
        return err;
    if (err < 0)
        r->state.damaged++;
    return 0;
}

// Whether the decoder itself says that it had to make parts of the picture up, or the picture is none.
static int is_damaged(const AVFrame *picture) {
    return picture->decode_error_flags || picture->flags & AV_FRAME_FLAG_CORRUPT || picture->width <= 0 ||
           picture->height <= 0 || !picture->data[0];
}

int rv_reader_step(rv_reader *r) {
    if (r->picture_waits) {
        r->picture_waits = 0;
        return 1;
    }
    if (rv_flag_is_raised(r->cancel))
        return AVERROR_EXIT;
    int err = avcodec_receive_frame(r->decoder, r->picture);
    if (err == AVERROR(EAGAIN))
        return feed(r);
    if (err == AVERROR_EOF || err == AVERROR(ENOMEM))
        return err;
    if (err < 0) {
        r->state.damaged++;
        if (r->draining && ++r->barren_drains > RV_MAX_BARREN_DRAINS)
            return AVERROR_EOF;
        return 0;
    }
    if (is_damaged(r->picture)) {
        r->state.damaged++;
        return 0;
    }
    r->state.pts_ns = rv_ns(r->picture->best_effort_timestamp, r->stream->time_base);
    r->state.duration_of = FFMAX(0, rv_ns(r->picture->pkt_duration, r->stream->time_base));
    return 1;
}

int rv_reader_seek(rv_reader *r, int64_t pts_ns) {
    int64_t at = av_rescale_q(pts_ns, (AVRational){1, 1000000000}, r->stream->time_base);
    int err = av_seek_frame(r->format, r->stream->index, at, AVSEEK_FLAG_BACKWARD);
    if (err < 0)
        return err;
    av_packet_unref(r->packet);
    avcodec_flush_buffers(r->decoder);
    r->packet_waits = r->picture_waits = r->draining = r->barren_drains = 0;
    return 0;
}

int rv_reader_show(rv_reader *r, int which, uint8_t *to, int width, int height) {
    AVRational aspect = av_guess_sample_aspect_ratio(r->format, r->stream, r->picture);
    return rv_convert(&r->converters[which != 0], r->picture, aspect, r->turn, to, width, height);
}

void rv_reader_free(rv_reader **reader) {
    rv_reader *r = *reader;
    if (!r)
        return;
    rv_converter_free(&r->converters[0]);
    rv_converter_free(&r->converters[1]);
    av_frame_free(&r->picture);
    av_packet_free(&r->packet);
    avcodec_free_context(&r->decoder);
    avformat_close_input(&r->format);
    rv_io_free(&r->io);
    av_freep(reader);
    rv_count_live(-1);
}
