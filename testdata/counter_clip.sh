#!/usr/bin/env bash
# Makes a clip whose pictures carry their own number: 16 fields, 40 pixels wide and high, along the top edge of 640×360,
# the lowest bit first, white for 1. Tests of who shows which picture at which time read it.
#
#   counter_clip.sh KIND OUT
#
# KIND: 25, 29.97, vfr (gaps of 20 to 60 ms), bframes (29.97 with B-frames), late (begins at 1.5 s),
# edited (B-frames; an edit list leaves out the first 0.4 s, as phones' trims do), sound (25, with sound that begins 0.5 s
# earlier), webm (VP8, 25), webm-vfr (VP9).
# COUNT in the environment is the number of pictures, 150 unless said.
set -euo pipefail
kind=$1 out=$2 count=${COUNT:-150}

rate=25 retime=null shift=0 input=() codec=(-c:v libx264 -preset ultrafast -bf 0 -g 50) mux=()
bframes=(-c:v libx264 -preset veryfast -bf 3 -x264-params b-adapt=0 -g 50)
vfr="settb=1/90000,setpts='(N*40+mod(N*13,21))*90'"
case $kind in
25) ;;
29.97) rate=30000/1001 ;;
vfr) retime=$vfr ;;
bframes) rate=30000/1001 codec=("${bframes[@]}") ;;
late) mux=(-output_ts_offset 1.5) ;;
edited) codec=("${bframes[@]}") ;;
sound) shift=0.5 input=(-f lavfi -i "sine=d=3") ;;
webm) codec=(-c:v libvpx -deadline realtime -b:v 1M -g 50) ;;
webm-vfr) retime=$vfr codec=(-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 1M -g 50) ;;
*)
	echo "counter_clip.sh: unknown kind $kind" >&2
	exit 2
	;;
esac
bits="lum='if(gt(mod(floor(N/pow(2,floor(X/40))),2),0.5),235,16)':cb=128:cr=128"
make() { # OUT MUX...
	ffmpeg -v error -y -itsoffset "$shift" -f lavfi -i "color=black:s=640x40:r=$rate" "${input[@]}" \
		-vf "geq=$bits,pad=640:360:0:0:gray,$retime" -frames:v "$count" -fps_mode passthrough -enc_time_base 1/90000 \
		-pix_fmt yuv420p "${codec[@]}" "${@:2}" "$1"
}
if [ "$kind" != edited ]; then
	make "$out" "${mux[@]}"
	exit
fi
# Copying from between two key pictures keeps those before the cut, and an edit list hides them.
whole=$(mktemp --suffix=.mp4)
trap 'rm -f "$whole"' EXIT
make "$whole"
ffmpeg -v error -y -ss 0.4 -i "$whole" -c copy "$out"
