-- +goose Up
CREATE TABLE sessions (
	id               TEXT PRIMARY KEY,
	kind             TEXT NOT NULL,
	state            TEXT NOT NULL,
	title            TEXT NOT NULL,
	source_name      TEXT NOT NULL,
	created_ms       INTEGER NOT NULL,
	exercise         TEXT NOT NULL,
	exercise_version INTEGER NOT NULL,
	hash             TEXT NOT NULL,
	language         TEXT NOT NULL,
	duration_s       REAL,
	frames           INTEGER NOT NULL,
	score            REAL,
	worst_start_s    REAL,
	worst_end_s      REAL,
	worst_code       TEXT,
	worst_severity   TEXT,
	-- worst_rank sorts by gravity, then by length.
	worst_rank       REAL,
	cues             INTEGER NOT NULL,
	keep             TEXT NOT NULL,
	keep_until_ms    INTEGER,
	video_file       TEXT,
	video_type       TEXT,
	video_width      INTEGER,
	video_height     INTEGER,
	video_offset_s   REAL,
	thumb            INTEGER NOT NULL,
	bytes            INTEGER NOT NULL,
	-- reserved is what the files may grow to: an upload's length.
	reserved         INTEGER NOT NULL,
	error            TEXT NOT NULL,
	deleted_ms       INTEGER,
	-- outcome is what trends are made of: JSON.
	outcome          TEXT,
	-- sort_title is the title and search everything that is searched for, both without case and accents.
	sort_title       TEXT NOT NULL,
	search           TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_created ON sessions (created_ms);
CREATE INDEX sessions_exercise ON sessions (exercise);

CREATE TABLE tags (
	session TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
	place   INTEGER NOT NULL,
	tag     TEXT NOT NULL,
	PRIMARY KEY (session, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX tags_tag ON tags (tag);

CREATE TABLE notes (
	id         TEXT PRIMARY KEY,
	session    TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
	t          REAL NOT NULL,
	end_t      REAL,
	text       TEXT NOT NULL,
	shapes     TEXT NOT NULL,
	created_ms INTEGER NOT NULL,
	updated_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX notes_session ON notes (session, t);

CREATE TABLE marks (
	id         TEXT PRIMARY KEY,
	session    TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
	kind       TEXT NOT NULL,
	code       TEXT NOT NULL,
	cue        INTEGER,
	start_s    REAL NOT NULL,
	end_s      REAL NOT NULL,
	note       TEXT NOT NULL,
	created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX marks_session ON marks (session, start_s);

CREATE TABLE jobs (
	id         TEXT PRIMARY KEY,
	session    TEXT NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
	kind       TEXT NOT NULL,
	state      TEXT NOT NULL,
	progress   REAL NOT NULL,
	error      TEXT NOT NULL,
	options    TEXT NOT NULL,
	created_ms INTEGER NOT NULL,
	ended_ms   INTEGER
) STRICT;
CREATE INDEX jobs_session ON jobs (session);
CREATE INDEX jobs_state ON jobs (state, created_ms);

-- +goose Down
DROP TABLE jobs;
DROP TABLE marks;
DROP TABLE notes;
DROP TABLE tags;
DROP TABLE sessions;
