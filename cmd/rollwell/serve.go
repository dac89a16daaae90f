package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/rollwell/rollwell/internal/ingest"
	"github.com/rollwell/rollwell/internal/server"
	"github.com/rollwell/rollwell/internal/session"
	"github.com/rollwell/rollwell/internal/vision"
	"github.com/rollwell/rollwell/web"
)

// serveCmd runs the live check.
type serveCmd struct {
	Config      configFile `help:"File of settings, YAML: one key per flag of this command. Flags and environment come first." placeholder:"FILE" type:"path"`
	PrintConfig bool       `help:"Print a commented file of settings and end."`

	exercisesFolder `embed:""`
	libraryFlags    `embed:""`

	Listen      string         `help:"Address and port of the page. Beyond loopback an access token is asked for." default:"127.0.0.1:8080" placeholder:"HOST:PORT"`
	RTCPort     int            `help:"Port that browsers send video to, UDP and TCP; 0: any." default:"8189" placeholder:"PORT"`
	PublicIP    []string       `help:"Addresses under which browsers reach that port, if they are not this machine's own." placeholder:"IP"`
	TLS         server.TLSMode `help:"Encryption: off, self-signed, files or acme. Browsers give the camera only to HTTPS and to localhost." enum:"off,self-signed,files,acme" default:"off"`
	TLSCert     string         `help:"Certificate for --tls files, PEM." placeholder:"FILE"`
	TLSKey      string         `help:"Its key." placeholder:"FILE"`
	TLSDomain   []string       `help:"Names to get certificates for with --tls acme." placeholder:"NAME"`
	TLSEmail    string         `help:"Whom the certificate authority may write to." placeholder:"ADDRESS"`
	AccessToken string         `help:"What visitors need to start a check. Without it one is made at each start, beyond loopback." placeholder:"TOKEN"`
	Origin      []string       `help:"Other addresses that the page may be opened under, such as a proxy's: https://example.org." placeholder:"URL"`
	Models      string         `help:"Models folder. Without it: models beside the program or in the working directory." placeholder:"DIR"`
	Engine      vision.Engine  `help:"What runs the networks: auto, onnxruntime or opencv." enum:"auto,onnxruntime,opencv" default:"auto"`
	Model       string         `help:"Size of the pose model: lite, full or heavy; auto: full, or lite where that leaves too few checks at a time." enum:"auto,lite,full,heavy" default:"auto"`
	MaxSessions int            `help:"Checks at a time at the most; 0: as many as the machine can carry." default:"0" placeholder:"N"`
	MinRate     float64        `help:"Frames per second that each check gets at the least; visitors beyond that are refused." default:"10" placeholder:"FPS"`
	Workers     int            `help:"Frames analysed at once; 0: one per core." default:"0" placeholder:"N"`
	Grace       time.Duration  `help:"How long checks may go on when the server is asked to end." default:"10s" placeholder:"TIME"`
	LogFormat   string         `help:"text or json." enum:"text,json" default:"text"`
	LogLevel    slog.Level     `help:"debug, info, warn or error." default:"info" placeholder:"LEVEL"`
}

// Help is the long help text.
func (serveCmd) Help() string {
	return "Serves the page of the live check, and ends its start-up with the address to open. Nothing of a check is kept " +
		"unless the visitor agreed to it; what is kept lies in the data folder. Behind a proxy, leave --listen on loopback and name the proxy's address with --origin; video does not go " +
		"through the proxy, so --rtc-port has to be reachable."
}

// Run serves until the context ends.
func (c serveCmd) Run(ctx context.Context, std streams) (err error) {
	if c.PrintConfig {
		_, err := io.WriteString(std.out, sampleConfig)
		return err
	}
	if err := c.check(); err != nil {
		return err
	}
	log := c.logger(std.err)
	place, err := c.place(log)
	if err != nil {
		return err
	}
	library, err := c.dataFlag.open(ctx, c.options(), log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, library.Close()) }()
	listener, err := place.listen(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = listener.Close() }() // Run has closed it unless something failed before
	receiver, err := c.receiver(place, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, receiver.Close()) }()
	rt, versions, err := c.open(ctx)
	if err != nil {
		return err
	}
	pool := session.NewPool(session.PoolOptions{
		Workers: c.Workers, MinRate: c.MinRate, MaxSessions: c.MaxSessions, AssumedCost: assumedCost(rt.Info().Engine, rt.Info().Model),
	})
	defer func() { err = errors.Join(err, closeVision(ctx, pool, rt)) }()
	exercises, err := c.allExercises(std.err)
	if err != nil {
		return err
	}
	kept, err := c.keep(&clipJobs{library: library, exercises: exercises, runtime: rt, models: versions}, pool, log)
	if err != nil {
		return err
	}
	s, err := server.New(server.Options{
		Library: library, Jobs: kept.queue, Uploads: kept.uploads, Draw: drawing(), Models: versions, Engine: string(rt.Info().Engine),
		Version: version, Exercises: exercises, Page: web.Dist(), Receiver: receiver, Pool: pool, Build: builder(rt),
		AccessToken: place.token, Origins: c.Origin, Strict: c.TLS == server.TLSFiles || c.TLS == server.TLSACME,
		Limits: server.Limits{Grace: c.Grace}, Log: log,
	})
	if err != nil {
		return err
	}
	c.announce(std, log, s, place, rt, receiver.Port(), pool)
	working, stop := context.WithCancel(context.WithoutCancel(ctx)) // work goes on while checks end
	var work sync.WaitGroup
	work.Go(func() { kept.run(working) })
	err = s.Run(ctx, listener)
	stop()
	work.Wait()
	return err
}

// receiver opens the port for video.
func (c serveCmd) receiver(p *place, log *slog.Logger) (*ingest.Receiver, error) {
	r, err := ingest.New(ingest.Options{
		Address: c.mediaAddress(p), Port: c.RTCPort, PublicIPs: c.PublicIP, StartBitrateKbps: startBitrate, Log: log,
	})
	if errors.Is(err, ingest.ErrPort) || errors.Is(err, ingest.ErrNoAddress) {
		return nil, fmt.Errorf("%w: port %d for video: %w; choose another with --rtc-port", errUsage, c.RTCPort, err)
	}
	return r, err
}

// startBitrate is what browsers begin to send with, in kbit/s: enough for the full size from the first picture on.
const startBitrate = 1500

// announce tells how the server runs, and last where to find it.
func (c serveCmd) announce(std streams, log *slog.Logger, s *server.Server, p *place, rt *vision.Runtime, port int, pool *session.Pool) {
	info := rt.Info()
	log.Info("ready", "version", version, "engine", info.EngineVersion, "model", string(info.Model), "video_port", port,
		"workers", pool.Stats().Workers, "checks", pool.Stats().Limit)
	if info.Note != "" {
		log.Warn("OpenCV runs the networks, four times slower", "why", info.Note)
	}
	if !s.HasPage() {
		log.Warn("the page is not part of this program: run `make build` and start again")
	}
	if p.certificates != nil && p.certificates.Fingerprint != "" {
		fmt.Fprintf(std.out, "The certificate is this server's own, so browsers warn of it. Its SHA-256 fingerprint:\n  %s\n", p.certificates.Fingerprint)
	}
	if p.certificates == nil && !p.loopback {
		log.Warn("without TLS browsers give the camera only to pages on localhost; use --tls self-signed, files or acme, or a proxy with TLS")
	}
	fmt.Fprintf(std.out, "Rollwell is ready: %s\n", p.address())
}

// logger writes the log as asked.
func (c serveCmd) logger(w io.Writer) *slog.Logger {
	o := &slog.HandlerOptions{Level: c.LogLevel}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, o))
	}
	return slog.New(slog.NewTextHandler(w, o))
}

// closeVision frees the networks once no analysis uses them any more. One that hangs keeps them: the program ends.
func closeVision(ctx context.Context, pool *session.Pool, rt *vision.Runtime) error {
	wait, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if err := pool.Close(wait); err != nil {
		return err
	}
	return rt.Close()
}

// check refuses what makes no sense.
func (c serveCmd) check() error {
	switch {
	case c.RTCPort < 0 || c.RTCPort > 65535:
		return fmt.Errorf("%w: --rtc-port is %d; ports go up to 65535", errUsage, c.RTCPort)
	case c.MaxSessions < 0 || c.Workers < 0:
		return fmt.Errorf("%w: --max-sessions %d and --workers %d cannot be below 0", errUsage, c.MaxSessions, c.Workers)
	case !(c.MinRate >= 1 && c.MinRate <= 60):
		return fmt.Errorf("%w: --min-rate is %g; give 1 to 60 frames a second, 10 serves well", errUsage, c.MinRate)
	case c.KeepDays < 0 || c.UndoDays < 0 || c.AnalysisWorkers < 0:
		return fmt.Errorf("%w: --keep-days %d, --undo-days %d and --analysis-workers %d cannot be below 0", errUsage, c.KeepDays, c.UndoDays, c.AnalysisWorkers)
	case c.Grace < 0:
		return fmt.Errorf("%w: --grace is %s; give 0 or more", errUsage, c.Grace)
	case c.AccessToken != "" && !tokenForm.MatchString(c.AccessToken):
		return fmt.Errorf("%w: --access-token has to be 16 to 128 letters, digits, - or _, so that nobody guesses it", errUsage)
	}
	for _, ip := range c.PublicIP {
		if net.ParseIP(ip) == nil {
			return fmt.Errorf("%w: --public-ip %q is no IP address", errUsage, ip)
		}
	}
	return checkOrigins(c.Origin)
}
