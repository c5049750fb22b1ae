package movie

import (
	"encoding/json"
	"fmt"
)

// CastMember is a person in the cast of a film. Nil fields were absent in the request and are absent in responses.
type CastMember struct {
	Name   string  `json:"name" example:"송강호" description:"Name of the person."`
	Role   *string `json:"role,omitempty" example:"기택" description:"Name of the character. Absent if not given."`
	Age    *int64  `json:"age,omitempty" example:"52" description:"In years. Absent if not given."`
	Agency *string `json:"agency,omitempty" example:"써브라임" description:"Name of the agency. Absent if not given."`
	Gender *string `json:"gender,omitempty" example:"male" description:"male or female. Absent if not given."`
}

// Cast returns the cast in its order. It is never nil.
func (m Movie) Cast() ([]CastMember, error) {
	cast := []CastMember{}
	if err := json.Unmarshal([]byte(m.CastMembers), &cast); err != nil {
		return nil, fmt.Errorf("read the cast of movie %d: %w", m.ID, err)
	}
	return cast, nil
}

func encodeCast(cast []CastMember) (string, error) {
	if len(cast) == 0 {
		return "[]", nil
	}
	text, err := json.Marshal(cast)
	if err != nil {
		return "", fmt.Errorf("encode cast: %w", err)
	}
	return string(text), nil
}

// equals reports whether two members of casts have the same values.
func (c CastMember) equals(other CastMember) bool {
	return c.Name == other.Name && same(c.Role, other.Role) && same(c.Age, other.Age) && same(c.Agency, other.Agency) && same(c.Gender, other.Gender)
}

func same[T comparable](a, b *T) bool { return a == b || a != nil && b != nil && *a == *b }
