package video

import "errors"

// What can be wrong with a video. Every error of this package that is about the file wraps one of these, or one of
// fs.ErrNotExist, fs.ErrPermission and syscall.ENOSPC, and says in a sentence what to do.
var (
	// ErrEmpty: the file has no bytes.
	ErrEmpty = errors.New("the file is empty")
	// ErrNotAFile: a directory, a pipe or a device.
	ErrNotAFile = errors.New("not a file")
	// ErrNotAVideo: the bytes are no MP4, MOV, WebM or Matroska, whatever the name says.
	ErrNotAVideo = errors.New("not a video")
	// ErrUnfinished: an MP4 or MOV without its index, which is written last. Its pictures cannot be found.
	ErrUnfinished = errors.New("the video was never finished")
	// ErrNoVideo: a good container with sound only.
	ErrNoVideo = errors.New("no video in the file")
	// ErrCodec: a good video, but coded in none of H.264, HEVC, VP8, VP9 and AV1.
	ErrCodec = errors.New("unknown video coding")
	// ErrTooLarge: more pixels than MaxPixels.
	ErrTooLarge = errors.New("the picture is too large")
	// ErrTooSmall: a side shorter than MinSide.
	ErrTooSmall = errors.New("the picture is too small to see anybody")
	// ErrNoPictures: everything looked right, but not one picture could be decoded.
	ErrNoPictures = errors.New("no picture could be decoded")
	// ErrTruncated: the file ends before its own header says. What came before has been read. See Reader.Warning.
	ErrTruncated = errors.New("the video is cut off")
	// ErrDamaged: some pictures could not be decoded and were left out. See Reader.Warning.
	ErrDamaged = errors.New("the video is damaged")
	// ErrClosed: used after Close.
	ErrClosed = errors.New("the video is closed")
	// ErrOptions: an option out of its range. A bug of the caller, or a setting passed through unchecked.
	ErrOptions = errors.New("impossible video option")
	// ErrTimestamp: a picture for the writer is not later than the one before.
	ErrTimestamp = errors.New("picture out of order")
	// ErrNothingWritten: a writer was closed before its first picture; there is no file.
	ErrNothingWritten = errors.New("no picture was written")
)
