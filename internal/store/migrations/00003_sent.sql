-- +goose Up
-- sent is the length of the upload that a session was: a client that has not heard that it is whole asks again.
ALTER TABLE sessions ADD COLUMN sent INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE sessions DROP COLUMN sent;
