# The image of Rollwell: the binary, the libraries it runs with and the converted models, on Debian 12.
#
#   build:  docker build -t rollwell .
#   run:    docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/clips" rollwell analyze clip.mp4 --overlay --out out
#
# Debian's FFmpeg is built with GPL parts: read THIRD_PARTY.md before you pass the image on.

FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY .ci/deps.sh .ci/
RUN apt-get update \
	&& apt-get install -y --no-install-recommends $(.ci/deps.sh --list build) \
	&& rm -rf /var/lib/apt/lists/*
COPY go.mod go.sum ./
RUN go mod download
COPY cmd cmd
COPY internal internal
ARG VERSION=unreleased
RUN go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=${VERSION}" -o /usr/local/bin/rollwell ./cmd/rollwell

# npm is needed only to get the models and the inference library.
FROM node:20-bookworm-slim AS node

FROM build AS models
COPY --from=node /usr/local/bin/node /usr/local/bin/
COPY --from=node /usr/local/lib/node_modules /usr/local/lib/node_modules
RUN ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
WORKDIR /src
COPY models models
RUN rollwell models install --with-runtime \
	&& rollwell models verify \
	&& rm -r models/node_modules

FROM debian:12-slim
# What the binary is linked with; a test holds this list against the binary.
RUN apt-get update \
	&& apt-get install -y --no-install-recommends \
		libavcodec59 libavformat59 libavutil57 libswscale6 \
		libopencv-calib3d406 libopencv-core406 libopencv-dnn406 libopencv-features2d406 libopencv-highgui406 \
		libopencv-imgcodecs406 libopencv-imgproc406 libopencv-objdetect406 libopencv-photo406 \
		libopencv-video406 libopencv-videoio406 \
	&& rm -rf /var/lib/apt/lists/* \
	&& useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin rollwell \
	&& install -d -o rollwell /clips
COPY LICENSE THIRD_PARTY.md /usr/share/doc/rollwell/
COPY --from=build /usr/local/bin/rollwell /usr/local/bin/rollwell
COPY --from=models /src/models /opt/rollwell/models
ENV ROLLWELL_MODELS=/opt/rollwell/models
USER 10001
WORKDIR /clips
HEALTHCHECK --interval=5m --timeout=30s CMD ["rollwell", "doctor", "--quiet", "--out", "/tmp"]
ENTRYPOINT ["rollwell"]
CMD ["--help"]
