package ingest

import "errors"

// What Publish answers when it refuses an offer. The text says what the sender can do; the wrapping error adds why.
var (
	// ErrOffer is returned for an offer that is no usable session description.
	ErrOffer = errors.New("the offer is no usable WebRTC session description: reload the page and try again")
	// ErrTooLarge is returned for an offer longer than MaxOfferBytes.
	ErrTooLarge = errors.New("the offer is too large: publish a single video track")
	// ErrNoVideo is returned for an offer that sends no video.
	ErrNoVideo = errors.New("the offer sends no video: publish the camera's video track")
	// ErrNoCodec is returned for an offer without a coding that can be received.
	ErrNoCodec = errors.New("the offer has no known video coding: publish H.264, VP8, VP9 or AV1")
	// ErrFull is returned while as many publications are open as the options allow.
	ErrFull = errors.New("too many cameras are connected: try again in a moment")
	// ErrClosed is returned after the receiver was closed.
	ErrClosed = errors.New("the receiver is closed: the server is shutting down, try again in a moment")
)

// What New answers.
var (
	// ErrNoAddress is returned if no network address of the machine fits the options.
	ErrNoAddress = errors.New("no local network address fits: give an address of this machine, or none for all of them")
	// ErrPort is returned if the port cannot be opened for both UDP and TCP.
	ErrPort = errors.New("the media port cannot be opened for UDP and TCP: give a free port, or 0 to have one chosen")
)
