#include "picture.h"

#include <stdlib.h>
#include <string.h>

#include <libavutil/common.h>
#include <libavutil/error.h>
#include <libavutil/imgutils.h>
#include <libavutil/mathematics.h>
#include <libavutil/mem.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>

// Averages over all source pixels under an output pixel when scaling down, which keeps thin limbs whole, for a third
// of what the bicubic default costs.
#define RV_SCALING SWS_AREA

rv_turn rv_turn_from_matrix(const int32_t m[9]) {
    // x' = m[0]·x + m[3]·y, y' = m[1]·x + m[4]·y (ISO/IEC 14496-12, 6.2.2).
    int64_t straight = llabs((int64_t)m[0]) + llabs((int64_t)m[4]);
    int64_t crossed = llabs((int64_t)m[1]) + llabs((int64_t)m[3]);
    rv_turn turn = {0, 0, 0};
    if (crossed > straight) {
        turn.transpose = 1;
        turn.mirror_x = m[3] < 0;
        turn.mirror_y = m[1] < 0;
    } else {
        turn.mirror_x = m[0] < 0;
        turn.mirror_y = m[4] < 0;
    }
    return turn;
}

void rv_upright_size(int width, int height, AVRational aspect, rv_turn turn, int *upright_width, int *upright_height) {
    // Real anamorphic formats lie between 1:2 and 2:1; anything past 4 is a damaged header.
    if (aspect.num > 0 && aspect.den > 0 && aspect.num / 4 <= aspect.den && aspect.den / 4 <= aspect.num)
        width = FFMAX(1, (int)av_rescale(width, aspect.num, aspect.den));
    *upright_width = turn.transpose ? height : width;
    *upright_height = turn.transpose ? width : height;
}

// Old decoders and cameras mark full range by a pixel format of its own.
static enum AVPixelFormat plain_format(enum AVPixelFormat format, int *full_range) {
    enum AVPixelFormat plain = format;
    switch (format) {
    case AV_PIX_FMT_YUVJ420P: plain = AV_PIX_FMT_YUV420P; break;
    case AV_PIX_FMT_YUVJ422P: plain = AV_PIX_FMT_YUV422P; break;
    case AV_PIX_FMT_YUVJ444P: plain = AV_PIX_FMT_YUV444P; break;
    case AV_PIX_FMT_YUVJ440P: plain = AV_PIX_FMT_YUV440P; break;
    default: break;
    }
    if (plain != format)
        *full_range = 1;
    return plain;
}

void rv_set_range(AVFrame *picture, int full) {
    int ignored = 0;
    picture->format = plain_format(picture->format, &ignored);
    picture->color_range = full ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG;
}

// The matrix from Y'CbCr to RGB. Unmarked streams follow the convention of players: high definition is BT.709,
// anything smaller BT.601.
static int matrix_of(const AVFrame *picture) {
    switch (picture->colorspace) {
    case AVCOL_SPC_BT709: return SWS_CS_ITU709;
    case AVCOL_SPC_FCC: return SWS_CS_FCC;
    case AVCOL_SPC_BT470BG:
    case AVCOL_SPC_SMPTE170M: return SWS_CS_ITU601;
    case AVCOL_SPC_SMPTE240M: return SWS_CS_SMPTE240M;
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL: return SWS_CS_BT2020;
    default: break;
    }
    return FFMIN(picture->width, picture->height) >= 720 ? SWS_CS_ITU709 : SWS_CS_ITU601;
}

static int make_scaler(rv_converter *c, enum AVPixelFormat format) {
    sws_freeContext(c->scaler);
    if (!sws_isSupportedInput(format)) {
        c->scaler = NULL;
        return AVERROR_PATCHWELCOME;
    }
    struct SwsContext *s = c->scaler = sws_alloc_context();
    if (!s)
        return AVERROR(ENOMEM);
    av_opt_set_int(s, "srcw", c->width, 0);
    av_opt_set_int(s, "srch", c->height, 0);
    av_opt_set_int(s, "src_format", format, 0);
    av_opt_set_int(s, "dstw", c->to_width, 0);
    av_opt_set_int(s, "dsth", c->to_height, 0);
    av_opt_set_int(s, "dst_format", AV_PIX_FMT_BGR24, 0);
    av_opt_set_int(s, "sws_flags", RV_SCALING, 0);
    int err = sws_init_context(s, NULL, NULL);
    if (err < 0) {
        sws_freeContext(s);
        c->scaler = NULL;
        return err;
    }
    // Fails for RGB sources, which need no matrix.
    sws_setColorspaceDetails(s, sws_getCoefficients(c->matrix), c->full_range, sws_getCoefficients(SWS_CS_DEFAULT), 1,
                             0, 1 << 16, 1 << 16);
    return 0;
}

// Makes c->scaler fit the picture and the output size.
static int prepare(rv_converter *c, const AVFrame *picture, int to_width, int to_height) {
    int full_range = picture->color_range == AVCOL_RANGE_JPEG;
    enum AVPixelFormat format = plain_format(picture->format, &full_range);
    int matrix = matrix_of(picture);
    if (c->scaler && c->width == picture->width && c->height == picture->height && c->format == format &&
        c->matrix == matrix && c->full_range == full_range && c->to_width == to_width && c->to_height == to_height)
        return 0;
    c->width = picture->width;
    c->height = picture->height;
    c->format = format;
    c->matrix = matrix;
    c->full_range = full_range;
    c->to_width = to_width;
    c->to_height = to_height;
    return make_scaler(c, format);
}

static int scale(rv_converter *c, const AVFrame *picture, uint8_t *to, int stride) {
    uint8_t *planes[4] = {to};
    int strides[4] = {stride};
    int rows = sws_scale(c->scaler, (const uint8_t *const *)picture->data, picture->linesize, 0, picture->height,
                         planes, strides);
    if (rows < 0)
        return rows;
    return rows == c->to_height ? 0 : AVERROR_EXTERNAL;
}

// Copies a width × height picture to its upright place.
static void turn_upright(const uint8_t *from, int from_stride, int width, int height, rv_turn turn, uint8_t *to,
                         int to_stride) {
    int to_width = turn.transpose ? height : width, to_height = turn.transpose ? width : height;
    ptrdiff_t step_x = turn.transpose ? from_stride : 3, step_y = turn.transpose ? 3 : from_stride;
    if (turn.mirror_x) {
        from += step_x * (to_width - 1);
        step_x = -step_x;
    }
    if (turn.mirror_y) {
        from += step_y * (to_height - 1);
        step_y = -step_y;
    }
    for (int y = 0; y < to_height; y++) {
        const uint8_t *in = from + y * step_y;
        uint8_t *out = to + (ptrdiff_t)y * to_stride;
        for (int x = 0; x < to_width; x++, in += step_x, out += 3) {
            out[0] = in[0];
            out[1] = in[1];
            out[2] = in[2];
        }
    }
}

// The largest size of the picture's shape inside width × height; the whole of it if the shapes differ by less than
// the rounding of sizes explains.
static void fit_inside(int picture_width, int picture_height, int width, int height, int *fit_width, int *fit_height) {
    *fit_width = width;
    *fit_height = height;
    int64_t across = (int64_t)picture_width * height, down = (int64_t)picture_height * width;
    if (llabs(across - down) <= FFMAX(across, down) / 50)
        return;
    if (across > down)
        *fit_height = FFMAX(1, (int)av_rescale(picture_height, width, picture_width));
    else
        *fit_width = FFMAX(1, (int)av_rescale(picture_width, height, picture_height));
}

int rv_convert(rv_converter *c, const AVFrame *picture, AVRational aspect, rv_turn turn, uint8_t *to, int width,
               int height) {
    int upright_width, upright_height, fit_width, fit_height;
    rv_upright_size(picture->width, picture->height, aspect, turn, &upright_width, &upright_height);
    fit_inside(upright_width, upright_height, width, height, &fit_width, &fit_height);
    int stride = 3 * width;
    if (fit_width != width || fit_height != height)
        memset(to, 0, (size_t)stride * height);
    to += (ptrdiff_t)((height - fit_height) / 2) * stride + 3 * ((width - fit_width) / 2);

    int scaled_width = turn.transpose ? fit_height : fit_width, scaled_height = turn.transpose ? fit_width : fit_height;
    int err = prepare(c, picture, scaled_width, scaled_height);
    if (err < 0)
        return err;
    int inset = fit_width != width; // rows then end inside other rows, which the scaler's last store may run into
    if (!turn.transpose && !turn.mirror_x && !turn.mirror_y && !inset)
        return scale(c, picture, to, stride);
    int scaled_stride = FFALIGN(3 * scaled_width, 64);
    av_fast_malloc(&c->unturned, &c->unturned_size, (size_t)scaled_stride * scaled_height + 64);
    if (!c->unturned)
        return AVERROR(ENOMEM);
    err = scale(c, picture, c->unturned, scaled_stride);
    if (err < 0)
        return err;
    turn_upright(c->unturned, scaled_stride, scaled_width, scaled_height, turn, to, stride);
    return 0;
}

void rv_converter_free(rv_converter *c) {
    sws_freeContext(c->scaler);
    c->scaler = NULL;
    av_freep(&c->unturned);
    c->unturned_size = 0;
}
