package movie

import (
	"regexp"
	"strings"

	"golang.org/x/text/language"
)

// countryCodes are the codes of ISO 3166-1 alpha-2 that are officially assigned. Package language knows more regions, such as
// Kosovo and the European Union.
const countryCodes = " AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ " +
	"CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD GE GF GG " +
	"GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ " +
	"LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR " +
	"NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ " +
	"TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW "

// languageCodes are the codes of ISO 639-1. Package language also knows withdrawn ones, such as iw.
const languageCodes = " aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo es " +
	"et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn " +
	"ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi " +
	"pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur " +
	"uz ve vi vo wa wo xh yi yo za zh zu "

// IsCountry reports whether a code is one of ISO 3166-1 alpha-2.
func IsCountry(code string) bool { return isListed(countryCodes, code, 2) }

// IsLanguage reports whether a code is one of ISO 639-1, or one of ISO 639-3 for a language that has none there.
func IsLanguage(code string) bool {
	if len(code) != 3 {
		return isListed(languageCodes, code, 2)
	}
	base, err := language.ParseBase(code)
	return err == nil && base.String() == code && base.ISO3() == code && !base.IsPrivateUse()
}

func isListed(list, code string, size int) bool {
	return len(code) == size && strings.Contains(list, " "+code+" ")
}

// The forms of external ids that are texts, by their kind.
var externalForms = map[string]*regexp.Regexp{
	"imdb":       regexp.MustCompile(`^tt[0-9]{7,10}$`),
	"kobis":      regexp.MustCompile(`^[A-Z0-9]{8}$`),
	"kmdb":       regexp.MustCompile(`^[A-Z][0-9]{5}$`),
	"wikidata":   regexp.MustCompile(`^Q[1-9][0-9]{0,14}$`),
	"letterboxd": regexp.MustCompile(`^[0-9A-Za-z]{2,8}$`),
}

// numberForm is the form of the external ids that are positive numbers.
var numberForm = regexp.MustCompile(`^[1-9][0-9]{0,17}$`)

// parseExternalID returns the id in a query, such as imdb:tt0111161. It returns false when no film can have it.
func parseExternalID(text string) (ExternalID, bool) {
	kind, value, _ := strings.Cut(text, ":")
	form := externalForms[kind]
	if kind == "tmdb" || kind == "movielens" {
		form = numberForm
	}
	return ExternalID{kind, value}, form != nil && form.MatchString(value)
}
