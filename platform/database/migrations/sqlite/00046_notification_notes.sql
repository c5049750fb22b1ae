-- +goose Up
ALTER TABLE "notifications" ADD COLUMN "report_id" integer;
ALTER TABLE "notifications" ADD COLUMN "import_id" integer;
ALTER TABLE "notifications" ADD COLUMN "action" text NOT NULL DEFAULT '';
ALTER TABLE "notifications" ADD COLUMN "note" text NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE "notifications" DROP COLUMN "note";
ALTER TABLE "notifications" DROP COLUMN "action";
ALTER TABLE "notifications" DROP COLUMN "import_id";
ALTER TABLE "notifications" DROP COLUMN "report_id";
