//go:build unix

package movie

import (
	"cmp"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"gorm.io/gorm"

	"github.com/cinecircle/cinecircle/platform/database"
	"github.com/cinecircle/cinecircle/platform/page"
	"github.com/cinecircle/cinecircle/platform/testkit"
)

// The environment variables of the benchmarks: the number of films (default 10,000), and a SQLite file that is filled
// once and kept.
const (
	filmsVariable = "CINECIRCLE_BENCH_FILMS"
	fileVariable  = "CINECIRCLE_BENCH_FILE"
)

// The words of titles, most frequent first: the n-th word is drawn 1/n as often as the first.
var (
	englishWords = strings.Fields(`the of a love and in man last night my day house to life dead girl blood black king world secret story women
		dark big boy good war little lost death city american for from on return home with time bad heart white red summer dream great
		moon wild blue christmas family hell monster kid new river star street two high killer one three road devil end island ghost
		murder fire mother father woman wedding silent golden doctor party school evil mr no game legend brother hunter witch happy
		under train train angel beyond money sky years old crazy dance kiss queen beast true young sea space zombie shadow after
		against age alive alone another army baby beach beautiful beauty behind best between beautiful bird bride bridge broken
		brothers business call case castle cat chase child children church circus club code cold company country crime cross cry curse
		dangerous daughter days desert desire diary dog door double down dragon earth east eight empire encounter escape every express eye eyes face
		faith fall fear field fight final first five flight flower fool forbidden forest forever forgotten four free friend friends garden
		gate gentleman gift glory god gold grand grave green gun hand hard haunted heaven hero hidden holiday honor horror hotel hour human
		hundred hunt ice inside invisible iron jack john journey joy judge jungle justice killing kingdom knight lady land law legacy letter
		lies light line lion lonely long lord luck machine mad magic marriage mask master memory men midnight million mind miracle mission
		mirror mountain mouse movie music mystery naked name never nightmare nine north nothing ocean office orchestra order other
		outside pacific paradise paris past peace perfect phantom picture place planet play point police power prince princess prison
		private promise proud quest quiet rage rain rainbow rebel revenge rich ride ring rise room rose royal run sacred saint savage
		scandal season second seven shark ship shot sign silence silver sin sister six sleep small snow soldier soul south spring spy
		station stone storm stranger strike sun sweet sword tale teacher temple ten terror thief thing thousand thunder tiger tomorrow
		touch tower town treasure tree trial trip trouble trust truth twilight vampire valley vengeance victory village violet virgin voice
		voyage walk wall warrior water way west wind winter wish without wolf wonder work yellow yesterday zero zone harbor galaxy zephyr`)
	koreanWords = strings.Fields(`사랑 여자 남자 밤 이야기 그 나의 우리 여름 시간 세상 비밀 친구 마지막 아이 꿈 전쟁 바다 사람 하늘 엄마 도시 별 꽃 겨울 봄날 서울
		아버지 너의 어느 영화 바람 노래 집 기억 편지 거울 소녀 소년 아들 딸 형사 살인 추억 귀신 왕 검 무사 가족 신부 결혼 학교 선생 여고 괴담 눈물 약속 그림자 얼굴 길
		기차 섬 강 산 나무 달빛 태양 아침 새벽 저녁 하루 내일 오늘 어제 청춘 인생 행복 슬픔 웃음 거짓말 진실 죽음 복수 도둑 사냥 추격 작전 암살 첩보 형제 자매 할머니
		마을 골목 시장 식당 호텔 병원 감옥 법정 변호사 검사 대통령 장군 병사 영웅 전설 신화 마녀 요괴 괴물 좀비 외계 우주 지구 행성 로봇 미래 과거 운명 인연 만남 이별
		첫사랑 연애 고백 키스 데이트 결혼식 이혼 가을 눈 비 천둥 번개 폭풍 안개 무지개 호랑이 고양이 강아지 늑대 여우 나비 새 물고기 용 조용한 푸른 잊혀진 위대한 낯선
		하얀 붉은 오래된 아름다운 끝없는 두번째 깊은 달콤한 위험한 은밀한 완벽한 특별한 이상한 수상한 미친 착한 나쁜 작은 큰 젊은 늙은 검은 황금 은빛 차가운 뜨거운`)
	starts = strings.Fields("b br c ch d dr f fl g gr h j k kl l m n p pr qu r s sh st t tr v w y z")
	rhymes = strings.Fields("a ar an e el en er i in is o on or u us ai ea oo y")
)

// word draws from a list by Zipf's law: the n-th word about 1/n as often as the first.
func word(draw *rand.Rand, list []string) string {
	return list[int(math.Pow(float64(len(list)), draw.Float64()))-1]
}

// newTitle returns a title in English or Korean of one to five words, some with a unique name.
func newTitle(draw *rand.Rand) string {
	n := 1 + draw.IntN(3) + draw.IntN(3)
	words := make([]string, n)
	if draw.IntN(2) == 0 {
		for i := range words {
			words[i] = word(draw, koreanWords)
		}
		if draw.IntN(5) == 0 {
			words[0] = string([]rune{rune(0xAC00 + draw.IntN(11172)), rune(0xAC00 + draw.IntN(11172))})
		}
		return strings.Join(words, " ")
	}
	for i := range words {
		if w := word(draw, englishWords); draw.IntN(6) > 0 {
			words[i] = strings.ToUpper(w[:1]) + w[1:]
		} else {
			words[i] = starts[draw.IntN(len(starts))] + rhymes[draw.IntN(len(rhymes))] + starts[draw.IntN(len(starts))] + rhymes[draw.IntN(len(rhymes))]
		}
	}
	return strings.Join(words, " ")
}

func benchFilms(b *testing.B) int {
	b.Helper()
	n, err := strconv.Atoi(cmp.Or(os.Getenv(filmsVariable), "10000"))
	if err != nil {
		b.Fatalf("%s: %v", filmsVariable, err)
	}
	return n
}

// benchCatalogue returns a service with as many films as the environment sets, on SQLite in a file or on the MySQL
// server of the tests.
func benchCatalogue(b *testing.B) (*Service, int) {
	b.Helper()
	n := benchFilms(b)
	config := database.Config{Driver: database.SQLite, DSN: cmp.Or(os.Getenv(fileVariable), filepath.Join(b.TempDir(), "bench.db"))}
	if dsn := os.Getenv(testkit.DSNVariable); dsn != "" {
		config = testkit.FreshSchema(b, dsn)
	}
	db, err := database.Open(b.Context(), config)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() }) // the database is temporary or was only read
	if _, err := db.MigrateUp(b.Context()); err != nil {
		b.Fatal(err)
	}
	s := New(Deps{DB: db, Clock: time.Now})
	if films, _, err := s.List(b.Context(), Filter{}, SortOldest, page.Page{Limit: 1}); err != nil || len(films) > 0 {
		begin := time.Now()
		if err := s.Run(b.Context()); err != nil { // for a file of an older version
			b.Fatal(err)
		}
		b.Logf("the index is complete after %.1f s", time.Since(begin).Seconds())
		return s, n
	}
	importTitles(b, s, n)
	const step = 20_000 // one update of all rows would exceed the timeout of a MySQL connection
	for from := 1; from <= n; from += step {
		err := db.Tx(b.Context(), func(tx *gorm.DB) error {
			return tx.Exec(`UPDATE movies SET like_count = (id * 7919) % 1009 * ((id * 31) % 10 = 0) + (id % 3)
				WHERE id BETWEEN ? AND ?`, from, from+step-1).Error
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	if err := db.Tx(b.Context(), copyOfAll); err != nil {
		b.Fatal(err)
	}
	return s, n
}

// importTitles adds n films as an import does and logs the rate.
func importTitles(b *testing.B, s *Service, n int) {
	b.Helper()
	begin, cpu := time.Now(), cpuTime(b, s.db)
	draw := rand.New(rand.NewPCG(7, 7))
	plot := strings.Repeat("전원백수로 살 길 막막한 가족. Nothing is as it was before. ", 4)
	batch := make([]Draft, 0, batchRows)
	for i := range n {
		batch = append(batch, Draft{Title: newTitle(draw), Plot: plot, Playtime: 90, Genre: genres[draw.IntN(len(genres))]})
		if len(batch) == batchRows || i == n-1 {
			if err := s.createAll(b.Context(), batch); err != nil {
				b.Fatal(err)
			}
			batch = batch[:0]
		}
	}
	seconds := time.Since(begin).Seconds()
	cpu = cpuTime(b, s.db) - cpu
	b.Logf("%d films in %.1f s: %.0f a second, %.0f µs CPU a film", n, seconds, float64(n)/seconds, float64(cpu.Microseconds())/float64(n))
}

// cpuTime returns the CPU time of this process and of the MySQL server, if there is one on this machine.
func cpuTime(b *testing.B, db *database.DB) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	total := time.Duration(used.Utime.Nano() + used.Stime.Nano())
	if db.Driver() == database.MySQL {
		total += serverTime(b, db)
	}
	return total
}

func serverTime(b *testing.B, db *database.DB) time.Duration {
	b.Helper()
	var file string
	if err := db.Row(b.Context(), "SELECT @@pid_file").Scan(&file); err != nil {
		b.Fatal(err)
	}
	pid, err := os.ReadFile(file)
	if err != nil {
		b.Fatal(err)
	}
	stat, err := os.ReadFile("/proc/" + strings.TrimSpace(string(pid)) + "/stat")
	if err != nil {
		b.Fatal(err)
	}
	fields := strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))
	user, _ := strconv.ParseInt(fields[11], 10, 64)   // proc(5): utime and stime, in
	system, _ := strconv.ParseInt(fields[12], 10, 64) // hundredths of a second
	return time.Duration(user+system) * 10 * time.Millisecond
}

// benchCases are the measured searches. Each case takes turns with its texts.
var benchCases = []struct {
	name    string
	texts   []string
	genre   string
	by      Sort
	further bool // a page from the middle of the list
}{
	{name: "all", texts: []string{""}, by: SortOldest},
	{name: "common", texts: []string{"love", "night", "man"}, by: SortMatch},
	{name: "common,newest", texts: []string{"love", "night", "man"}, by: SortNewest},
	{name: "common,middle", texts: []string{"love", "night", "man"}, by: SortOldest, further: true},
	{name: "common,genre", texts: []string{"love", "night", "man"}, genre: "Drama", by: SortMatch},
	{name: "common,title", texts: []string{"love", "night", "man"}, by: SortTitle},
	{name: "common,likes", texts: []string{"love", "night", "man"}, by: SortMostLiked},
	{name: "common,genre,likes", texts: []string{"love", "night", "man"}, genre: "Drama", by: SortMostLiked},
	{name: "korean", texts: []string{"사랑", "바다", "여름"}, by: SortMatch},
	{name: "korean,newest", texts: []string{"사랑", "바다", "여름"}, by: SortNewest},
	{name: "korean,likes", texts: []string{"사랑", "바다", "여름"}, by: SortMostLiked},
	{name: "typing", texts: []string{"사라", "바닫", "여르"}, by: SortMatch},
	{name: "initials", texts: []string{"ㅅㄹ", "ㅇㄹㅂㄷ", "ㅊㅅㄹ"}, by: SortMatch},
	{name: "initials,likes", texts: []string{"ㅅㄹ", "ㅇㄹㅂㄷ", "ㅊㅅㄹ"}, by: SortMostLiked},
	{name: "symbol", texts: []string{"!", "%"}, by: SortMatch},
	{name: "middling", texts: []string{"zephyr", "harbor", "galaxy"}, by: SortMatch},
	{name: "middling,genre", texts: []string{"zephyr", "harbor", "galaxy"}, genre: "Drama", by: SortMatch},
	{name: "middling,title", texts: []string{"zephyr", "harbor", "galaxy"}, by: SortTitle},
	{name: "middling,likes", texts: []string{"zephyr", "harbor", "galaxy"}, by: SortMostLiked},
	{name: "rare", texts: []string{"love harbor", "night galaxy", "silent king zephyr", "쀍"}, by: SortMatch},
	{name: "rare,title", texts: []string{"love harbor", "night galaxy", "silent king zephyr", "쀍"}, by: SortTitle},
	{name: "rare,likes", texts: []string{"love harbor", "night galaxy", "silent king zephyr", "쀍"}, by: SortMostLiked},
	{name: "none", texts: []string{"없는제목xq", "qxzv", "nothingatall"}, by: SortMatch},
	{name: "none,likes", texts: []string{"없는제목xq", "qxzv", "nothingatall"}, by: SortMostLiked},
	{name: "one", texts: []string{"e", "밤", "q"}, by: SortMatch},
	{name: "two", texts: []string{"th", "zo", "qu"}, by: SortMatch},
	{name: "hostile", texts: []string{"the the", "ethe", "the love the", "the the the the"}, by: SortMatch},
	{name: "hostile,title", texts: []string{"the the", "ethe", "the love the", "the the the the"}, by: SortTitle},
	{name: "hostile,likes", texts: []string{"the the", "ethe", "the love the", "the the the the"}, by: SortMostLiked},
}

// BenchmarkSearch measures the CPU time of pages of 30 films, in this process and in the MySQL server.
func BenchmarkSearch(b *testing.B) {
	s, n := benchCatalogue(b)
	for _, c := range benchCases {
		b.Run(c.name, func(b *testing.B) {
			p := page.Page{Limit: 30}
			if c.further {
				p.After = &page.Key{ID: int64(n / 2)}
			}
			for _, text := range c.texts { // prepares the statements
				if _, _, err := s.List(b.Context(), Filter{Title: text, Genre: c.genre}, c.by, p); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			runtime.GC()
			begin := cpuTime(b, s.db)
			for i := 0; b.Loop(); i++ {
				if _, _, err := s.List(b.Context(), Filter{Title: c.texts[i%len(c.texts)], Genre: c.genre}, c.by, p); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((cpuTime(b, s.db)-begin).Nanoseconds())/float64(b.N)/1000, "cpu-µs/op")
		})
	}
}

// BenchmarkCreate measures adding one film, including its share of the writes to the ngram index.
func BenchmarkCreate(b *testing.B) {
	s, _ := benchCatalogue(b)
	draw := rand.New(rand.NewPCG(3, 3))
	b.ReportAllocs()
	begin := cpuTime(b, s.db)
	for b.Loop() {
		if _, err := s.Create(b.Context(), 0, Draft{Title: newTitle(draw), Plot: "…", Playtime: 90, Genre: genres[draw.IntN(len(genres))]}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64((cpuTime(b, s.db)-begin).Nanoseconds())/float64(b.N)/1000, "cpu-µs/op")
}
