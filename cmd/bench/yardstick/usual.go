package yardstick

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/olahol/melody"
	"gorm.io/driver/mysql"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/cinecircle/cinecircle/platform/database"
)

// QueryMember is the query parameter of a WebSocket: the id of the signed-in member.
const QueryMember = "member"

// usual is a server as the first pages of the documentation of gin, GORM and melody make it. A like is a row, and an
// unlike deletes it. There are no counters, and nothing is stored of a notification: it is broadcast to all sockets, with
// a filter. So it neither numbers notifications, nor is one delivered that nobody listened to.
type usual struct {
	db     *gorm.DB
	melody *melody.Melody
}

type usualReview struct{ ID, UserID int64 }

func (usualReview) TableName() string { return "reviews" }

type usualLike struct {
	ID                   int64
	UserID, ReviewID     int64
	IsLiked              bool
	CreatedAt, UpdatedAt time.Time
}

func (usualLike) TableName() string { return "review_likes" }

// usualFrame has the fields of our frames that the benchmark checks, and the text.
type usualFrame struct {
	ID       int64  `json:"id"`
	Type     string `json:"type"`
	Message  string `json:"message"`
	ReviewID int64  `json:"review_id"`
	Actor    struct {
		ID       int64  `json:"id"`
		Username string `json:"username"`
	} `json:"actor"`
}

// openUsual opens a migrated database with the settings of cinecircle. Close it.
func openUsual(ctx context.Context, on database.Config) (*usual, error) {
	open := sqlite.Open("file:" + on.DSN + "?_journal_mode=WAL&_synchronous=FULL&_busy_timeout=5000&_foreign_keys=1")
	if on.Driver == database.MySQL {
		open = mysql.Open(on.DSN)
	}
	db, err := gorm.Open(open, &gorm.Config{Logger: logger.Discard})
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return &usual{db: db.WithContext(ctx), melody: melody.New()}, nil
}

// Close closes the sockets and the database.
func (u *usual) Close() error {
	pool, err := u.db.DB()
	if err == nil {
		err = pool.Close()
	}
	return errors.Join(u.melody.Close(), err)
}

func (u *usual) routes(mux *http.ServeMux) {
	gin.SetMode(gin.ReleaseMode)
	engine := gin.New()
	engine.Use(gin.Recovery())
	engine.POST("/likes/reviews/:id/like", u.toggle(u.like))
	engine.POST("/likes/reviews/:id/unlike", u.toggle(u.unlike))
	engine.GET("/notifications", func(c *gin.Context) {
		member, _ := strconv.ParseInt(c.Query(QueryMember), 10, 64)
		_ = u.melody.HandleRequestWithKeys(c.Writer, c.Request, map[string]any{QueryMember: member}) // it has answered
	})
	mux.Handle("/", engine)
}

func (u *usual) toggle(set func(ctx context.Context, like *usualLike) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		user, err1 := caller(c.Request)
		review, err2 := strconv.ParseInt(c.Param("id"), 10, 64)
		like := usualLike{UserID: user, ReviewID: review, IsLiked: true}
		if err := errors.Join(err1, err2, set(c.Request.Context(), &like)); err != nil {
			c.String(http.StatusInternalServerError, err.Error())
			return
		}
		c.JSON(http.StatusOK, like)
	}
}

func (u *usual) like(ctx context.Context, like *usualLike) error {
	var review usualReview
	var name string
	db := u.db.WithContext(ctx)
	if err := db.First(&review, like.ReviewID).Error; err != nil {
		return err
	}
	if err := db.Table("users").Where("id = ?", like.UserID).Pluck("username", &name).Error; err != nil {
		return err
	}
	if err := db.Create(like).Error; err != nil {
		return err
	}
	frame := usualFrame{ID: like.ID, Type: "review_like", ReviewID: like.ReviewID, Message: name + "님이 내 리뷰에 좋아요를 눌렀습니다!"}
	frame.Actor.ID, frame.Actor.Username = like.UserID, name
	text, err := json.Marshal(frame)
	if err != nil {
		return err
	}
	return u.melody.BroadcastFilter(text, func(s *melody.Session) bool {
		member, _ := s.Get(QueryMember)
		return member == review.UserID
	})
}

func (u *usual) unlike(ctx context.Context, like *usualLike) error {
	like.IsLiked = false
	return u.db.WithContext(ctx).Where("user_id = ? AND review_id = ?", like.UserID, like.ReviewID).Delete(&usualLike{}).Error
}
