package auth

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"golang.org/x/crypto/bcrypt"
	"golang.org/x/text/unicode/norm"
)

const testAddress = "192.0.2.1"

func mustHash(t *testing.T, h *Hasher, password string) string {
	t.Helper()
	hash, err := h.Hash(t.Context(), testAddress, password)
	if err != nil {
		t.Fatalf("Hash(%q) failed: %v", password, err)
	}
	return hash
}

func mustVerify(t *testing.T, h *Hasher, hash, password string) bool {
	t.Helper()
	ok, err := h.Verify(t.Context(), testAddress, hash, password)
	if err != nil {
		t.Fatalf("Verify(%q) failed: %v", password, err)
	}
	return ok
}

func TestEveryByteOfAPasswordCounts(t *testing.T) {
	t.Parallel()
	a, han := strings.Repeat("a", 70), strings.Repeat("가", 23)
	tests := map[string]struct{ password, other string }{
		"71 bytes":                       {a + "x", a + "y"},
		"72 bytes":                       {a + "ax", a + "ay"},
		"73 bytes":                       {a + "aax", a + "aay"},
		"73 bytes and their first 72":    {a + "aax", a + "aa"},
		"128 characters":                 {strings.Repeat("힣", 127) + "가", strings.Repeat("힣", 127) + "나"},
		"24 Hangul syllables":            {han + "가", han + "나"},
		"25 Hangul syllables":            {han + "가가", han + "가나"},
		"24 Hangul syllables and one":    {han + "가", han + "가x"},
		"emoji":                          {strings.Repeat("😀", 18) + "😀", strings.Repeat("😀", 18) + "😁"},
		"emoji that join":                {"👩‍👩‍👧password", "👩👩👧password"},
		"case":                           {"Password1", "password1"},
		"a space at the end":             {"password ", "password"},
		"a space at the start":           {" password", "password"},
		"full width, which NFKC folds":   {"ｐａｓｓｗｏｒｄ", "password"},
		"what follows a NUL":             {"password\x00a", "password\x00b"},
		"one byte against none":          {"a", ""},
		"invalid UTF-8 against its mark": {"password\xff", "password\ufffd"},
	}
	h := NewHasher(bcrypt.MinCost)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			hash := mustHash(t, h, tt.password)
			if !mustVerify(t, h, hash, tt.password) {
				t.Errorf("%q does not match its own hash", tt.password)
			}
			if mustVerify(t, h, hash, tt.other) {
				t.Errorf("%q matches the hash of %q", tt.other, tt.password)
			}
		})
	}
}

func TestPasswordsAreNormalizedBeforeHashing(t *testing.T) {
	t.Parallel()
	h := NewHasher(bcrypt.MinCost)
	for _, password := range []string{"비밀번호입니다요", "señor-josé", "각각각각각각각각"} {
		composed, decomposed := norm.NFC.String(password), norm.NFD.String(password)
		if composed == decomposed {
			t.Fatalf("%q has one form only, so this shows nothing", password)
		}
		if !mustVerify(t, h, mustHash(t, h, composed), decomposed) {
			t.Errorf("NFD of %q does not match the hash of its NFC", password)
		}
		if !mustVerify(t, h, mustHash(t, h, decomposed), composed) {
			t.Errorf("NFC of %q does not match the hash of its NFD", password)
		}
	}
}

func TestHashesAreSaltedAndFitTheirColumn(t *testing.T) {
	t.Parallel()
	h := NewHasher(bcrypt.MinCost)
	first, second := mustHash(t, h, "password"), mustHash(t, h, "password")
	if first == second {
		t.Errorf("two hashes of one password are the same: %s", first)
	}
	if len(first) != 60 {
		t.Errorf("the hash has %d bytes, want 60", len(first))
	}
}

// The construction is stored in every row: if it changes, nobody can sign in any more. The hash was
// made by crypt(3) of base64(SHA-384("correct horse 배터리")).
func TestStoredHashesStayValid(t *testing.T) {
	t.Parallel()
	const stored = "$2b$04$abcdefghijklmnopqrstuuHcFtE91q31A79SUZLbRlqULdLOzHyS6"
	h := NewHasher(bcrypt.MinCost)
	if !mustVerify(t, h, stored, "correct horse 배터리") {
		t.Error("a hash in the documented form does not verify")
	}
	if mustVerify(t, h, stored, "correct horse 배터라") {
		t.Error("a wrong password verifies")
	}
}

func TestAnUnknownUserTakesAsLongAsAKnownOne(t *testing.T) {
	for _, cost := range []int{bcrypt.MinCost, 12, bcrypt.MaxCost} {
		h := NewHasher(cost)
		got, err := bcrypt.Cost([]byte(h.subject("")))
		if err != nil || got != cost {
			t.Errorf("the dummy of cost %d has cost %d, %v", cost, got, err)
		}
		if len(h.subject("")) != 60 {
			t.Errorf("the dummy has %d bytes, want 60", len(h.subject("")))
		}
	}
	h := NewHasher(bcrypt.MinCost)
	// That bcrypt says mismatch, and not that the form is wrong, means that it did the work.
	err := bcrypt.CompareHashAndPassword([]byte(h.subject("")), digest("password"))
	if !errors.Is(err, bcrypt.ErrMismatchedHashAndPassword) {
		t.Errorf("comparing with the dummy says %v", err)
	}
	for _, password := range []string{"", "password", h.dummy} {
		if mustVerify(t, h, "", password) {
			t.Errorf("an unknown user signs in with %q", password)
		}
	}
	if stored := mustHash(t, h, "password"); h.subject(stored) != stored {
		t.Error("a known user is compared with something else than the stored hash")
	}
}

// A hash of cost 4 is compared in a 16th of the time that one of cost 8 takes: without what makes up for it, a wrong
// password of an account that has not signed in since the cost was raised would say that there is such an account.
func TestAWrongPasswordOfAnOlderCostTakesAsLongAsAnUnknownUser(t *testing.T) {
	h := NewHasher(8)
	older := mustHash(t, NewHasher(bcrypt.MinCost), "password")
	shortest := func(hash string) time.Duration {
		least := time.Hour
		for range 3 {
			began := time.Now()
			if mustVerify(t, h, hash, "another password") {
				t.Fatal("a wrong password is right")
			}
			least = min(least, time.Since(began))
		}
		return least
	}
	if known, unknown := shortest(older), shortest(""); known < unknown/4 {
		t.Errorf("a wrong password takes %v, an unknown user %v", known, unknown)
	}
}

func TestABrokenStoredHashIsAnError(t *testing.T) {
	t.Parallel()
	h := NewHasher(bcrypt.MinCost)
	for _, hash := range []string{"x", "password", "$2a$04$short", "$9z$04$" + dummySaltAndDigest} {
		ok, err := h.Verify(t.Context(), testAddress, hash, "password")
		if err == nil || ok {
			t.Errorf("Verify with stored %q = %t, %v; want false and an error", hash, ok, err)
		}
	}
}

func TestOnlyAHashOfAnotherCostNeedsRehashing(t *testing.T) {
	t.Parallel()
	four, five := NewHasher(4), NewHasher(5)
	hash := mustHash(t, four, "password")
	if four.NeedsRehash(hash) {
		t.Error("a hash of the configured cost needs rehashing")
	}
	if !five.NeedsRehash(hash) || !five.NeedsRehash("garbage") {
		t.Error("a hash of another cost, or none, needs no rehashing")
	}
	if !mustVerify(t, five, hash, "password") {
		t.Error("a hash of another cost does not verify")
	}
}

func TestHashesRunOnEveryCoreAndLeaveAThreadToRequests(t *testing.T) {
	undo := SpareThread()
	h := NewHasher(bcrypt.MinCost)
	threads := runtime.GOMAXPROCS(0)
	undo()
	if h.queue.permits != runtime.GOMAXPROCS(0) || threads != h.queue.permits+1 {
		t.Errorf("%d hashes run at once on %d threads, with %d cores", h.queue.permits, threads, runtime.GOMAXPROCS(0))
	}
}

func TestAnInvalidBcryptCostPanics(t *testing.T) {
	t.Parallel()
	for _, cost := range []int{-1, 0, 3, 32} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("NewHasher(%d) does not panic", cost)
				}
			}()
			NewHasher(cost)
		}()
	}
}

func TestACancelledRequestIsNotHashed(t *testing.T) {
	t.Parallel()
	h := NewHasher(bcrypt.MinCost)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if hash, err := h.Hash(ctx, testAddress, "password"); !errors.Is(err, context.Canceled) || hash != "" {
		t.Errorf("Hash = %q, %v; want context.Canceled", hash, err)
	}
	wantStats(t, h.queue, 0, 0)
}

func lastCommon() string {
	all := strings.Fields(commonPasswords)
	return all[len(all)-1]
}

func TestTheListOfCommonPasswordsIsComplete(t *testing.T) {
	t.Parallel()
	short := 0
	for password := range commonSet() {
		if len(password) < minPasswordLen || password != strings.ToLower(password) {
			short++
		}
	}
	if len(commonSet()) != 3000 || short > 0 {
		t.Errorf("the list has %d passwords, %d of them short or not in lower case", len(commonSet()), short)
	}
}

func TestCheckPassword(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ password, code string }{
		"empty":                           {"", "min"},
		"7 characters":                    {"1234567", "min"},
		"8 characters":                    {"87654xyz", ""},
		"the most common one":             {"password", "password_too_common"},
		"a common one in another case":    {"PassWord", "password_too_common"},
		"the last of the list":            {lastCommon(), "password_too_common"},
		"the last of the list and more":   {lastCommon() + " ", ""},
		"7 Hangul syllables":              {"가나다라마바사", "min"},
		"8 Hangul syllables":              {"가나다라마바사아", ""},
		"7 syllables, 14 jamo":            {norm.NFD.String("가나다라마바사"), "min"},
		"8 emoji":                         {strings.Repeat("😀", 8), ""},
		"8 spaces":                        {strings.Repeat(" ", 8), ""},
		"128 characters":                  {strings.Repeat("a", 128), ""},
		"129 characters":                  {strings.Repeat("a", 129), "max"},
		"128 syllables":                   {strings.Repeat("힣", 128), ""},
		"128 syllables, 384 jamo":         {norm.NFD.String(strings.Repeat("힣", 128)), ""},
		"129 syllables":                   {strings.Repeat("힣", 129), "max"},
		"NUL":                             {"1234567\x008", "format"},
		"invalid UTF-8":                   {"12345678\xff", "format"},
		"half of a character":             {"12345678\xea\xb0", "format"},
		"a tab and other invisible ones":  {"1234\t\u200b\u202e\u0301", ""},
		"the spaces around it count also": {"  1234  ", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := CheckPassword(tt.password)
			if tt.code == "" {
				if got != nil {
					t.Fatalf("CheckPassword(%q) = %+v, want nil", tt.password, got)
				}
				return
			}
			if got == nil || got.Code != tt.code || got.Name != "password" {
				t.Fatalf("CheckPassword(%q) = %+v, want code %s", tt.password, got, tt.code)
			}
			if got.Text.EN == "" || got.Text.KO == "" {
				t.Errorf("a language has no sentence: %+v", got.Text)
			}
		})
	}
}

func BenchmarkVerify(b *testing.B) {
	h := NewHasher(12)
	for b.Loop() {
		if _, err := h.Verify(b.Context(), testAddress, "", "password"); err != nil {
			b.Fatal(err)
		}
	}
}
