package video

/*
#cgo pkg-config: libavcodec libavformat libavutil libswscale
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libswscale/swscale.h>
#include <stdlib.h>
*/
import "C"

import (
	"fmt"
	"unsafe"
)

// Library is one of the FFmpeg libraries that this program runs with.
type Library struct {
	Name    string // like "libavcodec"
	Version string // of the library loaded, like "59.37.100"
	Built   string // of the headers it was built against
}

// Libraries lists the FFmpeg libraries in use.
func Libraries() []Library {
	return []Library{
		library("libavcodec", C.avcodec_version(), C.LIBAVCODEC_VERSION_INT),
		library("libavformat", C.avformat_version(), C.LIBAVFORMAT_VERSION_INT),
		library("libavutil", C.avutil_version(), C.LIBAVUTIL_VERSION_INT),
		library("libswscale", C.swscale_version(), C.LIBSWSCALE_VERSION_INT),
	}
}

func library(name string, loaded, built C.uint) Library {
	return Library{Name: name, Version: dotted(uint32(loaded)), Built: dotted(uint32(built))}
}

// dotted unpacks libavutil's AV_VERSION_INT: major, minor and micro in 16, 8 and 8 bits.
func dotted(v uint32) string {
	return fmt.Sprintf("%d.%d.%d", v>>16, v>>8&0xff, v&0xff)
}

// HasDecoder tells whether libavcodec can decode a codec, by the codec's own name: "h264", "hevc", "av1".
func HasDecoder(codec string) bool {
	d := descriptor(codec)
	return d != nil && C.avcodec_find_decoder(d.id) != nil
}

// HasEncoder tells whether libavcodec can encode a codec, by the codec's own name.
func HasEncoder(codec string) bool {
	d := descriptor(codec)
	return d != nil && C.avcodec_find_encoder(d.id) != nil
}

func descriptor(codec string) *C.AVCodecDescriptor {
	name := C.CString(codec)
	defer C.free(unsafe.Pointer(name))
	return C.avcodec_descriptor_get_by_name(name)
}
