-- +goose Up
-- attempts is how often a job was begun without the program having come to its end in good order.
ALTER TABLE jobs ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE jobs DROP COLUMN attempts;
