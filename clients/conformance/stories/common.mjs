// What every story uses: the people, an image, and a check that ends the story.
import assert from "node:assert/strict";
import { deflateSync } from "node:zlib";

export const baseUrl = process.env.CINECIRCLE_URL;

/** people returns the sign-ups of two members whose names are unique to the story. */
export function people(story) {
  const tag = story.replace(/[^a-z]/g, "") + Math.random().toString(36).slice(2, 8);
  return {
    ann: { username: `ann-${tag}`, password: "popcorn-and-tea", age: 27, gender: "female" },
    bob: { username: `bob-${tag}`, password: "salt-and-seaweed", age: 34, gender: "male" },
  };
}

export const film = (title) => ({ title, plot: "", cast: [{ name: "윤가람", role: "차장" }], playtime: 112, genre: "Drama" });

export function equal(got, want, what) {
  assert.deepEqual(got, want, what);
}

export function ok(value, what) {
  assert.ok(value, what);
  return value;
}

/** png returns a picture of 16 × 16 pixels. */
export function png() {
  const size = 16;
  const rows = Buffer.alloc((size * 3 + 1) * size, 0x7f);
  for (let y = 0; y < size; y++) rows[y * (size * 3 + 1)] = 0;
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    const length = Buffer.alloc(4), sum = Buffer.alloc(4);
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(crc32(body));
    return Buffer.concat([length, body, sum]);
  };
  const head = Buffer.alloc(13);
  head.writeUInt32BE(size, 0);
  head.writeUInt32BE(size, 4);
  head.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", head), chunk("IDAT", deflateSync(rows)), chunk("IEND", Buffer.alloc(0)),
  ]);
}

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

export const image = () => new Blob([png()], { type: "image/png" });
