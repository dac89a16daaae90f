# The image of Rollwell: the binary with the page in it, the libraries it runs with and the converted models, on
# Debian 12.
#
#   build:    docker build -t rollwell .
#   live:     docker run --rm --network host -e ROLLWELL_LISTEN=127.0.0.1:8080 rollwell
#   for all:  docker run --rm -p 8443:8080 -p 8189:8189 -p 8189:8189/udp -v rollwell:/var/lib/rollwell \
#               -e ROLLWELL_TLS=self-signed -e ROLLWELL_PUBLIC_IP=<address of this machine> rollwell
#   clips:    docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/clips" rollwell analyze clip.mp4 --overlay --out out
#
# Without --listen on loopback an access token is asked for: the log shows the address with it, to be opened with the
# port that was published.
#
# Debian's FFmpeg is built with GPL parts: read THIRD_PARTY.md before you pass the image on.

# npm builds the page, and gets the models and the inference library.
FROM node:20-bookworm-slim AS node

FROM node AS page
WORKDIR /web
COPY web/package.json web/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY web/index.html web/svelte.config.js web/tsconfig.json web/vite.config.ts ./
COPY web/public public
COPY web/src src
RUN npm run build

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
COPY models/roller/weights.go models/roller/roller.onnx models/roller/
COPY web/web.go web/
COPY --from=page /web/dist web/dist
ARG VERSION=unreleased
RUN go build -trimpath -buildvcs=false -ldflags "-s -w -X main.version=${VERSION}" -o /usr/local/bin/rollwell ./cmd/rollwell

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
		fonts-noto-cjk \
	&& rm -rf /var/lib/apt/lists/* \
	&& useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin rollwell \
	&& install -d -o rollwell /clips /var/lib/rollwell
COPY LICENSE THIRD_PARTY.md /usr/share/doc/rollwell/
COPY --from=build /usr/local/bin/rollwell /usr/local/bin/rollwell
COPY --from=models /src/models /opt/rollwell/models
ENV ROLLWELL_MODELS=/opt/rollwell/models ROLLWELL_DATA=/var/lib/rollwell ROLLWELL_LISTEN=0.0.0.0:8080
VOLUME /var/lib/rollwell
USER 10001
WORKDIR /clips
# The page and its events; video, over UDP or TCP.
EXPOSE 8080 8189/udp 8189/tcp
HEALTHCHECK --interval=30s --timeout=10s --start-period=10s CMD ["rollwell", "healthcheck"]
ENTRYPOINT ["rollwell"]
CMD ["serve"]
