-- +goose Up
-- Imports of members. The file of one is kept in chunks until it has been read, so that every instance can continue.
CREATE TABLE "imports" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "user_id" integer NOT NULL,
  "active_user_id" integer,
  "status" text NOT NULL,
  "format" text NOT NULL,
  "encoding" text NOT NULL,
  "filename" text NOT NULL,
  "asked" text NOT NULL,
  "row_count" integer NOT NULL,
  "applied" integer NOT NULL,
  "created_count" integer NOT NULL,
  "unchanged_count" integer NOT NULL,
  "kept_count" integer NOT NULL,
  "needs_review_count" integer NOT NULL,
  "not_a_film_count" integer NOT NULL,
  "bad_count" integer NOT NULL,
  "reason" text NOT NULL,
  "lease_token" integer NOT NULL,
  "lease_until" datetime NOT NULL,
  "created_at" datetime NOT NULL,
  "finished_at" datetime,
  "trimmed" numeric NOT NULL,
  CONSTRAINT "fk_imports_user_id" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
CREATE INDEX "idx_imports_user" ON "imports" ("user_id", "id");
CREATE UNIQUE INDEX "idx_imports_active" ON "imports" ("active_user_id");
CREATE INDEX "idx_imports_work" ON "imports" ("status", "lease_until", "id");
CREATE INDEX "idx_imports_old" ON "imports" ("trimmed", "finished_at");
CREATE TABLE "import_chunks" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "import_id" integer NOT NULL,
  "n" integer NOT NULL,
  "data" mediumblob NOT NULL,
  CONSTRAINT "fk_import_chunks_import_id" FOREIGN KEY ("import_id") REFERENCES "imports" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "idx_import_chunks_n" ON "import_chunks" ("import_id", "n");
CREATE TABLE "import_rows" (
  "id" integer PRIMARY KEY AUTOINCREMENT,
  "import_id" integer NOT NULL,
  "n" integer NOT NULL,
  "kind" text NOT NULL,
  "title" text NOT NULL,
  "year" integer NOT NULL,
  "film_key" integer NOT NULL,
  "source_key" text NOT NULL,
  "movie_id" integer,
  "outcome" text NOT NULL,
  "reason" text NOT NULL,
  "candidates" text NOT NULL,
  "skipped" numeric NOT NULL,
  "entry" mediumtext NOT NULL,
  CONSTRAINT "fk_import_rows_import_id" FOREIGN KEY ("import_id") REFERENCES "imports" ("id") ON DELETE CASCADE
);
CREATE UNIQUE INDEX "idx_import_rows_n" ON "import_rows" ("import_id", "n");
CREATE INDEX "idx_import_rows_outcome" ON "import_rows" ("import_id", "outcome", "n");
CREATE INDEX "idx_import_rows_film" ON "import_rows" ("import_id", "film_key");
CREATE INDEX "idx_import_rows_movie" ON "import_rows" ("movie_id");

-- +goose Down
DROP TABLE "import_rows";
DROP TABLE "import_chunks";
DROP TABLE "imports";
