-- +goose Up
-- Where a row of an import stands in its file, and the column of a value that is wrong.
ALTER TABLE "import_rows" ADD COLUMN "file" text NOT NULL DEFAULT '';
ALTER TABLE "import_rows" ADD COLUMN "line" integer NOT NULL DEFAULT 0;
ALTER TABLE "import_rows" ADD COLUMN "heading" text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE "import_rows" DROP COLUMN "heading";
ALTER TABLE "import_rows" DROP COLUMN "line";
ALTER TABLE "import_rows" DROP COLUMN "file";
