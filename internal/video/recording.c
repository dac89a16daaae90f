#include "recording.h"

#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>

#include "container.h"
#include "stream.h"

struct rv_recording {
    AVIOContext *io;
    AVFormatContext *format;
    AVStream *stream;
    AVPacket *held;   // the newest picture, whose duration is not known yet; empty if there is none
    AVPacket *packet; // the one that comes
    int64_t piece;    // ticks at which the open piece of the file begins, or AV_NOPTS_VALUE
    int64_t step;     // ticks between the last two pictures
};

static enum AVCodecID codec_of(int coding) {
    switch (coding) {
    case RV_STREAM_H264: return AV_CODEC_ID_H264;
    case RV_STREAM_VP8: return AV_CODEC_ID_VP8;
    case RV_STREAM_VP9: return AV_CODEC_ID_VP9;
    case RV_STREAM_AV1: return AV_CODEC_ID_AV1;
    default: return AV_CODEC_ID_NONE;
    }
}

static int is_webm(enum AVCodecID id) { return id == AV_CODEC_ID_VP8 || id == AV_CODEC_ID_VP9; }

static int fill(AVPacket *packet, const uint8_t *data, int size) {
    int err = av_new_packet(packet, size);
    if (err >= 0)
        memcpy(packet->data, data, size);
    return err;
}

// Decodes the first picture for its size, which containers want in front, and which no two codings tell alike.
static int measure(AVCodecParameters *par, int coding, const uint8_t *data, int size) {
    rv_stream *s = NULL;
    int err = rv_stream_open(&s, coding, RV_MAX_PIXELS);
    if (err < 0)
        return err;
    err = rv_stream_decode(s, data, size, RV_RANGE_UNSAID);
    rv_size found = rv_stream_size(s);
    rv_stream_free(&s);
    if (err == AVERROR(ENOMEM))
        return err;
    if (err <= 0 || found.width <= 0)
        return RV_RECORDING_NO_START;
    par->width = found.width;
    par->height = found.height;
    return 0;
}

// Finds the parameter sets, or the sequence header, which MP4 wants in front.
static int extract(AVCodecParameters *par, const uint8_t *data, int size) {
    AVBSFContext *filter = NULL;
    AVPacket *packet = av_packet_alloc();
    int err = packet ? av_bsf_alloc(av_bsf_get_by_name("extract_extradata"), &filter) : AVERROR(ENOMEM);
    if (err >= 0)
        err = avcodec_parameters_copy(filter->par_in, par);
    if (err >= 0)
        err = av_bsf_init(filter);
    if (err >= 0)
        err = fill(packet, data, size);
    if (err >= 0)
        err = av_bsf_send_packet(filter, packet);
    if (err >= 0)
        err = av_bsf_receive_packet(filter, packet);
    if (err >= 0) {
        size_t length = 0;
        const uint8_t *found = av_packet_get_side_data(packet, AV_PKT_DATA_NEW_EXTRADATA, &length);
        err = RV_RECORDING_NO_START;
        if (found && length > 0 && length < 1 << 16) {
            par->extradata = av_mallocz(length + AV_INPUT_BUFFER_PADDING_SIZE);
            err = par->extradata ? 0 : AVERROR(ENOMEM);
            if (par->extradata) {
                memcpy(par->extradata, found, length);
                par->extradata_size = (int)length;
            }
        }
    }
    av_packet_free(&packet);
    av_bsf_free(&filter);
    return err == AVERROR_INVALIDDATA ? RV_RECORDING_NO_START : err;
}

// Starts a file with one video of the given parameters, which stay the caller's.
static int begin(AVFormatContext **format, AVStream **stream, const AVCodecParameters *par, AVIOContext *io) {
    int err = avformat_alloc_output_context2(format, NULL, is_webm(par->codec_id) ? "webm" : "mp4", NULL);
    if (err < 0)
        return err;
    AVFormatContext *f = *format;
    f->pb = io;
    f->flags |= AVFMT_FLAG_CUSTOM_IO | AVFMT_FLAG_BITEXACT;
    f->avoid_negative_ts = AVFMT_AVOID_NEG_TS_DISABLED; // times are the session's
    *stream = avformat_new_stream(f, NULL);
    if (!*stream)
        return AVERROR(ENOMEM);
    err = avcodec_parameters_copy((*stream)->codecpar, par);
    if (err < 0)
        return err;
    (*stream)->codecpar->codec_tag = 0;
    (*stream)->time_base = (AVRational){1, RV_RECORDING_TICKS};
    (*stream)->sample_aspect_ratio = par->sample_aspect_ratio;
    return 0;
}

static int open_file(rv_recording *r, int fd, const AVCodecParameters *par) {
    r->io = rv_io_from_fd(fd, 1, NULL);
    if (!r->io)
        return AVERROR(ENOMEM);
    r->io->seekable = 0; // what is written stays as it is: a crash may come at any time
    AVDictionary *options = NULL;
    int err = begin(&r->format, &r->stream, par, r->io);
    if (err < 0)
        return err;
    if (is_webm(par->codec_id)) {
        av_dict_set_int(&options, "cluster_time_limit", 5000, 0); // pieces end sooner, by flushes
    } else {
        // A fragment says when it begins, also the first one, and ends when it is told to.
        av_dict_set(&options, "movflags", "+frag_custom+empty_moov+default_base_moof+frag_discont", 0);
        av_dict_set_int(&options, "video_track_timescale", RV_RECORDING_TICKS, 0);
    }
    err = avformat_write_header(r->format, &options);
    av_dict_free(&options);
    avio_flush(r->io);
    return err < 0 ? err : r->io->error;
}

int rv_recording_open(rv_recording **recording, int fd, int coding, const uint8_t *data, int size) {
    rv_quieten();
    *recording = NULL;
    rv_recording *r = av_mallocz(sizeof(*r));
    AVCodecParameters *par = avcodec_parameters_alloc();
    if (r)
        rv_count_live(1);
    int err = r && par ? 0 : AVERROR(ENOMEM);
    if (err >= 0) {
        par->codec_type = AVMEDIA_TYPE_VIDEO;
        par->codec_id = codec_of(coding);
        r->piece = AV_NOPTS_VALUE;
        r->step = RV_RECORDING_TICKS / 30;
        r->held = av_packet_alloc();
        r->packet = av_packet_alloc();
        err = r->held && r->packet ? measure(par, coding, data, size) : AVERROR(ENOMEM);
    }
    if (err >= 0 && !is_webm(par->codec_id))
        err = extract(par, data, size);
    if (err >= 0)
        err = open_file(r, fd, par);
    avcodec_parameters_free(&par);
    if (err < 0) {
        rv_recording_free(&r);
        return err;
    }
    *recording = r;
    return 0;
}

// Ends the open piece of the file and writes it through.
static int end_piece(rv_recording *r) {
    int err = av_write_frame(r->format, NULL);
    r->piece = AV_NOPTS_VALUE;
    avio_flush(r->io);
    return err < 0 ? err : r->io->error;
}

// Hands the held picture to the container.
static int write_held(rv_recording *r, int64_t duration) {
    AVPacket *p = r->held;
    if (!p->data)
        return 0;
    if (r->piece == AV_NOPTS_VALUE)
        r->piece = p->pts;
    p->duration = duration;
    p->stream_index = r->stream->index;
    av_packet_rescale_ts(p, (AVRational){1, RV_RECORDING_TICKS}, r->stream->time_base);
    int err = av_write_frame(r->format, p);
    av_packet_unref(p);
    return err < 0 ? err : r->io->error;
}

int rv_recording_add(rv_recording *r, const uint8_t *data, int size, int key, int64_t ticks, int64_t most) {
    int err = fill(r->packet, data, size);
    if (err < 0)
        return err;
    r->packet->pts = r->packet->dts = ticks;
    if (key)
        r->packet->flags |= AV_PKT_FLAG_KEY;
    if (r->held->data)
        r->step = ticks - r->held->pts;
    err = write_held(r, r->step);
    av_packet_move_ref(r->held, r->packet);
    if (err >= 0 && r->piece != AV_NOPTS_VALUE && (key || ticks - r->piece >= most))
        err = end_piece(r);
    return err;
}

int rv_recording_flush(rv_recording *r) { return r->piece == AV_NOPTS_VALUE ? 0 : end_piece(r); }

int rv_recording_finish(rv_recording *r) {
    int err = write_held(r, r->step);
    if (err >= 0)
        err = rv_recording_flush(r);
    if (err >= 0)
        err = av_write_trailer(r->format);
    avio_flush(r->io);
    return err < 0 ? err : r->io->error;
}

void rv_recording_free(rv_recording **recording) {
    rv_recording *r = *recording;
    if (!r)
        return;
    av_packet_free(&r->held);
    av_packet_free(&r->packet);
    avformat_free_context(r->format);
    rv_io_free(&r->io);
    av_freep(recording);
    rv_count_live(-1);
}
