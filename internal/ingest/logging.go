package ingest

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/pion/logging"
)

// pionLog sends what pion logs to log/slog at debug level: pion calls much an error that a stranger's packet can cause.
type pionLog struct {
	log *slog.Logger
}

// NewLogger returns the logger of one of pion's parts.
func (p pionLog) NewLogger(scope string) logging.LeveledLogger {
	return pionLogger{p.log.With(slog.String("part", scope))}
}

// pionLogger is one part's logger. Of what pion says, warnings and errors are kept.
type pionLogger struct {
	log *slog.Logger
}

func (l pionLogger) say(format string, args ...any) {
	if l.log.Enabled(context.Background(), slog.LevelDebug) {
		l.log.Debug("webrtc", slog.String("says", fmt.Sprintf(format, args...)))
	}
}

func (pionLogger) Trace(string)               {}
func (pionLogger) Tracef(string, ...any)      {}
func (pionLogger) Debug(string)               {}
func (pionLogger) Debugf(string, ...any)      {}
func (pionLogger) Info(string)                {}
func (pionLogger) Infof(string, ...any)       {}
func (l pionLogger) Warn(m string)            { l.say("%s", m) }
func (l pionLogger) Warnf(f string, a ...any) { l.say(f, a...) }

// Error and Errorf are warnings to us.
func (l pionLogger) Error(m string)            { l.say("%s", m) }
func (l pionLogger) Errorf(f string, a ...any) { l.say(f, a...) }
