-- +goose Up
-- MySQL has no indexes of a part of the rows, so there is nothing to change.
DO 0;

-- +goose Down
DO 0;
