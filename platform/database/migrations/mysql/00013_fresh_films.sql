-- +goose Up
-- The list 0 had all films of its block. It has those now that are in no other list yet.
UPDATE `movie_grams` SET `films` = '' WHERE `gram` = 0;
-- A catalogue that began with the index has nothing that an older version wrote, so nothing is looked for.
UPDATE `movie_gram_builds` SET `since` = '1970-01-01 00:00:00' WHERE `next_id` = 9223372036854775807;

-- +goose Down
-- A version before this one knows of no fresh films: it builds the index anew.
UPDATE `movie_gram_builds` SET `next_id` = CASE WHEN EXISTS (SELECT 1 FROM `movies`) THEN 1 ELSE `next_id` END;
