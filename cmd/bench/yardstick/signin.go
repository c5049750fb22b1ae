package yardstick

import (
	"encoding/json"
	"net/http"
	"strconv"
	"sync"

	"golang.org/x/crypto/bcrypt"
)

// passwordCheck is a handler that compares a password with one hash, on as many cores as there are requests.
type passwordCheck struct {
	once sync.Once
	hash []byte
	err  error
}

func (p *passwordCheck) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var sent struct{ Username, Password string }
	if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	p.once.Do(func() {
		cost, _ := strconv.Atoi(r.URL.Query().Get("cost")) // 0 is the default of bcrypt
		p.hash, p.err = bcrypt.GenerateFromPassword([]byte(sent.Password), cost)
	})
	if p.err != nil || bcrypt.CompareHashAndPassword(p.hash, []byte(sent.Password)) != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	writeAnswer(w, http.StatusOK, []byte(`{"access_token":""}`))
}
