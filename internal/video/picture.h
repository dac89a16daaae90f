// From a decoder's picture to a packed, upright BGR picture of the size that was asked for.
#ifndef ROLLWELL_VIDEO_PICTURE_H
#define ROLLWELL_VIDEO_PICTURE_H

#include <stdint.h>

#include <libavutil/frame.h>
#include <libswscale/swscale.h>

// rv_turn is how a stored picture becomes upright: first transpose (swap x and y), then mirror in each direction.
typedef struct rv_turn {
    int transpose, mirror_x, mirror_y;
} rv_turn;

// rv_turn_from_matrix reads a display matrix as containers store it: nine 16.16 (and 2.30) fixed-point numbers that
// map stored to shown points. Turns that are not a multiple of 90 degrees become the nearest that is.
rv_turn rv_turn_from_matrix(const int32_t matrix[9]);

// rv_upright_size is the size of a stored picture after its turn, in square pixels. An absurd or unknown aspect
// counts as square.
void rv_upright_size(int width, int height, AVRational aspect, rv_turn turn, int *upright_width, int *upright_height);

// rv_set_range says that the picture has full range, or limited, whatever it says itself.
void rv_set_range(AVFrame *picture, int full);

// rv_converter converts pictures to one output size and may be reused from frame to frame, also when the stored
// pictures change their size or colours. All zero is ready to use.
typedef struct rv_converter {
    struct SwsContext *scaler;
    int width, height, format, matrix, full_range; // what scaler takes
    int to_width, to_height;                       // what scaler gives
    uint8_t *unturned;                             // scaled, not yet upright
    unsigned int unturned_size;
} rv_converter;

// rv_convert fills to (packed BGR, width × height, no padding) with the picture, upright. A picture of another shape
// is centred on black. Returns 0 or an AVERROR.
int rv_convert(rv_converter *c, const AVFrame *picture, AVRational aspect, rv_turn turn, uint8_t *to, int width,
               int height);

void rv_converter_free(rv_converter *c);

#endif
