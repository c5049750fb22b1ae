-- +goose Up
-- Only MySQL needs this table: the reply to a COMMIT cannot be lost on SQLite. The step keeps the numbers of both equal.
SELECT 1;

-- +goose Down
SELECT 1;
