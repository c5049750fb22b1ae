-- +goose Up
-- What members have here and what it is in the files that they imported.
CREATE TABLE "import_sources" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL,
  "source_key" text NOT NULL,
  "import_id" integer NOT NULL,
  "n" integer NOT NULL,
  "kind" text NOT NULL,
  "movie_id" integer,
  "object_id" integer NOT NULL,
  "made" numeric NOT NULL,
  "file_hash" integer NOT NULL,
  "state_hash" integer NOT NULL,
  CONSTRAINT "fk_import_sources_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "idx_import_sources_key" ON "import_sources" ("user_id", "source_key");
CREATE INDEX "idx_import_sources_import" ON "import_sources" ("import_id", "id");
CREATE INDEX "idx_import_sources_object" ON "import_sources" ("object_id", "kind");
CREATE INDEX "idx_import_sources_movie" ON "import_sources" ("movie_id");

-- +goose Down
DROP TABLE "import_sources";
