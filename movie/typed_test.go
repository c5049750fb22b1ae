package movie_test

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/movie"
)

// typedTitles are titles with texts that find them and texts that do not, each separated by a bar.
var typedTitles = []struct{ title, found, missed string }{
	{"Ｆｕｌｌ　ｗｉｄｔｈ", "full width|FULLWIDTH|ｆｕｌｌ|ll w", "fullwidths"},
	{"8½", "8½|8 1/2|8 1⁄2|½", "8.5"},
	{"Alien³", "alien3|ALIEN³", "alien 2"},
	{"한국 영화", "한국영화|한국 영화|한국　영화|한국\u00a0영화|국영|ㅎㄱㅇㅎ|ㄱㅇ", "한국 영어"},
	{"어벤져스: 엔드게임", "어벤져스 엔드게임|어벤져스엔드게임|스 엔드|ㅇㅂㅈㅅ ㅇㄷㄱㅇ|어벤ㅈ|어벤져스: 엔드", "어벤저스"},
	{"Spider-Man", "spider man|spiderman|SPIDER-MAN|spider–man|der m", "spider men"},
	{"Mr. Robot", "mr robot|mr. robot|mrrobot", "mr robots"},
	{"Ocean's Eleven", "ocean’s eleven|oceans eleven|OCEAN'S|ocean`s", "ocean is"},
	{"“Quoted” «Title»", `"quoted" title|quoted title|quotedtitle`, "quotes"},
	{"Amélie", "amelie|AMÉLIE|ame\u0301lie|amélie", "amelia"},
	{"İstanbul", "istanbul|ISTANBUL|İSTANBUL|ıstanbul", "istambul"},
	{"kırmızı", "KIRMIZI|kirmizi|kırmızı", "kirmiza"},
	{"Östergötland", "ostergotland|östergötland|OSTERGÖTLAND", "ostergotlan d x"},
	{"Łódź", "lodz|ŁÓDŹ", "lods"},
	{"Smørrebrød Cæsar Œuvre Þór Đà", "smorrebrod|SMØRREBRØD|caesar|oeuvre|thor|da", "smorebrod"},
	{"Straße", "strasse|STRASSE|straße", "strase"},
	{"Ёлки", "елки|ЁЛКИ|ёлки", "елка"},
	{"Война и мир", "воина и мир|война|ВОЙНА", "война мир"},
	{"Ζορμπάς", "ζορμπας|ΖΟΡΜΠΆΣ|ζορμπάς", "ζορμπα ο"},
	{"Đường về nhà", "duong ve nha|đường", "dương vê nho"},
	{"WALL·E", "walle|wall-e|wall·e|wall e", "wallee"},
	{"사랑ㆍ전쟁", "사랑전쟁|사랑·전쟁|사랑 전쟁", "사랑과"},
	{"M*A*S*H", "mash|m.a.s.h", "mass"},
	{"Face/Off", "faceoff|face off", "of face"},
	{"Am\u200bé\u00adlie 2", "amelie 2|amelie2", "amelie3"},
	{"がぎぐ", "がぎぐ|ガギグ|ｶﾞｷﾞｸﾞ|か\u3099ぎ", "かきく|カ"},
	{"パプリカ", "ぱぷりか|ﾊﾟﾌﾟﾘｶ|パプリカ", "はふりか"},
	{"千と千尋の神隠し", "千と千尋|千ト|神隠", "千尋と"},
	{"ไทบ้าน", "ไทบ้าน|บ้าน", "ไทบาน"},
	{"हिन्दी", "हिन्दी|हिन्", "हनद"},
	{"기생충", "ㄱ|기|깃|기새|기생|기생ㅊ|기생추|기생충|ㄱㅅㅊ|기ㅅㅊ|ㅅㅊ|기생ㅊ|생추|ㄳㅊ|\u1100\u1175생충|기ㅅ충", "기사|기생초|ㄱㅅㅋ|ㅊㅅ|가생|기새추|ㅅㄱ"},
	{"괴물", "ㄱ|고|괴|굄|괴무|괴물|ㄱㅁ|괴ㅁ", "과|괴모|공|ㄱㄴ"},
	{"닭고기", "다|달|닭|닭ㄱ|닭고|닭곡|ㄷㄱㄱ", "닥|닮|달고"},
	{"달걀", "달|닭|달갸|달걀|ㄷㄱ", "닮|닥"},
	{"값비싼 의자", "가|갑|값|값ㅂ|값비싼 으|의자|ㄱㅂㅆ", "각|갓"},
	{"갑시다", "갑|값|갑시|ㄱㅅㄷ", "갓"},
	{"아까", "아|앆|악|아ㄲ|아까|ㅇㄲ|ㅇㄱ", "안"},
	{"학교", "핚|학ㄱ|하|학교", "한|핚교"},
	{"왕의 남자", "오|와|왕|왕으|왕의|왕의 남|ㅇㅇㄴㅈ", "욍|우"},
	{"ㅋㅋㅋ 영화", "ㅋㅋ|ㅋㅋㅋ|ㅋㅋㅋㅇㅎ", "ㅋㅋㅋㅋ"},
	{"...", "...|…|.|..", "....|!"},
	{"$", "$|＄", "$$|€"},
	{"!!!", "!!!|！|!", "?"},
	{"What?", "?|what|what!", "??"},
	{"100% 늑대", "%|100|100%|100늑대", "_|101"},
	{"🎬", "🎬", "🎥"},
	{"x 🍣", "🍣|x", "🍺"},
}

// TestTitlesAreFoundAsPeopleTypeThem searches while the films are pending, after they are written to the lists of the
// index, in another order, and without the index, all on the same rows.
func TestTitlesAreFoundAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, c := range typedTitles {
		s.addDirectly(t, movie.Draft{Title: c.title})
	}
	find := func(query string) map[string][]string {
		found := map[string][]string{}
		for _, c := range typedTitles {
			for text := range strings.SplitSeq(c.found+"|"+c.missed, "|") {
				if found[text] == nil {
					found[text] = titles(t, s.GET(t, "/movies?limit=200&title="+url.QueryEscape(text)+query).Want(http.StatusOK).List())
				}
			}
		}
		return found
	}
	pending := find("")
	for _, c := range typedTitles {
		for i, texts := range []string{c.found, c.missed} {
			for text := range strings.SplitSeq(texts, "|") {
				if found := slices.Contains(pending[text], c.title); found != (i == 0) {
					t.Errorf("%q finds %q: %t", text, c.title, found)
				}
			}
		}
	}
	if err := movie.IndexAll(t.Context(), s.DB); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(pending, find("")); diff != "" {
		t.Errorf("from the lists of the index (-pending +indexed):\n%s", diff)
	}
	for _, titles := range pending {
		slices.Sort(titles)
	}
	byLikes := find("&sort=-like_count")
	s.Write(t, func(tx *gorm.DB) error { return tx.Exec("UPDATE movie_gram_builds SET next_id = 1").Error })
	s.movies = movie.New(movie.Deps{DB: s.DB, Pictures: s.Pictures, Media: s.Media, Clock: s.Clock.Now}) // as if restarted
	s.API = s.Kit.API(roles{})
	s.movies.Routes(s.Router, s.Zone)
	scanned := find("")
	for what, found := range map[string]map[string][]string{"by likes": byLikes, "without the index": scanned} {
		for _, titles := range found {
			slices.Sort(titles)
		}
		if diff := cmp.Diff(pending, found); diff != "" {
			t.Errorf("%s (-pending +got):\n%s", what, diff)
		}
	}
}

// TestExactMatchesComeFirst expects the exact title, then titles that begin with the text, then all others, on pages of
// every size; and the order of ids where that is asked for.
func TestExactMatchesComeFirst(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, title := range []string{"My Love", "Love Story", "The Lovers", "Lovely", "LOVE", "Glove", "Love!", "사랑의 기사", "나의 사랑", "사랑", "첫사라", "사라", "사랑니"} {
		s.addDirectly(t, movie.Draft{Title: title})
	}
	check := func() {
		for query, want := range map[string][]string{
			"title=love":                    {"LOVE", "Love!", "Love Story", "Lovely", "My Love", "The Lovers", "Glove"},
			"title=love&genre=Drama":        {"LOVE", "Love!", "Love Story", "Lovely", "My Love", "The Lovers", "Glove"},
			"title=love&sort=id":            {"My Love", "Love Story", "The Lovers", "Lovely", "LOVE", "Glove", "Love!"},
			"title=love&sort=-id":           {"Love!", "Glove", "LOVE", "Lovely", "The Lovers", "Love Story", "My Love"},
			"title=" + "%EC%82%AC%EB%9E%91": {"사랑", "사랑의 기사", "사랑니", "나의 사랑"},
			"title=" + "%EC%82%AC%EB%9D%BC": {"사라", "사랑의 기사", "사랑", "사랑니", "나의 사랑", "첫사라"},
			"title=!":                       {"Love!"},
		} {
			for limit := 1; limit <= 8; limit++ {
				var got []string
				for _, page := range s.walk(t, "/movies?limit="+strconv.Itoa(limit)+"&"+query) {
					got = append(got, page...)
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("%s, %d a page (-want +got):\n%s", query, limit, diff)
				}
			}
		}
	}
	check()
	if err := movie.IndexAll(t.Context(), s.DB); err != nil {
		t.Fatal(err)
	}
	check()
}

func TestPagesOfMatchesStayCorrectWhileFilmsChange(t *testing.T) {
	t.Parallel()
	s := newStage(t)
	for _, title := range []string{"a b", "ab", "abc", "xab", "AB", "abd", "yab"} {
		s.addDirectly(t, movie.Draft{Title: title})
	}
	first := s.GET(t, "/movies?limit=4&title=ab").Want(http.StatusOK)
	if diff := cmp.Diff([]string{"a b", "ab", "AB", "abc"}, titles(t, first.List())); diff != "" {
		t.Errorf("first page (-want +got):\n%s", diff)
	}
	s.DELETE(t, "/movies/3", s.As(t, admin)).Want(http.StatusNoContent) // the last film of the page
	s.addDirectly(t, movie.Draft{Title: "abz"})
	s.addDirectly(t, movie.Draft{Title: "zab"})
	s.addDirectly(t, movie.Draft{Title: "A.B."}) // belongs before the cursor
	if diff := cmp.Diff([][]string{{"abd", "abz", "xab", "yab"}, {"zab"}}, s.walk(t, first.Next())); diff != "" {
		t.Errorf("the other pages (-want +got):\n%s", diff)
	}
}
