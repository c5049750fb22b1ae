package source

import (
	"maps"
	"slices"
	"strings"

	"github.com/cinecircle/cinecircle/movie"
	"github.com/cinecircle/cinecircle/platform/apperr"
)

// The reasons why a row is bad.
var (
	noTitle   = apperr.Text{EN: "This row has no title.", KO: "이 행에는 제목이 없습니다."}
	longTitle = apperr.Text{EN: "The title has more than 255 characters.", KO: "제목이 255자를 넘습니다."}
	brokenRow = apperr.Text{EN: "This row is broken: its cells do not belong to their columns.", KO: "이 행이 깨져 있어 칸이 열과 맞지 않습니다."}
	badObject = apperr.Text{EN: "This is not an object of JSON with the fields of its format.", KO: "형식에 맞는 JSON 객체가 아닙니다."}
)

// genreWords are the words of sources for genres, in small letters without spaces and signs. "" stands for no genre.
var genreWords = map[string]string{
	"sciencefiction": "SF", "scifi": "SF", "공상과학": "SF", "sf": "SF",
	"액션": "Action", "무협": "Action", "martialarts": "Action",
	"어드벤처": "Adventure", "어드벤쳐": "Adventure", "모험": "Adventure", "애니메이션": "Animation", "animated": "Animation", "anime": "Animation",
	"전기": "Biography", "biopic": "Biography", "biographical": "Biography", "인물": "Biography",
	"코미디": "Comedy", "코메디": "Comedy", "romanticcomedy": "Comedy", "comedydrama": "Comedy",
	"범죄": "Crime", "느와르": "Noir", "누아르": "Noir", "필름느와르": "Noir", "filmnoir": "Noir",
	"다큐멘터리": "Documentary", "다큐": "Documentary",
	"드라마": "Drama", "멜로드라마": "Drama", "melodrama": "Drama",
	"가족": "Family", "children": "Family", "childrens": "Family", "아동": "Family",
	"판타지": "Fantasy", "환타지": "Fantasy",
	"사극": "History", "역사": "History", "시대극": "History", "시대극사극": "History", "historical": "History",
	"공포": "Horror", "호러": "Horror", "공포호러": "Horror",
	"음악": "Music", "뮤직": "Music", "뮤지컬": "Musical", "미스터리": "Mystery",
	"멜로": "Romance", "로맨스": "Romance", "멜로로맨스": "Romance", "멜로멜로드라마": "Romance", "romantic": "Romance",
	"단편": "Short", "스포츠": "Sport", "sports": "Sport", "스릴러": "Thriller", "전쟁": "War",
	"서부": "Western", "서부극": "Western", "웨스턴": "Western", "서부극웨스턴": "Western",
	"": "", "nogenreslisted": "", "none": "", "unknown": "",
}

// plainWord folds a word for genreWords.
func plainWord(word string) string {
	word = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -_/'’().", r) {
			return -1
		}
		return r
	}, strings.ToLower(word))
	return word
}

// genresByWord are the genres by their own names, as they are and in small letters, and by genreWords.
var genresByWord = func() map[string]string {
	all := maps.Clone(genreWords)
	for _, g := range movie.Genres() {
		all[g], all[strings.ToLower(g)] = g, g
	}
	return all
}()

// genreOf returns the genre of a word of a source, and false if there is none. "" is a word that stands for no genre.
func genreOf(word string) (string, bool) {
	if g, ok := genresByWord[word]; ok {
		return g, true
	}
	plain := plainWord(word)
	for _, form := range []string{plain, strings.TrimSuffix(plain, "film"), strings.TrimSuffix(plain, "movie"), strings.TrimSuffix(plain, "영화")} {
		if g, ok := genresByWord[form]; ok {
			return g, true
		}
	}
	return "", false
}

// genresOf returns the genres of words, and the words that stand for none that we have.
func genresOf(words []string) (genres, dropped []string) {
	for _, word := range words {
		word = line(word)
		g, ok := genreOf(word)
		switch {
		case !ok:
			dropped = append(dropped, word)
		case g != "" && !slices.Contains(genres, g) && len(genres) < maxGenres:
			genres = append(genres, g)
		}
	}
	return genres, dropped
}

// filmTypes are the words of sources for kinds of films, in small letters without spaces. Anything else is no film: series,
// episodes and games, in whatever language, and what nobody knows.
var filmTypes = setOf(`movie film feature featurefilm tvmovie tvfilm tvshort short shortfilm video tvspecial documentary
	영화 장편 단편 옴니버스 극영화 애니메이션 다큐멘터리 tv영화 映画 电影 電影 фильм película pelicula filme spielfilm largometraje
	lungometraggio longmétrage langfilm filmtv téléfilm fernsehfilm kurzfilm cortometraggio cortometraje courtmétrage curtametragem
	kısafilm sinemafilmi tvfilmi телефильм короткометражка
	мультфильм фільм мультфільм animationmovie películadetv películaparatv filmeparatv kortfilm
	vídeo vidéo telefilm telefilme tvspielfilm curta
	映画作品 短編映画 長編映画 テレビ映画 アニメ映画 短編 剧情片 动画片 動畫片 纪录片 紀錄片 短片 电视电影 電視電影
	короткометражныйфильм полнометражныйфильм художественныйфильм анимационныйфильм документальныйфильм телевизионныйфильм
	короткометражка полнометражный короткометражный видео
	filmtelewizyjny filmkrótkometrażowy krótkometrażowy filmanimowany televisiefilm kortefilm speelfilm animatiefilm tvfilm
	kısa kısametraj uzunmetraj televizyonfilmi फ़िल्म फिल्म मूवी टीवीफ़िल्म टीवीमूवी लघुफ़िल्म animationsfilm dokumentarfilm
	filmdanimation cortometrajedeanimación documental documentário documentario`)

func setOf(words string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(words) {
		set[word] = true
	}
	return set
}

// withoutSpaces drops what the words of filmTypes do not have. It is built once: that takes longer than to read a row.
var withoutSpaces = strings.NewReplacer(" ", "", "-", "")

// IsFilm reports whether a word of a source stands for a kind of films.
func IsFilm(kind string) bool {
	return filmTypes[kind] || filmTypes[withoutSpaces.Replace(strings.ToLower(strings.TrimSpace(kind)))]
}

// gradeOf returns the age grade for the words of Korea's rating board, old and new, or "".
func gradeOf(text string) string {
	text = strings.ReplaceAll(text, " ", "")
	switch {
	case strings.HasPrefix(text, "전체"), strings.HasPrefix(text, "연소자관람가"), strings.HasPrefix(text, "모두"):
		return "all"
	case strings.HasPrefix(text, "12세"):
		return "12"
	case strings.HasPrefix(text, "15세"), strings.HasPrefix(text, "중학생"):
		return "15"
	case strings.HasPrefix(text, "청소년관람불가"), strings.HasPrefix(text, "18세"), strings.HasPrefix(text, "19세"), strings.HasPrefix(text, "연소자관람불가"):
		return "adult"
	case strings.HasPrefix(text, "제한"):
		return "restricted"
	}
	return ""
}

// countryNames are the codes of countries by their names in Korean and English, in small letters without spaces.
var countryNames = countryCodes()

const countryTable = `KR 한국 대한민국 남한 southkorea korea|KP 북한 northkorea|US 미국 unitedstates unitedstatesofamerica usa|JP 일본 japan|CN 중국 china
|GB 영국 unitedkingdom uk|FR 프랑스 france|DE 독일 germany|IT 이탈리아 italy|ES 스페인 spain|CA 캐나다 canada|HK 홍콩 hongkong|TW 대만 taiwan
|IN 인도 india|RU 러시아 russia|AU 호주 오스트레일리아 australia|NZ 뉴질랜드 newzealand|BR 브라질 brazil|MX 멕시코 mexico|AR 아르헨티나 argentina
|SE 스웨덴 sweden|DK 덴마크 denmark|NO 노르웨이 norway|FI 핀란드 finland|NL 네덜란드 netherlands|BE 벨기에 belgium|CH 스위스 switzerland|AT 오스트리아 austria
|PL 폴란드 poland|CZ 체코 czechrepublic czechia|HU 헝가리 hungary|RO 루마니아 romania|GR 그리스 greece|TR 터키 튀르키예 turkey|IL 이스라엘 israel|IR 이란 iran
|TH 태국 thailand|VN 베트남 vietnam|PH 필리핀 philippines|ID 인도네시아 indonesia|MY 말레이시아 malaysia|SG 싱가포르 singapore|MN 몽골 mongolia
|ZA 남아프리카공화국 southafrica|EG 이집트 egypt|IE 아일랜드 ireland|PT 포르투갈 portugal|UA 우크라이나 ukraine|IS 아이슬란드 iceland|CL 칠레 chile|CO 콜롬비아 colombia`

// countryCodes returns the table by the names.
func countryCodes() map[string]string {
	codes := map[string]string{}
	for row := range strings.SplitSeq(countryTable, "|") {
		fields := strings.Fields(row)
		for _, name := range fields[1:] {
			codes[name] = fields[0]
		}
	}
	return codes
}

// countriesOf returns the codes of countries. It leaves out what is none.
func countriesOf(all []string) (codes []string) {
	for _, text := range all {
		code := line(text)
		if !movie.IsCountry(code) {
			code = countryNames[plainWord(code)]
		}
		if code != "" && !slices.Contains(codes, code) && len(codes) < maxCodes {
			codes = append(codes, code)
		}
	}
	return codes
}

// languagesOf returns the codes of languages. It leaves out what is none.
func languagesOf(all []string) (codes []string) {
	for _, code := range all {
		if movie.IsLanguage(code) && !slices.Contains(codes, code) && len(codes) < maxCodes {
			codes = append(codes, code)
		}
	}
	return codes
}
